package database_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// openPostgres opens a new, migrated Postgres database with some parameters in its URL.
func openPostgres(t *testing.T, parameters ...string) *database.DB {
	t.Helper()
	db, err := database.Open(databasetest.PostgresURL(t, parameters...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), migrations); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestReplicasMigrateAtOnce: one migrates, and the others wait for it however long it takes.
func TestReplicasMigrateAtOnce(t *testing.T) {
	slow := fstest.MapFS{
		"00001_rows.sql": {Data: []byte("-- +goose Up\nCREATE TABLE rows (id TEXT);\nSELECT pg_sleep(1.5);\nINSERT INTO rows VALUES ('a');\n")},
		"00002_more.sql": {Data: []byte("-- +goose Up\nINSERT INTO rows VALUES ('b');\n")},
	}
	db := databasetest.Replicas(t, func(db *database.DB) error { return db.Migrate(t.Context(), slow) })
	var rows []string
	if err := db.Read().Select(t.Context(), &rows, `SELECT id FROM rows ORDER BY id`); err != nil || strings.Join(rows, "") != "ab" {
		t.Errorf("the migrations have written %v, %v", rows, err)
	}
}

// TestPostgresIsSerializable: two transactions that each read what the other writes are not both right, though they
// write different rows. One of them runs again and sees what the other has done.
func TestPostgresIsSerializable(t *testing.T) {
	db := openPostgres(t)
	err := db.Tx(t.Context(), func(tx database.Handle) error {
		return errors.Join(insert(t.Context(), tx, "ann", database.Now()), insert(t.Context(), tx, "bob", database.Now()))
	})
	if err != nil {
		t.Fatal(err)
	}
	var runs atomic.Int64
	bothHaveRead := make(chan struct{})
	goOffDuty := func(ctx context.Context, who string) error {
		return db.Tx(ctx, func(tx database.Handle) error {
			var onDuty int
			if err := tx.Get(ctx, &onDuty, `SELECT count(*) FROM counters WHERE value = 0`); err != nil {
				return err
			}
			switch runs.Add(1) {
			case 1:
				<-bothHaveRead
			case 2:
				close(bothHaveRead)
			}
			if onDuty < 2 {
				return nil
			}
			_, err := tx.Exec(ctx, `UPDATE counters SET value = 1 WHERE id = ?`, who)
			return err
		})
	}
	var group errgroup.Group
	for _, who := range []string{"ann", "bob"} {
		group.Go(func() error { return goOffDuty(t.Context(), who) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	var onDuty int
	if err := db.Read().Get(t.Context(), &onDuty, `SELECT count(*) FROM counters WHERE value = 0`); err != nil || onDuty != 1 {
		t.Errorf("%d are on duty, %v; want one", onDuty, err)
	}
	if runs.Load() < 3 {
		t.Errorf("the transactions ran %d times in all, want that one of them ran again", runs.Load())
	}
}

// TestPoolOfPostgres: however much is asked at once there are no more connections than the URL says, or 16, and all is
// answered.
func TestPoolOfPostgres(t *testing.T) {
	for parameters, most := range map[string]int64{"application_name=few&pool_max_conns=3": 3, "application_name=some": 16} {
		db := openPostgres(t, parameters)
		awaitOwnConnection(t, db)
		var group errgroup.Group
		var seen atomic.Int64
		for range 60 {
			group.Go(func() error {
				return db.Tx(t.Context(), func(tx database.Handle) error {
					var now int64
					err := tx.Get(t.Context(), &now, `SELECT count(*) FROM pg_stat_activity, pg_sleep(0.02)
						WHERE datname = current_database() AND application_name = current_setting('application_name')`)
					for before := seen.Load(); now > before && !seen.CompareAndSwap(before, now); before = seen.Load() {
					}
					return err
				})
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
		if n := seen.Load(); n < 2 || n > most {
			t.Errorf("%s: there were %d connections, want some and at most %d", parameters, n, most)
		}
	}
	_, err := database.Open("postgres://u@h/d?pool_max_conns=none")
	if err == nil || !strings.Contains(err.Error(), "pool_max_conns=none") {
		t.Errorf("a pool of none: %v", err)
	}
}

// awaitOwnConnection waits until the server has ended the connection of the migrations, which is not of the pool.
func awaitOwnConnection(t *testing.T, db *database.DB) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var others int
		err := db.Read().Get(t.Context(), &others, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections of others stay", others)
		}
	}
}

// TestPostgresLimits: statements, locks and idle transactions have limits, which a URL may set, and migrations have none.
func TestPostgresLimits(t *testing.T) {
	setting := func(db *database.DB, name string) (value string) {
		if err := db.Read().Get(t.Context(), &value, `SELECT current_setting(?)`, name); err != nil {
			t.Fatal(err)
		}
		return value
	}
	usual := openPostgres(t)
	for name, want := range map[string]string{
		"statement_timeout": "30s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "1min", "TimeZone": "UTC",
	} {
		if got := setting(usual, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	db := openPostgres(t, "statement_timeout=1000&lock_timeout=300&idle_in_transaction_session_timeout=300")
	if got := setting(db, "statement_timeout"); got != "1s" {
		t.Errorf("the URL's statement_timeout counts as %s", got)
	}
	var nothing string
	err := db.Read().Get(t.Context(), &nothing, `SELECT CAST(pg_sleep(120) AS TEXT)`)
	if err == nil || !strings.Contains(err.Error(), "57014") {
		t.Errorf("a statement that takes too long ended with %v", err)
	}
	slow := fstest.MapFS{"00002_slow.sql": {Data: []byte("-- +goose Up\nSELECT pg_sleep(1.5);\nCREATE TABLE slow (id TEXT);\n")}}
	if err := db.Migrate(t.Context(), slow); err != nil {
		t.Errorf("a migration that takes its time: %v", err)
	}
}

// TestPostgresFreesLocks: who waits for a lock for too long gives up, and who does nothing while holding one loses it.
func TestPostgresFreesLocks(t *testing.T) {
	db := openPostgres(t, "lock_timeout=300&idle_in_transaction_session_timeout=3000")
	err := db.Tx(t.Context(), func(tx database.Handle) error { return insert(t.Context(), tx, "a", database.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	change := func(tx database.Handle) error {
		_, err := tx.Exec(t.Context(), `UPDATE counters SET value = value + 1 WHERE id = 'a'`)
		return err
	}
	var group errgroup.Group
	isLocked, isFree := make(chan struct{}), make(chan struct{})
	group.Go(func() error {
		err := db.Tx(t.Context(), func(tx database.Handle) error {
			defer func() { <-isFree }()
			err := change(tx)
			close(isLocked)
			return err
		})
		if err == nil {
			return errors.New("a transaction that did nothing for too long was committed")
		}
		return nil
	})
	<-isLocked
	if err := db.Tx(t.Context(), change); err == nil || !strings.Contains(err.Error(), "55P03") {
		t.Errorf("waiting for the lock ended with %v", err)
	}
	for deadline := time.Now().Add(time.Minute); db.Tx(t.Context(), change) != nil; {
		if time.Now().After(deadline) {
			t.Fatal("the lock is never freed")
		}
	}
	close(isFree)
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	var value int
	if err := db.Read().Get(t.Context(), &value, `SELECT value FROM counters`); err != nil || value != 1 {
		t.Errorf("the value is %d, %v; want that of the one change", value, err)
	}
}
