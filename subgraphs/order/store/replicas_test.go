package store_test

import (
	"errors"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// TestReplicasStartAtOnce: replicas that are rolled out together migrate, seed and tell what is missing once.
func TestReplicasStartAtOnce(t *testing.T) {
	db := databasetest.Replicas(t, func(db *database.DB) error {
		s := store.New(db)
		if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
			return err
		}
		return errors.Join(s.SeedDemo(t.Context()), s.Backfill(t.Context()))
	})
	var orders, events int
	err := errors.Join(
		db.Read().Get(t.Context(), &orders, `SELECT count(*) FROM orders`),
		db.Read().Get(t.Context(), &events, `SELECT count(*) FROM events_outbox`),
	)
	if err != nil || orders != 3 || events != 3 {
		t.Errorf("%d orders and %d events, %v; want one for each of three people", orders, events, err)
	}
}
