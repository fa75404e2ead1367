// Package databasetest runs a store's tests on every database that the store supports: SQLite in the test's folder and
// a real Postgres. Without TEST_POSTGRES_URL it starts one throw-away Postgres for a test binary, if the machine has
// its programs. Where there is none the Postgres half is skipped, but fails if CI=true.
package databasetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graph/weft/internal/postgres"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// server is the Postgres of this test binary; Main starts it when a test first asks, and stops it.
var server throwAway

// databases numbers the databases of this test binary, so that each test has its own.
var databases atomic.Int64

// Main runs a package's tests and stops the Postgres that they started. TestMain calls it: `databasetest.Main(m)`.
func Main(m *testing.M) {
	server.isManaged = true
	code := m.Run()
	server.stop()
	os.Exit(code)
}

// Each runs test once on each kind of database, migrated and empty.
func Each(t *testing.T, migrations fs.FS, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, migrations)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t, migrations)) })
}

// SQLite returns an empty, migrated SQLite database that lives as long as the test.
func SQLite(t testing.TB, migrations fs.FS) *database.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), migrations)
}

// Postgres returns an empty, migrated Postgres database that lives as long as the test.
func Postgres(t testing.TB, migrations fs.FS) *database.DB {
	t.Helper()
	return open(t, PostgresURL(t), migrations)
}

// PostgresURL returns the URL of a new, empty Postgres database that lives as long as the test, with parameters, such as
// statement_timeout=0&lock_timeout=300, beside those of the server's URL.
func PostgresURL(t testing.TB, parameters ...string) string {
	t.Helper()
	base, err := serverURL()
	if errors.Is(err, postgres.ErrNone) && os.Getenv("CI") != "true" {
		t.Skipf("not tested on Postgres: %v; or set TEST_POSTGRES_URL", err)
	}
	if err != nil {
		t.Fatalf("cannot test on Postgres: %v", err)
	}
	name := fmt.Sprintf("weft_test_%d_%d", os.Getpid(), databases.Add(1))
	administer(t, base, "CREATE DATABASE "+name)
	t.Cleanup(func() { administer(t, base, "DROP DATABASE "+name+" WITH (FORCE)") })
	own := *base
	own.Path = "/" + name
	return withParameters(t, own.String(), parameters...)
}

// withParameters adds to a URL, which need not have any.
func withParameters(t testing.TB, text string, parameters ...string) string {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.RawQuery != "" {
		parameters = append([]string{parsed.RawQuery}, parameters...)
	}
	parsed.RawQuery = strings.Join(parameters, "&")
	return parsed.String()
}

func serverURL() (*url.URL, error) {
	text := os.Getenv("TEST_POSTGRES_URL")
	if text == "" {
		started, err := server.start()
		if err != nil {
			return nil, err
		}
		text = started
	}
	parsed, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(parsed.Scheme, "postgres") {
		return nil, errors.New("TEST_POSTGRES_URL is not postgres://user:password@host:port/database")
	}
	return parsed, nil
}

func administer(t testing.TB, server *url.URL, statement string) {
	t.Helper()
	db, err := database.Open(server.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Read().Exec(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t testing.TB, url string, migrations fs.FS) *database.DB {
	t.Helper()
	db, err := database.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	if err := db.Migrate(context.Background(), migrations); err != nil {
		t.Fatal(err)
	}
	return db
}
