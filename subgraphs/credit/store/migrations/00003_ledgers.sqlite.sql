-- +goose Up
-- That ledgers are only added to is the database's business, so that no statement, of ours or by hand, changes the past.
-- INSERT OR REPLACE deletes without asking the trigger for that.
-- +goose StatementBegin
CREATE TRIGGER credit_ledger_kept_update BEFORE UPDATE ON credit_ledger BEGIN SELECT RAISE(ABORT, 'credit_ledger is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_ledger_kept_delete BEFORE DELETE ON credit_ledger BEGIN SELECT RAISE(ABORT, 'credit_ledger is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_ledger_kept_replace BEFORE INSERT ON credit_ledger WHEN EXISTS (SELECT 1 FROM credit_ledger WHERE id = new.id) BEGIN
  SELECT RAISE(ABORT, 'credit_ledger is only added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER application_ledger_kept_update BEFORE UPDATE ON application_ledger BEGIN SELECT RAISE(ABORT, 'application_ledger is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER application_ledger_kept_delete BEFORE DELETE ON application_ledger BEGIN SELECT RAISE(ABORT, 'application_ledger is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER application_ledger_kept_replace BEFORE INSERT ON application_ledger WHEN EXISTS (SELECT 1 FROM application_ledger WHERE id = new.id) BEGIN
  SELECT RAISE(ABORT, 'application_ledger is only added to');
END;
-- +goose StatementEnd
