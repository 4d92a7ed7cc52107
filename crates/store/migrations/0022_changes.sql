-- What each node's search index has to read again. A change is noted in the transaction that makes it, without a number,
-- so that nobody waits for anybody; numbers are given afterwards, in one place at a time, so that none ever appears
-- behind one that a node has seen already.
CREATE TABLE pending_changes (
    id      TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    -- From when on it is to be read: 0 for now, or when somebody's leave to read it ends.
    at      BIGINT NOT NULL
);
CREATE INDEX pending_changes_at ON pending_changes (at, id);

-- The latest change of each case that has changed, so it never holds more rows than there are cases.
CREATE TABLE changes (
    case_id TEXT PRIMARY KEY,
    number  BIGINT NOT NULL
);
CREATE UNIQUE INDEX changes_number ON changes (number);

-- One row: the last number that was given. Updating it is the lock on giving numbers.
CREATE TABLE change_numbers (
    id   BIGINT PRIMARY KEY,
    last BIGINT NOT NULL
);
INSERT INTO change_numbers (id, last) VALUES (1, 0);

-- The processes that share this database.
CREATE TABLE nodes (
    id       TEXT PRIMARY KEY,
    -- The machine's name.
    name     TEXT NOT NULL,
    version  TEXT NOT NULL,
    -- SHA-256 of the settings that must be the same on all of them, lower-case hexadecimal.
    settings TEXT NOT NULL,
    -- The version of the procedure that it brought along.
    procedure TEXT NOT NULL,
    started  BIGINT NOT NULL,
    -- By the database's clock.
    seen     BIGINT NOT NULL,
    -- The last change that its search index holds.
    indexed  BIGINT NOT NULL,
    -- While it makes its index anew: cases read, and cases in all.
    rebuilt  BIGINT,
    cases    BIGINT
);
