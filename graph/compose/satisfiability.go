package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// maxLabelBits bounds the override labels whose every combination is tried; past it each label is
// tried on its own, against all others off and all others on.
const maxLabelBits = 6

// checkSatisfiability proves that every query of the API can be answered, whatever the override
// labels are.
func checkSatisfiability(m *merger, s *supergraph.Supergraph) diag.List {
	if len(m.mixedReturns) == 0 && m.isProven() {
		return nil
	}
	return walkQueries(m, s)
}

// walkQueries proves it by a search, or says which queries cannot be answered, and why.
//
// It walks the API schema from each root. The state at a type is the set of nodes of the query graph
// from which an object was read; what the object's fields reach from there, jumps included, is
// known to querygraph.Reach. A state that holds more nodes than one that passed passes too, so the
// walk is about types times few sets, however many paths there are.
func walkQueries(m *merger, s *supergraph.Supergraph) diag.List {
	g := querygraph.Build(s)
	reported, sharedReads := map[string]bool{}, map[string]bool{}
	for _, on := range labelSettings(s) {
		w := newWalk(m, g, on, reported)
		w.sharedReads = sharedReads
		for _, root := range []*schema.Type{s.API().Query, s.API().Mutation, s.API().Subscription} {
			if root != nil {
				w.walkFrom(root)
			}
		}
	}
	m.hintMixedReturns(sharedReads)
	return m.takeDiags()
}

// labelSettings are the settings of override labels to try.
func labelSettings(s *supergraph.Supergraph) []map[string]bool {
	var labels []string
	for _, sub := range s.Subgraphs {
		for _, t := range sub.Types {
			for _, f := range t.Fields {
				if f.OverrideLabel != "" && !slices.Contains(labels, f.OverrideLabel) {
					labels = append(labels, f.OverrideLabel)
				}
			}
		}
	}
	var out []map[string]bool
	if len(labels) <= maxLabelBits {
		for bits := range 1 << len(labels) {
			on := map[string]bool{}
			for i, label := range labels {
				on[label] = bits&(1<<i) != 0
			}
			out = append(out, on)
		}
		return out
	}
	for _, others := range []bool{false, true} {
		for i := -1; i < len(labels); i++ {
			on := map[string]bool{}
			for j, label := range labels {
				on[label] = others != (i == j)
			}
			out = append(out, on)
		}
	}
	return out
}

// walk is one walk over the API schema with the override labels set.
type walk struct {
	m     *merger
	g     *querygraph.Graph
	reach *querygraph.Reach
	api   *schema.Schema
	// passed are, by runtime type, the sets of nodes that were walked.
	passed map[int][]passedState
	queue  []*state
	// reported are the fields whose failure was reported, in this walk or one before it.
	reported map[string]bool
	// sharedReads are the fields that several subgraphs can answer for one object as it was read; nil
	// where nobody asks.
	sharedReads map[string]bool
	// wanted are the graph's contextual arguments, contexts the types that offer the contexts.
	wanted   map[string]supergraph.ContextArgument
	contexts contextSources
	// isTrial is set while an alternative is tried: failed then says how it went.
	isTrial, failed bool
}

// state is an object of one runtime type with the nodes at which it may have been read.
type state struct {
	runtimeType int
	nodes       []querygraph.NodeID
	// from and by say how the state was first reached: the witness.
	from *state
	by   *schema.Field
	// isAbstract is set where the field's type in the API is abstract: then the witness needs a
	// type condition.
	isAbstract bool
	// bound are the contextual arguments whose values are known from here down, sorted.
	bound []string
}

// passedState is what of a state decides whether another one passes too.
type passedState struct {
	nodes []querygraph.NodeID
	bound []string
}

func newWalk(m *merger, g *querygraph.Graph, on map[string]bool, reported map[string]bool) *walk {
	return &walk{
		m: m, g: g, reach: querygraph.NewReach(g, on), api: g.Supergraph.API(),
		passed: map[int][]passedState{}, reported: reported, wanted: wantedContexts(g.Supergraph), contexts: m.contexts(),
	}
}

func (w *walk) walkFrom(root *schema.Type) {
	w.push(&state{runtimeType: w.g.Number(root.Name), nodes: w.g.Roots(root.Name)})
	w.drain()
}

// push queues a state unless one with no more nodes was walked.
func (w *walk) push(s *state) {
	if w.api.Query != nil && w.g.Types[s.runtimeType].Name == w.api.Query.Name {
		s.nodes = w.g.Roots(w.api.Query.Name) // the root can be entered again from anywhere
	}
	slices.Sort(s.nodes)
	s.nodes = slices.Compact(s.nodes)
	w.bindContexts(s)
	for _, before := range w.passed[s.runtimeType] {
		if isSubsetOf(before.nodes, s.nodes) && isSubset(before.bound, s.bound) {
			return
		}
	}
	w.passed[s.runtimeType] = append(w.passed[s.runtimeType], passedState{s.nodes, s.bound})
	w.queue = append(w.queue, s)
}

func isSubsetOf(less, more []querygraph.NodeID) bool {
	return !slices.ContainsFunc(less, func(id querygraph.NodeID) bool { return !slices.Contains(more, id) })
}

func (w *walk) drain() {
	for len(w.queue) > 0 && !(w.isTrial && w.failed) {
		s := w.queue[0]
		w.queue = w.queue[1:]
		w.walkState(s)
	}
}

// walkState takes every field of the state's type.
func (w *walk) walkState(s *state) {
	t := w.api.Type(w.g.Types[s.runtimeType].Name)
	if s.isAbstract && !w.knowsType(s) {
		w.fail(s, &schema.Field{Name: "__typename", Type: &schema.TypeRef{Name: "String"}})
		return
	}
	reached := w.reached(s)
	for _, f := range t.Fields {
		isLeaf := !w.api.Type(f.Type.Named()).IsComposite()
		targets, taken := w.take(s, reached, f)
		switch {
		case !taken:
			w.fail(s, f)
		case isLeaf:
		case w.api.Mutation != nil && t == w.api.Mutation && len(targets) > 1:
			w.walkAlternatives(s, f, targets)
		default:
			if w.sharedReads != nil && len(s.nodes) > 1 && w.countReads(s, f) > 1 {
				w.sharedReads[t.Name+"."+f.Name] = true
			}
			for _, next := range w.below(s, f, targets) {
				w.push(next)
			}
		}
	}
}

// countReads counts the nodes of the state that answer the field without a jump.
func (w *walk) countReads(s *state, f *schema.Field) int {
	n := 0
	for _, id := range s.nodes {
		place := querygraph.Place{Node: id, Type: s.runtimeType}
		if own := w.g.Narrow(id, s.runtimeType); own != querygraph.None {
			if e := w.g.Nodes[own].Field(f.Name); e != nil && w.reach.CanTake(place, e) {
				n++
			}
		}
	}
	return n
}

func (w *walk) knowsType(s *state) bool {
	return slices.ContainsFunc(s.nodes, func(id querygraph.NodeID) bool {
		return w.reach.KnowsType(querygraph.Place{Node: id, Type: s.runtimeType})
	})
}

// reachedNode is a node at which an object that was read at a place can be continued.
type reachedNode struct {
	place querygraph.Place
	node  *querygraph.Node
}

// reached are the nodes at which the state's object can be continued.
func (w *walk) reached(s *state) []reachedNode {
	var out []reachedNode
	for _, id := range s.nodes {
		place := querygraph.Place{Node: id, Type: s.runtimeType}
		for _, at := range w.reach.Nodes(place) {
			out = append(out, reachedNode{place, w.g.Nodes[at]})
		}
	}
	return out
}

// take returns the nodes at which the objects of the field are read; taken is false when no subgraph
// can answer it.
func (w *walk) take(s *state, reached []reachedNode, f *schema.Field) (targets []querygraph.NodeID, taken bool) {
	for _, r := range reached {
		e := r.node.Field(f.Name)
		if e == nil || !w.reach.CanTake(r.place, e) || !s.isBound(e.Field) {
			continue
		}
		taken = true
		if e.Target != querygraph.None {
			targets = append(targets, e.Target)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets), taken
}

// below are the states of the field's objects: one for each runtime type that all targets can return.
func (w *walk) below(s *state, f *schema.Field, targets []querygraph.NodeID) []*state {
	if t, known := w.onlyType(targets); known {
		if !w.g.Visible.Has(t) {
			return nil
		}
		isAbstract := w.api.Type(f.Type.Named()).IsAbstract()
		return []*state{{runtimeType: t, nodes: slices.Clone(targets), from: s, by: f, isAbstract: isAbstract, bound: s.bound}}
	}
	var out []*state
	isAbstract := w.api.Type(f.Type.Named()).IsAbstract()
	for _, t := range w.g.TypesAt(targets).And(w.g.Visible).Indexes() {
		out = append(out, &state{runtimeType: t, nodes: slices.Clone(targets), from: s, by: f, isAbstract: isAbstract, bound: s.bound})
	}
	return out
}

// onlyType is the runtime type of objects that are read at one node of an object type: most fields are.
func (w *walk) onlyType(targets []querygraph.NodeID) (runtimeType int, known bool) {
	if len(targets) != 1 {
		return 0, false
	}
	t := w.g.Nodes[targets[0]].Type
	if t.Kind != schema.Object || t.IsInterfaceObject {
		return 0, false
	}
	return w.g.Number(t.Name), true
}

// walkAlternatives walks below a mutation field that several subgraphs resolve. Calling it in two of
// them would do the thing twice, so one must be enough for everything below.
func (w *walk) walkAlternatives(s *state, f *schema.Field, targets []querygraph.NodeID) {
	for _, target := range targets {
		trial := &walk{
			m: w.m, g: w.g, reach: w.reach, api: w.api, passed: map[int][]passedState{},
			wanted: w.wanted, contexts: w.contexts, reported: w.reported, isTrial: true,
		}
		for _, next := range trial.below(s, f, []querygraph.NodeID{target}) {
			trial.push(next)
		}
		trial.drain()
		if !trial.failed {
			return
		}
	}
	if w.isTrial {
		w.failed = true
		return
	}
	for _, next := range w.below(s, f, targets[:1]) {
		w.push(next) // reports what is missing in the first
	}
}

// fail reports a field that no subgraph can answer from the state.
func (w *walk) fail(s *state, f *schema.Field) {
	if w.isTrial {
		w.failed = true
		return
	}
	coordinate := w.g.Types[s.runtimeType].Name + "." + f.Name
	if w.reported[coordinate] {
		return
	}
	w.reported[coordinate] = true
	var positions []diag.Position
	if t := w.m.byName[w.g.Types[s.runtimeType].Name]; t != nil {
		if merged := t.field(f.Name); merged != nil {
			positions = w.m.fieldPositions(merged)
		}
		if len(positions) == 0 {
			positions = w.m.typePositions(t, nil)
		}
	}
	reasons, fix := w.reasons(s, f)
	w.m.diags = append(w.m.diags, diag.Diagnostic{
		Code: diag.SatisfiabilityError, Positions: positions, Fix: fix, Witness: w.witness(s, f),
		Message: fmt.Sprintf("%q cannot be answered where the object comes from %s: %s", coordinate, w.origins(s), reasons),
	})
}
