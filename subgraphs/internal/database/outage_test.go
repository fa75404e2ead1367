package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// TestPostgresGoesAway: whatever is under way when Postgres is stopped, and whatever is asked afterwards, ends with an
// outage; what is wrong with a statement does not, also on a Postgres that is well.
func TestPostgresGoesAway(t *testing.T) {
	db, stop := databasetest.Stoppable(t, migrations)
	var value int
	ask := func() error { return db.Read().Get(t.Context(), &value, `SELECT count(*) FROM counters`) }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	err := db.Read().Get(t.Context(), &value, `SELECT count(*) FROM nothing`)
	if err == nil || database.Outage(err) != nil {
		t.Errorf("a table that there is not: %v, an outage", err)
	}
	change := func(tx database.Handle) error { return insert(t.Context(), tx, "a", database.Now()) }
	underWay := db.Tx(t.Context(), func(tx database.Handle) error {
		err := change(tx)
		stop()
		return err
	})
	for what, err := range map[string]error{
		"a commit": underWay, "a query": ask(), "another query": ask(), "a transaction": db.Tx(t.Context(), change),
	} {
		if outage := database.Outage(err); outage == nil || outage.Code != fail.Unavailable {
			t.Errorf("%s without Postgres: %v, no outage", what, err)
		}
	}
}

// TestBusyPostgres: who is cut off by a limit may have what they asked for at another time.
func TestBusyPostgres(t *testing.T) {
	db := openPostgres(t, "statement_timeout=200")
	var nothing string
	err := db.Read().Get(t.Context(), &nothing, `SELECT CAST(pg_sleep(120) AS TEXT)`)
	if database.Outage(err) == nil {
		t.Errorf("a statement that takes too long: %v, no outage", err)
	}
}

// TestFullSQLite: a file that may not grow is an outage, a statement that is wrong is none.
func TestFullSQLite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "full.db")
	db, err := database.Open("sqlite:" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context(), migrations); err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx database.Handle) error {
		if _, err := tx.Exec(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `CREATE TABLE large AS SELECT randomblob(1000000) AS bytes`)
		return err
	})
	if database.Outage(err) == nil {
		t.Errorf("a full disk: %v, no outage", err)
	}
	_, err = db.Read().Exec(t.Context(), `CREATE TABLE more (id TEXT)`)
	if err == nil || database.Outage(err) != nil {
		t.Errorf("writing with a handle for reading: %v, an outage", err)
	}
}

func TestWhatIsAnOutage(t *testing.T) {
	postgres := func(code string) error { return fmt.Errorf("ask: %w", &pgconn.PgError{Code: code}) }
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{postgres("08006"), true}, {postgres("53300"), true}, {postgres("53100"), true}, {postgres("57P01"), true}, {postgres("57P03"), true},
		{postgres("57014"), true}, {postgres("55P03"), true}, {postgres("40001"), true}, {postgres("58030"), true}, {postgres("25006"), true},
		{postgres("23505"), false}, {postgres("42601"), false}, {postgres("22003"), false}, {postgres("25P03"), false}, {postgres(""), false},
		{refused, true}, {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true}, {errors.Join(postgres("57P01"), errors.New("roll back")), true},
		{errors.Join(refused, context.Canceled), false}, {context.DeadlineExceeded, false}, {sql.ErrNoRows, false}, {errors.New("broken"), false}, {nil, false},
		{fmt.Errorf("add: %w", &fail.Error{Code: fail.Conflict, Cause: refused}), false},
	} {
		if got := database.Outage(c.err); (got != nil) != c.want {
			t.Errorf("%v: an outage: %t, want %t", c.err, got != nil, c.want)
		}
	}
}
