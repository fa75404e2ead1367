-- +goose Up
-- How many products there are of each kind that can be bought now, and that are sold out: totalCount need not count them.
CREATE TABLE product_counts (
  kind        TEXT NOT NULL,
  is_in_stock BOOLEAN NOT NULL,
  products    BIGINT NOT NULL CHECK (products >= 0),
  PRIMARY KEY (kind, is_in_stock)
);
-- How many bytes all files have together, in one row. A file's size never changes.
CREATE TABLE files_size (bytes BIGINT NOT NULL CHECK (bytes >= 0));

-- The database keeps both itself, so that no statement can forget to. One that writes many rows adds them up first.
-- +goose StatementBegin
CREATE FUNCTION count_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE product_counts c SET products = c.products + CASE TG_OP WHEN 'INSERT' THEN d.products ELSE -d.products END
    FROM (SELECT kind, stock > 0 AS is_in_stock, count(*) AS products FROM changed GROUP BY 1, 2) d
    WHERE c.kind = d.kind AND c.is_in_stock = d.is_in_stock;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION move_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE product_counts SET products = products - 1 WHERE kind = OLD.kind AND is_in_stock = (OLD.stock > 0);
  UPDATE product_counts SET products = products + 1 WHERE kind = NEW.kind AND is_in_stock = (NEW.stock > 0);
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION add_up_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE files_size SET bytes = bytes + (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM changed)
    * CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END WHERE EXISTS (SELECT 1 FROM changed);
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- The triggers come before the first count: making them waits for whoever writes, and keeps others out until it is there.
CREATE TRIGGER products_count_insert AFTER INSERT ON products
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_products();
CREATE TRIGGER products_count_delete AFTER DELETE ON products
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_products();
CREATE TRIGGER products_count_update AFTER UPDATE OF kind, stock ON products FOR EACH ROW
  WHEN (OLD.kind <> NEW.kind OR (OLD.stock > 0) <> (NEW.stock > 0)) EXECUTE FUNCTION move_product();
CREATE TRIGGER files_size_insert AFTER INSERT ON files
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION add_up_files();
CREATE TRIGGER files_size_delete AFTER DELETE ON files
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION add_up_files();

INSERT INTO product_counts (kind, is_in_stock, products)
  SELECT k.kind, s.is_in_stock, count(p.id)
  FROM (VALUES ('MOVIE'), ('VEHICLE'), ('GOODS')) k (kind) CROSS JOIN (VALUES (true), (false)) s (is_in_stock)
  LEFT JOIN products p ON p.kind = k.kind AND (p.stock > 0) = s.is_in_stock
  GROUP BY k.kind, s.is_in_stock;
INSERT INTO files_size (bytes) SELECT COALESCE(SUM(size), 0) FROM files;

-- +goose Down
DROP TRIGGER files_size_delete ON files;
DROP TRIGGER files_size_insert ON files;
DROP TRIGGER products_count_update ON products;
DROP TRIGGER products_count_delete ON products;
DROP TRIGGER products_count_insert ON products;
DROP FUNCTION add_up_files;
DROP FUNCTION move_product;
DROP FUNCTION count_products;
DROP TABLE files_size;
DROP TABLE product_counts;
