package events_test

import (
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/redistest"
)

// TestALateCommitIsPublished: an event that was written before another one, and committed after that was published, is
// published too. Where SQLite is, one writes at a time.
func TestALateCommitIsPublished(t *testing.T) {
	w := newWorld(t, redistest.InProcess(t), databasetest.Postgres(t, migrations), databasetest.Postgres(t, migrations))
	background.Run(t, w.producer.Relay, w.following(w.source))
	w.tell(t, "before", 1)
	w.awaitCopies(t, "before@1")

	isWritten, mayCommit := make(chan struct{}), make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		isFirst := true // the database may have it done again, if the other transaction was in the way
		return w.producer.DB.Tx(t.Context(), func(tx database.Handle) error {
			err := events.Append(t.Context(), tx, "thing", "late", 1, state{"late"})
			if isFirst {
				isFirst = false
				close(isWritten)
				<-mayCommit
			}
			return err
		})
	})
	<-isWritten
	w.tell(t, "early", 1)
	w.awaitCopies(t, "before@1", "early@1")
	close(mayCommit)
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	w.awaitCopies(t, "before@1", "early@1", "late@1")
}
