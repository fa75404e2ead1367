package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diff"
	"github.com/weft-graph/weft/internal/golden"
)

// TestCases compares the old schema with the new one of each case. A side may have subgraphs, in sections such as
// old/user.graphqls, in which its elements stand; operations are all sections *.graphql.
func TestCases(t *testing.T) {
	shown := map[diff.Code]bool{}
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		var documents []diff.Document
		for _, input := range c.Inputs(".graphql") {
			documents = append(documents, diff.Document{File: input.Name, Text: string(input.Data)})
		}
		old, new := read(t, c, "old"), read(t, c, "new")
		changes, unreadable := diff.Compare(old, new, documents)
		var text strings.Builder
		for _, change := range changes {
			text.WriteString(change.String())
			if change.Class != change.Code.Class() {
				t.Errorf("%s is %s here and %s by its code", change.Code, change.Class, change.Code.Class())
			}
			if strings.EqualFold(c.Name, string(change.Code)) {
				shown[change.Code] = true
			}
		}
		for _, document := range unreadable {
			fmt.Fprintf(&text, "unreadable %s: %s\n", document.File, document.Errors[0].Message)
		}
		c.Compare("changes", text.String())
		if same, _ := diff.Compare(new, new, documents); len(same) > 0 {
			t.Errorf("a schema differs from itself: %v", same)
		}
	})
	for _, code := range diff.Codes() {
		if !shown[code] {
			t.Errorf("no case testdata/%s.txtar shows %s", strings.ToLower(string(code)), code)
		}
	}
}

func read(t *testing.T, c *golden.Case, side string) *diff.API {
	t.Helper()
	var sources []diff.Source
	for _, input := range c.Inputs(".graphqls") {
		if subgraph, ok := strings.CutPrefix(input.Name, side+"/"); ok {
			sources = append(sources, diff.Source{
				Subgraph: strings.TrimSuffix(subgraph, ".graphqls"), File: input.Name, SDL: string(input.Data),
			})
		}
	}
	api, err := diff.Read(side+".graphqls", string(c.Input(side+".graphqls")), sources...)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func TestEveryCodeOnce(t *testing.T) {
	codes := diff.Codes()
	slices.Sort(codes)
	if once := slices.Compact(slices.Clone(codes)); len(once) != len(codes) {
		t.Errorf("a code is in two classes: %v", codes)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"type Query {", "type Query { a: Unknown }", ""} {
		if _, err := diff.Read("api.graphql", text); text != "" && (err == nil || !strings.Contains(err.Error(), "api.graphql:1")) {
			t.Errorf("%q: %v, want an error that names the file and the line", text, err)
		}
	}
	if _, err := diff.Read("api.graphql", "type Query { a: Int }", diff.Source{Subgraph: "user", File: "user.graphqls", SDL: "type {"}); err == nil ||
		!strings.Contains(err.Error(), "user.graphqls:1:6") {
		t.Errorf("a subgraph that is not SDL: %v", err)
	}
}
