package events_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

func addEntry(t *testing.T, w *world, values map[string]any) {
	t.Helper()
	err := w.redis.Client.XAdd(t.Context(), &redis.XAddArgs{Stream: events.StreamOf("product"), Values: values}).Err()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWithoutRedis: the snapshot alone carries everything, over several pages.
func TestWithoutRedis(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.follow.Redis = nil
		w.follow.Pace.Reconcile = 10 * time.Millisecond
		err := w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
			for i := range 1201 {
				for version := range int64(2) {
					id := fmt.Sprintf("a%04d", i)
					if err := events.Append(t.Context(), tx, "thing", id, version+1, state{id}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		background.Run(t, w.following(w.source))
		eventually(t, "1201 copies", func() bool { return len(w.copies(t)) == 1201 })
		w.tell(t, "a0000", 9)
		eventually(t, "the change", func() bool { return w.copies(t)[0] == "a0000@9" })
		var changes int
		if err := w.follow.DB.Read().Get(t.Context(), &changes, `SELECT sum(times) FROM copies`); err != nil || changes != 1202 {
			t.Errorf("%d changes, %v", changes, err)
		}
	})
}

func TestSnapshotIsForPeers(t *testing.T) {
	bus := &events.Bus{Service: "product", PeerKey: key}
	answer := httptest.NewRecorder()
	bus.Snapshot().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, events.SnapshotPath, nil))
	if answer.Code != http.StatusUnauthorized {
		t.Errorf("an unsigned request got %d", answer.Code)
	}
}

// TestAFollowerThatIsFarBehind: the stream stays short, and who comes back reads the snapshot.
func TestAFollowerThatIsFarBehind(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		stop := background.Run(t, w.following(w.source))
		eventually(t, "the group is there", func() bool { return w.snapshotIsRead(t) })
		stop()
		w.producer.Pace.MaxLength = 10
		for i := range 30 {
			w.tell(t, fmt.Sprintf("a%02d", i), 1)
		}
		background.Run(t, w.producer.Relay)
		stream := events.StreamOf("product")
		eventually(t, "the stream is short", func() bool {
			return w.waiting(t) == 0 && w.redis.Client.XLen(t.Context(), stream).Val() <= 10
		})
		background.Run(t, w.following(w.source))
		eventually(t, "30 copies", func() bool { return len(w.copies(t)) == 30 })
	})
}

// TestPruning keeps the newest event of each aggregate, which the snapshot is made of.
func TestPruning(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.producer.Pace.Retention = time.Nanosecond
		w.tell(t, "a", 1)
		w.tell(t, "a", 2)
		w.tell(t, "b", 1)
		background.Run(t, w.producer.Relay)
		eventually(t, "only the newest rows are left", func() bool {
			var left []string
			err := w.producer.DB.Read().Select(t.Context(), &left,
				`SELECT aggregate || '@' || CAST(version AS TEXT) FROM events_outbox ORDER BY aggregate, version`)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(left) == "[a@2 b@1]"
		})
		background.Run(t, w.following(w.source))
		w.awaitCopies(t, "a@2", "b@1")
	})
}

// TestTheOutboxKeepsWhatItHasToTell: the database itself refuses to change an event, and to delete one that waits or that
// the snapshot needs.
func TestTheOutboxKeepsWhatItHasToTell(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.tell(t, "a", 1)
		w.tell(t, "a", 2)
		databasetest.WantKept(t, w.producer.DB, "events_outbox", "state")
		stop := background.Run(t, w.producer.Relay)
		eventually(t, "published", func() bool { return w.waiting(t) == 0 })
		stop()
		databasetest.WantKept(t, w.producer.DB, "events_outbox", "state")
		var left int
		err := w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
			if _, err := tx.Exec(t.Context(), `DELETE FROM events_outbox WHERE version = 1`); err != nil {
				return err
			}
			return tx.Get(t.Context(), &left, `SELECT count(*) FROM events_outbox`)
		})
		if err != nil || left != 1 {
			t.Errorf("after the deletion of what was published and is old there are %d events, %v", left, err)
		}
	})
}

// TestAnotherReplicaTakesOver: at once from one that stops, at the end of the lease from one that was killed, and not
// before.
func TestAnotherReplicaTakesOver(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.producer.Pace.Lease = time.Hour
		for _, id := range []string{"a", "b"} {
			w.tell(t, id, 1)
			stop := background.Run(t, w.producer.Relay)
			eventually(t, "published", func() bool { return w.waiting(t) == 0 })
			stop()
		}
		killed := func(until time.Time) {
			err := w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO events_lease (name, holder, held_until) VALUES ('relay', 'killed', ?)
					ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until`, until)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		killed(time.Now().Add(time.Hour))
		w.tell(t, "c", 1)
		w.producer.Pace.Lease = 20 * time.Millisecond
		background.Run(t, w.producer.Relay)
		time.Sleep(100 * time.Millisecond) // many polls: a relay that ignores the lease has published by now
		if w.waiting(t) != 1 {
			t.Error("two replicas published at once")
		}
		killed(time.Now())
		eventually(t, "published", func() bool { return w.waiting(t) == 0 })
	})
}
