package plan

import (
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// selection is what is wanted of the objects at one place: by the client, or by a field set (a key,
// @requires) for the planner's own use.
type selection struct {
	id     int
	parent string
	wants  []*want
	// client is the client's selection set; nil for a field set.
	client *operation.SelectionSet
	// typeMatters is set when the runtime type must be known to answer the selection.
	typeMatters bool
	// offers are the wants for contexts of fields further down, by field set and types.
	offers map[string][]*want
	// isOwn is set where equal selections must not share it.
	isOwn bool
}

// want is one wanted field.
type want struct {
	id   int
	name string
	// on are the runtime types for which the field is wanted.
	on schema.TypeSet
	// when is the client's condition; nil is always.
	when operation.Condition
	args []wantArg
	// argText is equal for equal arguments.
	argText string
	// typeName is the composite type that the field has in the supergraph; empty for a leaf.
	typeName string
	// sub is nil for a leaf.
	sub *selection
	// key is the JSON key in a representation.
	key string
	// scope is the type on which a field set names the field.
	scope string
	// client is the client's field; nil for one of a field set.
	client *operation.Field
	// offered is set for what objects of the selection are asked for because a field further down
	// wants it as a context.
	offered bool
	// contexts are where the values of contextual arguments come from, by contextKey.
	contexts map[string][]contextFrom
}

// wantArg is an argument: a value around variables, or a literal of a field set.
type wantArg struct {
	name    string
	value   operation.Value
	typ     *schema.TypeRef
	literal string
}

// reader turns operations and field sets into selections.
type reader struct {
	g         *querygraph.Graph
	fieldSets map[fieldSetKey]*selection
	// shared are the client's selections by shareKey.
	shared map[string]*selection
	count  int
	// typename is the wanted __typename of keys and abstract selections.
	typename *want
	// above are the client's selections that lead to the one being read, itself included.
	above []*selection
}

type fieldSetKey struct {
	parent string
	first  *federation.FieldSetItem
}

func newReader(g *querygraph.Graph) *reader {
	r := &reader{g: g, fieldSets: map[fieldSetKey]*selection{}, shared: map[string]*selection{}}
	r.typename = &want{id: r.next(), name: "__typename", key: "__typename"}
	return r
}

func (r *reader) next() int {
	r.count++
	return r.count
}

// operation reads the client's selection set. Denied and introspection fields are not wanted of
// any subgraph.
func (r *reader) operation(set *operation.SelectionSet) *selection {
	s := &selection{id: r.next(), parent: set.Parent.Name, client: set}
	r.above = append(r.above, s)
	for _, f := range set.Fields {
		if f.Denied || f.Name == "__schema" || f.Name == "__type" {
			continue
		}
		w := &want{id: r.next(), name: f.Name, key: f.Name, on: f.On, when: guarded(f), client: f}
		for _, a := range f.Args {
			w.args = append(w.args, wantArg{name: a.Name, value: a.Value, typ: a.Type})
		}
		w.argText = argText(w.args)
		r.bindContexts(w)
		if f.Selections != nil {
			w.sub = r.operation(f.Selections)
			w.typeName = f.Selections.Parent.Name
		}
		s.wants = append(s.wants, w)
	}
	r.above = r.above[:len(r.above)-1]
	if set.Parent.IsAbstract() {
		s.typeMatters = s.typeMatters || typeMatters(set)
	}
	return r.share(s)
}

// guarded is the condition under which a field is asked for.
func guarded(f *operation.Field) operation.Condition {
	if f.Guard == nil {
		return f.When
	}
	return andCondition(operation.Condition{f.Guard}, f.When)
}

// typeMatters reports whether objects of different runtime types are answered differently.
func typeMatters(set *operation.SelectionSet) bool {
	for _, f := range set.Fields {
		if f.Name == "__typename" || !f.On.Contains(set.Parent.Possible()) {
			return true
		}
	}
	return false
}

// fieldSet reads a field set on the type called parent.
func (r *reader) fieldSet(parent string, fs federation.FieldSet) *selection {
	key := fieldSetKey{parent: parent}
	if len(fs) > 0 {
		key.first = &fs[0]
	}
	if s, ok := r.fieldSets[key]; ok {
		return s
	}
	s := &selection{id: r.next(), parent: parent}
	r.fieldSets[key] = s
	r.addItems(s, parent, r.g.Possible(parent), fs)
	return s
}

func (r *reader) addItems(s *selection, scope string, on schema.TypeSet, fs federation.FieldSet) {
	for _, item := range fs {
		if item.On != "" {
			r.addItems(s, item.On, on.And(r.g.Possible(item.On)), item.Selections)
			s.typeMatters = true
			continue
		}
		w := &want{id: r.next(), name: item.Field, key: item.Field, scope: scope, on: on}
		if item.Alias != "" {
			w.key = item.Alias
		}
		for _, a := range item.Args {
			w.args = append(w.args, wantArg{name: a.Name, literal: a.Value.String()})
		}
		w.argText = argText(w.args)
		if len(item.Selections) > 0 {
			w.typeName = r.fieldType(scope, item.Field)
			w.sub = r.fieldSet(w.typeName, item.Selections)
		}
		if item.Field == "__typename" {
			s.typeMatters = true
		}
		s.wants = append(s.wants, w)
	}
}

// fieldType returns the named type of a field of the supergraph.
func (r *reader) fieldType(scope, field string) string {
	if ref := typeOf(r.g, scope, field); ref != nil {
		return ref.Named()
	}
	return ""
}

// typeOf returns the type of a field of the supergraph, or nil.
func typeOf(g *querygraph.Graph, scope, field string) *schema.TypeRef {
	t := g.Supergraph.Schema.Type(scope)
	if t == nil {
		return nil
	}
	if f := t.Field(field); f != nil {
		return f.Type
	}
	return nil
}

func argText(args []wantArg) string {
	var b strings.Builder
	for _, a := range args {
		b.WriteString(a.name)
		b.WriteByte(':')
		if a.typ == nil {
			b.WriteString(a.literal)
		} else {
			writeValueKey(&b, a.value)
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func writeValueKey(b *strings.Builder, v operation.Value) {
	switch v.Kind {
	case operation.VariableValue:
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(v.Variable))
	case operation.ListTemplate:
		b.WriteByte('[')
		for _, item := range v.Items {
			writeValueKey(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case operation.ObjectTemplate:
		b.WriteByte('{')
		for i, item := range v.Items {
			b.WriteString(v.Names[i])
			b.WriteByte(':')
			writeValueKey(b, item)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	}
}
