package plan

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// entry is one way to have an object in a subgraph: the node at which it was read, or a jump.
type entry struct {
	// node is narrowed to the object's runtime type.
	node querygraph.NodeID
	// base is the index in the position's nodes; -1 for a jump.
	base int
	// wave is the earliest wave in which the subgraph answers.
	wave int
	// key is the key that is entered by, and keyWay how its fields are collected; nil for a root.
	key    *querygraph.KeyEdge
	keyWay *way
	// comeback marks a jump into a subgraph in which the object was read already. It serves only
	// to bring fields that an @requires asks for.
	comeback bool
	// call is the jump's call without its wave; before are the calls that come before it.
	call   call
	before calls
	fields int
}

func (e *entry) isJump() bool { return e.base < 0 }

func (e *entry) price() cost {
	all := e.before
	if e.isJump() {
		all = all.union(calls{newCall(e.wave, 0) + e.call})
	}
	return cost{calls: all, fields: e.fields}
}

// table holds the entries of the objects of one runtime type at one position: a least fixpoint of
// jumps whose keys are collected from entries found before. Keys may need each other in circles
// (a key that is collected below another object, whose jump needs this one): then the tables of the
// circle are filled in rounds, until a round changes none of them.
type table struct {
	entries []*entry
	// done is set when the entries are final.
	done bool
	// busy is set while the table is being filled.
	busy bool
	// low is the depth of the outermost table in work that these entries depend on.
	low int
	// round is the last round in which the table was filled, and requirements how many were in
	// progress then: each takes ways away.
	round, requirements int
}

// noPosition is where a root object is read: nowhere; its fields are entered by root fetches.
var noPosition = &position{id: -1, knowsType: true}

// baseEntries are the nodes at which the object was read.
func (s *search) baseEntries(o object) []*entry {
	var entries []*entry
	for i, id := range o.pos.nodes {
		if own := s.g.Narrow(id, o.number); own != querygraph.None {
			entries = append(entries, &entry{node: own, base: i})
		}
	}
	return entries
}

// entries returns all entries of the object. While they are being computed (a key that needs
// itself further down) it returns those found so far.
func (s *search) entries(o object) []*entry {
	t, known := s.tables[o]
	if !known {
		t = &table{entries: append(s.baseEntries(o), s.rootEntries(o)...), round: -1}
		s.tables[o] = t
	}
	switch {
	case t.done:
	case t.busy, t.round == s.round && t.requirements <= len(s.requiring):
		s.lowest = min(s.lowest, t.low)
	default:
		s.fill(o, t)
	}
	return t.entries
}

// fill finds the entries of a table. If they depend on a table that is in work further out, they
// are provisional until that one is final.
func (s *search) fill(o object, t *table) {
	s.depth++
	outer, first := s.lowest, len(s.provisional)
	t.busy, t.low, t.requirements = true, s.depth, len(s.requiring)
	for s.err == nil {
		changes := s.changes
		t.round, s.lowest = s.round, never
		for s.addJumps(o, t) {
			s.changes++
		}
		isCircle := len(s.provisional) > first
		if s.lowest < s.depth || !isCircle || s.changes == changes {
			break
		}
		s.round++
	}
	t.busy = false
	if s.lowest < s.depth {
		t.low = s.lowest
		s.provisional = append(s.provisional, o)
		for _, inner := range s.provisional[first:] {
			s.tables[inner].low = min(s.tables[inner].low, t.low)
		}
	} else {
		t.done = true
		for _, inner := range s.provisional[first:] {
			s.tables[inner].done = true
		}
		s.provisional = s.provisional[:first]
		s.lowest = never
	}
	s.lowest = min(outer, s.lowest)
	s.depth--
}

// forget drops the provisional tables from first on that depend on a requirement in progress at the
// given depth: without it they may find more.
func (s *search) forget(first, depth int) {
	kept := s.provisional[:first]
	for _, o := range s.provisional[first:] {
		if s.tables[o].low >= depth {
			delete(s.tables, o)
			continue
		}
		kept = append(kept, o)
	}
	s.provisional = kept
}

// rootEntries are the root fetches that enter an object of a root operation type.
func (s *search) rootEntries(o object) []*entry {
	name := s.g.Types[o.number].Name
	isRoot := o.pos == noPosition
	if !isRoot && name != s.query {
		return nil
	}
	var entries []*entry
	for _, id := range s.g.Roots(name) {
		n := s.g.Nodes[id]
		if slices.ContainsFunc(o.pos.nodes, func(p querygraph.NodeID) bool { return s.g.Nodes[p].Subgraph == n.Subgraph }) {
			continue
		}
		c := newCall(0, n.Subgraph.Index)
		if !isRoot {
			c += reentry
		}
		entries = append(entries, &entry{node: id, base: -1, wave: 1, call: c})
	}
	return entries
}

// addJumps adds the jumps that the entries found so far allow, and reports whether there were any.
func (s *search) addJumps(o object, t *table) bool {
	changed := false
	for _, k := range s.g.Keys(o.number) {
		if !s.useful(o, k) {
			continue
		}
		if !s.spend(0) { // also what fails is paid for: keys may need each other in circles
			return false
		}
		node := s.g.Nodes[k.Target]
		home := slices.ContainsFunc(t.entries, func(e *entry) bool {
			return !e.isJump() && s.g.Nodes[e.node].Type == node.Type
		})
		if !home && !k.Resolvable {
			continue
		}
		for _, way := range s.solveFrom(o, s.keyWants(o, k), t.entries) {
			e := &entry{
				node: k.Target, base: -1, wave: way.ready + 1, key: k, keyWay: way, comeback: home,
				call: newCall(0, node.Subgraph.Index), before: way.cost.calls, fields: way.cost.fields,
			}
			if s.spend(len(e.before)) && t.add(e) {
				changed = true
			}
		}
	}
	return changed
}

// useful leaves out jumps by an interface's key where the object's own key does.
func (s *search) useful(o object, k *querygraph.KeyEdge) bool {
	return !k.ByInterface || !o.pos.knowsType
}

// keyWants is what must be collected for a jump: the key's fields, and the runtime type where the
// representation names it and no node of the position knows it.
func (s *search) keyWants(o object, k *querygraph.KeyEdge) []*want {
	sel := s.read.fieldSet(k.TypeName, k.Fields)
	var wants []*want
	if !k.ByInterface && s.g.Nodes[k.Target].KnowsType() && !o.pos.knowsType {
		wants = append(wants, s.read.typename)
	}
	for _, w := range sel.wants {
		if w.name != "__typename" && w.on.Has(o.number) {
			wants = append(wants, w)
		}
	}
	return wants
}

// maxEntries is how many ways into one subgraph are kept for one object.
const maxEntries = 4

// isResolvable reports whether an entry needs no key that its subgraph calls not resolvable: that serves
// to come back only where there is no other.
func (e *entry) isResolvable() bool { return e.key == nil || e.key.Resolvable }

// covers reports whether an entry into the same node makes other superfluous.
func (e *entry) covers(other *entry) bool {
	if e.isResolvable() != other.isResolvable() {
		return e.isResolvable()
	}
	return other.price().calls.contains(e.price().calls)
}

// add adds e unless an entry into the same node is at least as good, and drops those that e beats.
func (t *table) add(e *entry) bool {
	same := 0
	for _, old := range t.entries {
		if old.node != e.node || !old.isJump() {
			continue
		}
		same++
		if old.covers(e) {
			return false
		}
	}
	t.entries = slices.DeleteFunc(t.entries, func(old *entry) bool {
		drop := old.node == e.node && old.isJump() && e.covers(old)
		if drop {
			same--
		}
		return drop
	})
	if same >= maxEntries {
		return false
	}
	t.entries = append(t.entries, e)
	return true
}
