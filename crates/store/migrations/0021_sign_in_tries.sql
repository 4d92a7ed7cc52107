-- Wrong passwords by address, over all nodes. The address is hashed: what somebody mistyped may be a password.
CREATE TABLE sign_in_tries (
    address BYTEA PRIMARY KEY,
    tries   BIGINT NOT NULL,
    last    BIGINT NOT NULL
);
CREATE INDEX sign_in_tries_last ON sign_in_tries (last);
CREATE INDEX notices_at ON notices (at);
