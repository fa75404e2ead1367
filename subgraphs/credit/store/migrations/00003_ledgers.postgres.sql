-- +goose Up
-- That ledgers are only added to is the database's business, so that no statement, of ours or by hand, changes the past.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER credit_ledger_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER application_ledger_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON application_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
