// Package badinput is a test aid: it sends a table of bad inputs to a service and holds each answer to its code, to
// writing nothing, and to telling nothing of the insides; and the table to having each class of bad input for each
// mutation of the service. A line of the table is
//
//	caller | mutation | variables | code, and the field where there is one
//
// with the variables as JSON. Empty lines and those that begin with # are passed over.
package badinput

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// Table is what a file of bad inputs is run with.
type Table struct {
	// File is the file's name, Schema that of the service's SDL.
	File, Schema string
	// AtLeast is how many lines there have to be.
	AtLeast int
	// Callers are the clients by the names that the table calls them.
	Callers map[string]authtest.Client
	// Mutations are the operations by the names that the table calls them.
	Mutations map[string]string
	// Texts replaces what cannot be written down in the table, such as {100000}: pairs for strings.NewReplacer. What is not
	// UTF-8 is there without it.
	Texts []string
	// DB is the service's database, in which nothing may be written.
	DB *database.DB
}

// internals is what no message may say: databases, their tables and dialects, Go and its files, how passwords are kept.
var internals = regexp.MustCompile(`(?i)sql|pgx|database|constraint|\.go\b|goroutine|panic|/subgraphs/|argon2|nil pointer|users\.|internal/|127\.0\.0\.1`)

// line is a line of the table.
type line struct {
	number                            int
	caller, mutation, variables, want string
}

// Run runs every line of the table, after it has checked that there is one of each class for each mutation.
func (table Table) Run(t *testing.T) {
	t.Helper()
	lines, byMutation := table.read(t), map[string][]line{}
	for _, l := range lines {
		field := fieldOf(t, table.Mutations[l.mutation])
		byMutation[field] = append(byMutation[field], l)
	}
	table.wantClasses(t, byMutation)
	texts := strings.NewReplacer(append([]string{"{not UTF-8}", "\xff"}, table.Texts...)...)
	before := databasetest.Contents(t, table.DB)
	for _, l := range lines {
		client := table.Callers[l.caller]
		client.Header = client.Header.Clone()
		if client.Header == nil {
			client.Header = http.Header{}
		}
		client.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", l.number/250, l.number%250)) // no limit is meant here
		if got := ask(t, client, table.Mutations[l.mutation], texts.Replace(l.variables)); got != l.want {
			t.Errorf("%s:%d: %s %s %.120s: %s, want %s", table.File, l.number, l.caller, l.mutation, l.variables, got, l.want)
		}
		if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(databasetest.Contents(t, table.DB), "\n")); diff != "" {
			t.Fatalf("%s:%d: %s %.120s: something was written:\n%s", table.File, l.number, l.mutation, l.variables, diff)
		}
	}
}

// read reads the lines of the file.
func (table Table) read(t *testing.T) (lines []line) {
	t.Helper()
	text, err := os.ReadFile(table.File)
	if err != nil {
		t.Fatal(err)
	}
	for i, content := range strings.Split(string(text), "\n") {
		if content = strings.TrimSpace(content); content == "" || strings.HasPrefix(content, "#") {
			continue
		}
		parts := strings.Split(content, " | ")
		if len(parts) != 4 {
			t.Fatalf("%s:%d: want caller | mutation | variables | code: %s", table.File, i+1, content)
		}
		_, isCaller := table.Callers[parts[0]]
		if _, isMutation := table.Mutations[parts[1]]; !isCaller || !isMutation {
			t.Fatalf("%s:%d: no such caller or mutation: %s", table.File, i+1, content)
		}
		lines = append(lines, line{number: i + 1, caller: parts[0], mutation: parts[1], variables: parts[2], want: parts[3]})
	}
	if len(lines) < table.AtLeast {
		t.Errorf("%s has %d cases, want at least %d", table.File, len(lines), table.AtLeast)
	}
	return lines
}

// ask returns the code of the answer's only error, with its field, or what else came.
func ask(t *testing.T, client authtest.Client, query, variables string) string {
	t.Helper()
	text, err := json.Marshal(query)
	if err != nil {
		t.Fatal(err)
	}
	answer := client.Send(t, []byte(`{"query":`+string(text)+`,"variables":`+variables+`}`), true)
	if len(answer.Errors) != 1 {
		return fmt.Sprintf("%d errors, data %s", len(answer.Errors), answer.Data)
	}
	failure := answer.Errors[0]
	if leak := internals.FindString(failure.Message); leak != "" {
		t.Errorf("the message tells of %q: %s", leak, failure.Message)
	}
	got := fmt.Sprint(failure.Extensions["code"])
	if field, hasField := failure.Extensions["field"]; hasField {
		got += fmt.Sprint(" ", field)
	}
	return got
}
