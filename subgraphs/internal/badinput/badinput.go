// Package badinput is a test aid: it sends a table of bad inputs to a service and holds each answer to its code, to
// writing nothing, and to telling nothing of the insides. A line of the table is
//
//	caller | mutation | variables | code, and the field where there is one
//
// with the variables as JSON. Empty lines and those that begin with # are passed over.
package badinput

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
)

// Table is what a file of bad inputs is run with.
type Table struct {
	// File is the file's name.
	File string
	// AtLeast is how many lines there have to be.
	AtLeast int
	// Callers are the clients by the names that the table calls them.
	Callers map[string]authtest.Client
	// Mutations are the operations by the names that the table calls them.
	Mutations map[string]string
	// Texts replaces what cannot be written down in the table, such as {100000}: pairs for strings.NewReplacer.
	Texts []string
	// Everything returns all that is written in the store, in a defined order.
	Everything func(t *testing.T) string
}

// internals is what no message may say: databases and their dialects, Go and its files.
var internals = regexp.MustCompile(`(?i)sql|pgx|database|constraint|\.go\b|goroutine|panic|/subgraphs/|nil pointer|internal/|127\.0\.0\.1`)

// Run runs every line of the table.
func (table Table) Run(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(table.File)
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.NewReplacer(table.Texts...)
	before, count := table.Everything(t), 0
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		count++
		parts := strings.Split(line, " | ")
		if len(parts) != 4 {
			t.Fatalf("%s:%d: want caller | mutation | variables | code: %s", table.File, i+1, line)
		}
		caller, isCaller := table.Callers[parts[0]]
		query, isMutation := table.Mutations[parts[1]]
		if !isCaller || !isMutation {
			t.Fatalf("%s:%d: no such caller or mutation: %s", table.File, i+1, line)
		}
		if got := ask(t, caller, query, texts.Replace(parts[2])); got != parts[3] {
			t.Errorf("%s:%d: %.120s: %s", table.File, i+1, line, got)
		}
		if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(table.Everything(t), "\n")); diff != "" {
			t.Fatalf("%s:%d: %.120s: something was written:\n%s", table.File, i+1, line, diff)
		}
	}
	if count < table.AtLeast {
		t.Errorf("%s has %d cases, want at least %d", table.File, count, table.AtLeast)
	}
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
