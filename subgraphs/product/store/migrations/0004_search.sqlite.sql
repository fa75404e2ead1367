-- +goose Up
-- search_text is from now on the words by which a product is found, separated by spaces; empty until the service has
-- filled it in, at its start.
UPDATE products SET search_text = '';
CREATE INDEX products_unsearched ON products (id) WHERE search_text = '';

-- A full-text table knows rows by numbers, and those of products may change when the file is compacted.
CREATE TABLE product_numbers (
  number     INTEGER PRIMARY KEY,
  product_id TEXT NOT NULL UNIQUE
);
-- The tokenizer ascii splits at spaces and leaves letters beyond ASCII alone: what a word is was decided before.
CREATE VIRTUAL TABLE product_words USING fts5(
  words, content='', contentless_delete=1, detail='none', prefix='1 2 3', tokenize='ascii'
);
INSERT INTO product_numbers (product_id) SELECT id FROM products;
INSERT INTO product_words (rowid, words) SELECT number, '' FROM product_numbers;

-- +goose StatementBegin
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN
  INSERT INTO product_numbers (product_id) VALUES (new.id);
  INSERT INTO product_words (rowid, words) SELECT number, new.search_text FROM product_numbers WHERE product_id = new.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_search_update AFTER UPDATE OF search_text ON products WHEN old.search_text <> new.search_text BEGIN
  UPDATE product_words SET words = new.search_text
    WHERE rowid = (SELECT number FROM product_numbers WHERE product_id = new.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN
  DELETE FROM product_words WHERE rowid = (SELECT number FROM product_numbers WHERE product_id = old.id);
  DELETE FROM product_numbers WHERE product_id = old.id;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER products_search_delete;
DROP TRIGGER products_search_update;
DROP TRIGGER products_search_insert;
DROP TABLE product_words;
DROP TABLE product_numbers;
DROP INDEX products_unsearched;
