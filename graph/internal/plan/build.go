package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// builder turns the chosen ways into drafts of fetches and the layouts that they fill.
type builder struct {
	g *querygraph.Graph
	// search is asked for budget: what is built counts like what is searched.
	search  *search
	op      *operation.Operation
	root    *place
	chosen  *rootWays
	places  []*place
	fetches []*draft
	foldMemory
}

// spot is a place as some fetches read it: the selections there, one for each node of the position.
type spot struct {
	place *place
	path  []Step
	sels  []*subSelection
	// types are the runtime types that objects read here can have.
	types schema.TypeSet
	// knowsType is set when one of the selections tells the runtime type.
	knowsType bool
	// above is the spot of the object in which the objects lie; nil at the root.
	above *spot
	// offered is what the objects are read for as contexts.
	offered map[*want][]built
	// wave is the wave in which the objects are read; 0 is before the first fetch.
	wave int
	// serial numbers the root field of a mutation; 0 in a query.
	serial int
}

// built is a wanted field with the slot that holds it, for some runtime types.
type built struct {
	want *want
	on   schema.TypeSet
	slot int
	// subgraph is the first subgraph that answers the field.
	subgraph int
	place    *place
	types    schema.TypeSet
	below    []built
	fetches  []*draft
}

// build makes the drafts of an operation's fetches.
func build(s *search, op *operation.Operation, chosen *rootWays) *builder {
	b := &builder{g: s.g, search: s, op: op, chosen: chosen, foldMemory: newFoldMemory()}
	b.root = b.newPlace("", op.Root.Parent.Name)
	var types schema.TypeSet
	types = types.With(chosen.number)
	at := &spot{place: b.root, types: types, knowsType: true}
	b.root.visit(chosen.selection, at)
	if op.Kind == operation.Query {
		b.way(at, chosen.selection, chosen.ways[0], nil)
		return b
	}
	b.serialFields(at, chosen)
	return b
}

// serialFields builds the root fields of a mutation one after the other. A field joins the request
// of the one before it when both ask the same subgraph and nothing below the first needs a fetch.
func (b *builder) serialFields(at *spot, chosen *rootWays) {
	last := -1
	for _, w := range chosen.ways {
		subgraph := b.g.Nodes[w.objects[0].picks[0].from[0].entry.node].Subgraph.Index
		var group []*draft
		wave := 0
		for _, f := range b.fetches {
			wave = max(wave, f.wave)
			if f.serial == at.serial {
				group = append(group, f)
			}
		}
		if joins := len(group) == 1 && last == subgraph; !joins {
			at.serial++
			at.wave = wave
		}
		last = subgraph
		b.way(at, chosen.selection, w, nil)
	}
}

// way builds one way below a spot. cond is the condition under which the objects are needed; a
// client's field has its own beside it. All conditions are absolute: a field can serve several
// consumers, below objects that serve several.
func (b *builder) way(at *spot, sel *selection, w *way, cond Condition) []built {
	if known, ok := b.findLaid(at, sel, w, cond); ok {
		return known.built
	}
	var out []built
	for _, g := range groupPicks(w) {
		if b.search.err != nil {
			return nil
		}
		when := cond
		if sel.client != nil {
			when = andCondition(cond, g.pick.want.when)
		}
		field := b.pick(at, g, when)
		if w := g.pick.want; w.offered {
			if at.offered == nil {
				at.offered = map[*want][]built{}
			}
			at.offered[w] = append(at.offered[w], field)
		}
		out = append(out, field)
	}
	at.place.built[sel] = append(at.place.built[sel], out...)
	if !sel.isOwn {
		at.place.laid[sel] = append(at.place.laid[sel], &laid{at: at, way: w, cond: cond, built: out})
	}
	return out
}

// pickGroup is a pick that is the same for some runtime types.
type pickGroup struct {
	pick  *pick
	types schema.TypeSet
}

// groupPicks groups the picks of a way that read alike, in order of the wants.
func groupPicks(w *way) []*pickGroup {
	var groups []*pickGroup
	byText := map[string]*pickGroup{}
	for _, o := range w.objects {
		for _, p := range o.picks {
			text := pickText(p)
			g, ok := byText[text]
			if !ok {
				g = &pickGroup{pick: p}
				byText[text] = g
				groups = append(groups, g)
			}
			g.types = g.types.With(o.number)
		}
	}
	slices.SortStableFunc(groups, func(a, b *pickGroup) int {
		return a.pick.want.rank() - b.pick.want.rank()
	})
	return groups
}

// pickText is equal for picks that are built alike, whatever the object's type is.
func pickText(p *pick) string {
	var b strings.Builder
	writePick(&b, p)
	return b.String()
}

func writePick(b *strings.Builder, p *pick) {
	if p.want.client != nil {
		fmt.Fprintf(b, "#%d", p.want.id)
	} else {
		b.WriteString(p.want.key + "=" + p.want.name + "(" + p.want.argText + ")")
	}
	for _, src := range p.from {
		e := src.entry
		if !e.isJump() {
			fmt.Fprintf(b, "<%d", e.base)
		} else {
			fmt.Fprintf(b, "<w%d c%d", src.wave, e.call)
		}
		if e.key != nil {
			if e.key.ByInterface {
				b.WriteString(" by " + e.key.TypeName)
			}
			writeWay(b, e.keyWay)
		}
		if src.requires != nil {
			b.WriteString(" requires")
			writeWay(b, src.requires)
		}
	}
	if p.child != nil {
		if p.want.client != nil {
			fmt.Fprintf(b, ">%d:%p", p.target.id, p.child)
		} else {
			b.WriteString(">" + strconv.Itoa(p.target.id))
			for _, o := range p.child.objects {
				fmt.Fprintf(b, "t%d", o.number)
				writePicks(b, o.picks)
			}
		}
	}
}

func writeWay(b *strings.Builder, w *way) {
	if len(w.objects) > 0 {
		writePicks(b, w.objects[0].picks)
	}
}

func writePicks(b *strings.Builder, picks []*pick) {
	b.WriteByte('{')
	for _, p := range picks {
		writePick(b, p)
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// pick builds one field: its selections, its slot and what is below it.
func (b *builder) pick(at *spot, g *pickGroup, cond Condition) built {
	p := g.pick
	out := built{want: p.want, on: g.types, slot: -1, subgraph: -1}
	sels := make([]*subSelection, len(p.from))
	contexts := make([][]*contextDraft, len(p.from))
	wave := at.wave
	for i := range p.from {
		sels[i], contexts[i] = b.enter(at, g, i, cond)
		out.fetches = append(out.fetches, sels[i].fetch)
		if p.from[i].entry.isJump() {
			wave = max(wave, sels[i].fetch.wave)
		}
	}
	if p.want.name == "__typename" {
		return out
	}
	out.subgraph = sels[0].fetch.subgraph
	out.slot = b.slot(at, p)
	var child *spot
	if p.want.sub != nil {
		child = b.below(at, g, out.slot)
		child.wave = wave
	}
	for i, sel := range sels {
		f := sel.add(g.types, p.want, out.slot, cond)
		f.contexts = contexts[i]
		if child == nil {
			continue
		}
		target := p.from[i].edge.Target
		if f.child == nil {
			f.child = &subSelection{fetch: sel.fetch, node: target, place: child.place}
		}
		child.sels[slices.Index(p.target.nodes, target)] = f.child
	}
	if child != nil {
		out.place, out.types = child.place, child.types
		out.below = b.way(child, p.want.sub, p.child, cond)
		if p.want.client == nil {
			for _, below := range out.below {
				out.fetches = append(out.fetches, below.fetches...)
			}
		}
	}
	return out
}

// below makes the spot of a composite field's objects.
func (b *builder) below(at *spot, g *pickGroup, slot int) *spot {
	step := Step{Slot: slot}
	if (at.knowsType || g.pick.isTyped()) && !g.types.Contains(at.types) {
		step.On = g.types
	}
	child := &spot{
		above: at,
		place: at.place.children[slot],
		path:  append(slices.Clone(at.path), step),
		sels:  make([]*subSelection, len(g.pick.target.nodes)),
		types: g.pick.target.types, knowsType: g.pick.target.knowsType,
		serial: at.serial,
	}
	child.place.visit(g.pick.want.sub, child)
	return child
}

// enter returns the selection in which source i of a pick reads its field, with the fetch that it
// needs, and the contextual arguments. A fetch waits for its contexts.
func (b *builder) enter(at *spot, g *pickGroup, i int, cond Condition) (*subSelection, []*contextDraft) {
	src := &g.pick.from[i]
	e := src.entry
	if !e.isJump() {
		return at.sels[e.base], nil
	}
	contexts, deps := b.contexts(at, g.pick.want, src)
	wave := src.wave
	for _, d := range deps {
		wave = max(wave, d.wave+1-at.wave)
	}
	n := b.g.Nodes[e.node]
	f := b.fetch(at, request{n.Subgraph.Index, wave, e.key == nil, apart(at, contexts)})
	f.dependOn(deps)
	f.dependOn(b.typeTellers(at))
	if e.key == nil {
		if f.root == nil {
			f.root = &subSelection{fetch: f, node: e.node, place: at.place}
			f.target = at.path
		}
		for _, sel := range at.sels {
			f.dependOn([]*draft{sel.fetch})
		}
		return f.root, nil
	}
	rep := representation{
		key: e.key, types: g.types, contexts: contextText(contexts), typed: src.typed,
		knowsType: at.knowsType || src.typed, binds: g.pick.want.client != nil && src.edge != nil && src.edge.Field.Type.NonNull,
	}
	b.represent(at, &rep, e.keyWay, false, cond)
	if src.requires != nil {
		b.represent(at, &rep, src.requires, true, cond)
	}
	f.dependOn(rep.fetches)
	if len(rep.fetches) == 0 { // the key needs no data, but the objects must be there
		for _, sel := range at.sels {
			f.dependOn([]*draft{sel.fetch})
		}
	}
	return f.entitiesAt(at, b.g, &rep, cond).join(&rep, cond), contexts
}

// typeTellers are the fetches that tell the runtime types of objects that several fetches read, on
// which depends how objects of the spot are represented, and which of them there are.
func (b *builder) typeTellers(at *spot) (tellers []*draft) {
	for s, matters := at, true; s != nil; s = s.above {
		if matters && len(s.sels) > 1 && s.knowsType && s.place.layout.Type < 0 {
			tellers = append(tellers, b.typeTeller(s))
		}
		if s.above != nil {
			matters = s.path[len(s.above.path)].On != nil
		}
	}
	return tellers
}

func (b *builder) typeTeller(at *spot) (teller *draft) {
	for _, sel := range at.sels {
		if b.g.Nodes[sel.node].KnowsType() && (teller == nil || sel.fetch.wave < teller.wave) {
			teller = sel.fetch
		}
	}
	return teller
}

// representation is what an object is sent as: collected from slots.
type representation struct {
	key     *querygraph.KeyEdge
	types   schema.TypeSet
	fields  []RepresentationField
	fetches []*draft
	// contexts tells the contextual arguments that go with it from others.
	contexts string
	// knowsType is set when the runtime type is known by then; typed when the request waits for it.
	knowsType, typed bool
	// binds is set for a field whose null takes the entity with it.
	binds bool
}

// represent builds the fields of a key, or of @requires, and adds them to the representation.
func (b *builder) represent(at *spot, rep *representation, w *way, required bool, cond Condition) {
	for _, p := range w.objects[0].picks {
		field := b.pick(at, &pickGroup{pick: p, types: rep.types}, cond)
		rep.fetches = append(rep.fetches, field.fetches...)
		if field.slot < 0 {
			continue
		}
		rf := b.representationField(&field, required)
		if !slices.ContainsFunc(rep.fields, func(old RepresentationField) bool {
			return old.Name == rf.Name && old.Slot == rf.Slot && sameFields(old, rf)
		}) {
			rep.fields = append(rep.fields, rf)
		}
	}
}

func (b *builder) representationField(f *built, required bool) RepresentationField {
	rf := RepresentationField{Name: f.want.key, Slot: f.slot, Required: required, Of: b.memberType(f)}
	if f.want.sub == nil {
		return rf
	}
	if f.place.layout.Type < 0 || f.want.sub.typeMatters {
		rf.Fields = b.typenames(f, required)
	}
	for i := range f.below {
		below := &f.below[i]
		if below.slot < 0 {
			continue
		}
		member := b.representationField(below, required)
		if !below.on.Contains(f.types) {
			member.On = below.on
		}
		rf.Fields = append(rf.Fields, member)
	}
	return rf
}

// typenames are the members that name the runtime type of a nested object: the subgraph needs it
// where the object's type is abstract, or where the field set asks for it.
func (b *builder) typenames(f *built, required bool) []RepresentationField {
	var out []RepresentationField
	for _, t := range f.types.Indexes() {
		member := RepresentationField{Name: "__typename", Slot: -1, TypeName: b.g.Types[t].Name, Required: required}
		if f.place.layout.Type < 0 {
			member.On = member.On.With(t)
		}
		out = append(out, member)
	}
	return out
}

func sameFields(a, b RepresentationField) bool {
	if a.Name != b.Name || a.Slot != b.Slot || a.TypeName != b.TypeName || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Fields {
		if !sameFields(a.Fields[i], b.Fields[i]) {
			return false
		}
	}
	return true
}
