package operation

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// maxOverlapWork bounds the fields that the overlap check looks at, over all its steps.
const maxOverlapWork = 500_000

// written is a selection set as it stands in the document, with the type it selects on.
type written struct {
	parent *schema.Type
	set    ast.SelectionSet
}

// writtenField is a field as it stands in the document.
type writtenField struct {
	parent *schema.Type
	field  *ast.Field
	def    *schema.Field
}

// overlapCheck implements "Field Selection Merging" (GraphQL spec 5.3.2).
//
// The spec compares every pair of fields. This compares whole groups: all fields of one response
// key must have one shape, and those that can meet in one object must be the same field with the
// same arguments; then the selection sets of a group are merged and the same is asked of them. Each
// merged set of selection sets is looked at once, so that fragments spread many times cost nothing.
type overlapCheck struct {
	*validator
	ids          map[*ast.Selection]int
	shapes, same map[string]bool
	work         int
}

func (v *validator) checkOverlaps() {
	c := &overlapCheck{
		validator: v, ids: map[*ast.Selection]int{}, shapes: map[string]bool{}, same: map[string]bool{},
	}
	for _, op := range v.doc.Operations {
		if root := v.root(op.Operation); root != nil {
			c.checkSame([]written{{root, op.SelectionSet}})
		}
	}
	for _, op := range v.doc.Operations {
		if root := v.root(op.Operation); root != nil && len(v.errs) == 0 {
			c.checkShapes([]written{{root, op.SelectionSet}})
		}
	}
	if c.work > maxOverlapWork {
		v.addError(&gqlerr.Error{
			Message: "The document's fragments overlap too much to be checked. Use fewer fragments, or more aliases.",
			Code:    gqlerr.LimitExceeded,
		})
	}
}

// checkShapes holds all fields of one response key to one shape of response.
func (c *overlapCheck) checkShapes(sets []written) {
	if c.isKnown(c.shapes, sets) {
		return
	}
	for _, group := range c.collect(sets) {
		first := group[0]
		for _, f := range group[1:] {
			if why := c.shapeDiffers(first, f); why != "" {
				c.conflict(first, f, why)
				return
			}
		}
		c.checkShapes(c.below(group))
	}
}

// checkSame holds the fields of one response key that can meet in one object to be the same.
func (c *overlapCheck) checkSame(sets []written) {
	if c.isKnown(c.same, sets) {
		return
	}
	for _, group := range c.collect(sets) {
		for _, meeting := range meetings(group) {
			c.work += len(meeting)
			first := meeting[0]
			for _, f := range meeting[1:] {
				if why := differs(first.field, f.field); why != "" {
					c.conflict(first, f, why)
					return
				}
			}
			c.checkSame(c.below(meeting))
		}
	}
}

// isKnown reports whether a merged set needs no look: it is empty, was looked at before, or the
// work is used up.
func (c *overlapCheck) isKnown(known map[string]bool, sets []written) bool {
	if len(sets) == 0 || c.isFull() || c.work > maxOverlapWork {
		return true
	}
	ids := make([]int, 0, len(sets))
	for _, s := range sets {
		at := &s.set[0]
		id, ok := c.ids[at]
		if !ok {
			id = len(c.ids)
			c.ids[at] = id
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var key []byte
	for _, id := range slices.Compact(ids) {
		key = binary.AppendUvarint(key, uint64(id))
	}
	if known[string(key)] {
		return true
	}
	known[string(key)] = true
	return false
}

// collect returns the fields of a merged set by response key, in order of the document, fragments
// included once each.
func (c *overlapCheck) collect(sets []written) [][]writtenField {
	var groups [][]writtenField
	byKey := map[string]int{}
	spread := map[string]bool{}
	var walk func(parent *schema.Type, set ast.SelectionSet)
	walk = func(parent *schema.Type, set ast.SelectionSet) {
		for _, selection := range set {
			c.work++
			switch s := selection.(type) {
			case *ast.Field:
				i, ok := byKey[s.Alias]
				if !ok {
					i = len(groups)
					byKey[s.Alias] = i
					groups = append(groups, nil)
				}
				groups[i] = append(groups[i], writtenField{parent, s, c.fieldOf(parent, s.Name)})
			case *ast.InlineFragment:
				on := parent
				if s.TypeCondition != "" {
					on = c.api.Type(s.TypeCondition)
				}
				walk(on, s.SelectionSet)
			case *ast.FragmentSpread:
				if !spread[s.Name] {
					spread[s.Name] = true
					walk(c.api.Type(s.Definition.TypeCondition), s.Definition.SelectionSet)
				}
			}
		}
	}
	seen := map[*ast.Selection]bool{}
	for _, s := range sets {
		if !seen[&s.set[0]] {
			seen[&s.set[0]] = true
			walk(s.parent, s.set)
		}
	}
	return groups
}

// below returns the selection sets under a group of fields.
func (c *overlapCheck) below(group []writtenField) []written {
	var out []written
	for _, f := range group {
		if len(f.field.SelectionSet) > 0 {
			out = append(out, written{c.api.Type(f.def.Type.Named()), f.field.SelectionSet})
		}
	}
	return out
}

// meetings splits a group into lists of fields of which any two can meet in one object: those on
// abstract types with those on one object type, for each object type.
func meetings(group []writtenField) [][]writtenField {
	var abstract []writtenField
	var objects []*schema.Type
	byObject := map[*schema.Type][]writtenField{}
	for _, f := range group {
		if f.parent.IsAbstract() {
			abstract = append(abstract, f)
			continue
		}
		if byObject[f.parent] == nil {
			objects = append(objects, f.parent)
		}
		byObject[f.parent] = append(byObject[f.parent], f)
	}
	if len(objects) == 0 {
		return [][]writtenField{abstract}
	}
	var out [][]writtenField
	for _, t := range objects {
		out = append(out, append(slices.Clone(abstract), byObject[t]...))
	}
	return out
}

// shapeDiffers implements "SameResponseShape" (GraphQL spec 5.3.2) for two fields without what is
// selected below them.
func (c *overlapCheck) shapeDiffers(a, b writtenField) string {
	ta, tb := typeOf(a), typeOf(b)
	x, y := ta, tb
	for {
		if x.NonNull != y.NonNull || (x.Elem == nil) != (y.Elem == nil) {
			return "they return " + quote(ta.String()) + " and " + quote(tb.String())
		}
		if x.Elem == nil {
			break
		}
		x, y = x.Elem, y.Elem
	}
	if x.Name == y.Name {
		return ""
	}
	left, right := c.api.Type(x.Name), c.api.Type(y.Name)
	if left.IsComposite() && right.IsComposite() {
		return ""
	}
	return "they return " + quote(ta.String()) + " and " + quote(tb.String())
}

var typenameType = &schema.TypeRef{Name: "String", NonNull: true}

func typeOf(f writtenField) *schema.TypeRef {
	if f.def == nil {
		return typenameType
	}
	return f.def.Type
}

// differs says how two fields that can meet in one object differ.
func differs(a, b *ast.Field) string {
	if a.Name != b.Name {
		return "they select " + quote(a.Name) + " and " + quote(b.Name)
	}
	if (len(a.Arguments) > 0 || len(b.Arguments) > 0) && argumentsText(a.Arguments) != argumentsText(b.Arguments) {
		return "they select " + quote(a.Name) + " with different arguments"
	}
	return ""
}

// argumentsText prints arguments so that equal ones print alike.
func argumentsText(args ast.ArgumentList) string {
	args = slices.Clone(args)
	slices.SortFunc(args, func(a, b *ast.Argument) int { return cmp.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, arg := range args {
		b.WriteString(arg.Name + ":")
		writeValue(&b, arg.Value)
		b.WriteByte(',')
	}
	return b.String()
}

// writeValue prints a value with the fields of objects sorted.
func writeValue(b *strings.Builder, v *ast.Value) {
	switch v.Kind {
	case ast.ObjectValue:
		fields := slices.Clone(v.Children)
		slices.SortFunc(fields, func(x, y *ast.ChildValue) int { return cmp.Compare(x.Name, y.Name) })
		b.WriteByte('{')
		for _, f := range fields {
			b.WriteString(f.Name + ":")
			writeValue(b, f.Value)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case ast.ListValue:
		b.WriteByte('[')
		for _, item := range v.Children {
			writeValue(b, item.Value)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		b.WriteString(v.String())
	}
}

func (c *overlapCheck) conflict(a, b writtenField, why string) {
	c.addError(&gqlerr.Error{
		Message:   "Fields with the response key " + quote(a.field.Alias) + " conflict: " + why + ". Give one of them another alias.",
		Code:      gqlerr.ValidationFailed,
		Locations: locate(a.field.Position, b.field.Position),
	})
}
