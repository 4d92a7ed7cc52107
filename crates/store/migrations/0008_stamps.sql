-- Time-stamps of an outside authority over the signed text of seals. One row for each seal that is to be stamped.
CREATE TABLE stamps (
    seal_id   BIGINT PRIMARY KEY REFERENCES seals (id),
    -- waiting, stamped, or overtaken: a newer seal over the same heads and more was asked for before this one was stamped.
    state     TEXT NOT NULL,
    -- Questions that brought no stamp.
    failures  BIGINT NOT NULL,
    -- Of the last question, answered or not.
    tried_at  BIGINT,
    -- The code of why the last question brought none.
    fault     TEXT,
    -- When it is asked again.
    next_at   BIGINT,
    -- What the authority said: its time, the same with what its clock may be off by, and whom its certificate names.
    at        BIGINT,
    before_at BIGINT,
    authority TEXT,
    -- A DER TimeStampResp (RFC 3161).
    token     BYTEA
);
CREATE INDEX stamps_state ON stamps (state, seal_id);
