-- One text for SQLite and PostgreSQL. Times are microseconds since 1970-01-01T00:00:00Z; ids are text.
-- "No time" is NULL, but in columns that lists are ordered by it is 9223372036854775807 (NULL sorts differently on the
-- two engines).

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE units (
    id       TEXT PRIMARY KEY,
    parent   TEXT,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    -- Place in the imported file.
    position BIGINT NOT NULL
);

CREATE TABLE people (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    -- Lower case.
    email         TEXT NOT NULL,
    title         TEXT NOT NULL,
    unit          TEXT NOT NULL,
    active        BIGINT NOT NULL,
    deputy        TEXT,
    away_from     BIGINT,
    away_until    BIGINT,
    password_hash TEXT,
    language      TEXT
);
-- Whoever comes after somebody who left may get their address.
CREATE UNIQUE INDEX people_email ON people (email) WHERE active = 1;

CREATE TABLE person_roles (
    person TEXT NOT NULL REFERENCES people (id),
    role   TEXT NOT NULL,
    PRIMARY KEY (person, role)
);

CREATE TABLE counters (
    year BIGINT PRIMARY KEY,
    -- The last number given out.
    last BIGINT NOT NULL
);

CREATE TABLE cases (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL UNIQUE,
    -- The journal's head: number of entries and chain hash after the last. Updating it is the lock on the case.
    seq        BIGINT NOT NULL,
    head       BYTEA NOT NULL,
    -- The version of the procedure that the case keeps.
    version    TEXT NOT NULL,
    -- open, closed or joined.
    state      TEXT NOT NULL,
    unit       TEXT NOT NULL,
    owner      TEXT NOT NULL,
    acute      BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    closed_at  BIGINT,
    next_due   BIGINT NOT NULL,
    -- What lists show: commitment (32) and sealed JSON, under the key of the Matter drawer.
    card       BYTEA
);
CREATE INDEX cases_state ON cases (state, changed_at);

-- One row for each relation, and one with relation '' for "any": a list asks for one relation and finds each case once.
-- State and times are copies from `cases`, so that one index answers a page of a list.
CREATE TABLE case_people (
    case_id    TEXT NOT NULL REFERENCES cases (id),
    person     TEXT NOT NULL,
    relation   TEXT NOT NULL,
    state      TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    next_due   BIGINT NOT NULL,
    PRIMARY KEY (case_id, person, relation)
);
CREATE INDEX case_people_changed ON case_people (person, relation, state, changed_at, case_id);
CREATE INDEX case_people_due ON case_people (person, relation, state, next_due, case_id);

-- What is owed now; computed by `domain`, kept only so that it can be asked for across cases.
CREATE TABLE case_duties (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    duty        TEXT NOT NULL,
    owner       TEXT NOT NULL,
    due         BIGINT NOT NULL,
    -- When the escalation job must look at it next.
    escalate_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, duty)
);
CREATE INDEX case_duties_owner ON case_duties (owner, due, case_id, duty);
CREATE INDEX case_duties_escalate ON case_duties (escalate_at, case_id, duty);

CREATE TABLE case_keys (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    compartment TEXT NOT NULL,
    wrapped     BYTEA NOT NULL,
    PRIMARY KEY (case_id, compartment)
);

CREATE TABLE entries (
    case_id     TEXT NOT NULL REFERENCES cases (id),
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    compartment TEXT NOT NULL,
    -- 1: records somebody's looking, which says nothing about the state of the case.
    reading     BIGINT NOT NULL,
    commitment  BYTEA NOT NULL,
    hash        BYTEA NOT NULL,
    sealed      BYTEA NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE INDEX entries_acts ON entries (case_id, seq) WHERE reading = 0;
CREATE INDEX entries_readings ON entries (at, case_id, seq) WHERE reading = 1;
CREATE INDEX entries_readings_of_case ON entries (case_id, at, seq) WHERE reading = 1;

CREATE TABLE blobs (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL REFERENCES cases (id),
    compartment TEXT NOT NULL,
    -- Length of the plaintext.
    bytes       BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX blobs_case ON blobs (case_id);

CREATE TABLE sessions (
    id_hash BYTEA PRIMARY KEY,
    person  TEXT NOT NULL REFERENCES people (id),
    created BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE tokens (
    hash    BYTEA PRIMARY KEY,
    person  TEXT NOT NULL REFERENCES people (id),
    label   TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX tokens_person ON tokens (person);

CREATE TABLE idempotency (
    person      TEXT NOT NULL,
    key         TEXT NOT NULL,
    -- Hash of the request, to tell a repetition from another request with the same key.
    fingerprint BYTEA NOT NULL,
    status      BIGINT NOT NULL,
    -- Commitment (32) and sealed answer, under the system's own key.
    body        BYTEA NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE jobs (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    run_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    last_error  TEXT,
    -- waiting, running, done or failed (given up).
    state       TEXT NOT NULL
);
CREATE INDEX jobs_waiting ON jobs (state, run_at, id);
CREATE INDEX jobs_running ON jobs (state, lease_until, id);

CREATE TABLE notices (
    id      TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    case_id TEXT,
    kind    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notices_person ON notices (person, at, id);
CREATE INDEX notices_unread ON notices (person, case_id) WHERE read_at IS NULL;

CREATE TABLE seals (
    -- From 1.
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    public_key TEXT NOT NULL,
    signature  TEXT NOT NULL
);

-- Only the heads that had moved since the seal before: the leaves of seal n are each case's last row up to n.
CREATE TABLE seal_leaves (
    case_id TEXT NOT NULL,
    seal_id BIGINT NOT NULL REFERENCES seals (id),
    seq     BIGINT NOT NULL,
    head    BYTEA NOT NULL,
    PRIMARY KEY (case_id, seal_id)
);
