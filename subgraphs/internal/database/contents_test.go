package database_test

import (
	"testing"
	"testing/fstest"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// TestContentsShowEveryChange: of any column of any table, of nothing to something and back.
func TestContentsShowEveryChange(t *testing.T) {
	two := fstest.MapFS{"00001_two.sql": {Data: []byte(`-- +goose Up
CREATE TABLE one (id TEXT PRIMARY KEY, number BIGINT, is_so BOOLEAN, at TIMESTAMP);
CREATE TABLE "an other" (text TEXT);
`)}}
	databasetest.Each(t, two, func(t *testing.T, db *database.DB) {
		seen := map[string]string{databasetest.Contents(t, db): "nothing"}
		for _, statement := range []string{
			`INSERT INTO one (id) VALUES ('a')`, `UPDATE one SET number = 1`, `UPDATE one SET is_so = true`, `UPDATE one SET is_so = false`,
			`UPDATE one SET at = '2026-02-03 04:05:06.123456'`, `INSERT INTO one (id) VALUES ('b')`,
			`INSERT INTO "an other" VALUES (NULL)`, `INSERT INTO "an other" VALUES ('')`, `UPDATE "an other" SET text = ' '`,
		} {
			err := db.Tx(t.Context(), func(tx database.Handle) error { _, err := tx.Exec(t.Context(), statement); return err })
			if err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			text := databasetest.Contents(t, db)
			if before, isThere := seen[text]; isThere {
				t.Errorf("after %s it is as after %s:\n%s", statement, before, text)
			}
			if again := databasetest.Contents(t, db); again != text {
				t.Errorf("the same is told as\n%s\nand as\n%s", text, again)
			}
			seen[text] = statement
		}
	})
}
