package store_test

import (
	"slices"
	"testing"

	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// TestReplicasStartAtOnce: replicas that are rolled out together migrate and seed once.
func TestReplicasStartAtOnce(t *testing.T) {
	db := databasetest.Replicas(t, func(db *database.DB) error {
		if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
			return err
		}
		return store.New(db, bureau.Embedded{}).SeedDemo(t.Context())
	})
	got := statuses(t, store.New(db, bureau.Embedded{}), "walter", "jack", "leslie")
	if !slices.Equal(got, []financing.Status{"GOOD", "BAD", "UNKNOWN"}) {
		t.Errorf("statuses %v", got)
	}
	if rows := ledger(t, db, "walter"); len(rows) != 1 {
		t.Errorf("the ledger has %q, want one step", rows)
	}
}
