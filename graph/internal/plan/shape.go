package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// shaper makes the shape of the response: for every place and client selection there, which slot
// answers which field for which runtime type.
type shaper struct {
	b     *builder
	plan  *Plan
	conds *conditions
	made  map[shapeKey]*Shape
}

type shapeKey struct {
	place     *place
	selection *selection
}

func (s *shaper) shape(p *place, sel *selection) *Shape {
	key := shapeKey{p, sel}
	if shape, ok := s.made[key]; ok {
		return shape
	}
	shape := &Shape{Layout: p.layout}
	s.made[key] = shape
	index := map[string]int{}
	types := p.visited[sel].types.And(s.b.g.Visible).And(s.b.g.Possible(sel.parent))
	for _, t := range types.Indexes() {
		fields := s.fields(p, sel, t)
		text := shapeText(fields)
		if i, ok := index[text]; ok {
			shape.Cases[i].On = shape.Cases[i].On.With(t)
			continue
		}
		index[text] = len(shape.Cases)
		var on schema.TypeSet
		shape.Cases = append(shape.Cases, ShapeCase{On: on.With(t), Fields: fields})
	}
	known := p.visited[sel].knowsType || sel.typeMatters
	if len(shape.Cases) == 1 && (p.layout.Type >= 0 || !known) {
		shape.Cases[0].On = nil
	}
	return shape
}

// fields lists the members of an object of runtime type t in response order.
func (s *shaper) fields(p *place, sel *selection, t int) []ShapeField {
	var out []ShapeField
	for _, f := range sel.client.Fields {
		if !f.On.Has(t) {
			continue
		}
		field := ShapeField{Kind: SlotField, Key: f.Key, Slot: -1, When: s.conds.id(f.When), Subgraph: -1}
		field.Coordinate = s.b.g.Types[t].Name + "." + f.Name
		if f.Guard != nil {
			field.Guard = s.conds.id(Condition{f.Guard})
		}
		if f.Def != nil {
			field.Type = completion(s.b.g.Supergraph.API(), f.Def.Type)
		}
		switch {
		case f.Denied:
			field.Kind = DeniedField
		case f.Name == "__typename":
			field.Kind = TypenameField
		case f.Name == "__schema" || f.Name == "__type":
			field.Kind = IntrospectionField
			field.Slot = slices.Index(s.plan.Introspection, f)
		default:
			s.fill(&field, p, sel, f, t)
		}
		out = append(out, field)
	}
	return out
}

// fill finds the slot of a client's field.
func (s *shaper) fill(field *ShapeField, p *place, sel *selection, f *operation.Field, t int) {
	for i := range p.built[sel] {
		b := &p.built[sel][i]
		if b.want.client != f || !b.on.Has(t) {
			continue
		}
		field.Slot, field.Subgraph = b.slot, b.subgraph
		if b.place != nil {
			named := field.Type
			for named.Elem != nil {
				named = named.Elem
			}
			named.Shape = s.shape(b.place, b.want.sub)
		}
		return
	}
	panic(fmt.Sprintf("plan: no slot for %s at %q: the builder left a field out", field.Coordinate, p.layout.Place))
}

func shapeText(fields []ShapeField) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "%d %s %d %d %d %d ", f.Kind, f.Key, f.Slot, f.When, f.Guard, f.Subgraph)
		for c := f.Type; c != nil; c = c.Elem {
			fmt.Fprintf(&b, "%t %s %p,", c.NonNull, c.TypeName, c.Shape)
		}
	}
	return b.String()
}

// completion makes the completion of a value of a type of a schema.
func completion(in *schema.Schema, r *schema.TypeRef) *Completion {
	c := &Completion{NonNull: r.NonNull}
	if r.Elem != nil {
		c.Elem = completion(in, r.Elem)
		return c
	}
	c.TypeName = r.Name
	c.Leaf, c.Enum = leaf(in, r.Name)
	return c
}

func leaf(in *schema.Schema, name string) (LeafKind, []string) {
	switch name {
	case "Int":
		return LeafInt, nil
	case "Float":
		return LeafFloat, nil
	case "String":
		return LeafString, nil
	case "Boolean":
		return LeafBoolean, nil
	case "ID":
		return LeafID, nil
	}
	t := in.Type(name)
	if t == nil || t.Kind != schema.Enum {
		return LeafCustom, nil
	}
	values := make([]string, len(t.Values))
	for i, v := range t.Values {
		values[i] = v.Name
	}
	return LeafEnum, values
}
