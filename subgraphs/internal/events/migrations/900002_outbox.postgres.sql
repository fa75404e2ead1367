-- +goose Up
-- What an event says never changes; a row goes only when it was published and a newer one of its aggregate is there, so
-- that no event is lost and the snapshot is whole.
-- +goose StatementBegin
CREATE FUNCTION keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM events_outbox n
      WHERE n.kind = OLD.kind AND n.aggregate = OLD.aggregate AND n.version > OLD.version) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'events_outbox keeps what it has to tell';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_outbox_kept BEFORE DELETE OR UPDATE OF id, kind, aggregate, version, state, created_at ON events_outbox
  FOR EACH ROW EXECUTE FUNCTION keep_events();
CREATE TRIGGER events_outbox_whole BEFORE TRUNCATE ON events_outbox FOR EACH STATEMENT EXECUTE FUNCTION keep_events();

-- +goose Down
DROP TRIGGER events_outbox_whole ON events_outbox;
DROP TRIGGER events_outbox_kept ON events_outbox;
DROP FUNCTION keep_events;
