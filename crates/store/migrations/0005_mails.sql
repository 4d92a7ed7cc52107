-- E-mails that came to the door, each once. What one says is sealed under the system's own key, and kept here only for those
-- that are not a case: HR looks at what waits.
CREATE TABLE mails (
    -- SHA-256 of the message as it came, lower-case hexadecimal: the same message twice is one.
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    door       TEXT NOT NULL,
    -- taken (it is in a case), waiting, no-case, discarded.
    state      TEXT NOT NULL,
    -- The code of why it waits or is no case.
    reason     TEXT,
    -- The employee whose it is; NULL if nobody's.
    person     TEXT,
    case_id    TEXT,
    -- Commitment (32) and sealed JSON of what the list shows.
    card       BYTEA,
    -- Commitment (32) and the sealed message.
    message    BYTEA,
    decided_by TEXT,
    decided_at BIGINT,
    -- Commitment (32) and HR's sealed reason.
    decision   BYTEA
);
CREATE INDEX mails_state ON mails (state, at, id);
CREATE INDEX mails_person ON mails (person, at);
