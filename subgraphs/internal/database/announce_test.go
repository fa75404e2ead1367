package database_test

import (
	"errors"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// TestCommitsAreAnnounced: who waits hears of a commit, whoever else does, and of nothing that was rolled back.
func TestCommitsAreAnnounced(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		one, two, other := db.Announced("counted"), db.Announced("counted"), db.Announced("something else")
		heard := func(signal <-chan struct{}) bool {
			select {
			case <-signal:
				return true
			default:
				return false
			}
		}
		boom := errors.New("boom")
		for _, c := range []struct {
			id   string
			err  error
			want bool
		}{{"a", nil, true}, {"b", boom, false}, {"a", nil, false}, {"c", nil, true}} {
			err := db.Tx(t.Context(), func(tx database.Handle) error {
				tx.Announce("counted")
				if heard(one) {
					t.Error("it was announced before the commit")
				}
				tx.Announce("counted")
				return errors.Join(insert(t.Context(), tx, c.id, database.Now()), c.err)
			})
			if (err == nil) != c.want {
				t.Fatalf("%s: %v", c.id, err)
			}
			if heard(one) != c.want || heard(two) != c.want || heard(one) || heard(other) {
				t.Errorf("after the transaction of %s that ended with %v the wrong ones have heard of it", c.id, err)
			}
		}
	})
}
