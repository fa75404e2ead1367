package databasetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// WantKept checks that the database itself refuses to change, replace or delete the rows of a table, of which there must
// be some. column is one of its texts.
func WantKept(t *testing.T, db *database.DB, table, column string) {
	t.Helper()
	read := func() string {
		var rows []string
		if err := db.Read().Select(t.Context(), &rows, `SELECT `+column+` FROM `+table+` ORDER BY 1`); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d rows: %s", len(rows), strings.Join(rows, "\n"))
	}
	before := read()
	if strings.HasPrefix(before, "0 ") {
		t.Fatalf("%s has no rows to keep", table)
	}
	statements := []string{
		`UPDATE ` + table + ` SET ` + column + ` = 'another'`,
		`DELETE FROM ` + table,
	}
	switch db.Dialect {
	case database.SQLite:
		statements = append(statements, `INSERT OR REPLACE INTO `+table+` SELECT * FROM `+table)
	case database.Postgres:
		statements = append(statements, `TRUNCATE `+table+` CASCADE`)
	}
	for _, statement := range statements {
		err := db.Tx(t.Context(), func(tx database.Handle) error {
			_, err := tx.Exec(t.Context(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), table+" is only added to") && !strings.Contains(err.Error(), table+" keeps") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if after := read(); after != before {
		t.Errorf("%s was changed to\n%s\nfrom\n%s", table, after, before)
	}
}
