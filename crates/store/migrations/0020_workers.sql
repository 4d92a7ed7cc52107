-- Which node has a running job; empty when none has. Leases are by the database's clock, `run_at` by the application's.
ALTER TABLE jobs ADD COLUMN worker TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_finished ON jobs (state, run_at);

-- What is done at set hours, once over all nodes: whoever moves `last` on has it done.
CREATE TABLE schedule (
    name TEXT PRIMARY KEY,
    -- The hour for which it was last begun.
    last BIGINT NOT NULL
);

-- What only one node does at a time, by the database's clock.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
