package databasetest

import (
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// Replicas runs start at the same moment with each of some handles on one new Postgres database, as replicas of a service
// do that are rolled out together, and returns one of the handles.
func Replicas(t *testing.T, start func(db *database.DB) error) *database.DB {
	t.Helper()
	url := PostgresURL(t)
	var group errgroup.Group
	replicas := make([]*database.DB, 4)
	for i := range replicas {
		db := openAt(t, url)
		t.Cleanup(func() { closeAll(t, db) })
		group.Go(func() error { return start(db) })
		replicas[i] = db
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return replicas[0]
}
