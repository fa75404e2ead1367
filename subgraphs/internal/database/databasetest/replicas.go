package databasetest

import (
	"context"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// Replicas runs start at the same moment with each of some handles on one new Postgres database, as replicas of a service
// do that are rolled out together, and returns one of the handles.
func Replicas(t *testing.T, start func(db *database.DB) error) *database.DB {
	t.Helper()
	url := PostgresURL(t)
	replicas := make([]*database.DB, 4)
	for i := range replicas {
		replicas[i] = openAt(t, url)
		t.Cleanup(func() { closeAll(t, replicas[i]) })
	}
	err := boot.Parallel(t.Context(), len(replicas), len(replicas), func(_ context.Context, i int) error { return start(replicas[i]) })
	if err != nil {
		t.Fatal(err)
	}
	return replicas[0]
}
