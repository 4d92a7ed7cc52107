-- Working copies of exhibits, made here and never instead of them. One row says how one came out: a sealed file (`blob`, also in
-- `blobs`), a small sealed note, or the code of why there is none.
CREATE TABLE derivatives (
    case_id    TEXT NOT NULL REFERENCES cases (id),
    exhibit    BIGINT NOT NULL,
    -- thumbnail, preview, text or facts.
    kind       TEXT NOT NULL,
    -- From 1 for previews and texts; 0 for what there is one of.
    page       BIGINT NOT NULL,
    blob       TEXT REFERENCES blobs (id),
    -- Commitment (32) and sealed JSON, under the key of the Matter drawer.
    note       BYTEA,
    reason     TEXT,
    media_type TEXT NOT NULL,
    -- Length of the plaintext.
    bytes      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    -- The program that made it.
    made_by    TEXT NOT NULL,
    PRIMARY KEY (case_id, exhibit, kind, page)
);

-- Jobs of different lanes do not wait for each other.
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_lane ON jobs (lane, state, run_at, id);
