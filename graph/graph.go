// Package graph is the engine's door: one loaded supergraph, ready to answer operations.
//
// In: supergraph SDL, then for each request a document, variables as raw JSON and a Fetcher that
// calls subgraphs. Out: the bytes of the response. The steps of a request are Prepare (parse,
// validate, normalise, measure; cached), Authorize, Variables and Execute (plan, cached; fetch;
// complete). It knows nothing of sockets, files, clocks, users or HTTP.
package graph

import (
	"errors"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/execute"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Names of the engine's inside that a caller needs.
type (
	// Fetcher calls a subgraph.
	Fetcher = execute.Fetcher
	// FetchRequest is one call of one subgraph.
	FetchRequest = execute.FetchRequest
	// FetchResponse is a subgraph's answer.
	FetchResponse = execute.FetchResponse
	// EntityBatch is the representations of one _entities selection of a FetchRequest.
	EntityBatch = execute.EntityBatch
	// Plan is how an operation is answered: its String is the tree that `weft plan` prints.
	Plan = plan.Plan
	// Kind is the kind of an operation.
	Kind = operation.Kind
)

// The kinds of an operation.
const (
	Query        = operation.Query
	Mutation     = operation.Mutation
	Subscription = operation.Subscription
)

// Options are the engine's settings. The zero value is safe to use.
type Options struct {
	// DisableIntrospection refuses operations that select __schema or __type.
	DisableIntrospection bool
}

// Graph is one loaded supergraph. It is immutable but for its caches and safe for concurrent use.
type Graph struct {
	super *supergraph.Supergraph
	opts  Options
}

// Subgraph is one subgraph of a Graph.
type Subgraph struct {
	// Name is the name that FetchRequest.Subgraph carries.
	Name string
	// URL is the routing URL that the supergraph names; may be empty.
	URL string
}

// New makes a Graph of a loaded supergraph.
func New(s *supergraph.Supergraph, opts Options) (*Graph, error) {
	if s == nil {
		return nil, errors.New("graph: no supergraph")
	}
	return &Graph{super: s, opts: opts}, nil
}

// Subgraphs returns the subgraphs in order of the supergraph.
func (g *Graph) Subgraphs() []Subgraph {
	out := make([]Subgraph, len(g.super.Subgraphs))
	for i, s := range g.super.Subgraphs {
		out[i] = Subgraph{Name: s.Name, URL: s.URL}
	}
	return out
}

// Prepare parses, validates, normalises and measures the operation called operationName of a
// document; an empty name means the only one. The errors are request errors: nothing may run.
func (g *Graph) Prepare(document, operationName string) (*Prepared, gqlerr.List) {
	return nil, gqlerr.List{{Message: "this build of the engine cannot prepare operations yet", Code: gqlerr.Internal}}
}

// ValidateDocument validates every operation of a document as Prepare would, and returns every
// error with its place in the document.
func (g *Graph) ValidateDocument(document string) gqlerr.List {
	_, errs := g.Prepare(document, "")
	return errs
}
