-- Files are announced here before their first byte. What records a file deletes its row in the same transaction, so that a file
-- is either owned or announced, and what is collected was announced and is owned by nothing (docs/adr/0018-files.md).
CREATE TABLE blob_intents (
    id     TEXT PRIMARY KEY,
    -- The process that will write it: 16 hexadecimal digits, others at each start.
    node   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    -- What the object store calls an upload in parts.
    upload TEXT
);
CREATE INDEX blob_intents_at ON blob_intents (at, id);

-- What was collected and waits for its end.
CREATE TABLE blob_bin (
    id           TEXT PRIMARY KEY,
    node         TEXT NOT NULL,
    announced_at BIGINT NOT NULL,
    binned_at    BIGINT NOT NULL,
    -- The folder of the bin in which it lies, such as 2026-11-30.
    day          TEXT NOT NULL
);
CREATE INDEX blob_bin_at ON blob_bin (binned_at, id);

-- Whether something owns a file is asked of each that is to be collected.
CREATE INDEX upload_pieces_blob ON upload_pieces (blob);
CREATE INDEX drill_files_blob ON drill_files (blob);
