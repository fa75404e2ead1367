-- +goose Up
-- A rare kind of product is listed without reading the others.
CREATE INDEX products_kind_newest ON products (kind, created_at, id);
CREATE INDEX products_kind_price ON products (kind, price_amount, id);
CREATE INDEX products_kind_name ON products (kind, name_key, id);

-- +goose Down
DROP INDEX products_kind_name;
DROP INDEX products_kind_price;
DROP INDEX products_kind_newest;
