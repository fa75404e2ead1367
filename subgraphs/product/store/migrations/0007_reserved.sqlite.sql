-- +goose Up
-- What was taken for orders is only added to: with it the stock can be told again at any time. INSERT OR REPLACE deletes
-- without asking the trigger for that.
-- +goose StatementBegin
CREATE TRIGGER reserved_kept_update BEFORE UPDATE ON reserved BEGIN SELECT RAISE(ABORT, 'reserved is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reserved_kept_delete BEFORE DELETE ON reserved BEGIN SELECT RAISE(ABORT, 'reserved is only added to'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reserved_kept_replace BEFORE INSERT ON reserved WHEN EXISTS (SELECT 1 FROM reserved WHERE order_id = new.order_id AND product_id = new.product_id) BEGIN
  SELECT RAISE(ABORT, 'reserved is only added to');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER reserved_kept_replace;
DROP TRIGGER reserved_kept_delete;
DROP TRIGGER reserved_kept_update;
