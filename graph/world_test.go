package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// world is one set of data for any supergraph: every value is computed from the identity of its
// object, the field and the arguments. All subgraphs and the monolith compute alike, so they agree,
// and an answer put together from the wrong object or the wrong field shows.
type world struct {
	super *supergraph.Supergraph
	api   *schema.Schema
	// keyFields are the "Type.field" that stand in a key: their values tell the object's identity.
	keyFields map[string]bool
}

// object is an object of the world. Its type is an object type, or an interface's name where only
// an interface object is known.
type object struct {
	typ string
	id  int
}

func newWorld(s *supergraph.Supergraph) *world {
	w := &world{super: s, api: s.API(), keyFields: map[string]bool{}}
	for _, sub := range s.Subgraphs {
		for _, t := range sub.Types {
			for _, key := range t.Keys {
				for _, name := range w.objectNames(t.Name) {
					w.markKey(name, key.Fields)
				}
			}
		}
	}
	return w
}

// objectNames returns a type with the object types it can be.
func (w *world) objectNames(name string) []string {
	out := []string{name}
	t := w.super.Schema.Type(name)
	for i, o := range w.super.Schema.Objects() {
		if t.IsAbstract() && t.Possible().Has(i) {
			out = append(out, o.Name)
		}
	}
	return out
}

func (w *world) markKey(typ string, fields federation.FieldSet) {
	for _, item := range fields {
		if item.On != "" {
			w.markKey(item.On, item.Selections)
			continue
		}
		w.keyFields[typ+"."+item.Field] = true
		def := w.super.Schema.Type(typ).Field(item.Field)
		if def == nil {
			continue
		}
		for _, name := range w.objectNames(def.Type.Named()) {
			w.markKey(name, item.Selections)
		}
	}
}

func hashOf(parts ...any) int {
	h := fnv.New32a()
	fmt.Fprintln(h, parts...)
	return int(h.Sum32() >> 1)
}

// identities is how many objects of each type there are.
const identities = 5

// value computes a field: nil, a leaf as json.RawMessage, an object or a list of these. requires is
// the text of what the field requires. where says which types the field's value can have.
func (w *world) value(o object, f *schema.Field, args, requires string, ref *schema.TypeRef) any {
	isKey := w.keyFields[o.typ+"."+f.Name]
	seed := hashOf(o.id, f.Name, args, requires)
	if isKey {
		seed = o.id
	}
	return w.valueOf(o, f, ref, seed, isKey)
}

func (w *world) valueOf(o object, f *schema.Field, ref *schema.TypeRef, seed int, isKey bool) any {
	if !ref.NonNull && !isKey && hashOf(seed, "null")%8 == 0 {
		return nil
	}
	if ref.Elem != nil {
		n := hashOf(seed, "length") % 4
		if isKey {
			n = 1
		}
		out := make([]any, n)
		for i := range out {
			next := hashOf(seed, i)
			if isKey {
				next = seed
			}
			out[i] = w.valueOf(o, f, ref.Elem, next, isKey)
		}
		return out
	}
	t := w.super.Schema.Type(ref.Name)
	if !t.IsComposite() {
		return w.leaf(t, seed)
	}
	id := seed % identities
	if t.Kind == schema.Object {
		if w.api.Type(t.Name) == nil {
			return nil
		}
		if t == w.super.Schema.Query {
			id = 0 // there is one root
		}
		return object{t.Name, id}
	}
	choices := w.choices(o, f, t)
	if w.isKeyed(t.Name) {
		real := w.typeOf(t.Name, id)
		if !slices.Contains(choices, real) {
			return nil
		}
		choices = []string{real}
	}
	if len(choices) == 0 {
		return nil
	}
	return object{choices[id%len(choices)], id}
}

func (w *world) leaf(t *schema.Type, seed int) json.RawMessage {
	switch t.Name {
	case "Int":
		return fmt.Appendf(nil, "%d", seed%1_000_000)
	case "Float":
		return fmt.Appendf(nil, "%d.5", seed%1_000_000)
	case "Boolean":
		return strconv.AppendBool(nil, seed%2 == 0)
	}
	if t.Kind == schema.Enum {
		if visible := w.api.Type(t.Name); visible != nil {
			t = visible
		}
		return fmt.Appendf(nil, "%q", t.Values[seed%len(t.Values)].Name)
	}
	return fmt.Appendf(nil, "\"k%d\"", seed)
}

// isKeyed reports whether an interface is an entity: its objects are known by the interface's key.
func (w *world) isKeyed(name string) bool {
	for _, sub := range w.super.Subgraphs {
		if t := sub.Type(name); t != nil && len(t.Keys) > 0 {
			return true
		}
	}
	return false
}

// typeOf is the runtime type of the object of a keyed interface with that identity.
func (w *world) typeOf(name string, id int) string {
	var visible []string
	for _, possible := range w.objectNames(name)[1:] {
		if w.api.Type(possible) != nil {
			visible = append(visible, possible)
		}
	}
	if len(visible) == 0 {
		return ""
	}
	return visible[id%len(visible)]
}

// choices are the runtime types that every subgraph which resolves the field knows.
func (w *world) choices(o object, f *schema.Field, abstract *schema.Type) []string {
	choices := w.objectNames(abstract.Name)[1:]
	for _, sub := range w.super.Subgraphs {
		for _, sf := range w.declarations(sub, o.typ, f.Name) {
			if sf.External {
				continue
			}
			returned := sub.Type(abstract.Name)
			if returned == nil || returned.IsInterfaceObject {
				continue
			}
			known := w.possibleIn(sub, sf.Type.Named())
			choices = slices.DeleteFunc(choices, func(name string) bool { return !slices.Contains(known, name) })
		}
	}
	return slices.DeleteFunc(choices, func(name string) bool { return w.api.Type(name) == nil })
}

// declarations are how a subgraph declares a field of a type, also by an interface object.
func (w *world) declarations(sub *supergraph.Subgraph, typ, field string) []*supergraph.SubgraphField {
	var out []*supergraph.SubgraphField
	names := []string{typ}
	if t := w.super.Schema.Type(typ); t != nil {
		names = append(names, t.Interfaces...)
	}
	for i, name := range names {
		t := sub.Type(name)
		if t == nil || i > 0 && !t.IsInterfaceObject {
			continue
		}
		if f := t.Field(field); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// possibleIn are the object types that a type can be in a subgraph.
func (w *world) possibleIn(sub *supergraph.Subgraph, name string) []string {
	t := sub.Type(name)
	if t == nil {
		return nil
	}
	switch t.Kind {
	case schema.Union:
		return t.Members
	case schema.Interface:
		var out []string
		for _, other := range sub.Types {
			if other.Kind == schema.Object && slices.Contains(other.Interfaces, name) {
				out = append(out, other.Name)
			}
		}
		return out
	}
	return []string{name}
}

// requiresOf finds what the value of a field depends on: what it requires, if every subgraph that
// resolves it requires the same.
func (w *world) requiresOf(o object, field string) federation.FieldSet {
	var out federation.FieldSet
	isFirst := true
	for _, sub := range w.super.Subgraphs {
		for _, f := range w.declarations(sub, o.typ, field) {
			if f.External || f.UsedOverridden {
				continue
			}
			if !isFirst && fmt.Sprint(f.Requires) != fmt.Sprint(out) {
				return nil
			}
			out, isFirst = f.Requires, false
		}
	}
	return out
}

// identity is who asks the monolith.
type identity struct {
	authenticated bool
	scopes        []string
}

// isDenied reports whether an identity may not see a field of an object: by what stands on the
// field, its type, the interfaces that they come from, and the type that it returns.
func (who *identity) isDenied(w *world, o object, field string) bool {
	s := w.super.Schema
	t := s.Type(o.typ)
	applied := slices.Clone(t.Applied)
	for _, name := range append([]string{o.typ}, t.Interfaces...) {
		owner := s.Type(name)
		applied = append(applied, owner.Applied...)
		if f := owner.Field(field); f != nil {
			applied = append(append(applied, f.Applied...), s.Type(f.Type.Named()).Applied...)
		}
	}
	return slices.ContainsFunc(applied, func(d schema.Directive) bool {
		switch d.Name {
		case "authenticated":
			return !who.authenticated
		case "policy": // nothing decides policies, so nobody meets one
			return true
		case "requiresScopes":
			return !who.authenticated || !slices.ContainsFunc(listOf(d.Args[0].Value), func(all schema.Value) bool {
				return !slices.ContainsFunc(listOf(all), func(scope schema.Value) bool { return !slices.Contains(who.scopes, scope.Raw) })
			})
		}
		return false
	})
}

// listOf returns the items of a list, or the one value that stands for a list.
func listOf(v schema.Value) []schema.Value {
	if v.Kind == schema.ListValue {
		return v.Items
	}
	return []schema.Value{v}
}

// required prints the values of required fields as the monolith knows them.
func (w *world) required(o object, fields federation.FieldSet) string {
	var b strings.Builder
	for _, item := range fields {
		if item.On != "" {
			if w.is(o, item.On) {
				b.WriteString(w.required(o, item.Selections))
			}
			continue
		}
		if item.Field == "__typename" {
			fmt.Fprintf(&b, "%s=%q;", item.Field, o.typ)
			continue
		}
		def := w.super.Schema.Type(o.typ).Field(item.Field)
		nested := ""
		if more := w.requiresOf(o, item.Field); more != nil {
			nested = w.required(o, more)
		}
		b.WriteString(item.Field + "=")
		w.requiredValue(&b, w.value(o, def, constantArguments(item.Args), nested, def.Type), item.Selections)
		b.WriteByte(';')
	}
	return b.String()
}

func (w *world) requiredValue(b *strings.Builder, v any, fields federation.FieldSet) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case json.RawMessage:
		b.Write(v)
	case object:
		b.WriteString("{" + w.required(v, fields) + "}")
	case []any:
		b.WriteByte('[')
		for _, item := range v {
			w.requiredValue(b, item, fields)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	}
}

// is reports whether an object is of a type, or of an abstract type.
func (w *world) is(o object, typ string) bool { return slices.Contains(w.objectNames(typ), o.typ) }

// represented prints the values of required fields as a representation carries them; false if one
// is missing.
func (w *world) represented(o object, rep map[string]json.RawMessage, fields federation.FieldSet) (string, bool) {
	var b strings.Builder
	for _, item := range fields {
		if item.On != "" {
			if w.is(o, item.On) {
				text, ok := w.represented(o, rep, item.Selections)
				if !ok {
					return "", false
				}
				b.WriteString(text)
			}
			continue
		}
		value, ok := rep[item.Field]
		if !ok {
			return "", false
		}
		def := w.super.Schema.Type(o.typ).Field(item.Field) // nil for __typename
		b.WriteString(item.Field + "=")
		if !w.representedValue(&b, value, def, item.Selections) {
			return "", false
		}
		b.WriteByte(';')
	}
	return b.String(), true
}

func (w *world) representedValue(b *strings.Builder, value json.RawMessage, def *schema.Field, fields federation.FieldSet) bool {
	value = bytes.TrimSpace(value)
	switch {
	case len(value) > 0 && value[0] == '[':
		var items []json.RawMessage
		if json.Unmarshal(value, &items) != nil {
			return false
		}
		b.WriteByte('[')
		for _, item := range items {
			if !w.representedValue(b, item, def, fields) {
				return false
			}
			b.WriteByte(',')
		}
		b.WriteByte(']')
		return true
	case len(value) > 0 && value[0] == '{' && fields != nil:
		var rep map[string]json.RawMessage
		if json.Unmarshal(value, &rep) != nil {
			return false
		}
		o := object{typ: def.Type.Named()}
		var name string
		if json.Unmarshal(rep["__typename"], &name) == nil {
			o.typ = name
		}
		text, ok := w.represented(o, rep, fields)
		b.WriteString("{" + text + "}")
		return ok
	}
	b.Write(value)
	return true
}

func constantArguments(args []schema.Argument) string {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.Name + ":" + constantText(a.Value)
	}
	slices.Sort(texts)
	return strings.Join(texts, ",")
}

// constantText prints a value so that it is equal however it was written: a number or a string, one
// value or a list of it.
func constantText(v schema.Value) string {
	switch v.Kind {
	case schema.ListValue:
		var items []string
		for _, item := range v.Items {
			items = append(items, constantText(item))
		}
		return strings.Join(items, " ")
	case schema.ObjectValue:
		return "{" + constantArguments(v.Fields) + "}"
	}
	return v.Raw
}
