package plan_test

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// planned is one graph that operations are planned on.
type planned struct {
	sg      *supergraph.Supergraph
	parser  *operation.Parser
	planner *plan.Planner
}

func load(sdl string) (*planned, error) {
	sg, err := supergraph.Load(sdl)
	if err != nil {
		return nil, err
	}
	parser, err := operation.NewParser(sg.API(), sg.Schema, operation.Limits{})
	if err != nil {
		return nil, err
	}
	return &planned{sg, parser, plan.New(sg)}, nil
}

// TestPlan plans each *.graphql of a case and prints the plan.
func TestPlan(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		g, err := load(string(c.Input("supergraph.graphqls")))
		if err != nil {
			t.Fatal(err)
		}
		for _, input := range c.Inputs(".graphql") {
			op, errs := g.parser.Parse(string(input.Data), "")
			if len(errs) > 0 {
				t.Fatalf("%s: %v", input.Name, errs[0])
			}
			name := strings.TrimSuffix(input.Name, ".graphql")
			p, err := g.planner.Plan(t.Context(), op)
			if err != nil {
				c.Compare(name, err.Error())
				continue
			}
			c.Compare(name, p.String())
		}
	})
}
