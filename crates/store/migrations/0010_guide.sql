-- The municipality's guide in editions. Nothing of a case, so nothing is encrypted; what is published is never changed.
CREATE TABLE guide_editions (
    -- From 1, without gaps.
    number       BIGINT PRIMARY KEY,
    -- draft, approved or published.
    state        TEXT NOT NULL,
    -- Counts every change.
    revision     BIGINT NOT NULL,
    -- As in journal headers: a person's id, `system` or `operator`.
    changed_by   TEXT NOT NULL,
    changed_at   BIGINT NOT NULL,
    approved_by  TEXT,
    approved_at  BIGINT,
    -- minor or major, and why; set at approval.
    size         TEXT,
    reason       TEXT,
    published_by TEXT,
    published_at BIGINT,
    -- The version of the procedure whose terms it quotes: that in force, until the next edition takes over.
    procedure    TEXT
);

-- Every text of every edition, as often as it was saved: nobody's words are lost. The current one has the highest version.
CREATE TABLE guide_texts (
    edition  BIGINT NOT NULL REFERENCES guide_editions (number),
    -- A chapter (`03-at-ske`) or `guide.toml`.
    name     TEXT NOT NULL,
    language TEXT NOT NULL,
    -- From 1.
    version  BIGINT NOT NULL,
    -- NULL: taken out.
    text     TEXT,
    by       TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (edition, name, language, version)
);

CREATE TABLE guide_files (
    -- Lower-case hexadecimal.
    sha256     TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes      BYTEA NOT NULL
);

CREATE TABLE guide_pictures (
    edition BIGINT NOT NULL REFERENCES guide_editions (number),
    name    TEXT NOT NULL,
    sha256  TEXT NOT NULL REFERENCES guide_files (sha256),
    PRIMARY KEY (edition, name)
);

-- That somebody has gone through their own profiles, by choice; nothing of what they found.
CREATE TABLE guide_self_checks (
    person TEXT PRIMARY KEY REFERENCES people (id),
    at     BIGINT NOT NULL
);
