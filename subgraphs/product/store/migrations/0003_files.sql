-- +goose Up
-- What was uploaded for a product. The bytes lie elsewhere, under the id; a row is written after them and removed before
-- them, so that every row has its bytes.
CREATE TABLE files (
  id           TEXT PRIMARY KEY,
  product_id   TEXT NOT NULL,
  name         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size         BIGINT NOT NULL CHECK (size >= 0),
  etag         TEXT NOT NULL,
  created_at   TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX files_name ON files (product_id, name);

-- +goose Down
DROP TABLE files;
