-- +goose Up
CREATE TABLE orders (
  id              TEXT PRIMARY KEY,
  customer_id     TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('OPEN', 'PLACED', 'PAID', 'SHIPPED', 'CANCELLED')),
  -- version is raised by every change, in the change's transaction.
  version         BIGINT NOT NULL,
  created_at      TIMESTAMP NOT NULL,
  placed_at       TIMESTAMP,
  idempotency_key TEXT,
  CHECK (status NOT IN ('PLACED', 'PAID', 'SHIPPED') OR (placed_at IS NOT NULL AND idempotency_key IS NOT NULL))
);
-- A person has one open order, and a key places one order.
CREATE UNIQUE INDEX orders_open ON orders (customer_id) WHERE status = 'OPEN';
CREATE UNIQUE INDEX orders_idempotency ON orders (customer_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_of_customer ON orders (customer_id, created_at, id);
CREATE INDEX orders_newest ON orders (created_at, id);
CREATE INDEX orders_by_status ON orders (status, created_at, id);

CREATE TABLE order_items (
  order_id      TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  product_id    TEXT NOT NULL,
  -- position keeps the order in which lines were added.
  position      BIGINT NOT NULL,
  product_name  TEXT NOT NULL,
  quantity      BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  unit_amount   BIGINT NOT NULL CHECK (unit_amount >= 0),
  unit_currency TEXT NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_items_of_product ON order_items (product_id, order_id, quantity);

-- +goose Down
DROP TABLE order_items;
DROP TABLE orders;
