-- Who is asked to read the guide, and who has. What somebody owes is computed and has no row.
CREATE TABLE rollouts (
    id       TEXT PRIMARY KEY,
    edition  BIGINT NOT NULL REFERENCES guide_editions (number),
    -- JSON: {"branches": ["u1"], "roles": ["manager"]}; both empty for everybody.
    scope    TEXT NOT NULL,
    started  BIGINT NOT NULL,
    -- The day, as 2026-12-24.
    due      TEXT NOT NULL,
    by       TEXT NOT NULL,
    ended    BIGINT,
    ended_by TEXT
);

-- One for each person and edition, never changed. What is recorded: who, edition, when, how.
CREATE TABLE receipts (
    edition  BIGINT NOT NULL REFERENCES guide_editions (number),
    person   TEXT NOT NULL REFERENCES people (id),
    at       BIGINT NOT NULL,
    -- read or meeting.
    how      TEXT NOT NULL,
    -- Of a meeting: the manager who noted it, and the day.
    noted_by TEXT,
    held     TEXT,
    PRIMARY KEY (edition, person)
);

CREATE INDEX receipts_person ON receipts (person, edition);

-- Since when somebody is in their unit; NULL if they were when the organisation was first taken over.
ALTER TABLE people ADD COLUMN since BIGINT;
