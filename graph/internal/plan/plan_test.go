package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// planned is one graph that operations are planned on.
type planned struct {
	sg      *supergraph.Supergraph
	parser  *operation.Parser
	planner *plan.Planner
	// graph and schemas, those of the subgraphs, are made when a plan is simulated.
	graph   *querygraph.Graph
	schemas map[int]*ast.Schema
}

func load(sdl string) (*planned, error) {
	sg, err := supergraph.LoadForPlanning(sdl)
	if err != nil {
		return nil, err
	}
	return plannable(sg)
}

func plannable(sg *supergraph.Supergraph) (*planned, error) {
	parser, err := operation.NewParser(sg.API(), sg.Schema, operation.Limits{})
	if err != nil {
		return nil, err
	}
	return &planned{sg: sg, parser: parser, planner: plan.New(sg)}, nil
}

// header is what every supergraph begins with; cases leave it out.
const header = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION) @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) {
  query: Query MUTATION SUBSCRIPTION
}
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
`

// withHeader completes the SDL of a case.
func withHeader(sdl string) string {
	h := header
	for _, root := range []string{"Mutation", "Subscription"} {
		definition := ""
		if strings.Contains(sdl, "type "+root+" ") {
			definition = strings.ToLower(root) + ": " + root
		}
		h = strings.Replace(h, strings.ToUpper(root), definition, 1)
	}
	return h + sdl
}

// TestPlan plans each *.graphql of a case, prints the plan and simulates it. Override labels that are
// on stand in the name: on.label.graphql.
func TestPlan(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		g, err := load(withHeader(string(c.Input("supergraph.graphqls"))))
		if err != nil {
			t.Fatal(err)
		}
		for _, input := range c.Inputs(".graphql") {
			op, errs := g.parser.Parse(string(input.Data), "")
			if len(errs) > 0 {
				t.Fatalf("%s: %v", input.Name, errs[0])
			}
			name := strings.TrimSuffix(input.Name, ".graphql")
			labels := strings.Split(name, ".")[1:]
			p, err := g.planner.Plan(t.Context(), op, labels...)
			if err != nil {
				c.Compare(name, err.Error())
				continue
			}
			c.Compare(name, p.String())
			for _, problem := range g.simulate(p, labels...) {
				t.Errorf("%s: %s", input.Name, problem)
			}
			checkNodes(t, p)
		}
	})
}

// TestShape plans each *.graphql of a case for a client without any identity and prints the shape of
// the response.
func TestShape(t *testing.T) {
	golden.Run(t, "testdata/shape", func(t *testing.T, c *golden.Case) {
		g, err := load(withHeader(string(c.Input("supergraph.graphqls"))))
		if err != nil {
			t.Fatal(err)
		}
		for _, input := range c.Inputs(".graphql") {
			op, errs := g.parser.Parse(string(input.Data), "")
			if len(errs) > 0 {
				t.Fatalf("%s: %v", input.Name, errs[0])
			}
			p, err := g.planner.Plan(t.Context(), op.Deny(op.Authorize(false, nil)))
			if err != nil {
				t.Fatalf("%s: %v", input.Name, err)
			}
			name := strings.TrimSuffix(input.Name, ".graphql")
			c.Compare(name, p.ShapeText())
			c.Compare(name+".plan", p.String())
			for _, problem := range g.simulate(p) {
				t.Errorf("%s: %s", input.Name, problem)
			}
		}
	})
}

// checkNodes holds the JSON nodes of a plan against the plan: as many fetches, as many waves.
func checkNodes(t *testing.T, p *plan.Plan) {
	t.Helper()
	type node struct {
		Kind          string
		Node          *node
		Nodes         []*node
		Primary, Rest *node
	}
	text, err := p.Nodes()
	if err != nil {
		t.Fatal(err)
	}
	root := &node{}
	if err := json.Unmarshal(text, root); err != nil {
		t.Fatal(err)
	}
	fetches := 0
	var depth func(n *node) int
	depth = func(n *node) int {
		if n == nil {
			return 0
		}
		switch n.Kind {
		case "QueryPlan", "Flatten":
			return depth(n.Node)
		case "Subscription":
			return depth(n.Primary) + depth(n.Rest)
		case "Fetch":
			fetches++
			return 1
		}
		sum, deepest := 0, 0
		for _, child := range n.Nodes {
			d := depth(child)
			sum, deepest = sum+d, max(deepest, d)
		}
		if n.Kind == "Sequence" {
			return sum
		}
		return deepest
	}
	waves := depth(root)
	if want := slices.Max(append(p.Waves(), 0)); waves != want || fetches != len(p.Fetches) {
		t.Errorf("%d fetches and %d waves in JSON, %d and %d in the plan: %s", fetches, waves, len(p.Fetches), want, text)
	}
}
