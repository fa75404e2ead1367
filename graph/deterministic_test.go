package graph_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weft-graph/weft/graph/supergraph"
)

// TestDeterministic composes each graph with its subgraphs in another order: supergraph, API schema,
// normal forms and plans are the same bytes.
func TestDeterministic(t *testing.T) {
	for _, path := range graphPaths(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			files := subgraphFiles(t, path)
			first := supergraph.Print(composed(t, files))
			slices.Reverse(files)
			second := supergraph.Print(composed(t, files))
			if first != second {
				t.Fatalf("the supergraph depends on the order of subgraphs:\n%s\n%s", first, second)
			}
			a, b := load(t, first), load(t, second)
			if a.graph.APISchema() != b.graph.APISchema() {
				t.Error("the API schema differs")
			}
			for seed := range uint64(100) {
				query := (&randomQuery{api: a.world.api, random: rand.New(rand.NewPCG(seed, 3))}).String()
				if one, two := stages(t, a, query), stages(t, b, query); one != two {
					t.Errorf("%s\n%s\n%s", query, one, two)
				}
			}
		})
	}
}

// stages prints what becomes of an operation.
func stages(t *testing.T, l *loaded, query string) string {
	t.Helper()
	p, errs := l.graph.Prepare(query, "")
	if errs != nil {
		return errorsJSON(errs)
	}
	made, err := p.Plan(t.Context(), p.Authorize(false, nil))
	if err != nil {
		t.Errorf("%s: %v", query, err)
		return ""
	}
	return p.Text() + made.String()
}
