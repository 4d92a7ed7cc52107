-- When somebody was last reminded of what they owe of the guide, and of which edition.
CREATE TABLE reminders (
    person  TEXT PRIMARY KEY REFERENCES people (id),
    at      BIGINT NOT NULL,
    edition BIGINT NOT NULL
);
