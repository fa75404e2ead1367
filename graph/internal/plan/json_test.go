package plan_test

import (
	"encoding/json"
	"testing"

	"github.com/weft-graph/weft/internal/golden"
)

// TestJSON plans the operation of a case and shows the plan's JSON form, indented.
func TestJSON(t *testing.T) {
	golden.Run(t, "testdata/json", func(t *testing.T, c *golden.Case) {
		g, err := load(withHeader(string(c.Input("supergraph.graphqls"))))
		if err != nil {
			t.Fatal(err)
		}
		op, errs := g.parser.Parse(string(c.Input("operation.graphql")), "")
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		p, err := g.planner.Plan(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		c.Compare("json", string(text)+"\n")
	})
}
