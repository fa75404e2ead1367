package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// maxStates bounds the states of one walk: what can be read of one type in how many ways.
const maxStates = 200_000

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
	w := newWalk(m, querygraph.Build(s))
	w.walkRoots()
	w.hintMixedReturns()
	return m.takeDiags()
}

// walkRoots walks the API from each root, in the settings of the labels that always count.
func (w *walk) walkRoots() {
	starts := w.labels.settings(nil, w.labels.always)
	if starts == nil {
		w.failTooMany("Query.__typename", w.labels.always)
	}
	for _, root := range []*schema.Type{w.api.Query, w.api.Mutation, w.api.Subscription} {
		if root == nil {
			continue
		}
		for _, labels := range starts {
			w.walkFrom(root, labels)
		}
	}
}

// walk is one walk over the API schema.
type walk struct {
	m      *merger
	g      *querygraph.Graph
	api    *schema.Schema
	labels *overrideLabels
	// reach is what can be reached under setting, which is looked at now.
	reach   *querygraph.Reach
	setting setting
	// passed are, by runtime type, the states that were walked or are in the queue; states counts them.
	passed map[int][]*state
	states int
	// queue are the states to walk, by the number of their nodes: those with the fewest come first, as what
	// they prove holds for states with more.
	queue [][]*state
	// tooMany is set when the walk was given up, which was reported.
	tooMany bool
	// reported are the fields whose failure was reported.
	reported map[string]bool
	// mixed are the merger's mixed returns, by the field's coordinate, hinted those of them to hint at.
	mixed  map[string]mixedReturn
	hinted map[string]bool
	// wanted are the graph's contextual arguments, contexts the types that offer the contexts.
	wanted   map[string]supergraph.ContextArgument
	contexts contextSources
	// last is what reached returned last.
	last reachedNodes
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
	// labels are the override labels that it takes to get here.
	labels setting
	// isSuperseded is set when a state that says as much for more labels took its place.
	isSuperseded bool
}

func newWalk(m *merger, g *querygraph.Graph) *walk {
	contexts := m.contexts()
	return &walk{
		m: m, g: g, api: g.Supergraph.API(), labels: newOverrideLabels(g, contexts),
		passed: map[int][]*state{}, reported: map[string]bool{}, mixed: m.mixedReturnsByField(), hinted: map[string]bool{},
		wanted: wantedContexts(g.Supergraph), contexts: contexts,
	}
}

// set chooses the setting that is looked at; of it only the deciding labels, and those that always count,
// change what can be reached.
func (w *walk) set(labels setting, deciding []int) {
	w.setting = labels
	w.reach = w.labels.reach(slices.DeleteFunc(slices.Clone(labels), func(one int) bool {
		return !slices.Contains(deciding, one/2) && !slices.Contains(w.labels.always, one/2)
	}))
}

func (w *walk) walkFrom(root *schema.Type, labels setting) {
	w.set(labels, nil)
	w.push(&state{runtimeType: w.g.Number(root.Name), nodes: w.g.Roots(root.Name), labels: labels})
	w.drain()
}

// push queues a state unless one with no more nodes was walked. The setting that is looked at is one in
// which the state is reached.
func (w *walk) push(s *state) {
	if w.api.Query != nil && w.g.Types[s.runtimeType].Name == w.api.Query.Name {
		s.nodes = w.g.Roots(w.api.Query.Name) // the root can be entered again from anywhere
	}
	slices.Sort(s.nodes)
	s.nodes = slices.Compact(s.nodes)
	w.bindContexts(s)
	w.forgetLabels(s)
	if w.isCovered(s) {
		return
	}
	if w.states++; w.states > maxStates {
		w.giveUp(s)
		return
	}
	w.passed[s.runtimeType] = append(w.passed[s.runtimeType], s)
	for len(w.queue) <= len(s.nodes) {
		w.queue = append(w.queue, nil)
	}
	w.queue[len(s.nodes)] = append(w.queue[len(s.nodes)], s)
}

// next takes the next state to walk from the queue; nil where there is none.
func (w *walk) next() *state {
	for n, states := range w.queue {
		if len(states) > 0 {
			w.queue[n] = states[1:]
			return states[0]
		}
	}
	return nil
}

// isCovered reports whether another state proves what the state would.
func (w *walk) isCovered(s *state) bool {
	return slices.ContainsFunc(w.passed[s.runtimeType], func(other *state) bool {
		return other != s && isSubsetOf(other.nodes, s.nodes) && isSubset(other.bound, s.bound) && other.labels.isPartOf(s.labels)
	})
}

// forgetLabels drops from a state the labels without which the same state is reached: where there is one
// that differs in one label alone. What it replaces need not be walked.
func (w *walk) forgetLabels(s *state) {
	isSame := func(other *state) bool {
		return slices.Equal(other.nodes, s.nodes) && slices.Equal(other.bound, s.bound)
	}
	for i := 0; i < len(s.labels); i++ {
		one := s.labels[i]
		flipped := s.labels.without(one).with(one ^ 1)
		isFree := !slices.Contains(w.labels.always, one/2) && slices.ContainsFunc(w.passed[s.runtimeType], func(other *state) bool {
			return isSame(other) && other.labels.isPartOf(flipped)
		})
		if isFree {
			s.labels, i = s.labels.without(one), -1
		}
	}
	if len(w.labels.names) == 0 {
		return
	}
	w.passed[s.runtimeType] = slices.DeleteFunc(w.passed[s.runtimeType], func(other *state) bool {
		if isSame(other) && len(s.labels) < len(other.labels) && s.labels.isPartOf(other.labels) {
			other.isSuperseded = true
		}
		return other.isSuperseded
	})
}

func isSubsetOf(less, more []querygraph.NodeID) bool {
	return !slices.ContainsFunc(less, func(id querygraph.NodeID) bool { return !slices.Contains(more, id) })
}

func (w *walk) drain() {
	for s := w.next(); s != nil && !(w.isTrial && w.failed) && !w.tooMany; s = w.next() {
		if !s.isSuperseded && !w.isCovered(s) {
			w.walkState(s)
		}
	}
}

// walkState takes every field of the state's type.
func (w *walk) walkState(s *state) {
	t := w.api.Type(w.g.Types[s.runtimeType].Name)
	if s.isAbstract && !w.walkTypeName(s, t) {
		return
	}
	for _, f := range t.Fields {
		w.walkField(s, t, f)
	}
}

// walkTypeName asks for the runtime type of an object of an abstract type.
func (w *walk) walkTypeName(s *state, t *schema.Type) bool {
	labels := w.labels.of(t.Name, typeNameField)
	for _, one := range w.labels.settings(s.labels, w.labels.free(s.labels, labels)) {
		w.set(one, labels)
		if !w.knowsType(s) {
			w.fail(s, &schema.Field{Name: typeNameField, Type: &schema.TypeRef{Name: "String"}})
			return false
		}
	}
	return true
}

const typeNameField = "__typename"

// walkField takes one field, in every setting of the labels that decide it.
func (w *walk) walkField(s *state, t *schema.Type, f *schema.Field) {
	labels := w.labels.of(t.Name, f.Name)
	free := w.labels.free(s.labels, labels)
	settings := w.labels.settings(s.labels, free)
	if settings == nil {
		w.failTooMany(t.Name+"."+f.Name, labels)
		return
	}
	if len(settings) == 1 {
		w.set(s.labels, labels)
		w.walkSetting(s, t, f, s.labels)
		return
	}
	outcomes := make([]string, len(settings))
	for i, one := range settings {
		w.set(one, labels)
		targets, taken := w.take(s, w.reached(s), f)
		outcomes[i] = fmt.Sprint(targets, taken)
	}
	matter := mattering(free, outcomes)
	var done []setting
	for _, one := range settings {
		kept := slices.DeleteFunc(slices.Clone(one), func(value int) bool { return !s.labels.has(value/2) && !slices.Contains(matter, value/2) })
		isDone := slices.ContainsFunc(done, func(other setting) bool { return slices.Equal(other, kept) })
		if !isDone {
			w.set(one, labels)
			w.walkSetting(s, t, f, kept)
		}
		done = append(done, kept)
	}
}

// walkSetting takes one field in the setting that is looked at; labels are those of it that matter.
func (w *walk) walkSetting(s *state, t *schema.Type, f *schema.Field, labels setting) {
	isLeaf := !w.api.Type(f.Type.Named()).IsComposite()
	targets, taken := w.take(s, w.reached(s), f)
	switch {
	case !taken:
		w.fail(s, f)
	case isLeaf || !w.compareReturns(s, t, f, targets):
	case w.api.Mutation != nil && t == w.api.Mutation && len(targets) > 1:
		w.walkAlternatives(s, f, targets, labels)
	default:
		for _, next := range w.below(s, f, targets, labels) {
			w.push(next)
		}
	}
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

// reachedNodes are the nodes at which a state's object can be continued, by one Reach.
type reachedNodes struct {
	state *state
	reach *querygraph.Reach
	nodes []reachedNode
}

// reached are the nodes at which the state's object can be continued, which all fields of the state ask for. The
// list is valid until the next call.
func (w *walk) reached(s *state) []reachedNode {
	if w.last.state == s && w.last.reach == w.reach {
		return w.last.nodes
	}
	w.last = reachedNodes{s, w.reach, w.last.nodes[:0]}
	for _, id := range s.nodes {
		place := querygraph.Place{Node: id, Type: s.runtimeType}
		for _, at := range w.reach.Nodes(place) {
			w.last.nodes = append(w.last.nodes, reachedNode{place, w.g.Nodes[at]})
		}
	}
	return w.last.nodes
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
func (w *walk) below(s *state, f *schema.Field, targets []querygraph.NodeID, labels setting) []*state {
	if t, known := w.onlyType(targets); known {
		if !w.g.Visible.Has(t) {
			return nil
		}
		isAbstract := w.api.Type(f.Type.Named()).IsAbstract()
		return []*state{{runtimeType: t, nodes: slices.Clone(targets), from: s, by: f, isAbstract: isAbstract, bound: s.bound, labels: labels}}
	}
	var out []*state
	isAbstract := w.api.Type(f.Type.Named()).IsAbstract()
	for _, t := range w.g.TypesAt(targets).And(w.g.Visible).Indexes() {
		out = append(out, &state{runtimeType: t, nodes: slices.Clone(targets), from: s, by: f, isAbstract: isAbstract, bound: s.bound, labels: labels})
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
// them would do the thing twice, so one must be enough for everything below, whatever the labels are that
// are not among labels.
func (w *walk) walkAlternatives(s *state, f *schema.Field, targets []querygraph.NodeID, labels setting) {
	for _, target := range targets {
		trial := &walk{
			m: w.m, g: w.g, api: w.api, labels: w.labels, passed: map[int][]*state{}, states: w.states,
			wanted: w.wanted, contexts: w.contexts, reported: w.reported, isTrial: true,
		}
		trial.setting, trial.reach = w.setting, w.reach
		for _, next := range trial.below(s, f, []querygraph.NodeID{target}, labels) {
			trial.push(next)
		}
		trial.drain()
		w.states, w.tooMany = trial.states, w.tooMany || trial.tooMany
		if !trial.failed {
			return
		}
	}
	if w.isTrial {
		w.failed = true
		return
	}
	for _, next := range w.below(s, f, targets[:1], labels) {
		w.push(next) // reports what is missing in the first
	}
}

// giveUp reports that the walk has too many states.
func (w *walk) giveUp(s *state) {
	if w.tooMany {
		return
	}
	w.tooMany = true
	name := w.g.Types[s.runtimeType].Name
	w.m.diags = append(w.m.diags, diag.Diagnostic{
		Code: diag.MaxValidationSubgraphPathsExceeded, Positions: w.g.Supergraph.At(name, ""),
		Message: fmt.Sprintf("objects can be read in more than %d ways, %q among them in %d: whether all queries can be answered was not found out",
			maxStates, name, len(w.passed[s.runtimeType])),
		Fix: fmt.Sprintf("give %q one key that all of its subgraphs resolve", name),
	})
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
		Message: fmt.Sprintf("%q cannot be answered where the object comes from %s%s: %s", coordinate, w.origins(s), w.labels.text(w.setting), reasons),
	})
}
