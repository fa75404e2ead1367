package database

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

// TestPlacesOfStatements: a pool keeps no more statements than it has places for, whatever is asked, and those that are
// asked again are kept.
func TestPlacesOfStatements(t *testing.T) {
	db, err := Open("sqlite:" + filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(on Handle, text string) {
		var n int
		if err := on.Get(t.Context(), &n, text); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 * MaxStatements {
		ask(db.Read(), fmt.Sprintf("SELECT %d", i))
		err := db.Tx(t.Context(), func(tx Handle) error {
			ask(tx, fmt.Sprintf("SELECT %d", i))
			ask(tx, fmt.Sprintf("SELECT %d", i))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []*statements{db.readStatements, db.writeStatements} {
		// What a transaction runs twice is wanted twice.
		if n := len(s.byText); n > MaxStatements || n < MaxStatements-1 || s.byText["SELECT 0"] == nil || len(s.wanted) > 1 {
			t.Errorf("%d statements are kept, of %d; %d are wanted", n, MaxStatements, len(s.wanted))
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := db.Read().Get(context.Background(), new(int), "SELECT 0"); err == nil {
		t.Error("a closed database answers")
	}
}
