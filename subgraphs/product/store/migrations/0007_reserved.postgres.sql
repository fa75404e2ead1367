-- +goose Up
-- What was taken for orders is only added to: with it the stock can be told again at any time.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER reserved_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON reserved FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER reserved_kept ON reserved;
DROP FUNCTION refuse_change;
