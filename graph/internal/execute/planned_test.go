package execute_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/graph/internal/execute"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// byFetch answers fetch i with section answer.i and keeps what it was asked.
type byFetch struct {
	c *golden.Case

	mu    sync.Mutex
	asked map[int]string
}

// Fetch answers from the case; without a section the subgraph is unreachable.
func (f *byFetch) Fetch(_ context.Context, req *execute.FetchRequest) (execute.FetchResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[req.Fetch] = fmt.Sprintf("%d %s %s", req.Fetch, req.Subgraph, req.Body)
	name := fmt.Sprintf("answer.%d", req.Fetch)
	if !f.c.Has(name) {
		return execute.FetchResponse{}, &execute.FetchError{}
	}
	return execute.FetchResponse{Body: f.c.Input(name)}, nil
}

// TestPlanned runs real plans with canned answers of the subgraphs: on the supergraph of the case, or
// on testdata/shop.graphqls.
func TestPlanned(t *testing.T) {
	shop, err := os.ReadFile("testdata/shop.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	golden.Run(t, "testdata/planned", func(t *testing.T, c *golden.Case) {
		sdl := shop
		if c.Has("supergraph.graphqls") {
			sdl = c.Input("supergraph.graphqls")
		}
		super, err := supergraph.Load(string(sdl))
		if err != nil {
			t.Fatal(err)
		}
		parser, err := operation.NewParser(super.API(), super.Schema, operation.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		planner := plan.New(super)
		op, errs := parser.Parse(string(c.Input("operation")), "")
		if len(errs) > 0 {
			t.Fatalf("%s", errs.Append(nil))
		}
		var raw []byte
		if c.Has("variables") {
			raw = c.Input("variables")
		}
		values, errs := parser.Coerce(op, raw)
		if len(errs) > 0 {
			t.Fatalf("%s", errs.Append(nil))
		}
		p, err := planner.Plan(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		fetcher := &byFetch{c: c, asked: map[int]string{}}
		result := execute.Run(t.Context(), execute.Input{Plan: execute.Compile(p), Variables: values, Fetcher: fetcher})
		defer result.Release()
		var data bytes.Buffer
		if err := json.Indent(&data, result.Data, "", "  "); err != nil {
			t.Fatalf("the data is not JSON: %s", result.Data)
		}
		c.Compare("data", data.String())
		var lines strings.Builder
		for _, e := range result.Errors {
			fmt.Fprintf(&lines, "%s\n", e.Append(nil))
		}
		c.Compare("errors", lines.String())
		lines.Reset()
		for i := range p.Fetches {
			if asked, ok := fetcher.asked[i]; ok {
				fmt.Fprintln(&lines, asked)
			}
		}
		c.Compare("requests", lines.String())
	})
}
