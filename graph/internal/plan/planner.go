package plan

import (
	"context"
	"fmt"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Budget bounds what planning one operation may take. It counts what the search makes and never
// time, so that a plan does not depend on the machine's load.
type Budget struct {
	// MaxStates is how many partial ways the search may make; MaxBytes what they may take.
	MaxStates, MaxBytes int
}

// DefaultBudget is many times what large operations on large graphs take.
func DefaultBudget() Budget { return Budget{MaxStates: 500_000, MaxBytes: 64 << 20} }

// withDefaults fills zero limits.
func (b Budget) withDefaults() Budget {
	d := DefaultBudget()
	if b.MaxStates <= 0 {
		b.MaxStates = d.MaxStates
	}
	if b.MaxBytes <= 0 {
		b.MaxBytes = d.MaxBytes
	}
	return b
}

// Planner plans the operations of one supergraph. It is immutable and safe for concurrent use.
type Planner struct {
	g      *querygraph.Graph
	types  []string
	budget Budget
	// noReuse is Options.DisableReuse.
	noReuse bool
}

// Options are a planner's settings; the zero value is the default.
type Options struct {
	Budget Budget
	// DisableReuse makes plans that ask for every entity, also where another part of the operation
	// has read the same fields of it before.
	DisableReuse bool
}

// New makes the planner of a supergraph with the default options.
func New(sg *supergraph.Supergraph) *Planner { return NewWith(sg, Options{}) }

// NewWith makes the planner of a supergraph.
func NewWith(sg *supergraph.Supergraph, opts Options) *Planner {
	p := &Planner{g: querygraph.Build(sg), budget: opts.Budget.withDefaults(), noReuse: opts.DisableReuse}
	for _, t := range p.g.Types {
		name := ""
		if t != nil {
			name = t.Name
		}
		p.types = append(p.types, name)
	}
	return p
}

// Plan plans an operation while the override labels in on are on. The error is a *gqlerr.Error when
// no way was found or the budget ran out, and ctx's when its time ended.
func (p *Planner) Plan(ctx context.Context, op *operation.Operation, on ...string) (*Plan, error) {
	s := p.newSearch(ctx, on)
	ways, err := s.findRoots(op)
	if err != nil {
		return nil, err
	}
	drafts := build(s, op, ways)
	drafts.mergeFetches()
	if s.err != nil {
		return nil, s.err
	}
	return drafts.finish(p.types), nil
}

func (p *Planner) newSearch(ctx context.Context, on []string) *search {
	s := &search{
		ctx: ctx, g: p.g, on: map[string]bool{}, read: newReader(p.g),
		query:     p.g.Supergraph.Schema.Query.Name,
		positions: map[string]*position{}, ways: map[wayKey][]*way{},
		tables: map[object]*table{}, requiring: map[requiring]int{},
		lowest: never, noReuse: p.noReuse,
		budget: budget{states: p.budget.MaxStates, bytes: p.budget.MaxBytes},
	}
	for _, label := range on {
		s.on[label] = true
	}
	return s
}

// rootWays is the chosen way of an operation: one for a query, one for each root field otherwise.
type rootWays struct {
	selection *selection
	number    int
	ways      []*way
}

// findRoots finds the cheapest way for the operation's root: all fields of a query together, the
// fields of a mutation one by one, because they run one after the other.
func (s *search) findRoots(op *operation.Operation) (*rootWays, error) {
	sel := s.read.operation(op.Root)
	root := &rootWays{selection: sel, number: op.Root.Parent.ObjectIndex()}
	o := object{number: root.number, pos: noPosition}
	wants := s.wantsOf(sel, noPosition, root.number)
	groups := [][]*want{wants}
	if op.Kind != operation.Query {
		groups = nil
		for _, w := range wants {
			groups = append(groups, []*want{w})
		}
	}
	for _, group := range groups {
		ways := s.solve(o, group)
		if s.err != nil {
			return nil, s.err
		}
		if len(ways) == 0 {
			return nil, s.noWay()
		}
		root.ways = append(root.ways, ways[0])
	}
	return root, nil
}

func (s *search) noWay() error {
	name := s.g.Types[s.stuckType].Name + "." + s.stuck.name
	err := &gqlerr.Error{Code: gqlerr.PlanFailed, Message: fmt.Sprintf(
		"no subgraph can answer %s where the operation selects it: compose the supergraph again, composition refuses such a graph", name)}
	if f := s.stuck.client; f != nil {
		err.Locations = []gqlerr.Location{{Line: f.Line, Column: f.Column}}
	}
	return err
}
