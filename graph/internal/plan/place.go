package plan

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// place is a layout under construction: all objects that one slot holds.
type place struct {
	layout *Layout
	// path leads to the objects from the root, whatever their types on the way.
	path     []Step
	slots    map[slotKey]int
	names    map[string]int
	children map[int]*place
	// ways tells which way fills a slot's objects for a selection.
	ways map[slotUse]*way
	// folds is what each slot is read for.
	folds map[slotKey]*fold
	// own is the variant of a slot that the planner's selections read.
	own map[slotKey]int
	// built and visited are what the client's selections found here, for the shape.
	built   map[*selection][]built
	visited map[*selection]*visit
	laid    map[*selection][]*laid
}

// placeReferences is what a place takes of the budget: its layout, its part of the operations' text.
const placeReferences = 250

// visit is how the objects of a selection are read at a place.
type visit struct {
	types     schema.TypeSet
	knowsType bool
}

// slotKey is equal for values that are one value: the same field with the same arguments, read
// from the same subgraphs at the same position.
type slotKey struct {
	name, argText, typeName string
	position                int
	from                    string
	// variant tells apart what must not be shared.
	variant int
}

type slotUse struct {
	slot      slotKey
	selection *selection
}

func (b *builder) newPlace(path, typeName string) *place {
	l := &Layout{ID: len(b.places), Place: path, Type: -1}
	if t := b.g.Supergraph.Schema.Type(typeName); t != nil && t.Kind == schema.Object {
		l.Type = b.g.Number(typeName)
	}
	p := &place{
		layout: l, slots: map[slotKey]int{}, names: map[string]int{}, children: map[int]*place{},
		ways: map[slotUse]*way{}, folds: map[slotKey]*fold{}, own: map[slotKey]int{}, built: map[*selection][]built{}, visited: map[*selection]*visit{}, laid: map[*selection][]*laid{},
	}
	b.places = append(b.places, p)
	b.search.spend(placeReferences)
	return p
}

// visit notes that objects of the spot are read for sel.
func (p *place) visit(sel *selection, at *spot) {
	if old, ok := p.visited[sel]; ok {
		old.types = old.types.Or(at.types)
		old.knowsType = old.knowsType && at.knowsType
		return
	}
	p.visited[sel] = &visit{types: at.types, knowsType: at.knowsType}
}

// slot returns the slot for what p reads. Two ways for one selection do not share a slot, nor do
// two selections that can take objects from each other, nor two root fields of a mutation: each call
// counts.
func (b *builder) slot(at *spot, p *pick) int {
	w := p.want
	key := slotKey{name: w.name, argText: w.argText, typeName: w.typeName, position: -1, from: b.subgraphsOf(p)}
	if at.serial > 0 && at.place == b.root {
		key.variant = w.id
	}
	if w.sub != nil {
		key.position = p.target.id
		base := key
		if v, ok := at.place.own[base]; ok && w.client == nil {
			key.variant = v // a representation has one value under one name
		}
		for {
			use := slotUse{key, w.sub}
			way, used := at.place.ways[use]
			if (!used || way == p.child) && b.folds(at.place, key, w) {
				at.place.ways[use] = p.child
				if w.client == nil {
					at.place.own[base] = key.variant
				}
				break
			}
			key.variant--
		}
	}
	if i, ok := at.place.slots[key]; ok {
		return i
	}
	l := at.place.layout
	i := len(l.Slots)
	at.place.slots[key] = i
	slot := Slot{Name: at.place.uniqueName(w.name)}
	if w.sub != nil {
		child := b.newPlace(joinPlace(l.Place, slot.Name), w.typeName)
		child.path = append(slices.Clone(at.place.path), Step{Slot: i})
		at.place.children[i] = child
		slot.Child = child.layout
	}
	l.Slots = append(l.Slots, slot)
	return i
}

// uniqueName is name, or name#2 and so on where it is taken.
func (p *place) uniqueName(name string) string {
	p.names[name]++
	if n := p.names[name]; n > 1 {
		return fmt.Sprintf("%s#%d", name, n)
	}
	return name
}

func (b *builder) subgraphsOf(p *pick) string {
	text := ""
	for _, src := range p.from {
		text += fmt.Sprint(b.g.Nodes[src.entry.node].Subgraph.Index, " ")
	}
	return text
}

func joinPlace(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}

// subSelection is what one fetch selects of the objects at one place.
type subSelection struct {
	fetch *draft
	// node is where the objects are read; None for entities that are represented by their own type.
	node   querygraph.NodeID
	place  *place
	fields []*subField
}

// subField is one field of a subSelection.
type subField struct {
	want *want
	on   schema.TypeSet
	// when is the condition for each runtime type in on.
	when map[int]Condition
	slot int
	// child is nil for a leaf.
	child *subSelection
	// contexts are the field's contextual arguments in this subgraph.
	contexts []*contextDraft
}

// add selects a field for objects of some types, or widens the selection that is there already.
func (s *subSelection) add(on schema.TypeSet, w *want, slot int, when Condition) *subField {
	i := slices.IndexFunc(s.fields, func(f *subField) bool { return f.slot == slot })
	if i < 0 {
		i = len(s.fields)
		s.fields = append(s.fields, &subField{want: w, slot: slot, when: map[int]Condition{}})
	}
	f := s.fields[i]
	for _, t := range on.Indexes() {
		if f.on.Has(t) {
			when := orCondition(f.when[t], when)
			f.when[t] = when
			continue
		}
		f.when[t] = when
	}
	f.on = f.on.Or(on)
	return f
}

// condition returns the condition of the field for objects of any type in on; alike is false when
// it is not one condition for all of them.
func (f *subField) condition(on schema.TypeSet) (when Condition, alike bool) {
	alike = true
	for i, t := range f.on.And(on).Indexes() {
		if i == 0 {
			when = f.when[t]
			continue
		}
		alike = alike && sameCondition(when, f.when[t])
		when = orCondition(when, f.when[t])
	}
	return when, alike
}
