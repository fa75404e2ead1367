package plan

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// freeOption returns the one option that needs no further call, or nil. It dominates every other.
func (s *search) freeOption(o object, w *want, entries []*entry) []*option {
	for _, e := range entries {
		if e.isJump() {
			continue
		}
		for _, opt := range s.optionsFrom(o, w, e, entries) {
			if len(opt.cost.calls) == 0 {
				return []*option{opt}
			}
		}
	}
	return nil
}

// options returns the Pareto front of the ways to read w.
func (s *search) options(o object, w *want, entries []*entry) []*option {
	var all []*option
	for _, e := range entries {
		all = append(all, s.optionsFrom(o, w, e, entries)...)
		if s.err != nil {
			return nil
		}
	}
	all = prune(all)
	if w.sub != nil && (len(all) == 0 || len(all[0].cost.calls) > 0) {
		all = prune(append(all, s.splitOptions(o, w, entries, len(all) > 0)...))
	}
	return all
}

// optionsFrom returns the ways to read w from one entry.
func (s *search) optionsFrom(o object, w *want, e *entry, entries []*entry) []*option {
	n := s.g.Nodes[e.node]
	if w.name == "__typename" {
		if e.comeback || !n.KnowsType() {
			return nil
		}
		return []*option{newOption(w, nil, nil, source{entry: e, wave: e.wave})}
	}
	edge := n.Field(w.name)
	if edge == nil || !edge.Open(s.on) || (edge.Target == querygraph.None) != (w.sub == nil) {
		return nil
	}
	var out []*option
	for _, src := range s.sources(o, w, e, edge, entries) {
		if w.sub == nil {
			out = append(out, newOption(w, nil, nil, src))
			continue
		}
		target := s.position(edge.Target)
		for _, child := range s.bestBelow(w, target) {
			out = append(out, newOption(w, target, child, src))
		}
	}
	return out
}

// sources returns the ways to take a field edge from an entry: as it is, or after collecting what
// its @requires names and entering with that.
func (s *search) sources(o object, w *want, e *entry, edge *querygraph.FieldEdge, entries []*entry) []source {
	isContextual := len(edge.Field.Contexts) > 0
	if isContextual && (e.key == nil || !w.binds(edge.Field.Contexts)) {
		return nil // the values differ between objects: they go with representations
	}
	typed := s.needsType(o, w, e, edge)
	if !typed && (edge.Requires == nil || !e.isJump() && s.resolvesAll(s.g.Nodes[e.node], o.number, edge.Requires)) {
		if e.comeback && !isContextual {
			return nil
		}
		return []source{{entry: e, wave: e.wave, edge: edge}}
	}
	if e.key == nil {
		return nil
	}
	var out []source
	for _, way := range s.requirements(o, e, edge, typed, entries) {
		out = append(out, source{entry: e, wave: max(e.wave, way.ready+1), edge: edge, requires: way, typed: typed})
	}
	return out
}

// needsType reports whether a field of an interface object must not be asked for before the runtime
// type is known: it must not be null, and the client does not want it of all types. Where it breaks it
// would take objects with it of which nobody wanted it. Without a key to come back by it is asked for
// at once.
func (s *search) needsType(o object, w *want, e *entry, edge *querygraph.FieldEdge) bool {
	known := e.isJump() && o.pos.knowsType
	if !s.g.Nodes[e.node].Type.IsInterfaceObject || known || !edge.Field.Type.NonNull ||
		w.client == nil || w.on.Contains(o.pos.types.And(s.g.Visible)) {
		return false
	}
	return slices.ContainsFunc(s.g.Keys(o.number), func(k *querygraph.KeyEdge) bool {
		return k.Target == e.node && k.Resolvable
	})
}

// resolvesAll reports whether the subgraph in which the object was read has the required fields
// itself, because @provides brought them: then nothing needs to be sent to it.
func (s *search) resolvesAll(n *querygraph.Node, number int, fs federation.FieldSet) bool {
	for _, item := range fs {
		if item.On != "" {
			if s.g.Possible(item.On).Has(number) && !s.resolvesAll(n, number, item.Selections) {
				return false
			}
			continue
		}
		own := n.Field(item.Field)
		if own == nil || !own.Open(s.on) || own.Requires != nil {
			return false
		}
		if own.Target == querygraph.None {
			continue
		}
		for _, t := range s.g.Nodes[own.Target].Possible.Indexes() {
			below := s.g.Narrow(own.Target, t)
			if below == querygraph.None || !s.resolvesAll(s.g.Nodes[below], t, item.Selections) {
				return false
			}
		}
	}
	return true
}

type requiring struct {
	edge   *querygraph.FieldEdge
	number int
	pos    *position
}

// requirements returns the ways to collect what the edge requires, and the runtime type if typed. A requirement that is met on
// the way to itself is no way; such a failure depends on what is in progress.
func (s *search) requirements(o object, e *entry, edge *querygraph.FieldEdge, typed bool, entries []*entry) []*way {
	key := requiring{edge, o.number, o.pos}
	if depth, busy := s.requiring[key]; busy {
		s.lowest = min(s.lowest, depth)
		return nil
	}
	s.depth++
	s.requiring[key] = s.depth
	outer, first := s.lowest, len(s.provisional)
	s.lowest = never
	var wants []*want
	if typed {
		wants = append(wants, s.read.typename)
	}
	if edge.Requires != nil {
		sel := s.read.fieldSet(s.g.Nodes[e.node].Type.Name, edge.Requires)
		wants = append(wants, s.wantsOf(sel, o.pos, o.number)...)
	}
	ways := s.solveFrom(o, wants, entries)
	s.forget(first, s.depth)
	if s.lowest >= s.depth {
		s.lowest = never
	}
	s.lowest = min(outer, s.lowest)
	delete(s.requiring, key)
	s.depth--
	return ways
}

// ownCalls are the calls that a source makes for its object.
func (src *source) ownCalls() calls {
	own := src.entry.before
	if src.requires != nil {
		own = own.union(src.requires.cost.calls)
	}
	if src.entry.isJump() {
		own = own.union(calls{newCall(src.wave, 0) + src.entry.call})
	}
	return own
}

func newOption(w *want, target *position, child *way, from ...source) *option {
	p := &pick{want: w, from: from, target: target, child: child}
	opt := &option{pick: p, cost: cost{fields: len(from), splits: len(from) - 1}}
	wave := 0
	for i := range from {
		own := from[i].ownCalls()
		opt.own = opt.own.union(own)
		opt.cost.fields += from[i].entry.fields
		if from[i].requires != nil {
			opt.cost.fields += from[i].requires.cost.fields
		}
		wave = max(wave, from[i].wave)
	}
	opt.cost.calls = opt.own
	p.ready = wave
	if child != nil {
		opt.cost = opt.cost.add(child.cost.shift(wave))
		p.ready += child.ready
	}
	return opt
}

// maxSplit is how many providers of one field are tried in pairs. Past it only all of them
// together are tried.
const maxSplit = 6

// splitOptions reads a composite field from several subgraphs at once: where no single one covers
// what is wanted below it, or where that saves a call. Lists are split only where they must be,
// because their items are matched by index.
func (s *search) splitOptions(o object, w *want, entries []*entry, optional bool) []*option {
	if o.pos == noPosition && s.isSerial(o.number) {
		return nil // calling a mutation in two subgraphs would do the thing twice
	}
	var sources []source
	seen := map[querygraph.NodeID]bool{}
	for _, e := range entries {
		edge := s.g.Nodes[e.node].Field(w.name)
		if edge == nil || !edge.Open(s.on) || edge.Target == querygraph.None || seen[e.node] {
			continue
		}
		if optional && edge.Field.Type.Elem != nil {
			return nil
		}
		if list := s.sources(o, w, e, edge, entries); len(list) > 0 {
			seen[e.node] = true
			sources = append(sources, list[0])
		}
	}
	if len(sources) < 2 {
		return nil
	}
	var out []*option
	if len(sources) <= maxSplit {
		for i := range sources {
			for j := i + 1; j < len(sources); j++ {
				out = append(out, s.split(w, sources[i], sources[j])...)
			}
		}
	}
	if len(out) == 0 && !optional && len(sources) > 2 {
		out = s.smallestSplit(w, sources)
	}
	return out
}

func (s *search) split(w *want, sources ...source) []*option {
	nodes := make([]querygraph.NodeID, len(sources))
	for i, src := range sources {
		nodes[i] = src.edge.Target
	}
	target := s.position(nodes...)
	if len(target.nodes) < len(sources) {
		return nil
	}
	slices.SortStableFunc(sources, func(a, b source) int { return int(a.edge.Target - b.edge.Target) })
	var out []*option
	for _, child := range s.bestBelow(w, target) {
		out = append(out, newOption(w, target, child, sources...))
	}
	return out
}

// smallestSplit starts from all sources and drops those that are not needed.
func (s *search) smallestSplit(w *want, sources []source) []*option {
	best := s.split(w, slices.Clone(sources)...)
	for i := len(sources) - 1; i >= 0 && best != nil && len(sources) > 2; i-- {
		fewer := slices.Delete(slices.Clone(sources), i, i+1)
		if options := s.split(w, slices.Clone(fewer)...); options != nil {
			sources, best = fewer, options
		}
	}
	return best
}
