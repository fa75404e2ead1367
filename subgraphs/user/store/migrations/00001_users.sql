-- +goose Up
CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    username      TEXT NOT NULL,
    username_key  TEXT NOT NULL UNIQUE, -- the username in lower case: Walter and walter are one name
    name          TEXT NOT NULL,
    age           INTEGER,
    email         TEXT,
    address       TEXT,
    roles         TEXT NOT NULL,        -- separated by spaces
    password_hash TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL
);
CREATE INDEX users_by_creation ON users (created_at, id);

CREATE TABLE sessions (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL,         -- may name a deleted user: an ended session outlives the account
    version      BIGINT NOT NULL,
    user_agent   TEXT,
    created_at   TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP NOT NULL,
    revoked_at   TIMESTAMP,
    published    BOOLEAN NOT NULL       -- whether the cache has been told of the last change of version or revoked_at
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_unpublished ON sessions (id) WHERE NOT published;

CREATE TABLE signing_keys (
    kid        TEXT PRIMARY KEY,
    seed       TEXT NOT NULL,           -- the Ed25519 private key's 32 bytes in base64
    created_at TIMESTAMP NOT NULL
);
