package events_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/redistest"
)

// BenchmarkFromChangeToCopy measures how long after a commit in one service another one applies the event, at the pace of
// production, when changes come now and then.
func BenchmarkFromChangeToCopy(b *testing.B) {
	for _, c := range []struct {
		name  string
		redis func(testing.TB) *redistest.Server
		store func(testing.TB) *database.DB
	}{
		{"sqlite and miniredis", redistest.InProcess, func(b testing.TB) *database.DB { return databasetest.SQLite(b, migrations) }},
		{"sqlite and redis-server", redistest.Real, func(b testing.TB) *database.DB { return databasetest.SQLite(b, migrations) }},
		{"postgres and redis-server", redistest.Real, func(b testing.TB) *database.DB { return databasetest.Postgres(b, migrations) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, c.redis(b), c.store(b), c.store(b))
			w.producer.Pace, w.follow.Pace = events.Pace{}, events.Pace{}
			copied := make(chan struct{}, 1)
			source := w.source
			source.Apply = func(ctx context.Context, tx database.Handle, event events.Event) error {
				err := copyEvent(ctx, tx, event)
				copied <- struct{}{}
				return err
			}
			background.Run(b, w.producer.Relay, w.following(source))
			w.tell(b, "first", 1)
			<-copied
			took := make([]time.Duration, b.N)
			for i := range took {
				time.Sleep(time.Duration(i*37%150) * time.Millisecond)
				w.tell(b, fmt.Sprint(i), 1)
				start := time.Now()
				<-copied
				took[i] = time.Since(start)
			}
			slices.Sort(took)
			for name, at := range map[string]int{"p50-ms": b.N / 2, "p99-ms": b.N * 99 / 100} {
				b.ReportMetric(float64(took[at].Microseconds())/1000, name)
			}
		})
	}
}

// TestACommitWakesTheRelay: what is told here is published without waiting for the next look, however often it is told.
func TestACommitWakesTheRelay(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.producer.Pace.Poll = time.Hour
		background.Run(t, w.producer.Relay, w.following(w.source))
		w.tell(t, "before", 1)
		w.awaitCopies(t, "before@1")
		for version := range int64(5) {
			w.tell(t, "a", version+1)
			w.awaitCopies(t, fmt.Sprint("a@", version+1), "before@1")
		}
		var writers sync.WaitGroup
		want := []string{"a@5", "before@1"}
		for i := range 8 {
			id := fmt.Sprint("c", i)
			writers.Go(func() { w.tell(t, id, 1) })
			want = append(want, id+"@1")
		}
		writers.Wait()
		w.awaitCopies(t, want...)
	})
}
