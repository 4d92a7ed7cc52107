-- The managers' drills: a made-up case each, kept whole in its one row and nowhere among the cases. What was written goes after
-- thirty days; the result stays.
CREATE TABLE case_drills (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL REFERENCES people (id),
    started   BIGINT NOT NULL,
    -- Commitment (32) and the sealed entries; empty once they are forgotten.
    entries   BYTEA NOT NULL,
    passed_at BIGINT
);
CREATE INDEX case_drills_person ON case_drills (person, started);
CREATE INDEX case_drills_passed ON case_drills (passed_at);
