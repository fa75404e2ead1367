-- +goose Up
-- source says who said so: STAFF, which stays until staff says something else, or BUREAU, which is asked again when
-- checked_at is old.
ALTER TABLE credit_status ADD COLUMN source TEXT NOT NULL DEFAULT 'STAFF';
ALTER TABLE credit_status ADD COLUMN checked_at TIMESTAMP;

-- Orders as the order service's events tell of them.
CREATE TABLE orders (
    id             TEXT PRIMARY KEY,
    customer_id    TEXT NOT NULL,
    status         TEXT NOT NULL,
    total_amount   BIGINT NOT NULL,
    total_currency TEXT NOT NULL
);

CREATE TABLE applications (
    id              TEXT PRIMARY KEY,
    order_id        TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('PENDING', 'APPROVED', 'DECLINED', 'WITHDRAWN')),
    reason          TEXT NOT NULL,
    term_months     BIGINT NOT NULL,
    rate_per_mille  BIGINT NOT NULL,
    total_amount    BIGINT NOT NULL CHECK (total_amount > 0),
    total_currency  TEXT NOT NULL,
    -- monthly_amount is what the customer would pay each month, in the currency of the total.
    monthly_amount  BIGINT NOT NULL CHECK (monthly_amount > 0),
    created_at      TIMESTAMP NOT NULL,
    decided_at      TIMESTAMP
);
-- An order has one application that counts.
CREATE UNIQUE INDEX applications_of_order ON applications (order_id) WHERE status <> 'WITHDRAWN';
CREATE INDEX applications_by_status ON applications (status, created_at, id);
CREATE INDEX applications_newest ON applications (created_at, id);

-- Every step of an application with who made it and why. Rows are only ever added.
CREATE TABLE application_ledger (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL,
    before         TEXT NOT NULL,
    after          TEXT NOT NULL,
    reason         TEXT NOT NULL,
    changed_by     TEXT NOT NULL,
    changed_at     TIMESTAMP NOT NULL
);
CREATE INDEX application_ledger_by_application ON application_ledger (application_id, changed_at);
