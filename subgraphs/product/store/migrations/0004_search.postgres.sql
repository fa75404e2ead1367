-- +goose Up
-- search_text is from now on the words by which a product is found, separated by spaces; empty until the service has
-- filled it in, at its start.
UPDATE products SET search_text = '';
CREATE INDEX products_unsearched ON products (id) WHERE search_text = '';

-- What a word is was decided before, so no text search configuration has a say.
ALTER TABLE products ADD COLUMN search_words TSVECTOR NOT NULL
  GENERATED ALWAYS AS (array_to_tsvector(string_to_array(search_text, ' '))) STORED;
CREATE INDEX products_search ON products USING gin (search_words);

-- +goose Down
DROP INDEX products_search;
ALTER TABLE products DROP COLUMN search_words;
DROP INDEX products_unsearched;
