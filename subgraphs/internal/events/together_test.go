package events_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

// TestEventsThatAreReadTogether are applied in one transaction: if one of them fails none is, and then each by itself.
func TestEventsThatAreReadTogether(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.follow.Pace.Retry = time.Hour // on a slow machine it would deliver beside the first delivery
		stop := background.Run(t, w.following(w.source))
		eventually(t, "the empty snapshot is read", func() bool { return w.snapshotIsRead(t) })
		stop()
		for _, id := range []string{"a", "b", "c"} {
			w.tell(t, id, 1)
		}
		stop = background.Run(t, w.producer.Relay)
		eventually(t, "published", func() bool { return w.waiting(t) == 0 })
		stop()
		var begun []string
		source := w.source
		source.Apply = func(ctx context.Context, tx database.Handle, event events.Event) error {
			begun = append(begun, event.Aggregate)
			if event.Aggregate == "b" && len(begun) == 2 {
				return errors.New("not yet")
			}
			return copyEvent(ctx, tx, event)
		}
		stop = background.Run(t, w.following(source))
		w.awaitCopies(t, "a@1", "b@1", "c@1")
		eventually(t, "all are acknowledged", func() bool {
			pending, err := w.redis.Client.XPending(t.Context(), events.StreamOf("product"), "order").Result()
			return err == nil && pending.Count == 0
		})
		stop()
		if want := []string{"a", "b", "a", "b", "c"}; !slices.Equal(begun, want) {
			t.Errorf("applied were %v, want %v", begun, want)
		}
		var twice int
		if err := w.follow.DB.Read().Get(t.Context(), &twice, `SELECT count(*) FROM copies WHERE times <> 1`); err != nil || twice != 0 {
			t.Errorf("%d events had their effect twice, %v", twice, err)
		}
	})
}
