package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// object is an object of a world.
type object struct {
	typ string
	// id tells it from every other object. It names the family and not the type: a subgraph that has an interface object
	// does not know the type.
	id string
	// n is the number of an entity, which its keys tell.
	n int
	// vanished is set for an entity that subgraphs know by its key alone.
	vanished bool
	// above is the object that has this one in a field; nil where no graph of contexts needs to know.
	above *object
}

// reading is what a field's value depends on beside the object.
type reading struct {
	// args and required are JSON.
	args, required string
	// version counts the mutations before.
	version int64
}

var errBroken = errors.New("the field is broken")

func hash(parts ...any) int {
	h := fnv.New32a()
	fmt.Fprintln(h, parts...)
	// FNV's low bits follow the last bytes too closely for choices of a few.
	sum := h.Sum32()
	sum ^= sum >> 16
	sum *= 0x85ebca6b
	sum ^= sum >> 13
	return int(sum >> 1)
}

// entity is the entity of a type with a number.
func (w *World) entity(typ string, n int) object {
	return object{typ: typ, id: w.family(typ) + ":" + strconv.Itoa(n), n: n, vanished: w.ghosts[typ] && n == entitiesOfType-1}
}

// value computes a field: nil, a leaf, an object or a []any of these.
func (w *World) value(o object, f *ast.FieldDefinition, r reading) (any, error) {
	if f == nil {
		return nil, errors.New("the monolith has no such field")
	}
	name := w.family(o.typ) + "." + f.Name
	if c, isKey := w.codes[name]; isKey {
		return w.keyValue(o, f, name, c), nil
	}
	if o.vanished {
		return nil, nil
	}
	h := hash(w.Salt, o.id, f.Name, r.args, r.required, r.version)
	if w.Breaks && !w.firm[o.typ+"."+f.Name] && h%16 == 0 {
		return nil, errBroken
	}
	return w.valueOf(o, f, w.promised(o.typ, f), h), nil
}

// promised is a field's type with every non-null that some subgraph promises.
func (w *World) promised(typ string, f *ast.FieldDefinition) *ast.Type {
	ref := f.Type
	for _, sub := range w.subgraphs {
		for _, name := range append([]string{typ}, w.Schema.Types[typ].Interfaces...) {
			def := sub.Schema.Types[name]
			if def == nil || def.Kind != ast.Object {
				continue
			}
			if own := def.Fields.ForName(f.Name); own != nil {
				ref = stricter(ref, own.Type)
			}
		}
	}
	return ref
}

// stricter is null where neither type forbids it.
func stricter(a, b *ast.Type) *ast.Type {
	if a == nil || b == nil || a.NonNull == b.NonNull && a.Elem == nil {
		return a
	}
	return &ast.Type{NamedType: a.NamedType, Elem: stricter(a.Elem, b.Elem), NonNull: a.NonNull || b.NonNull, Position: a.Position}
}

// keyValue is the value of a field that stands in a key.
func (w *World) keyValue(o object, f *ast.FieldDefinition, name string, c code) any {
	if !w.isComposite(f.Type) {
		if o.vanished && !f.Type.NonNull && w.nullKeys[o.typ] {
			return nil
		}
		return keyLeaf(name, c, o.n, f.Type.Name())
	}
	types := w.runtimeTypes(o.typ, f)
	if len(types) == 0 {
		return nil
	}
	if w.entities[types[0]] {
		numbers := w.numbers(types[0])
		return w.entity(types[0], numbers[o.n%len(numbers)])
	}
	return object{typ: types[0], id: o.id + "/" + f.Name, n: o.n}
}

func (w *World) valueOf(o object, f *ast.FieldDefinition, ref *ast.Type, h int) any {
	if !ref.NonNull && hash(h, "null")%9 == 0 {
		return nil
	}
	if ref.Elem != nil {
		length := hash(h, "length") % 4
		if w.Long && w.isRoot(o.typ) {
			length += entitiesOfType
		}
		items := make([]any, length)
		for i := range items {
			items[i] = w.valueOf(o, f, ref.Elem, hash(h, i))
		}
		return items
	}
	if !w.isComposite(ref) {
		return w.leaf(ref.NamedType, h)
	}
	if ref.NamedType == w.Schema.Query.Name {
		return object{typ: ref.NamedType, id: ref.NamedType}
	}
	types := w.runtimeTypes(o.typ, f)
	if len(types) == 0 {
		return nil
	}
	typ := types[hash(h, "type")%len(types)]
	if w.entities[typ] {
		numbers := w.numbers(typ)
		return w.entity(typ, numbers[hash(h, "entity")%len(numbers)])
	}
	return object{typ: typ, id: o.id + "/" + f.Name + "#" + strconv.Itoa(h), n: h % entitiesOfType}
}

func (w *World) isRoot(typ string) bool {
	s := w.Schema
	return slices.Contains([]*ast.Definition{s.Query, s.Mutation, s.Subscription}, s.Types[typ])
}

func (w *World) leaf(typ string, h int) any {
	switch typ {
	case "Int":
		return json.Number(strconv.Itoa(h % 100_000))
	case "Float":
		return json.Number(strconv.Itoa(h%10_000) + ".25")
	case "Boolean":
		return h%2 == 0
	case "String", "ID":
		return [...]string{"", "ü\"\\\n", "s"}[h%3] + strconv.Itoa(h%100_000)
	}
	if def := w.Schema.Types[typ]; def.Kind == ast.Enum {
		return def.EnumValues[h%len(def.EnumValues)].Name
	}
	return [...]json.RawMessage{json.RawMessage(`{}`), json.RawMessage(structured), json.RawMessage(`"x"`), json.RawMessage(strconv.Itoa(h % 1000))}[h%4]
}

// structured is a value of a custom scalar that has parts of its own.
const structured = `[1,{"a":null}]`

// IsWhole reports whether a decoded value of an answer is one value of a custom scalar, whatever it looks like: nothing
// inside it is a place of the response, where an error could be.
func IsWhole(v any) bool {
	text, err := json.Marshal(v)
	return err == nil && string(text) == structured
}

// runtimeTypes are the types that a field can return: those that every subgraph knows which declares the field.
func (w *World) runtimeTypes(typ string, f *ast.FieldDefinition) []string {
	key := typ + "." + f.Name
	if known, ok := w.runtime.Load(key); ok {
		return known.([]string)
	}
	types := possible(w.Schema, f.Type.Name())
	for _, sub := range w.subgraphs {
		if sub.declares(w, typ, f.Name) {
			types = slices.DeleteFunc(types, func(t string) bool { return !sub.knows(f.Type.Name(), t) })
		}
	}
	w.runtime.Store(key, types)
	return types
}

// declares reports whether a subgraph declares the field of an object type, be it on an interface object.
func (s *subgraph) declares(w *World, typ, field string) bool {
	if t := s.Types[typ]; t != nil && t.Fields[field] != nil {
		return true
	}
	for _, name := range w.Schema.Types[typ].Interfaces {
		if t := s.Types[name]; t != nil && t.IsInterfaceObject && t.Fields[field] != nil {
			return true
		}
	}
	return false
}

// knows reports whether a value of the declared type can be of an object type in this subgraph.
func (s *subgraph) knows(declared, object string) bool {
	if t := s.Types[declared]; t != nil && t.IsInterfaceObject {
		return true
	}
	return slices.Contains(possible(s.Schema, declared), object)
}

// required is the JSON of what a field requires, as the monolith knows it; empty if it requires nothing.
func (w *World) required(o object, field string, version int64) string {
	set := w.requires[o.typ+"."+field]
	if set == nil {
		return ""
	}
	text, err := json.Marshal(w.selected(o, set, version))
	if err != nil {
		panic(err) // leaves of a world can be written
	}
	return string(text)
}

// selected are the values of a field set.
func (w *World) selected(o object, set ast.SelectionSet, version int64) map[string]any {
	out := map[string]any{}
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.InlineFragment:
			if sel.TypeCondition == "" || slices.Contains(possible(w.Schema, sel.TypeCondition), o.typ) {
				for name, v := range w.selected(o, sel.SelectionSet, version) {
					out[name] = v
				}
			}
		case *ast.Field:
			if sel.Name == "__typename" {
				out[sel.Name] = o.typ
				continue
			}
			v, _ := w.read(o, sel, version) // what is required is firm
			out[sel.Name] = w.plain(v, sel.SelectionSet, version)
		}
	}
	return out
}

// read computes a field of a field set.
func (w *World) read(o object, sel *ast.Field, version int64) (any, error) {
	def := w.Schema.Types[o.typ].Fields.ForName(sel.Name)
	if def == nil {
		return nil, fmt.Errorf("%s has no field %s", o.typ, sel.Name)
	}
	args, err := direct.Arguments(w.Schema, def, sel)
	if err != nil {
		return nil, err
	}
	return w.value(o, def, reading{args: argumentText(args), required: w.required(o, sel.Name, version), version: version})
}

// plain turns objects into what is selected of them.
func (w *World) plain(v any, set ast.SelectionSet, version int64) any {
	switch v := v.(type) {
	case object:
		return w.selected(v, set, version)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = w.plain(item, set, version)
		}
		return out
	}
	return v
}

// contextual adds the arguments that come from contexts to those of a field.
func (w *World) contextual(o object, field string, args map[string]any, version int64) map[string]any {
	arguments := w.contexts[o.typ+"."+field]
	if len(arguments) == 0 {
		return args
	}
	out := maps.Clone(args)
	for _, arg := range arguments {
		out[arg.Name] = w.contextValue(o, arg, version)
	}
	return out
}

// contextValue is what the nearest object above offers.
func (w *World) contextValue(o object, arg direct.ContextArgument, version int64) any {
	for above := o.above; above != nil; above = above.above {
		if !slices.Contains(w.offers[arg.Context], above.typ) {
			continue
		}
		f, ok := arg.Selection[0].(*ast.Field)
		if !ok {
			return nil
		}
		v, _ := w.read(*above, f, version) // what a context reads is firm
		return v
	}
	return nil
}

func argumentText(args map[string]any) string {
	if len(args) == 0 {
		return ""
	}
	text, err := json.Marshal(args)
	if err != nil {
		panic(err) // they were JSON
	}
	return string(text)
}
