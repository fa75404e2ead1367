package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/internal/golden"
)

// canned answers the nth request to a subgraph with the section "<subgraph>.<n>.json" and keeps
// what was asked.
type canned struct {
	c *golden.Case

	mu    sync.Mutex
	asked map[string][]string
}

func (f *canned) Fetch(_ context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[req.Subgraph] = append(f.asked[req.Subgraph], string(req.Body))
	name := fmt.Sprintf("%s.%d.json", req.Subgraph, len(f.asked[req.Subgraph]))
	if !f.c.Has(name) {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Unreachable}
	}
	return graph.FetchResponse{Body: f.c.Input(name)}, nil
}

// requests prints what was asked, by subgraph.
func (f *canned) requests() string {
	var lines []string
	for subgraph, bodies := range f.asked {
		for i, body := range bodies {
			lines = append(lines, fmt.Sprintf("%s.%d %s", subgraph, i+1, body))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func errorsJSON(errs gqlerr.List) string { return string(errs.Append(nil)) }

func indent(t *testing.T, body []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		t.Fatalf("the response is not JSON: %v: %s", err, body)
	}
	return out.String()
}

// TestExecute runs one operation on a supergraph with canned answers of its subgraphs.
func TestExecute(t *testing.T) {
	golden.Run(t, "testdata/execute", func(t *testing.T, c *golden.Case) {
		g, err := graph.Load(string(c.Input("supergraph.graphql")), graph.Options{ShowSubgraphErrors: true})
		if err != nil {
			t.Fatal(err)
		}
		prepared, errs := g.Prepare(string(c.Input("op.graphql")), "")
		if errs != nil {
			t.Fatal(errorsJSON(errs))
		}
		var raw []byte
		if c.Has("variables.json") {
			raw = c.Input("variables.json")
		}
		variables, errs := prepared.Variables(raw)
		if errs != nil {
			t.Fatal(errorsJSON(errs))
		}
		fetcher := &canned{c: c, asked: map[string][]string{}}
		result := prepared.Execute(t.Context(), variables, "", fetcher)
		defer result.Release()
		c.Compare("requests", fetcher.requests())
		c.Compare("response.json", indent(t, result.Body))
	})
}
