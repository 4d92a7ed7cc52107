-- Drills: who practised, and how it went. Word and pictures go after thirty days; the result stays.
CREATE TABLE drills (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES people (id),
    -- Empty once it is forgotten.
    word      TEXT NOT NULL,
    started   BIGINT NOT NULL,
    -- page or email: how the pictures that were judged last came.
    way       TEXT,
    judged_at BIGINT,
    -- The attempt that was judged last.
    judged    BIGINT NOT NULL DEFAULT 0,
    passed_at BIGINT,
    -- What was not found in them, by commas.
    missing   TEXT
);
CREATE INDEX drills_person ON drills (person, started);
CREATE INDEX drills_passed ON drills (passed_at);
CREATE TABLE drill_files (
    drill      TEXT NOT NULL REFERENCES drills (id),
    -- Those that came together are one attempt: 1, 2, 3 …
    attempt    BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    -- Commitment (32) and the sealed name.
    name       BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    blob       TEXT NOT NULL,
    PRIMARY KEY (drill, attempt, place)
);
