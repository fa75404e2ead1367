package databasetest

import (
	"io/fs"
	"syscall"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// Stoppable returns an empty, migrated database on a Postgres of the test's own, and what stops that server for good: it
// cuts off whoever is connected.
func Stoppable(t *testing.T, migrations fs.FS) (db *database.DB, stop func()) {
	t.Helper()
	PostgresURL(t) // skips the test, or fails it, where there is no Postgres
	var own throwAway
	t.Cleanup(func() { own.stop() })
	url, err := own.launch()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, url, migrations), func() {
		t.Helper()
		if err := own.process.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = own.process.Wait() // it says only how it was stopped
		own.process = nil
	}
}
