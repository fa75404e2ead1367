-- +goose Up
-- confirmed_at is when the product service said that the stock is reserved; an order is paid only after that.
ALTER TABLE orders ADD COLUMN confirmed_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN paid_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN shipped_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN cancelled_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN cancel_reason TEXT;

-- The catalogue as the product service's events tell of it: what is sold, by which name, and for how much.
CREATE TABLE catalogue (
  product_id   TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  amount       BIGINT NOT NULL,
  currency     TEXT NOT NULL,
  is_available BOOLEAN NOT NULL,
  is_deleted   BOOLEAN NOT NULL
);

-- +goose Down
DROP TABLE catalogue;
ALTER TABLE orders DROP COLUMN cancel_reason;
ALTER TABLE orders DROP COLUMN cancelled_at;
ALTER TABLE orders DROP COLUMN shipped_at;
ALTER TABLE orders DROP COLUMN paid_at;
ALTER TABLE orders DROP COLUMN confirmed_at;
