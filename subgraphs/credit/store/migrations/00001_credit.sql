-- +goose Up
CREATE TABLE credit_status (
    user_id TEXT PRIMARY KEY,
    status  TEXT NOT NULL
);

-- Every change of a status with who made it and why. Rows are only ever added.
CREATE TABLE credit_ledger (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL,
    before     TEXT NOT NULL,
    after      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_ledger_by_user ON credit_ledger (user_id, changed_at);
