-- +goose Up
-- A deleted account's row stays, without anything personal, for those who remember its id.
ALTER TABLE users ADD COLUMN deleted_at TIMESTAMP;
DROP INDEX users_by_creation;
CREATE INDEX users_by_creation ON users (created_at, id) WHERE deleted_at IS NULL;

-- For deleting what has ended.
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_end ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
