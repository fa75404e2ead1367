package plan

import (
	"cmp"
	"slices"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// finish numbers the fetches, prints their operations and makes the plan.
func (b *builder) finish(types []string) *Plan {
	p := &Plan{Kind: b.op.Kind, Types: types, Variables: b.op.Variables}
	for _, sub := range b.g.Supergraph.Subgraphs {
		p.Subgraphs = append(p.Subgraphs, sub.Name)
	}
	for _, place := range b.places {
		p.Layouts = append(p.Layouts, place.layout)
	}
	p.Root = p.Layouts[0]
	b.numberFetches()
	conds := &conditions{ids: map[string]CondID{}}
	for _, d := range b.fetches {
		p.Fetches = append(p.Fetches, b.finishFetch(d, types, conds))
	}
	b.finishSources(p, conds)
	for _, f := range b.op.Root.Fields {
		b.addIntrospection(p, f)
	}
	shapes := &shaper{b: b, plan: p, conds: conds, made: map[shapeKey]*Shape{}}
	p.Shape = shapes.shape(b.root, b.chosen.selection)
	p.Conditions = conds.list
	return p
}

// numberFetches orders the fetches by wave, so that each comes after those it depends on.
func (b *builder) numberFetches() {
	slices.SortStableFunc(b.fetches, func(x, y *draft) int {
		return cmp.Or(x.serial-y.serial, x.wave-y.wave, x.subgraph-y.subgraph)
	})
	for i, f := range b.fetches {
		f.id = i
	}
}

// dependsOn lists the numbers of the fetches that must have ended before d.
func (b *builder) dependsOn(d *draft) []int {
	var ids []int
	for _, dep := range b.precedents(d) {
		ids = append(ids, dep.id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (b *builder) finishFetch(d *draft, types []string, conds *conditions) *Fetch {
	f := &Fetch{
		ID: d.id, Kind: EntityFetch, Subgraph: d.subgraph, Operation: operation.Query,
		DependsOn: b.dependsOn(d), Target: d.target,
	}
	when, first := Condition(nil), true
	or := func(c Condition) {
		if first {
			when, first = c, false
			return
		}
		when = orCondition(when, c)
	}
	if d.root != nil {
		f.Kind = RootFetch
		if len(d.target) == 0 {
			f.Operation = b.op.Kind
		}
		for _, field := range d.root.fields {
			when, _ := field.condition(field.on)
			or(when)
		}
	}
	for _, e := range d.entities {
		or(e.condition())
	}
	f.When = conds.id(when)
	w := &printer{b: b, fetch: f, conds: conds, names: map[string]string{}, taken: map[string]bool{}}
	if d.root != nil {
		w.printRoot(d, when)
	} else {
		w.printEntities(d, types)
	}
	f.Why = b.why(d)
	return f
}

func (b *builder) addIntrospection(p *Plan, f *operation.Field) {
	if f.Name == "__schema" || f.Name == "__type" {
		p.Introspection = append(p.Introspection, f)
		return
	}
	if f.Selections != nil {
		for _, below := range f.Selections.Fields {
			b.addIntrospection(p, below)
		}
	}
}
