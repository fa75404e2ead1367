package database_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// TestStatementsAreUsedByMany: the same texts run again and again, inside and outside of transactions and by many at
// once, and each answer is that of its own arguments.
func TestStatementsAreUsedByMany(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		var group errgroup.Group
		for worker := range 8 {
			group.Go(func() error {
				for round := range 25 {
					id := fmt.Sprintf("%d-%d", worker, round)
					err := db.Tx(ctx, func(tx database.Handle) error {
						if err := insert(ctx, tx, id, database.Now()); err != nil {
							return err
						}
						return expectID(ctx, tx, id)
					})
					if err != nil {
						return err
					}
					if err := expectID(ctx, db.Read(), id); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	})
}

func expectID(ctx context.Context, on database.Handle, id string) error {
	var ids []string
	if err := on.Select(ctx, &ids, `SELECT id FROM counters WHERE id IN (?)`, []string{id, "nobody"}); err != nil {
		return err
	}
	var count int
	if err := on.Get(ctx, &count, `SELECT count(*) FROM counters WHERE id = ?`, id); err != nil {
		return err
	}
	if count != 1 || len(ids) != 1 || ids[0] != id {
		return fmt.Errorf("%s is found as %v, %d times", id, ids, count)
	}
	return nil
}

// TestMoreTextsThanPlaces: texts beyond those that are kept run all the same, and so do wrong ones and those of a
// transaction that was ended by an error.
func TestMoreTextsThanPlaces(t *testing.T) {
	db := databasetest.SQLite(t, migrations)
	ctx := t.Context()
	for i := range database.MaxStatements + 50 {
		text := fmt.Sprintf("SELECT %d", i)
		for range 2 {
			var outside, inside int
			if err := db.Read().Get(ctx, &outside, text); err != nil || outside != i {
				t.Fatalf("%s is %d, %v", text, outside, err)
			}
			err := db.Tx(ctx, func(tx database.Handle) error { return tx.Get(ctx, &inside, text) })
			if err != nil || inside != i {
				t.Fatalf("%s is %d, %v", text, inside, err)
			}
		}
	}
	for range 3 {
		err := db.Tx(ctx, func(tx database.Handle) error {
			_, err := tx.Exec(ctx, "UPDATE nowhere SET x = 1")
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "no such table") {
			t.Fatalf("a statement on no table: %v", err)
		}
	}
}

// TestStatementsFollowTheSchema: a statement that was prepared before a migration sees what the migration has made.
func TestStatementsFollowTheSchema(t *testing.T) {
	db := databasetest.SQLite(t, migrations)
	ctx := t.Context()
	columns := func() (n int) {
		rows := []struct {
			Name string
		}{}
		if err := db.Read().Select(ctx, &rows, `SELECT name FROM pragma_table_info('counters')`); err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	before := columns()
	for range 2 {
		err := db.Tx(ctx, func(tx database.Handle) error { return insert(ctx, tx, fmt.Sprint(before), database.Now()) })
		if err != nil {
			t.Fatal(err)
		}
		err = db.Tx(ctx, func(tx database.Handle) error {
			_, err := tx.Exec(ctx, fmt.Sprintf("ALTER TABLE counters ADD COLUMN more_%d TEXT", before))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if after := columns(); after != before+1 {
			t.Fatalf("%d columns after one was added to %d", after, before)
		}
		before++
	}
}

// BenchmarkRead is a row by its key, and BenchmarkTx a transaction that reads and writes one.
func BenchmarkRead(b *testing.B) {
	db := databasetest.SQLite(b, migrations)
	ctx := b.Context()
	if err := db.Tx(ctx, func(tx database.Handle) error { return insert(ctx, tx, "a", database.Now()) }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var value int
		if err := db.Read().Get(ctx, &value, `SELECT value FROM counters WHERE id = ?`, "a"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTx(b *testing.B) {
	db := databasetest.SQLite(b, migrations)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := db.Tx(ctx, func(tx database.Handle) error { return increment(ctx, tx) }); err != nil {
			b.Fatal(err)
		}
	}
}
