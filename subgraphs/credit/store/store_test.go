package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func statuses(t *testing.T, s *store.Store, ids ...string) []financing.Status {
	t.Helper()
	got, err := s.Statuses(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ledger(t *testing.T, db *database.DB, user string) []string {
	t.Helper()
	var rows []string
	err := db.Read().Select(context.Background(), &rows, `SELECT before || ' to ' || after || ' by ' || changed_by || ': ' || reason
		FROM credit_ledger WHERE user_id = ? ORDER BY changed_at, id`, user)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestStatusAndLedgerChangeTogether(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		ctx, s := context.Background(), store.New(db, bureau.Embedded{})
		for _, change := range []store.Change{
			{UserID: "ann", Status: financing.Good, Reason: "paid", By: "clerk"},
			{UserID: "ann", Status: financing.Bad, Reason: "stopped paying", By: "admin"},
			{UserID: "ann", Status: financing.Bad, Reason: "looked again", By: "clerk"},
		} {
			if err := s.SetStatus(ctx, change); err != nil {
				t.Fatal(err)
			}
		}
		if got := statuses(t, s, "bob", "ann", "bob", "ann"); !slices.Equal(got, []financing.Status{"UNKNOWN", "BAD", "UNKNOWN", "BAD"}) {
			t.Errorf("statuses %v", got)
		}
		want := []string{"UNKNOWN to GOOD by clerk: paid", "GOOD to BAD by admin: stopped paying", "BAD to BAD by clerk: looked again"}
		if got := ledger(t, db, "ann"); !slices.Equal(got, want) {
			t.Errorf("ledger %q", got)
		}
	})
}

// TestLedgersAreOnlyAddedTo: the database itself keeps what was written, whoever has another wish.
func TestLedgersAreOnlyAddedTo(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		if err := s.SetStatus(t.Context(), store.Change{UserID: "ann", Status: financing.Good, Reason: "paid", By: "clerk"}); err != nil {
			t.Fatal(err)
		}
		hearOrder(t, s, db, "o", open("leslie", 4097))
		if _, err := s.Apply(t.Context(), "leslie", "o", 24); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"credit_ledger", "application_ledger"} {
			databasetest.WantKept(t, db, table, "reason")
		}
	})
}

func TestWrongInputWritesNothing(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		for field, change := range map[string]store.Change{
			"userId": {UserID: " ", Status: financing.Good, Reason: "r", By: "clerk"},
			"reason": {UserID: "ann", Status: financing.Good, Reason: strings.Repeat("x", 501), By: "clerk"},
		} {
			if err := s.SetStatus(context.Background(), change); !fail.Is(err, fail.BadInput) || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: %v", field, err)
			}
		}
		if rows := ledger(t, db, "ann"); len(rows) != 0 || statuses(t, s, "ann")[0] != financing.Unknown {
			t.Errorf("something was written: %v", rows)
		}
	})
}

func TestConcurrentChangesAreAllInTheLedger(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, bureau.Embedded{})
		var group errgroup.Group
		for range 6 {
			group.Go(func() error {
				return s.SetStatus(context.Background(), store.Change{UserID: "ann", Status: financing.Good, Reason: "r", By: "clerk"})
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		rows := ledger(t, db, "ann")
		fromUnknown := slices.DeleteFunc(slices.Clone(rows), func(r string) bool { return !strings.HasPrefix(r, "UNKNOWN") })
		if len(rows) != 6 || len(fromUnknown) != 1 {
			t.Errorf("ledger %q", rows)
		}
	})
}

func TestSeedingTwiceKeepsWhatClerksChanged(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		ctx, s := context.Background(), store.New(db, bureau.Embedded{})
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		if err := s.SetStatus(ctx, store.Change{UserID: "jack", Status: financing.Good, Reason: "r", By: "clerk"}); err != nil {
			t.Fatal(err)
		}
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		if got := statuses(t, s, "walter", "jack", "leslie"); !slices.Equal(got, []financing.Status{"GOOD", "GOOD", "UNKNOWN"}) {
			t.Errorf("statuses %v", got)
		}
		if rows := ledger(t, db, "walter"); len(rows) != 1 {
			t.Errorf("ledger %q", rows)
		}
	})
}
