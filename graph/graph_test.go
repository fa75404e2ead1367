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
	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// canned answers each fetch with the section "<subgraph>.<number of the fetch in the plan>.json" and
// keeps what was asked.
type canned struct {
	c *golden.Case

	mu    sync.Mutex
	asked []string
}

func (f *canned) Fetch(_ context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := fmt.Sprintf("%s.%d", req.Subgraph, req.Fetch)
	f.asked = append(f.asked, name+" "+string(req.Body))
	if !f.c.Has(name + ".json") {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Unreachable}
	}
	return graph.FetchResponse{Body: f.c.Input(name + ".json")}, nil
}

// requests prints what was asked, by subgraph and fetch.
func (f *canned) requests() string {
	slices.Sort(f.asked)
	return strings.Join(f.asked, "\n")
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

// composed makes a supergraph of the subgraph SDLs of a case, each section "<subgraph>.graphqls".
func composed(t testing.TB, files []golden.File) *supergraph.Supergraph {
	t.Helper()
	var subgraphs []compose.Subgraph
	for _, file := range files {
		subgraphs = append(subgraphs, compose.Subgraph{
			Name: strings.TrimSuffix(file.Name, ".graphqls"), File: file.Name, SDL: string(file.Data),
		})
	}
	super, diags := compose.Compose(subgraphs)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return super
}

// authorized reads the section "identity", "anonymous" or "user scope scope", and says what falls.
func authorized(c *golden.Case, p *graph.Prepared) graph.Fallen {
	if !c.Has("identity") {
		return p.Authorize(true, nil)
	}
	words := strings.Fields(string(c.Input("identity")))
	return p.Authorize(words[0] == "user", words[1:])
}

// prepare composes a case's subgraphs and prepares its operation and variables.
func prepare(t *testing.T, c *golden.Case) (*graph.Prepared, graph.Variables) {
	t.Helper()
	g, err := graph.New(composed(t, c.Inputs(".graphqls")), graph.Options{ShowSubgraphErrors: !c.Has("masked")})
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
	return prepared, variables
}

// TestExecute runs one operation on composed subgraphs with canned answers.
func TestExecute(t *testing.T) {
	golden.Run(t, "testdata/execute", func(t *testing.T, c *golden.Case) {
		prepared, variables := prepare(t, c)
		fetcher := &canned{c: c}
		result := prepared.Execute(t.Context(), variables, authorized(c, prepared), fetcher)
		defer result.Release()
		c.Compare("requests", fetcher.requests())
		c.Compare("response.json", indent(t, result.Body))
	})
}

// TestPlansAreShared shows that operations that differ in literals only have one plan, and that
// requests for it at once make it once.
func TestPlansAreShared(t *testing.T) {
	g := graphOf(t, graph.Options{}, "type Query { product(id: ID!): Product  all: [Product] } type Product @key(fields: \"id\") { id: ID! name: String }")
	var wait sync.WaitGroup
	plans := make([]*graph.Plan, 20)
	for i := range plans {
		wait.Add(1)
		go func() {
			defer wait.Done()
			p, errs := g.Prepare(fmt.Sprintf("{ product(id: %d) { name } }", i/2), "")
			if errs != nil {
				t.Error(errorsJSON(errs))
				return
			}
			plan, err := p.Plan(t.Context(), "")
			if err != nil {
				t.Error(err)
			}
			plans[i] = plan
		}()
	}
	wait.Wait()
	for i, plan := range plans {
		if plan != plans[0] {
			t.Errorf("operation %d has a plan of its own", i)
		}
	}
}

// graphOf composes one subgraph called "a".
func graphOf(t testing.TB, opts graph.Options, sdl string) *graph.Graph {
	t.Helper()
	super, diags := compose.Compose([]compose.Subgraph{{Name: "a", SDL: sdl}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	g, err := graph.New(super, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestRefused shows what is refused before anything runs.
func TestRefused(t *testing.T) {
	const sdl = "type Query { a: Int  t: T } type T { a: Int  q: Query } type Subscription { s: Int }"
	tests := []struct {
		name     string
		opts     graph.Options
		document string
		code     gqlerr.Code
	}{
		{"introspection", graph.Options{DisableIntrospection: true}, "{ a __schema { queryType { name } } }", gqlerr.ValidationFailed},
		{"introspection below", graph.Options{DisableIntrospection: true}, "{ t { q { t { q { __type(name: \"T\") { name } } } } } }", gqlerr.ValidationFailed},
		{"typename is no introspection", graph.Options{DisableIntrospection: true}, "{ a __typename }", ""},
		{"depth", graph.Options{Operation: graph.OperationLimits{MaxDepth: 2}}, "{ t { q { a } } }", gqlerr.TooDeep},
		{"aliases", graph.Options{Operation: graph.OperationLimits{MaxAliases: 1}}, "{ b: a c: a }", gqlerr.TooManyAliases},
		{"root fields", graph.Options{Operation: graph.OperationLimits{MaxRootFields: 1}}, "{ a t { a } }", gqlerr.TooManyRootFields},
		{"height", graph.Options{Operation: graph.OperationLimits{MaxHeight: 2}}, "{ a t { a } }", gqlerr.TooHigh},
		{"tokens", graph.Options{Operation: graph.OperationLimits{MaxTokens: 3}}, "{ a t { a } }", gqlerr.TooManyTokens},
		{"directives", graph.Options{Operation: graph.OperationLimits{MaxDirectives: 1}}, "{ a @skip(if: false) b: a @skip(if: false) }", gqlerr.TooManyDirectives},
		{"nesting", graph.Options{Operation: graph.OperationLimits{MaxNesting: 2}}, "{ t { q { a } } }", gqlerr.TooNested},
		{"unknown field", graph.Options{}, "{ b }", gqlerr.ValidationFailed},
		{"no document", graph.Options{}, "", gqlerr.ParseFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, errs := graphOf(t, test.opts, sdl).Prepare(test.document, "")
			var code gqlerr.Code
			if len(errs) > 0 {
				code = errs[0].Code
			}
			if code != test.code {
				t.Errorf("code %q, want %q: %s", code, test.code, errorsJSON(errs))
			}
		})
	}
}

// TestOnlyPlans plans a graph that must not be served, and runs nothing of it.
func TestOnlyPlans(t *testing.T) {
	super := composed(t, []golden.File{{Name: "a.graphqls", Data: []byte(
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@policy"]) type Query { a: Int @policy(policies: [["p"]]) }`)}})
	if _, err := graph.New(super, graph.Options{}); err == nil {
		t.Error("a graph with policies is served")
	}
	g, err := graph.New(super, graph.Options{OnlyPlans: true})
	if err != nil {
		t.Fatal(err)
	}
	p, errs := g.Prepare("{ a }", "")
	if errs != nil {
		t.Fatal(errorsJSON(errs))
	}
	if made, err := p.Plan(t.Context(), ""); err != nil || len(made.Fetches) != 1 {
		t.Errorf("planned %v, %v", made, err)
	}
	fetcher := &canned{}
	if result := p.Execute(t.Context(), graph.Variables{}, "", fetcher); result.HasData || result.Errors != 1 || len(fetcher.asked) > 0 {
		t.Errorf("it ran: %s %v", result.Body, fetcher.asked)
	}
}

// TestNotRun shows responses to requests of which nothing ran: they have no data.
func TestNotRun(t *testing.T) {
	super := composed(t, []golden.File{
		{Name: "a.graphqls", Data: []byte("type Query { t: T } type Subscription { s: Int } type T @key(fields: \"id\") { id: ID! a: Int }")},
		{Name: "b.graphqls", Data: []byte("extend type T @key(fields: \"id\") { id: ID! @external b: Int }")},
	})
	g, err := graph.New(super, graph.Options{Budget: graph.Budget{MaxStates: 1, MaxBytes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{"{ t { a b } }", "subscription { s }"} {
		p, errs := g.Prepare(document, "")
		if errs != nil {
			t.Fatal(errorsJSON(errs))
		}
		result := p.Execute(t.Context(), graph.Variables{}, "", &canned{})
		if result.HasData || result.Errors != 1 || !json.Valid(result.Body) || bytes.Contains(result.Body, []byte(`"data"`)) {
			t.Errorf("%s: data=%v errors=%d %s", document, result.HasData, result.Errors, result.Body)
		}
		result.Release()
	}
}
