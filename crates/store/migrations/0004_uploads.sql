-- Files on their way in pieces (tus 1.0), each piece sealed under the system's own key. They belong to whoever sends them, until
-- a report or an exhibit takes them, or they are too old.
CREATE TABLE uploads (
    id     TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    -- Commitment (32) and the sealed name of the file.
    name   BYTEA NOT NULL,
    -- Its whole length.
    bytes  BIGINT NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX uploads_person ON uploads (person, at);
CREATE TABLE upload_pieces (
    upload TEXT NOT NULL REFERENCES uploads (id),
    -- Where in the file it begins: of two that begin at the same place, one comes second.
    place  BIGINT NOT NULL,
    bytes  BIGINT NOT NULL,
    blob   TEXT NOT NULL,
    PRIMARY KEY (upload, place)
);
