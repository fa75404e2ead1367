-- +goose Up
-- What an event says never changes; a row goes only when it was published and a newer one of its aggregate is there, so
-- that no event is lost and the snapshot is whole. INSERT OR REPLACE deletes without asking the trigger for that.
-- +goose StatementBegin
CREATE TRIGGER events_outbox_kept_update BEFORE UPDATE OF id, kind, aggregate, version, state, created_at ON events_outbox BEGIN
  SELECT RAISE(ABORT, 'events_outbox keeps what it has to tell');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_outbox_kept_delete BEFORE DELETE ON events_outbox
WHEN old.published_at IS NULL OR NOT EXISTS (SELECT 1 FROM events_outbox n
    WHERE n.kind = old.kind AND n.aggregate = old.aggregate AND n.version > old.version) BEGIN
  SELECT RAISE(ABORT, 'events_outbox keeps what it has to tell');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_outbox_kept_replace BEFORE INSERT ON events_outbox
WHEN EXISTS (SELECT 1 FROM events_outbox n
    WHERE n.id = new.id OR n.kind = new.kind AND n.aggregate = new.aggregate AND n.version = new.version) BEGIN
  SELECT RAISE(ABORT, 'events_outbox keeps what it has to tell');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER events_outbox_kept_replace;
DROP TRIGGER events_outbox_kept_delete;
DROP TRIGGER events_outbox_kept_update;
