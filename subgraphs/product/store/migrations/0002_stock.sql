-- +goose Up
-- version is raised by every change, and by every piece that is reserved: events carry it.
ALTER TABLE products ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- What the shop has answered to orders that were placed. An order is answered once.
CREATE TABLE reservations (
  order_id    TEXT PRIMARY KEY,
  version     BIGINT NOT NULL,
  is_accepted BOOLEAN NOT NULL,
  is_released BOOLEAN NOT NULL,
  created_at  TIMESTAMP NOT NULL
);
-- The stock that was taken for an order. The product may be gone when it is given back.
CREATE TABLE reserved (
  order_id   TEXT NOT NULL REFERENCES reservations (order_id),
  product_id TEXT NOT NULL,
  quantity   BIGINT NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);

-- +goose Down
DROP TABLE reserved;
DROP TABLE reservations;
ALTER TABLE products DROP COLUMN version;
