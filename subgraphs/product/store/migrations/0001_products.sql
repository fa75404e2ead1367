-- +goose Up
CREATE TABLE products (
  id             TEXT PRIMARY KEY,
  sku            TEXT NOT NULL UNIQUE,
  kind           TEXT NOT NULL CHECK (kind IN ('MOVIE', 'VEHICLE', 'GOODS')),
  name           TEXT NOT NULL,
  description    TEXT,
  price_amount   BIGINT NOT NULL CHECK (price_amount >= 0),
  price_currency TEXT NOT NULL,
  stock          BIGINT NOT NULL CHECK (stock >= 0),
  created_at     TIMESTAMP NOT NULL,
  -- name_key is the name without case, to sort by; search_text is every word that a search finds, without case.
  name_key       TEXT NOT NULL,
  search_text    TEXT NOT NULL,
  -- A film has title_key (its title without case and extra spaces), year and cast_names (a JSON list).
  title_key      TEXT,
  year           BIGINT,
  cast_names     TEXT,
  -- A vehicle has make, model, year and mileage.
  make           TEXT,
  model          TEXT,
  mileage        BIGINT,
  CHECK (kind <> 'MOVIE' OR (title_key IS NOT NULL AND year IS NOT NULL AND cast_names IS NOT NULL)),
  CHECK (kind <> 'VEHICLE' OR (make IS NOT NULL AND model IS NOT NULL AND year IS NOT NULL AND mileage IS NOT NULL))
);
CREATE UNIQUE INDEX products_movie ON products (title_key, year) WHERE kind = 'MOVIE';
CREATE INDEX products_newest ON products (created_at, id);
CREATE INDEX products_price ON products (price_amount, id);
CREATE INDEX products_name ON products (name_key, id);

-- +goose Down
DROP TABLE products;
