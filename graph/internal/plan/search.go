package plan

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// search finds the cheapest ways to answer selections: dynamic programming over (selection,
// position). It lives for one Plan call.
type search struct {
	ctx context.Context
	g   *querygraph.Graph
	on  map[string]bool
	// query is the name of the query root type, which can be entered from anywhere.
	query string
	read  *reader

	positions map[string]*position
	ways      map[wayKey][]*way
	tables    map[object]*table
	requiring map[requiring]int
	// depth counts the tables and requirements in progress; lowest is the outermost of them that
	// the current result was cut short by. A result that was cut short is not remembered.
	depth, lowest int
	// provisional are the tables whose entries depend on one in progress; round counts the rounds in
	// which circles of tables are filled, changes the entries that were added.
	provisional    []object
	round, changes int

	budget budget
	// noReuse is for the builder: no entity is taken from another place.
	noReuse bool
	// trail are the response keys that lead to the selection in work, for error messages.
	trail []string
	// stuck is a field for which no way was found, for the error message.
	stuck     *want
	stuckType int
	err       error
}

// budget bounds the search by what it makes, never by time.
type budget struct{ states, bytes int }

// position is the set of nodes from which one response object is read at once.
type position struct {
	id    int
	nodes []querygraph.NodeID
	// types are the runtime types that all of the nodes can return.
	types schema.TypeSet
	// knowsType is set when one of the nodes tells the runtime type.
	knowsType bool
}

type wayKey struct {
	selection *selection
	position  *position
}

// way is one way to answer a selection at a position.
type way struct {
	cost cost
	// ready is the wave, relative to the position, after which everything is there.
	ready   int
	objects []objectWay
}

func (w *way) price() cost { return w.cost }

// objectWay is how objects of one runtime type are answered.
type objectWay struct {
	number int
	picks  []*pick
}

// pick is how one wanted field is read.
type pick struct {
	want *want
	// from are the sources of the field: one, but for a composite field that is split.
	from []source
	// target and child are for a composite field: the position of its objects and the way below.
	target *position
	child  *way
	ready  int
}

// isTyped reports whether all sources wait for the runtime type: when the value is there, the type of
// its object is known.
func (p *pick) isTyped() bool {
	for i := range p.from {
		if !p.from[i].typed {
			return false
		}
	}
	return len(p.from) > 0
}

// source is one reading of a field: an entry into a subgraph in some wave, with the data that the
// field's @requires asks for.
type source struct {
	entry    *entry
	wave     int
	edge     *querygraph.FieldEdge
	requires *way
	// typed is set when the field waits for the runtime type, which requires collects.
	typed bool
}

// never is the value of search.lowest while nothing was cut short.
const never = math.MaxInt

func (s *search) position(nodes ...querygraph.NodeID) *position {
	nodes = slices.Clone(nodes)
	slices.Sort(nodes)
	nodes = slices.Compact(nodes)
	key := make([]byte, 0, 4*len(nodes))
	for _, n := range nodes {
		key = append(key, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	if p, ok := s.positions[string(key)]; ok {
		return p
	}
	p := &position{id: len(s.positions), nodes: nodes, types: s.g.TypesAt(nodes)}
	for _, n := range nodes {
		p.knowsType = p.knowsType || s.g.Nodes[n].KnowsType()
	}
	s.positions[string(key)] = p
	return p
}

// best returns the Pareto front of the ways to answer sel at pos, the cheapest first; nil when
// there is none.
func (s *search) best(sel *selection, pos *position) []*way {
	key := wayKey{sel, pos}
	if ways, ok := s.ways[key]; ok {
		return ways
	}
	outer := s.lowest
	s.lowest = never
	var ways []*way
	if s.spend(0) {
		ways = s.findWays(sel, pos)
	}
	if s.lowest == never && s.err == nil {
		s.ways[key] = ways
	}
	s.lowest = min(outer, s.lowest)
	return ways
}

// bestBelow is best for the selection of a composite field.
func (s *search) bestBelow(w *want, target *position) []*way {
	s.trail = append(s.trail, w.name)
	ways := s.best(w.sub, target)
	s.trail = s.trail[:len(s.trail)-1]
	return ways
}

// findWays combines the ways of the runtime types that the position can return.
func (s *search) findWays(sel *selection, pos *position) []*way {
	types := pos.types
	if sel.client != nil {
		types = types.And(s.g.Visible).And(s.g.Possible(sel.parent))
	}
	ways := []*way{{}}
	for _, number := range types.Indexes() {
		parts := s.solve(object{number: number, pos: pos}, s.wantsOf(sel, pos, number))
		ways = s.combine(ways, parts)
		if len(ways) == 0 {
			return nil
		}
	}
	return ways
}

// wantsOf lists what sel wants of objects of one runtime type. Where no node of the position knows
// the type and the answer depends on it, the type itself is wanted.
func (s *search) wantsOf(sel *selection, pos *position, number int) []*want {
	var wants []*want
	if sel.typeMatters && !pos.knowsType {
		wants = append(wants, s.read.typename)
	}
	for _, w := range sel.wants {
		if w.name == "__typename" || !w.on.Has(number) {
			continue
		}
		wants = append(wants, w)
	}
	return wants
}

// combine joins every way with every part, which answers one more runtime type.
func (s *search) combine(ways, parts []*way) []*way {
	if len(ways) == 1 && len(ways[0].objects) == 0 {
		return parts
	}
	out := make([]*way, 0, len(ways)*len(parts))
	for _, a := range ways {
		for _, b := range parts {
			if !s.spend(len(a.objects) + 1) {
				return nil
			}
			out = append(out, &way{
				cost: a.cost.add(b.cost), ready: max(a.ready, b.ready),
				objects: append(slices.Clone(a.objects), b.objects...),
			})
		}
	}
	return prune(out)
}

// spend takes one state with n references from the budget, and reports whether the search may go on.
func (s *search) spend(n int) bool {
	s.budget.states--
	s.budget.bytes -= 96 + 16*n
	if s.err == nil && (s.budget.states < 0 || s.budget.bytes < 0) {
		s.err = &gqlerr.Error{Code: gqlerr.PlanBudgetExceeded,
			Message: "planning this operation would take more than the planner's budget: ask for less at " + s.where() + ", or in several operations"}
	}
	if s.err == nil && s.budget.states&1023 == 0 {
		s.err = s.ctx.Err()
	}
	return s.err == nil
}

// where names the selection in work.
func (s *search) where() string {
	if len(s.trail) == 0 {
		return "the root of the operation"
	}
	return strings.Join(s.trail, ".")
}

// isSerial reports whether fields of the root type run one after the other.
func (s *search) isSerial(number int) bool {
	return s.g.Types[number].Name != s.query
}
