package database_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var migrations = fstest.MapFS{"00001_counters.sql": {Data: []byte(`-- +goose Up
CREATE TABLE counters (id TEXT PRIMARY KEY, value BIGINT NOT NULL, at TIMESTAMP NOT NULL);
`)}}

func insert(ctx context.Context, h database.Handle, id string, at time.Time) error {
	_, err := h.Exec(ctx, `INSERT INTO counters (id, value, at) VALUES (?, 0, ?)`, id, at)
	return err
}

func TestTimesComeBackAsTheyWereStored(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		at := time.Date(2026, 2, 3, 4, 5, 6, 123456789, time.FixedZone("east", 3*3600))
		if err := db.Tx(ctx, func(tx database.Handle) error { return insert(ctx, tx, "a", at) }); err != nil {
			t.Fatal(err)
		}
		var got time.Time
		if err := db.Read().Get(ctx, &got, `SELECT at FROM counters WHERE id = ? AND at <= ?`, "a", at); err != nil {
			t.Fatal(err)
		}
		if want := at.UTC().Truncate(time.Microsecond); !got.Equal(want) {
			t.Fatalf("stored %v, read %v", want, got)
		}
	})
}

func TestSliceParametersFillIn(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Tx(ctx, func(tx database.Handle) error {
			return errors.Join(insert(ctx, tx, "a", database.Now()), insert(ctx, tx, "b", database.Now()), insert(ctx, tx, "c", database.Now()))
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		err = db.Read().Select(ctx, &ids, `SELECT id FROM counters WHERE id IN (?) AND value = ? ORDER BY id`, []string{"a", "c", "x"}, 0)
		if err != nil || strings.Join(ids, " ") != "a c" {
			t.Fatalf("got %v, %v", ids, err)
		}
	})
}

func TestTransactionsAreSerialised(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		const writers, rounds = 4, 10
		var group errgroup.Group
		for range writers {
			group.Go(func() error {
				for range rounds {
					if err := db.Tx(ctx, func(tx database.Handle) error { return increment(ctx, tx) }); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		var value int
		if err := db.Read().Get(ctx, &value, `SELECT value FROM counters WHERE id = ?`, "shared"); err != nil || value != writers*rounds {
			t.Fatalf("counted %d, %v; want %d: an update was lost", value, err, writers*rounds)
		}
	})
}

// increment reads and writes in two steps, and makes the row if there is none: both go wrong without serialisation.
func increment(ctx context.Context, tx database.Handle) error {
	var value int
	err := tx.Get(ctx, &value, `SELECT value FROM counters WHERE id = ?`, "shared")
	if database.NoRows(err) {
		err = insert(ctx, tx, "shared", database.Now())
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE counters SET value = ? WHERE id = ?`, value+1, "shared")
	return err
}

func TestFailedTransactionWritesNothing(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx, boom := context.Background(), errors.New("boom")
		err := db.Tx(ctx, func(tx database.Handle) error { return errors.Join(insert(ctx, tx, "a", database.Now()), boom) })
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.Tx(ctx, func(tx database.Handle) error {
				if err := insert(ctx, tx, "b", database.Now()); err != nil {
					return err
				}
				panic("boom")
			})
			t.Error("the panic was swallowed")
		}()
		var count int
		if err := db.Read().Get(ctx, &count, `SELECT count(*) FROM counters`); err != nil || count != 0 {
			t.Fatalf("%d rows, %v", count, err)
		}
	})
}

func TestUniqueViolationIsRecognised(t *testing.T) {
	databasetest.Each(t, migrations, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		err := db.Tx(ctx, func(tx database.Handle) error {
			if err := insert(ctx, tx, "a", database.Now()); err != nil {
				return err
			}
			return insert(ctx, tx, "a", database.Now())
		})
		if !database.IsUniqueViolation(err) || database.IsUniqueViolation(errors.New("x")) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestFileNamesMayHoldAnyCharacter(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a b%?#", "x&y.db")
	db, err := database.Open("sqlite:" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(context.Background(), migrations); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
}

func TestReadHandleCannotWriteOnSQLite(t *testing.T) {
	db := databasetest.SQLite(t, migrations)
	if err := insert(context.Background(), db.Read(), "a", database.Now()); err == nil {
		t.Fatal("a write through the readers' pool was taken")
	}
}

func TestOpenNamesTheMistakeAndNoPassword(t *testing.T) {
	for _, url := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "postgres://u:s3cret@h:port/db"} {
		_, err := database.Open(url)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("Open(%q) = %v", url, err)
		}
	}
}

// A commit that was answered must survive a kill of the process and of the machine.
func TestSQLiteCommitsAreDurable(t *testing.T) {
	db := databasetest.SQLite(t, migrations)
	err := db.Tx(context.Background(), func(tx database.Handle) error {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			if err := tx.Get(context.Background(), &got, "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s is %s, %v; want %s", pragma, got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestALateMigrationWithALowNumber: a service's second migration comes after those of a package whose numbers are higher.
func TestALateMigrationWithALowNumber(t *testing.T) {
	high := fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE high (id TEXT);\n")}
	databasetest.Each(t, fstest.MapFS{"900001_high.sql": &high}, func(t *testing.T, db *database.DB) {
		both := fstest.MapFS{
			"900001_high.sql": &high,
			"00001_low.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE low (id TEXT);\n")},
		}
		for range 2 {
			if err := db.Migrate(t.Context(), both); err != nil {
				t.Fatal(err)
			}
		}
		var count int
		if err := db.Read().Get(t.Context(), &count, `SELECT count(*) FROM low`); err != nil {
			t.Error(err)
		}
	})
}

// TestAMigrationOfOneDialect: of two files with one number each kind of database takes its own.
func TestAMigrationOfOneDialect(t *testing.T) {
	both := fstest.MapFS{
		"00001_kind.sqlite.sql":   {Data: []byte("-- +goose Up\nCREATE TABLE kind (name TEXT);\nINSERT INTO kind VALUES ('sqlite');\n")},
		"00001_kind.postgres.sql": {Data: []byte("-- +goose Up\nCREATE TABLE kind (name TEXT);\nINSERT INTO kind VALUES ('postgres');\n")},
	}
	databasetest.Each(t, both, func(t *testing.T, db *database.DB) {
		var names []string
		if err := db.Read().Select(t.Context(), &names, `SELECT name FROM kind`); err != nil {
			t.Fatal(err)
		}
		want := "sqlite"
		if db.Dialect == database.Postgres {
			want = "postgres"
		}
		if len(names) != 1 || names[0] != want {
			t.Errorf("migrated with %q, want %s", names, want)
		}
	})
}
