package events_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/redistest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var (
	key = []byte("a key that peers share, of 32 characters")
	// quick is a Pace for tests.
	quick = events.Pace{
		Poll: 5 * time.Millisecond, Lease: time.Second, Retry: 20 * time.Millisecond, MaxDeliveries: 3,
	}
	migrations = events.Migrations(fstest.MapFS{"migrations/0001_copy.sql": {Data: []byte(`-- +goose Up
CREATE TABLE copies (id TEXT PRIMARY KEY, version BIGINT NOT NULL, times BIGINT NOT NULL);`)}})
)

// world is a producer, "product", and a follower, "order", each with its database, on one Redis.
type world struct {
	redis            *redistest.Server
	producer, follow *events.Bus
	source           events.Source
}

// eachWorld runs test on SQLite with miniredis and on Postgres with a real Redis.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite and miniredis", func(t *testing.T) {
		test(t, newWorld(t, redistest.InProcess(t), databasetest.SQLite(t, migrations), databasetest.SQLite(t, migrations)))
	})
	t.Run("postgres and redis-server", func(t *testing.T) {
		test(t, newWorld(t, redistest.Real(t), databasetest.Postgres(t, migrations), databasetest.Postgres(t, migrations)))
	})
}

func newWorld(t testing.TB, redis *redistest.Server, producer, follower *database.DB) *world {
	w := &world{
		redis:    redis,
		producer: &events.Bus{Service: "product", DB: producer, PeerKey: key, Pace: quick},
		follow:   &events.Bus{Service: "order", DB: follower, PeerKey: key, Pace: quick},
	}
	for _, bus := range []*events.Bus{w.producer, w.follow} {
		client, err := events.OpenRedis(redis.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		bus.Redis = client
	}
	server := httptest.NewServer(w.producer.Snapshot())
	t.Cleanup(server.Close)
	w.source = events.Source{Service: "product", URL: server.URL, Apply: copyEvent}
	return w
}

func (w *world) following(source events.Source) func(context.Context) error {
	return func(ctx context.Context) error { return w.follow.Follow(ctx, source) }
}

type state struct{ Text string }

func (w *world) tell(t testing.TB, id string, version int64) {
	t.Helper()
	err := w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
		return events.Append(t.Context(), tx, "thing", id, version, state{fmt.Sprint(id, version)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// copyEvent counts how often an aggregate was changed.
func copyEvent(ctx context.Context, tx database.Handle, event events.Event) error {
	var s state
	if err := event.Decode(&s); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO copies (id, version, times) VALUES (?, ?, 1) ON CONFLICT (id)
		DO UPDATE SET version = excluded.version, times = copies.times + 1`, event.Aggregate, event.Version)
	return err
}

func (w *world) copies(t *testing.T) []string {
	t.Helper()
	var list []string
	err := w.follow.DB.Read().Select(t.Context(), &list,
		`SELECT id || '@' || CAST(version AS TEXT) FROM copies ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// eventually waits for something that a background task brings about; the limit only ends a test that hangs.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

func (w *world) awaitCopies(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	eventually(t, fmt.Sprintf("copies %v", want), func() bool {
		got = w.copies(t)
		return slices.Equal(got, want)
	})
}

func (w *world) waiting(t *testing.T) (count int) {
	t.Helper()
	err := w.producer.DB.Read().Get(t.Context(), &count, `SELECT count(*) FROM events_outbox WHERE published_at IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestEventsArriveWithTheirTransaction(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		background.Run(t, w.producer.Relay, w.following(w.source))
		w.tell(t, "a", 1)
		undone := errors.New("undone")
		err := w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
			if err := events.Append(t.Context(), tx, "thing", "never", 1, state{}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		w.tell(t, "b", 1)
		w.tell(t, "a", 2)
		w.awaitCopies(t, "a@2", "b@1")
		eventually(t, "the outbox is drained", func() bool { return w.waiting(t) == 0 })
	})
}

// TestManyReplicas: each event has its effect once, whoever publishes and applies it.
func TestManyReplicas(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var applied atomic.Int64
		counting := w.source
		counting.Apply = func(ctx context.Context, tx database.Handle, event events.Event) error {
			applied.Add(1)
			return copyEvent(ctx, tx, event)
		}
		background.Run(t, w.producer.Relay, w.producer.Relay, w.following(counting), w.following(counting), w.following(counting))
		var want []string
		for i := range 40 {
			id := fmt.Sprintf("a%02d", i)
			w.tell(t, id, 1)
			want = append(want, id+"@1")
		}
		w.awaitCopies(t, want...)
		var twice int
		if err := w.follow.DB.Read().Get(t.Context(), &twice, `SELECT count(*) FROM copies WHERE times > 1`); err != nil || twice > 0 {
			t.Errorf("%d were changed more than once, %v", twice, err)
		}
		if applied.Load() < 40 {
			t.Errorf("applied %d times", applied.Load())
		}
	})
}

func TestOlderVersionsAreSkipped(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.tell(t, "a", 7)
		stop := background.Run(t, w.producer.Relay)
		eventually(t, "published", func() bool { return w.waiting(t) == 0 })
		stop()
		w.tell(t, "a", 3)
		w.tell(t, "z", 1)
		background.Run(t, w.producer.Relay, w.following(w.source))
		w.awaitCopies(t, "a@7", "z@1")
	})
}

// TestRedisIsDownAndComesBackEmpty: what was published and not read, and what waited, is all there in the end.
func TestRedisIsDownAndComesBackEmpty(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		background.Run(t, w.producer.Relay)
		follow := background.Run(t, w.following(w.source))
		w.tell(t, "a", 1)
		w.awaitCopies(t, "a@1")
		follow()
		w.tell(t, "published, never read", 1)
		eventually(t, "published", func() bool { return w.waiting(t) == 0 })
		w.redis.Stop(t)
		background.Run(t, w.following(w.source))
		w.tell(t, "b", 1)
		if w.waiting(t) != 1 {
			t.Error("an event left the outbox while Redis is down")
		}
		w.redis.Start(t)
		w.awaitCopies(t, "a@1", "b@1", "published, never read@1")
		eventually(t, "the outbox is drained", func() bool { return w.waiting(t) == 0 })
	})
}

func TestAFailureIsRetriedBesideWhatFollows(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var failures atomic.Int64
		failing := w.source
		failing.Apply = func(ctx context.Context, tx database.Handle, event events.Event) error {
			if err := copyEvent(ctx, tx, event); err != nil {
				return err
			}
			if event.Aggregate == "a" && failures.Add(1) < 3 {
				return errors.New("not yet")
			}
			return nil
		}
		background.Run(t, w.following(failing))
		eventually(t, "the empty snapshot is read", func() bool { return w.snapshotIsRead(t) })
		w.tell(t, "a", 1)
		w.tell(t, "b", 1)
		background.Run(t, w.producer.Relay)
		w.awaitCopies(t, "a@1", "b@1")
		if letters := w.letters(t); len(letters) != 0 || failures.Load() != 3 {
			t.Errorf("%d tries, dead letters %v", failures.Load(), letters)
		}
	})
}

func (w *world) snapshotIsRead(t *testing.T) bool {
	t.Helper()
	var count int
	err := w.follow.DB.Read().Get(t.Context(), &count, `SELECT count(*) FROM events_snapshot WHERE read_at > asked_at`)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := w.redis.Client.XInfoGroups(t.Context(), events.StreamOf("product")).Result()
	return count == 1 && err == nil && len(groups) == 1
}

func (w *world) letters(t *testing.T) []events.Letter {
	t.Helper()
	letters, err := events.Letters(t.Context(), w.redis.Client, "product", "order")
	if err != nil {
		t.Fatal(err)
	}
	return letters
}

func TestDeadLetters(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var isMended atomic.Bool
		broken := w.source
		broken.Apply = func(ctx context.Context, tx database.Handle, event events.Event) error {
			if event.Aggregate == "bad" && !isMended.Load() {
				return errors.New("a defect")
			}
			return copyEvent(ctx, tx, event)
		}
		background.Run(t, w.producer.Relay, w.following(broken))
		eventually(t, "the empty snapshot is read", func() bool { return w.snapshotIsRead(t) })
		w.tell(t, "bad", 1)
		w.tell(t, "good", 1)
		addEntry(t, w, map[string]any{"version": "no number"})
		eventually(t, "two dead letters", func() bool { return len(w.letters(t)) == 2 })
		w.awaitCopies(t, "good@1")
		isMended.Store(true)
		for _, letter := range w.letters(t) {
			if letter.Fields["aggregate"] != "bad" {
				continue
			}
			if letter.Error != "a defect" || letter.Since == "" || letter.Fields["state"] != `{"Text":"bad1"}` {
				t.Errorf("letter %+v", letter)
			}
			if err := events.Replay(t.Context(), w.redis.Client, "product", "order", []string{letter.ID}); err != nil {
				t.Fatal(err)
			}
		}
		w.awaitCopies(t, "bad@1", "good@1")
		if letters := w.letters(t); len(letters) != 1 || letters[0].Fields["version"] != "no number" {
			t.Errorf("left: %+v", letters)
		}
		if err := events.Replay(t.Context(), w.redis.Client, "product", "order", []string{"1-1"}); err == nil {
			t.Error("a letter that does not exist was replayed")
		}
	})
}
