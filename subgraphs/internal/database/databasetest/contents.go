package databasetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// Contents returns every row of every table with all that is in it, a line each and in a defined order: two that are equal
// show that nothing was written between them.
func Contents(t testing.TB, db *database.DB) string {
	t.Helper()
	var queries, rows []string
	if err := db.Read().Select(t.Context(), &queries, eachTable(db.Dialect)); err != nil {
		t.Fatal(err)
	}
	if len(queries) == 0 {
		t.Fatal("the database has no tables")
	}
	if err := db.Read().Select(t.Context(), &rows, strings.Join(queries, " UNION ALL ")+" ORDER BY 1"); err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, "\n")
}

// eachTable is a query for the queries of each table's rows.
func eachTable(dialect database.Dialect) string {
	switch dialect {
	case database.SQLite:
		return `SELECT 'SELECT ''' || s.name || ' '' || ' || group_concat('quote("' || c.name || '")', ' || '' '' || ' ORDER BY c.cid) ||
			' FROM "' || s.name || '"' FROM sqlite_schema s, pragma_table_info(s.name) c
			WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite!_%' ESCAPE '!' GROUP BY s.name ORDER BY s.name`
	case database.Postgres:
		return `SELECT format('SELECT ''%s '' || CAST(r AS TEXT) FROM %I r', tablename, tablename) FROM pg_tables
			WHERE schemaname = current_schema() ORDER BY tablename`
	default:
		panic(fmt.Sprintf("databasetest: unknown dialect %d", dialect))
	}
}
