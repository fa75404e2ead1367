package plan

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// sources says which entities another part of the operation has read before a fetch asks for them:
// equal fields with equal arguments of one subgraph, at a place whose objects have the same key. A
// mutation's own answer is no source: what it changes later must be read again.
//
// Fields of composite types, composite keys and entities that are represented as an interface are
// always asked for.
type sources struct {
	// of lists the sources of an _entities selection.
	of map[*entitiesDraft][]*sourceDraft
	// spare are the fetches of which every selection has a source; feeds those that fill a source.
	spare, feeds map[*draft]bool
}

// sourceDraft is one place that can stand for the entities of one runtime type.
type sourceDraft struct {
	place *place
	typ   int
	// keys are the slots of the key's fields, in order of the representation's.
	keys []RepresentationField
	// own are the key's fields at the consumer.
	own    []RepresentationField
	copies []copyDraft
	// writers are the fetches that fill the source.
	writers []*draft
}

type copyDraft struct {
	from, to int
	when     Condition
}

// filledSlot is a slot that holds a leaf, and who fills it.
type filledSlot struct {
	place   *place
	slot    int
	writers []*draft
}

// leafKey is equal for leaves of equal entities that have equal values.
type leafKey struct {
	name, argText string
	subgraph      int
}

// maxSources is how many places are looked through for the entities of one type.
const maxSources = 4

// findSources finds the sources of all _entities selections.
func (b *builder) findSources(t *timing) *sources {
	out := &sources{of: map[*entitiesDraft][]*sourceDraft{}, spare: map[*draft]bool{}, feeds: map[*draft]bool{}}
	if b.search.noReuse {
		return out
	}
	leaves, keys := b.filledSlots()
	for _, f := range b.fetches {
		spare := len(f.entities) > 0
		for _, e := range f.entities {
			c := &consumer{b: b, t: t, fetch: f, entities: e, keys: keys}
			list := c.sources(leaves)
			spare = spare && c.covered(list)
			out.of[e] = list
		}
		if out.spare[f] = spare; !spare {
			continue
		}
		for _, e := range f.entities {
			for _, s := range out.of[e] {
				for _, w := range s.writers {
					out.feeds[w] = true
				}
			}
		}
	}
	return out
}

// filledSlots lists the slots with leaves that the fetches fill: by what they hold, and by place and
// field name for keys.
func (b *builder) filledSlots() (leaves map[leafKey][]*filledSlot, keys map[*place]map[string]*filledSlot) {
	leaves, keys = map[leafKey][]*filledSlot{}, map[*place]map[string]*filledSlot{}
	known := map[slotOf]*filledSlot{}
	for _, f := range b.fetches {
		f.eachField(func(p *place, field *subField) {
			if field.child != nil || field.contexts != nil {
				return
			}
			id := slotOf{p, field.slot}
			s := known[id]
			if s == nil {
				s = &filledSlot{place: p, slot: field.slot}
				known[id] = s
				key := leafKey{field.want.name, field.want.argText, f.subgraph}
				leaves[key] = append(leaves[key], s)
				if field.want.argText == "" {
					if keys[p] == nil {
						keys[p] = map[string]*filledSlot{}
					}
					if keys[p][field.want.name] == nil {
						keys[p][field.want.name] = s
					}
				}
			}
			if !slices.Contains(s.writers, f) {
				s.writers = append(s.writers, f)
			}
		})
	}
	return leaves, keys
}

type slotOf struct {
	place *place
	slot  int
}

// eachField visits the fields that a fetch selects, with the places of their objects.
func (f *draft) eachField(visit func(*place, *subField)) {
	if f.root != nil {
		f.root.eachField(visit)
	}
	for _, e := range f.entities {
		e.sel.eachField(visit)
	}
}

func (s *subSelection) eachField(visit func(*place, *subField)) {
	for _, f := range s.fields {
		visit(s.place, f)
		if f.child != nil {
			f.child.eachField(visit)
		}
	}
}

// consumer is an _entities selection for which sources are sought.
type consumer struct {
	b        *builder
	t        *timing
	fetch    *draft
	entities *entitiesDraft
	keys     map[*place]map[string]*filledSlot
}

// sources lists the sources of the selection, by runtime type and place.
func (c *consumer) sources(leaves map[leafKey][]*filledSlot) []*sourceDraft {
	e := c.entities
	if e.typeName != "" || e.contexts != "" || len(e.sel.fields) == 0 || slices.ContainsFunc(e.sel.fields, func(f *subField) bool { return f.child != nil }) {
		return nil
	}
	var out []*sourceDraft
	for _, typ := range e.types.Indexes() {
		own, ok := leafKeys(e.fields[typ])
		if !ok {
			continue
		}
		fields := slices.DeleteFunc(slices.Clone(e.sel.fields), func(f *subField) bool { return !f.on.Has(typ) })
		if len(fields) == 0 {
			continue
		}
		first := fields[0].want
		n := 0
		for _, s := range leaves[leafKey{first.name, first.argText, c.fetch.subgraph}] {
			if n == maxSources {
				break
			}
			if source := c.source(s.place, typ, own, fields, leaves); source != nil {
				out = append(out, source)
				n++
			}
		}
	}
	return out
}

// leafKeys returns the key's members of a representation; ok is false if one is composite.
func leafKeys(fields []RepresentationField) (out []RepresentationField, ok bool) {
	for _, f := range fields {
		switch {
		case f.Required:
		case f.Fields != nil || f.TypeName != "":
			return nil, false
		default:
			out = append(out, RepresentationField{Name: f.Name, Slot: f.Slot, Of: f.Of})
		}
	}
	return out, len(out) > 0
}

// source returns the source that a place is for objects of a type, or nil.
func (c *consumer) source(p *place, typ int, own []RepresentationField, fields []*subField, leaves map[leafKey][]*filledSlot) *sourceDraft {
	if p == c.entities.place || p.layout.Type >= 0 && p.layout.Type != typ {
		return nil
	}
	out := &sourceDraft{place: p, typ: typ, own: own}
	for _, f := range fields {
		list := leaves[leafKey{f.want.name, f.want.argText, c.fetch.subgraph}]
		i := slices.IndexFunc(list, func(s *filledSlot) bool { return s.place == p })
		if i < 0 || !c.take(out, list[i], true) {
			return nil
		}
		out.copies = append(out.copies, copyDraft{from: list[i].slot, to: f.slot, when: f.when[typ]})
	}
	for _, k := range own {
		s := c.keys[p][k.Name]
		if s == nil || !c.take(out, s, false) {
			return nil
		}
		out.keys = append(out.keys, RepresentationField{Name: k.Name, Slot: s.slot, Of: k.Of})
	}
	return out
}

// take adds the fetches that fill a slot to those of the source; false if the slot is not filled
// before the consumer runs, or if a mutation fills it.
func (c *consumer) take(out *sourceDraft, s *filledSlot, isValue bool) bool {
	for _, w := range s.writers {
		stale := isValue && c.b.op.Kind == operation.Mutation && (w.root != nil || w.serial != c.fetch.serial)
		if stale || c.t.depth[w] >= c.t.depth[c.fetch] {
			return false
		}
		if !slices.Contains(out.writers, w) {
			out.writers = append(out.writers, w)
		}
	}
	return true
}

// covered reports whether there is a source for objects of every type.
func (c *consumer) covered(list []*sourceDraft) bool {
	var types schema.TypeSet
	for _, s := range list {
		types = types.With(s.typ)
	}
	return types.Contains(c.entities.types)
}

// finishSources gives the plan its sources and the selections of a fetch what they take from them.
func (b *builder) finishSources(p *Plan, conds *conditions) {
	sources := b.findSources(b.timing())
	for _, d := range b.fetches {
		f := p.Fetches[d.id]
		for i, e := range d.entities {
			for _, s := range sources.of[e] {
				f.Entities[i].Reuse = append(f.Entities[i].Reuse, b.finishReuse(p, s, e, conds))
				for _, w := range s.writers {
					if !slices.Contains(f.DependsOn, w.id) && !slices.Contains(f.Awaits, w.id) {
						f.Awaits = append(f.Awaits, w.id)
					}
				}
			}
		}
		slices.Sort(f.Awaits)
	}
}

func (b *builder) finishReuse(p *Plan, s *sourceDraft, e *entitiesDraft, conds *conditions) Reuse {
	on := func(l *Layout) (set TypeSet) {
		if l.Type >= 0 {
			return nil
		}
		return set.With(s.typ)
	}
	source := Source{
		Layout: s.place.layout, Path: s.place.path,
		Key: Representation{On: on(s.place.layout), TypeName: p.Types[s.typ], Fields: s.keys},
	}
	reuse := Reuse{Key: Representation{On: on(e.place.layout), TypeName: p.Types[s.typ], Fields: s.own}}
	reuse.Source = slices.IndexFunc(p.Sources, func(other Source) bool {
		return other.Layout == source.Layout && other.Key.TypeName == source.Key.TypeName &&
			representationText(other.Key.Fields) == representationText(source.Key.Fields)
	})
	if reuse.Source < 0 {
		reuse.Source = len(p.Sources)
		p.Sources = append(p.Sources, source)
	}
	for _, c := range s.copies {
		reuse.Copies = append(reuse.Copies, Copy{From: c.from, To: c.to, When: conds.id(c.when)})
	}
	return reuse
}
