// Package graph is the engine's door: one loaded supergraph, ready to answer operations.
//
// In: supergraph SDL, then for each request a document, variables as raw JSON and a Fetcher that
// calls subgraphs. Out: the bytes of the response. The steps of a request are Prepare (parse,
// validate, normalise, measure; cached), Authorize, Variables and Execute (plan, cached; fetch;
// complete). It knows nothing of sockets, files, clocks, users or HTTP.
package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/execute"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Options are the engine's settings. The zero value is safe to use.
type Options struct {
	// Operation bounds what a document may ask for.
	Operation OperationLimits
	// Execution bounds what one response may take.
	Execution ExecutionLimits
	// Budget bounds what planning one operation may take; zero means the planner's default.
	Budget Budget
	// DisableReuse asks subgraphs for every entity, also where another part of the same operation has
	// read the same fields of it before.
	DisableReuse bool
	// DisableIntrospection refuses operations that select __schema or __type.
	DisableIntrospection bool
	// ShowSubgraphErrors lets the texts of subgraphs' errors through to the client; without it only
	// their codes and places are shown.
	ShowSubgraphErrors bool
	// OnlyPlans makes a graph that plans and never executes. It takes also a supergraph with access
	// rules that the engine cannot decide, such as policies.
	OnlyPlans bool
	// MaxCacheBytes is about how much memory the cached operations, and again the cached plans, may
	// take; zero means DefaultMaxCacheBytes.
	MaxCacheBytes int
}

// DefaultMaxCacheBytes is the size of each cache where Options name none.
const DefaultMaxCacheBytes = 64 << 20

// Graph is one loaded supergraph. It is immutable but for its caches and safe for concurrent use.
type Graph struct {
	super   *supergraph.Supergraph
	api     *schema.Schema
	parser  *operation.Parser
	planner *plan.Planner
	opts    Options
	labels  []string

	prepared *cache[preparedKey, *Prepared]
	plans    *cache[planKey, *planned]
}

// Subgraph is one subgraph of a Graph.
type Subgraph struct {
	// Name is the name that FetchRequest.Subgraph carries.
	Name string
	// URL is the routing URL that the supergraph names; may be empty.
	URL string
}

// Load makes a Graph of supergraph SDL in the join spec. The error says what in the SDL cannot be
// served, and where.
func Load(supergraphSDL string, opts Options) (*Graph, error) {
	load := supergraph.Load
	if opts.OnlyPlans {
		load = supergraph.LoadForPlanning
	}
	s, err := load(supergraphSDL)
	if err != nil {
		return nil, fmt.Errorf("load the supergraph: %w", err)
	}
	return New(s, opts)
}

// New makes a Graph of a loaded supergraph.
func New(s *supergraph.Supergraph, opts Options) (*Graph, error) {
	if s == nil {
		return nil, errors.New("graph: no supergraph")
	}
	check := s.CheckFeatures // it may come from composing and not from Load
	if opts.OnlyPlans {
		check = s.CheckPlanning
	}
	if err := check(); err != nil {
		return nil, err
	}
	if opts.MaxCacheBytes <= 0 {
		opts.MaxCacheBytes = DefaultMaxCacheBytes
	}
	api := s.API()
	parser, err := operation.NewParser(api, s.Schema, opts.Operation)
	if err != nil {
		return nil, fmt.Errorf("the supergraph's API schema cannot be served: %w", err)
	}
	planner := plan.NewWith(s, plan.Options{Budget: opts.Budget, DisableReuse: opts.DisableReuse})
	return &Graph{
		super: s, api: api, parser: parser, planner: planner, opts: opts,
		labels:   overrideLabels(s),
		prepared: newCache[preparedKey, *Prepared](opts.MaxCacheBytes),
		plans:    newCache[planKey, *planned](opts.MaxCacheBytes),
	}, nil
}

// overrideLabels lists the labels of progressive overrides, sorted.
func overrideLabels(s *supergraph.Supergraph) []string {
	var out []string
	for _, sub := range s.Subgraphs {
		for _, t := range sub.Types {
			for _, f := range t.Fields {
				if f.OverrideLabel != "" {
					out = append(out, f.OverrideLabel)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Subgraphs returns the subgraphs in order of the supergraph.
func (g *Graph) Subgraphs() []Subgraph {
	out := make([]Subgraph, len(g.super.Subgraphs))
	for i, s := range g.super.Subgraphs {
		out[i] = Subgraph{Name: s.Name, URL: s.URL}
	}
	return out
}

// OverrideLabels returns the labels of the supergraph's progressive overrides, sorted: those that
// are worth deciding for a request.
func (g *Graph) OverrideLabels() []string { return slices.Clone(g.labels) }

// APISchema returns the SDL of what clients see.
func (g *Graph) APISchema() string { return schema.Print(g.api) }

// Prepare parses, validates, normalises and measures the operation called operationName of a
// document; an empty name means the only one. labels are the labels of progressive overrides that
// are on for the request. The errors are request errors: nothing may run.
func (g *Graph) Prepare(document, operationName string, labels ...string) (*Prepared, gqlerr.List) {
	key := preparedKey{document: document, name: operationName, labels: g.knownLabels(labels)}
	if p, ok := g.prepared.get(key); ok {
		return p, nil
	}
	op, errs := g.parser.Parse(document, operationName)
	if errs != nil {
		return nil, errs
	}
	if g.opts.DisableIntrospection {
		if err := refuseIntrospection(op.Root); err != nil {
			return nil, gqlerr.List{err}
		}
	}
	p := &Prepared{graph: g, op: op, text: op.Text(), labels: key.labels}
	g.prepared.put(key, p, len(document)+bytesOfText*len(p.text))
	return p, nil
}

// preparedKey is compared in full: two documents never share an entry.
type preparedKey struct{ document, name, labels string }

// bytesOfText is about how much memory an operation takes for each byte of its text form.
const bytesOfText = 20

// knownLabels keeps the labels that the supergraph has, in one order, so that others do not split
// the caches.
func (g *Graph) knownLabels(on []string) string {
	if len(on) == 0 || len(g.labels) == 0 {
		return ""
	}
	var known []string
	for _, label := range g.labels {
		if slices.Contains(on, label) {
			known = append(known, label)
		}
	}
	return strings.Join(known, labelSeparator)
}

// labelSeparator stands in no label.
const labelSeparator = " "

func refuseIntrospection(set *operation.SelectionSet) *gqlerr.Error {
	if set == nil {
		return nil
	}
	for _, f := range set.Fields {
		if f.Name == "__schema" || f.Name == "__type" {
			return &gqlerr.Error{
				Message:   fmt.Sprintf("Introspection is switched off: %q cannot be selected here.", f.Name),
				Code:      gqlerr.ValidationFailed,
				Locations: []gqlerr.Location{{Line: f.Line, Column: f.Column}},
			}
		}
		if err := refuseIntrospection(f.Selections); err != nil {
			return err
		}
	}
	return nil
}

// ValidateDocument validates every operation of a document as Prepare would, and returns every
// error with its place in the document.
func (g *Graph) ValidateDocument(document string) gqlerr.List { return g.parser.Validate(document) }

// Names of the engine's inside that a caller needs.
type (
	// Fetcher calls a subgraph.
	Fetcher = execute.Fetcher
	// Sequencer is a Fetcher that chooses the order in which answers arrive.
	Sequencer = execute.Sequencer
	// FetchRequest is one call of one subgraph.
	FetchRequest = execute.FetchRequest
	// FetchResponse is a subgraph's answer.
	FetchResponse = execute.FetchResponse
	// FetchError says why a fetch has no answer.
	FetchError = execute.FetchError
	// FailureReason is the kind of a FetchError.
	FailureReason = execute.FailureReason
	// Failure is what an operator should know of a call.
	Failure = execute.Failure
	// EntityBatch is the representations of one _entities selection of a FetchRequest.
	EntityBatch = execute.EntityBatch
	// ExecutionLimits bound one response.
	ExecutionLimits = execute.Limits
	// OperationLimits bound one document.
	OperationLimits = operation.Limits
	// Budget bounds the planning of one operation.
	Budget = plan.Budget
	// Plan is how an operation is answered: its String is the tree that `weft plan` prints.
	Plan = plan.Plan
	// Kind is the kind of an operation.
	Kind = operation.Kind
	// Fallen is a set of auth requirements that a request does not meet. The empty string is the
	// empty set; equal sets are equal strings.
	Fallen = operation.Fallen
)

// The kinds of an operation.
const (
	Query        = operation.Query
	Mutation     = operation.Mutation
	Subscription = operation.Subscription
)

// The reasons of a FetchError.
const (
	Unreachable = execute.Unreachable
	Timeout     = execute.Timeout
	TooLarge    = execute.TooLarge
	BadStatus   = execute.BadStatus
	BadAnswer   = execute.BadAnswer
	// More entities were needed than one fetch may ask for.
	TooManyRepresentations = execute.TooManyRepresentations
	Crashed                = execute.Crashed
)
