package querygraph

import (
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Reach says what can be had of an object with jumps, without regard to cost. Conditions are decided
// from one node and the jumps from there, because an object that two subgraphs return is not one object
// to a third: a key from the node at which the object was read, @requires from the node that
// resolves the field, wherever the object comes from.
//
// It is the least fixpoint of an AND/OR graph, computed once; afterwards it is immutable.
type Reach struct {
	g  *Graph
	on map[string]bool
	// states are by place: those of a node begin at first[node], in order of the runtime types.
	first  []int
	states []placeState
	// met holds the conditional edges whose required fields can be collected and that can be entered.
	met     map[requirement]bool
	changed bool
}

// placeState is what is known of a place.
type placeState struct {
	// nodes are those at which an object can be continued.
	nodes []NodeID
	// entered says which of the nodes that keys enter are among them, whatever their views.
	entered []bool
	// knowsType is set where the runtime type of the object can be had.
	knowsType bool
}

// Place is where an object is read: a node, and the object's runtime type.
type Place struct {
	Node NodeID
	Type int
}

type requirement struct {
	place Place
	edge  *FieldEdge
}

// Refusal says why a subgraph cannot be entered from a place.
type Refusal struct {
	Edge *KeyEdge
	// Missing is the first field of the key that cannot be collected: "org.id"; "__typename" when
	// the runtime type is unknown. It is empty for a key that the subgraph does not resolve.
	Missing string
}

// NewReach computes what can be reached while the override labels in on are on.
func NewReach(g *Graph, on map[string]bool) *Reach {
	r := &Reach{g: g, on: on, first: make([]int, len(g.Nodes)), met: map[requirement]bool{}}
	var places []Place
	for i, n := range g.Nodes {
		r.first[i] = len(r.states)
		for _, t := range n.Possible.Indexes() {
			r.states = append(r.states, placeState{})
			if own := g.Narrow(n.ID, t); own != None {
				p := Place{Node: n.ID, Type: t}
				r.begin(p, own)
				places = append(places, p)
			}
		}
	}
	for r.changed = true; r.changed; {
		r.changed = false
		for _, p := range places {
			for r.extend(p) {
				r.changed = true
			}
		}
	}
	return r
}

// at returns the state of a place, or nil where no object can be read.
func (r *Reach) at(p Place) *placeState {
	n := r.g.Nodes[p.Node]
	switch {
	case n.only >= 0 && n.only == p.Type:
		return &r.states[r.first[p.Node]]
	case n.only >= 0 || !n.Possible.Has(p.Type):
		return nil
	}
	return &r.states[r.first[p.Node]+n.Possible.Rank(p.Type)]
}

// begin continues the objects of a place at their own node.
func (r *Reach) begin(p Place, own NodeID) {
	s := r.at(p)
	s.nodes, s.knowsType = []NodeID{own}, r.g.Nodes[own].KnowsType()
	s.entered = make([]bool, r.g.entries[p.Type])
	for _, k := range r.g.keys[p.Type] {
		if r.sameType(k.Target, own) {
			s.entered[k.entry] = true
		}
	}
}

// extend adds the nodes that p reaches by one more jump and the requirements it meets. It reports whether
// there are any.
func (r *Reach) extend(p Place) bool {
	s := r.at(p)
	changed := false
	for _, k := range r.g.keys[p.Type] {
		if !s.entered[k.entry] && k.Resolvable && r.missingForKey(p, k) == "" {
			s.nodes, s.entered[k.entry] = append(s.nodes, k.Target), true
			s.knowsType = s.knowsType || r.g.Nodes[k.Target].KnowsType()
			changed = true
		}
	}
	for _, id := range s.nodes {
		for _, e := range r.g.Nodes[id].conditional {
			if !e.Open(r.on) || r.met[requirement{p, e}] {
				continue
			}
			if r.Missing(Place{id, p.Type}, e.Requires) == "" && r.canEnter(p, id) {
				r.met[requirement{p, e}] = true
				changed = true
			}
		}
	}
	return changed
}

// canEnter reports whether a representation that brings required fields can be sent to the node:
// by any key when the object was read there, by a resolvable one otherwise.
func (r *Reach) canEnter(p Place, id NodeID) bool {
	for _, k := range r.g.keys[p.Type] {
		if !r.sameType(k.Target, id) {
			continue
		}
		own := r.sameType(r.g.Narrow(p.Node, p.Type), id)
		if (k.Resolvable || own) && r.missingForKey(p, k) == "" {
			return true
		}
	}
	return false
}

// sameType reports whether two nodes are one type in one subgraph, whatever their views.
func (r *Reach) sameType(a, b NodeID) bool {
	return r.g.Nodes[a].Type == r.g.Nodes[b].Type
}

func (r *Reach) missingForKey(p Place, k *KeyEdge) string {
	if !k.ByInterface && r.g.Nodes[k.Target].KnowsType() && !r.knowsType(p) {
		return "__typename"
	}
	return r.Missing(p, k.Fields)
}

func (r *Reach) knowsType(p Place) bool {
	s := r.at(p)
	return s != nil && s.knowsType
}

// Nodes returns the nodes at which an object read at p can be continued: its own first, then those
// that key jumps reach. The caller must not change the list.
func (r *Reach) Nodes(p Place) []NodeID {
	if s := r.at(p); s != nil {
		return s.nodes
	}
	return nil
}

// isConditional reports whether the edge is taken only by entering the subgraph: with what it
// requires, or with the values of its contextual arguments, of which Reach knows no place above.
func (e *FieldEdge) isConditional() bool { return e.Requires != nil || len(e.Field.Contexts) > 0 }

// CanTake reports whether the field edge, which leaves one of Nodes(p), can be taken for an object
// read at p: it is open, and what it requires can be collected where the edge leaves. Whether contexts are
// there is not looked at.
func (r *Reach) CanTake(p Place, e *FieldEdge) bool {
	return e.Open(r.on) && (!e.isConditional() || r.met[requirement{p, e}])
}

// KnowsType reports whether the runtime type of an object read at p can be had.
func (r *Reach) KnowsType(p Place) bool { return r.knowsType(p) }

// Missing returns the first field of fs that cannot be collected for an object read at p, as a
// dotted path, or the empty string.
func (r *Reach) Missing(p Place, fs federation.FieldSet) string {
	for _, item := range fs {
		missing := ""
		switch {
		case item.On != "":
			if r.g.possible[item.On].Has(p.Type) {
				missing = r.Missing(p, item.Selections)
			}
		case item.Field == "__typename":
			if !r.knowsType(p) {
				missing = item.Field
			}
		default:
			missing = r.missingField(p, item)
		}
		if missing != "" {
			return missing
		}
	}
	return ""
}

// missingField looks for one provider that has the field and all that is selected below it.
func (r *Reach) missingField(p Place, item federation.FieldSetItem) string {
	missing := item.Field
	for _, id := range r.Nodes(p) {
		e := r.g.Nodes[id].Field(item.Field)
		if e == nil || !r.CanTake(p, e) {
			continue
		}
		if e.Target == None {
			return ""
		}
		below := r.missingBelow(e.Target, item.Selections)
		if below == "" {
			return ""
		}
		missing = item.Field + "." + below
	}
	return missing
}

func (r *Reach) missingBelow(target NodeID, fs federation.FieldSet) string {
	for _, t := range r.g.Nodes[target].Possible.Indexes() {
		if missing := r.Missing(Place{target, t}, fs); missing != "" {
			return missing
		}
	}
	return ""
}

// Refusals returns, for every key edge that an object read at p cannot take into a subgraph that it
// does not reach, what is missing.
func (r *Reach) Refusals(p Place) []Refusal {
	var out []Refusal
	s := r.at(p)
	for _, k := range r.g.keys[p.Type] {
		if s != nil && s.entered[k.entry] {
			continue
		}
		out = append(out, Refusal{Edge: k, Missing: r.missingForKey(p, k)})
	}
	return out
}

// TypesAt returns the runtime types that an object read at all of the nodes can have: what all of
// them can return.
func (g *Graph) TypesAt(nodes []NodeID) schema.TypeSet {
	var set schema.TypeSet
	for i, id := range nodes {
		if i == 0 {
			set = g.Nodes[id].Possible
			continue
		}
		set = set.And(g.Nodes[id].Possible)
	}
	return set
}
