package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// TestReplicasStartAtOnce: replicas that are rolled out together migrate, seed and make the first key once.
func TestReplicasStartAtOnce(t *testing.T) {
	hash := func(context.Context, string) (string, error) { return "hash", nil }
	db := databasetest.Replicas(t, func(db *database.DB) error {
		s := store.New(db, time.Hour).WithKeySecret("a secret of more than 32 characters")
		if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
			return err
		}
		return errors.Join(s.RotateSigningKey(t.Context(), time.Hour), s.SeedDemo(t.Context(), hash))
	})
	var people, keys int
	err := errors.Join(
		db.Read().Get(t.Context(), &people, `SELECT count(*) FROM users`),
		db.Read().Get(t.Context(), &keys, `SELECT count(*) FROM signing_keys`),
	)
	if err != nil || people != 5 || keys != 1 {
		t.Errorf("%d people and %d keys, %v; want the five of the demo and one key", people, keys, err)
	}
}
