-- What was sent as a drill, each sending by itself: what it takes to make a report of it after all, and the case that it became.
CREATE TABLE drill_attempts (
    drill   TEXT NOT NULL REFERENCES drills (id),
    attempt BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    -- page or email.
    way     TEXT NOT NULL,
    -- Commitment (32) and sealed JSON: the report as it was sent, how each file came, what a scanner said. NULL if it came before
    -- this was kept.
    sent    BYTEA,
    -- The case that it became.
    number  TEXT,
    PRIMARY KEY (drill, attempt)
);
INSERT INTO drill_attempts (drill, attempt, at, way)
SELECT drills.id, drill_files.attempt, drills.started, COALESCE(drills.way, 'page')
FROM drill_files JOIN drills ON drills.id = drill_files.drill
GROUP BY drills.id, drill_files.attempt, drills.started, drills.way;
