-- +goose Up
-- How many products there are of each kind that can be bought now, and that are sold out: totalCount need not count them.
CREATE TABLE product_counts (
  kind        TEXT NOT NULL,
  is_in_stock BOOLEAN NOT NULL,
  products    BIGINT NOT NULL CHECK (products >= 0),
  PRIMARY KEY (kind, is_in_stock)
);
INSERT INTO product_counts (kind, is_in_stock, products)
  SELECT k.kind, s.is_in_stock, count(p.id)
  FROM (SELECT 'MOVIE' AS kind UNION SELECT 'VEHICLE' UNION SELECT 'GOODS') k
  CROSS JOIN (SELECT true AS is_in_stock UNION SELECT false) s
  LEFT JOIN products p ON p.kind = k.kind AND (p.stock > 0) = s.is_in_stock
  GROUP BY k.kind, s.is_in_stock;

-- How many bytes all files have together, in one row. A file's size never changes.
CREATE TABLE files_size (bytes BIGINT NOT NULL CHECK (bytes >= 0));
INSERT INTO files_size (bytes) SELECT COALESCE(SUM(size), 0) FROM files;

-- The database keeps both itself, so that no statement can forget to.
-- +goose StatementBegin
CREATE TRIGGER products_count_insert AFTER INSERT ON products BEGIN
  UPDATE product_counts SET products = products + 1 WHERE kind = new.kind AND is_in_stock = (new.stock > 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_count_delete AFTER DELETE ON products BEGIN
  UPDATE product_counts SET products = products - 1 WHERE kind = old.kind AND is_in_stock = (old.stock > 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_count_update AFTER UPDATE OF kind, stock ON products
WHEN old.kind <> new.kind OR (old.stock > 0) <> (new.stock > 0) BEGIN
  UPDATE product_counts SET products = products - 1 WHERE kind = old.kind AND is_in_stock = (old.stock > 0);
  UPDATE product_counts SET products = products + 1 WHERE kind = new.kind AND is_in_stock = (new.stock > 0);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER files_size_insert AFTER INSERT ON files BEGIN
  UPDATE files_size SET bytes = bytes + new.size;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER files_size_delete AFTER DELETE ON files BEGIN
  UPDATE files_size SET bytes = bytes - old.size;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER files_size_delete;
DROP TRIGGER files_size_insert;
DROP TRIGGER products_count_update;
DROP TRIGGER products_count_delete;
DROP TRIGGER products_count_insert;
DROP TABLE files_size;
DROP TABLE product_counts;
