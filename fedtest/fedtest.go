// Package fedtest runs a whole federated graph inside `go test`: composer, planner, executor and every subgraph in one
// process, without a port and without a network.
//
// A Subgraph is SDL with data (JSON, or any Go value that encoding/json can write) and functions for what is computed, or
// an http.Handler, such as a real service under test. New composes the subgraphs and fails the test with the composer's
// diagnostics if they do not fit together. Graph.Do answers one operation with the response, the requests that the
// subgraphs got and, if one likes, subgraphs that fail:
//
//	g := fedtest.New(t,
//		fedtest.Subgraph{Name: "products", SDL: productsSDL, Data: `{"Product": [{"upc": "1", "name": "Table"}]}`},
//		fedtest.Subgraph{Name: "reviews", SDL: reviewsSDL, Handler: reviews.Handler()},
//	)
//	answer := g.Do(t, fedtest.Request{
//		Document: `{ reviews { product { name } } }`,
//		Faults:   []fedtest.Fault{{Subgraph: "products", Status: 503}},
//	})
//	answer.Want(t, `{"data": {"reviews": [{"product": {"name": null}}]}, "errors": [...]}`)
//
// The package knows nothing of the router: no sessions, no header rules, no limits.
package fedtest

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/compose"
)

// Subgraph is one part of a federated graph. It answers with its Data and Resolvers or, if that is set, with its Handler.
type Subgraph struct {
	// Name is unique in the graph.
	Name string
	// SDL is the subgraph's schema, as its authors write it.
	SDL string
	// Data is what the subgraph knows: JSON text (a string, a []byte or a json.RawMessage), or a value that encoding/json
	// writes as such. It is an object with a member for each type. A root type's member is an object of its fields' values;
	// an entity type's is the list of its entities. Where a value lacks fields, they are looked up in the entity with the
	// same key, so that {"upc": "1"} is enough to refer to one. A value of an abstract type has a "__typename".
	//
	// An entity that is asked for and is not in its type's list is null. A type without a member in Data has every entity
	// that it is asked for, with the fields of the representation.
	Data any
	// Resolvers compute fields, by "Type.field". They win over Data.
	Resolvers map[string]Resolver
	// Handler answers GraphQL over HTTP (POST with JSON) in place of Data and Resolvers.
	Handler http.Handler
}

// Resolver computes a field. object holds what is known of the object: its data and what a representation brought, such as
// the fields that @requires names. The result is a value as in Subgraph.Data; an error becomes a null with an error.
type Resolver func(object, args map[string]any) (any, error)

// Graph is a composed graph, ready to be asked. It is safe for concurrent use if its resolvers and handlers are.
type Graph struct {
	graph     *graph.Graph
	subgraphs map[string]http.Handler
	schemas   map[string]*faultSchema
}

// New composes the subgraphs. It ends the test where they cannot be composed or their data does not fit.
func New(t testing.TB, subgraphs ...Subgraph) *Graph {
	t.Helper()
	g, err := Compose(subgraphs...)
	if err != nil {
		t.Fatalf("fedtest: %v", err)
	}
	return g
}

// Compose is New for programs: the error holds the composer's diagnostics, or says what is wrong with a subgraph.
func Compose(subgraphs ...Subgraph) (*Graph, error) {
	var parts []compose.Subgraph
	for _, s := range subgraphs {
		parts = append(parts, compose.Subgraph{Name: s.Name, SDL: s.SDL})
	}
	super, diagnostics := compose.Compose(parts)
	if super == nil {
		return nil, fmt.Errorf("the subgraphs cannot be composed:\n%s", diagnostics)
	}
	loaded, err := graph.New(super, graph.Options{ShowSubgraphErrors: true})
	if err != nil {
		return nil, fmt.Errorf("load the composed graph: %w", err)
	}
	g := &Graph{graph: loaded, subgraphs: map[string]http.Handler{}, schemas: map[string]*faultSchema{}}
	for _, s := range subgraphs {
		if err := g.add(s); err != nil {
			return nil, fmt.Errorf("subgraph %s: %w", s.Name, err)
		}
	}
	return g, nil
}

func (g *Graph) add(s Subgraph) error {
	schema, err := readFaultSchema(s)
	if err != nil {
		return err
	}
	g.schemas[s.Name] = schema
	if g.subgraphs[s.Name] = s.Handler; s.Handler != nil {
		if s.Data != nil || s.Resolvers != nil {
			return fmt.Errorf("it has a Handler and Data or Resolvers: leave out one of them")
		}
		return nil
	}
	g.subgraphs[s.Name], err = newDataHandler(s)
	return err
}

// APISchema returns the SDL of what clients see.
func (g *Graph) APISchema() string { return g.graph.APISchema() }

// Request is one operation to answer.
type Request struct {
	// Document is the GraphQL document.
	Document string
	// Operation is the name of the operation where the document has several.
	Operation string
	// Variables are JSON text, or a value that encoding/json writes as an object; nil for none.
	Variables any
	// Labels are the labels of progressive overrides that are on.
	Labels []string
	// Identity is who asks; nil may see everything.
	Identity *Identity
	// Header is sent to subgraphs with a Handler.
	Header http.Header
	// Faults make subgraphs fail.
	Faults []Fault
	// Timeout ends each call of a subgraph; 0 waits.
	Timeout time.Duration
}

// Identity is who asks, as far as @authenticated and @requiresScopes are concerned.
type Identity struct {
	Authenticated bool
	Scopes        []string
}

// Query answers a document without variables.
func (g *Graph) Query(t testing.TB, document string) *Answer {
	t.Helper()
	return g.Do(t, Request{Document: document})
}

// Do answers a request. It ends the test if the request itself cannot be read; GraphQL errors are part of the answer.
func (g *Graph) Do(t testing.TB, req Request) *Answer {
	t.Helper()
	answer, err := g.Answer(t.Context(), req)
	if err != nil {
		t.Fatalf("fedtest: %v", err)
	}
	return answer
}

// Answer is Do for programs: the error says that the variables are no JSON or that a fault names what is not there.
func (g *Graph) Answer(ctx context.Context, req Request) (*Answer, error) {
	variables, err := rawJSON(req.Variables)
	if err != nil {
		return nil, fmt.Errorf("the variables: %w", err)
	}
	for _, fault := range req.Faults {
		if err := g.checkFault(fault); err != nil {
			return nil, err
		}
	}
	prepared, errs := g.graph.Prepare(req.Document, req.Operation, req.Labels...)
	if errs != nil {
		return refusal(errs), nil
	}
	values, errs := prepared.Variables(variables)
	if errs != nil {
		return refusal(errs), nil
	}
	var fallen graph.Fallen
	if req.Identity != nil {
		fallen = prepared.Authorize(req.Identity.Authenticated, req.Identity.Scopes)
	}
	f := &fetcher{graph: g, req: req}
	result := prepared.Execute(ctx, values, fallen, f)
	defer result.Release()
	answer := newAnswer(result.Body, f.sorted())
	if plan, err := prepared.Plan(ctx, fallen); err == nil { // if not, that is the answer's error
		answer.Plan = plan.String()
	}
	return answer, nil
}

// Plan returns the plan of a document's only operation in the form that `weft plan` prints, for a golden file. It asks no
// subgraph. The plan of a request with labels or an identity is its Answer's.
func (g *Graph) Plan(t testing.TB, document string) string {
	t.Helper()
	prepared, errs := g.graph.Prepare(document, "")
	if errs != nil {
		t.Fatalf("fedtest: %s", errs.Append(nil))
	}
	plan, err := prepared.Plan(t.Context(), "")
	if err != nil {
		t.Fatalf("fedtest: %v", err)
	}
	return plan.String()
}
