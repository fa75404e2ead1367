package querygraph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestGraph prints the query graph of a supergraph, and what can be reached from each node.
func TestGraph(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		sg, err := supergraph.Load(string(c.Input("supergraph.graphqls")))
		if err != nil {
			t.Fatal(err)
		}
		g := Build(sg)
		c.Compare("graph", g.String())
		c.Compare("reach", reachText(g, NewReach(g, nil)))
	})
}

func reachText(g *Graph, r *Reach) string {
	var b strings.Builder
	for _, n := range g.Nodes {
		for _, t := range n.Possible.Indexes() {
			p := Place{n.ID, t}
			var parts []string
			for _, id := range r.Nodes(p) {
				if id != g.Narrow(n.ID, t) {
					parts = append(parts, g.Nodes[id].String())
				}
			}
			for _, refusal := range r.Refusals(p) {
				if refusal.Missing == "" {
					refusal.Missing = "such entity resolver"
				}
				parts = append(parts, fmt.Sprintf("not %s by {%s}: no %s", g.Nodes[refusal.Edge.Target],
					FieldSetText(refusal.Edge.Fields), refusal.Missing))
			}
			for _, id := range r.Nodes(p) {
				for _, e := range g.Nodes[id].Fields {
					if e.Requires != nil && !r.CanTake(p, e) {
						parts = append(parts, fmt.Sprintf("no %s.%s: %s", g.Nodes[id], e.Field.Name, r.Missing(p, e.Requires)))
					}
				}
			}
			if len(parts) > 0 {
				fmt.Fprintf(&b, "%s as %s: %s\n", n, g.Types[t].Name, strings.Join(parts, ", "))
			}
		}
	}
	return b.String()
}
