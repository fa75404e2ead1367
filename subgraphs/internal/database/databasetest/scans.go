package databasetest

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// Fill returns the URL of a new, migrated Postgres database with the many rows that the statements write, however long
// they take. It lives as long as the test.
func Fill(t testing.TB, migrations fs.FS, statements ...string) (url string) {
	t.Helper()
	url = PostgresURL(t)
	db := openAt(t, withParameters(t, url, "statement_timeout=0"))
	defer closeAll(t, db)
	if err := db.Migrate(t.Context(), migrations); err != nil {
		t.Fatal(err)
	}
	for _, statement := range append(statements, `ANALYZE`) {
		if _, err := db.Read().Exec(t.Context(), statement); err != nil {
			t.Fatalf("%.60s: %v", statement, err)
		}
	}
	return url
}

// WantIndexes checks that what ask asks of the Postgres database at url, which Fill has filled, reads no table from its
// beginning to its end, but for the small ones, which rightly are.
func WantIndexes(t testing.TB, url string, ask func(db *database.DB) error, small ...string) {
	t.Helper()
	for _, table := range wholeReadsOf(t, url, ask) {
		if !slices.Contains(small, table) {
			t.Errorf("%s is read as a whole", table)
		}
	}
}

// WantWholeRead checks that what ask asks reads a table as a whole: a WantIndexes that sees nothing would not fail.
func WantWholeRead(t testing.TB, url, table string, ask func(db *database.DB) error) {
	t.Helper()
	if seen := wholeReadsOf(t, url, ask); !slices.Contains(seen, table) {
		t.Errorf("%s is read as a whole, and the test sees only %v", table, seen)
	}
}

// wholeReadsOf calls ask with connections of its own to the Postgres database at url, and returns the tables that Postgres
// has read from their beginning to their end meanwhile, sorted. Postgres itself counts, so the queries are those of the
// store and not copies of them.
func wholeReadsOf(t testing.TB, url string, ask func(db *database.DB) error) []string {
	t.Helper()
	watching := openAt(t, url)
	defer closeAll(t, watching)
	before := wholeReads(t, watching)
	asking := openAt(t, url)
	if err := ask(asking); err != nil {
		t.Error(err)
	}
	closeAll(t, asking)
	awaitAlone(t, watching) // a connection has told what it did when it is gone
	var tables []string
	for _, now := range wholeReads(t, watching) {
		for _, then := range before {
			if now.Table == then.Table && now.Count > then.Count {
				tables = append(tables, now.Table)
			}
		}
	}
	return tables
}

type tableReads struct {
	Table string `db:"relname"`
	Count int64  `db:"seq_scan"`
}

func wholeReads(t testing.TB, db *database.DB) (list []tableReads) {
	t.Helper()
	err := db.Read().Select(context.Background(), &list, `SELECT relname, seq_scan FROM pg_stat_user_tables ORDER BY relname`)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// awaitAlone waits until the database has no other connection.
func awaitAlone(t testing.TB, db *database.DB) {
	t.Helper()
	for deadline := time.Now().Add(startTimeout); ; time.Sleep(10 * time.Millisecond) {
		var others int
		err := db.Read().Get(context.Background(), &others, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`)
		if err != nil {
			t.Fatal(err)
		}
		if others == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d other connections to the database do not end", others)
		}
	}
}

func openAt(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closeAll(t testing.TB, db *database.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Errorf("close the database: %v", err)
	}
}
