-- +goose Up
-- What this service has to tell others. A row is written in the transaction of the change that it tells of, and taken
-- by the relay. The newest row of each aggregate stays for ever: together they are the snapshot.
CREATE TABLE events_outbox (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL,
  aggregate    TEXT NOT NULL,
  version      BIGINT NOT NULL,
  state        TEXT NOT NULL,
  created_at   TIMESTAMP NOT NULL,
  published_at TIMESTAMP
);
CREATE UNIQUE INDEX events_outbox_version ON events_outbox (kind, aggregate, version);
CREATE INDEX events_outbox_waiting ON events_outbox (created_at, version, id) WHERE published_at IS NULL;
CREATE INDEX events_outbox_published ON events_outbox (published_at) WHERE published_at IS NOT NULL;

-- Which replica publishes, and until when: one at a time.
CREATE TABLE events_lease (
  name        TEXT PRIMARY KEY,
  holder      TEXT NOT NULL,
  held_until  TIMESTAMP NOT NULL
);

-- How far this service knows the aggregates of others: an event is applied only if its version is newer.
CREATE TABLE events_applied (
  source    TEXT NOT NULL,
  kind      TEXT NOT NULL,
  aggregate TEXT NOT NULL,
  version   BIGINT NOT NULL,
  PRIMARY KEY (source, kind, aggregate)
);

-- When the whole snapshot of another service was last asked for, and when the reading of the last one began that was
-- read to its end: it is due while it was asked for later.
CREATE TABLE events_snapshot (
  source   TEXT PRIMARY KEY,
  asked_at TIMESTAMP NOT NULL,
  read_at  TIMESTAMP
);

-- +goose Down
DROP TABLE events_snapshot;
DROP TABLE events_applied;
DROP TABLE events_lease;
DROP TABLE events_outbox;
