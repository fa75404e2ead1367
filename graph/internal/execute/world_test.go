package execute_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// world is a made-up content for a supergraph: every field of every object has a value that follows
// from the object, the field and the arguments alone, so that whoever is asked answers alike.
type world struct {
	sg *supergraph.Supergraph
	// salt tells one world of a supergraph from another.
	salt string
	// breaks makes some fields that must not be null fail.
	breaks bool
	// entity and key say which object types have keys, and which of their fields stand in one.
	entity map[string]bool
	key    map[string]map[string]bool

	mu sync.Mutex
	// ints are the objects whose integer field has a value.
	ints map[string]string
	// problems are what no subgraph or world should meet.
	problems []string
}

// broken is the value of a field that fails.
type broken struct{}

// object is an object of a world. The id of an entity begins with its type's name and a colon.
type object struct{ typ, id string }

func newWorld(sg *supergraph.Supergraph) *world {
	w := &world{sg: sg, entity: map[string]bool{}, key: map[string]map[string]bool{}, ints: map[string]string{}}
	for _, sub := range sg.Subgraphs {
		for _, t := range sub.Types {
			for _, k := range t.Keys {
				for _, name := range w.possible(t.Name) {
					w.entity[name] = true
					w.markKey(name, k.Fields)
				}
			}
		}
	}
	return w
}

// possible returns the object types of the supergraph that a type can be.
func (w *world) possible(name string) []string {
	t := w.sg.Schema.Type(name)
	if t == nil {
		return nil
	}
	if t.Kind == schema.Object {
		return []string{name}
	}
	var names []string
	for i, o := range w.sg.Schema.Objects() {
		if t.Possible().Has(i) {
			names = append(names, o.Name)
		}
	}
	return names
}

func (w *world) markKey(typ string, fields federation.FieldSet) {
	if w.key[typ] == nil {
		w.key[typ] = map[string]bool{}
	}
	for _, f := range fields {
		if f.On != "" {
			w.markKey(f.On, f.Selections)
			continue
		}
		w.key[typ][f.Field] = true
		def := w.sg.Schema.Type(typ).Field(f.Field)
		if def == nil {
			continue
		}
		for _, name := range w.possible(def.Type.Named()) {
			w.markKey(name, f.Selections)
		}
	}
}

func (w *world) problem(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

func (w *world) hash(parts ...string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(w.salt + strings.Join(parts, "\x00")))
	return h.Sum32() >> 3
}

// value is the value of a field: nil, JSON of a leaf, an object, or a list of these.
func (w *world) value(o object, field, args string) any {
	def := w.sg.Schema.Type(o.typ).Field(field)
	if def == nil {
		w.problem("%s has no field %s", o.typ, field)
		return nil
	}
	return w.valueAt(o, def, args, def.Type)
}

func (w *world) valueAt(o object, def *schema.Field, at string, ref *schema.TypeRef) any {
	isKey := w.key[o.typ][def.Name]
	h := w.hash(o.id, def.Name, at)
	if !ref.NonNull && !isKey && h%7 == 0 {
		return nil
	}
	if w.breaks && !isKey && h%13 == 0 {
		return broken{}
	}
	if ref.Elem != nil {
		n := int(h % 4)
		if isKey {
			n = 1
		}
		list := make([]any, n)
		for i := range list {
			list[i] = w.valueAt(o, def, at+"#"+strconv.Itoa(i), ref.Elem)
		}
		return list
	}
	t := w.sg.Schema.Type(ref.Name)
	if !t.IsComposite() {
		return w.leaf(o, def.Name, at, t)
	}
	if t == w.sg.Schema.Query {
		return object{t.Name, "root"}
	}
	types := w.runtimeTypes(o, def)
	if len(types) == 0 {
		if ref.NonNull || isKey {
			w.problem("unsupported: %s.%s has no type that all subgraphs know", o.typ, def.Name)
		}
		return nil
	}
	name := types[int(h)%len(types)]
	switch {
	case isKey && w.entity[name]:
		return object{name, name + ":" + o.id + "~" + def.Name}
	case w.entity[name]:
		return object{name, name + ":" + strconv.Itoa(int(h%3))}
	case isKey:
		return object{name, o.id + "~" + def.Name}
	}
	return object{name, o.id + "/" + def.Name + at}
}

// leaf is the JSON of a leaf; it tells the object where a key needs that.
func (w *world) leaf(o object, field, at string, t *schema.Type) json.RawMessage {
	h := w.hash(o.id, field, at)
	switch t.Name {
	case "Int":
		text := strconv.Itoa(int(h))
		w.mu.Lock()
		w.ints[field+" "+text] = o.id
		w.mu.Unlock()
		return json.RawMessage(text)
	case "Float":
		return json.RawMessage(strconv.Itoa(int(h%1000)) + ".5")
	case "Boolean":
		return json.RawMessage(strconv.FormatBool(h%2 == 0))
	}
	text := o.id + "|" + field + at
	if t.Kind == schema.Enum {
		values := w.sg.API().Type(t.Name).Values
		text = values[int(h)%len(values)].Name
	}
	out, _ := json.Marshal(text)
	return out
}

// runtimeTypes returns the types that a composite field can have whoever answers it.
func (w *world) runtimeTypes(o object, def *schema.Field) []string {
	types := w.possible(def.Type.Named())
	types = slices.DeleteFunc(types, func(name string) bool { return w.sg.API().Type(name) == nil })
	for _, sub := range w.sg.Subgraphs {
		owner := w.presented(sub, o.typ)
		if owner == nil || owner.Field(def.Name) == nil {
			continue
		}
		named := owner.Field(def.Name).Type.Named()
		types = slices.DeleteFunc(types, func(name string) bool { return !w.canBe(sub, name, named) })
	}
	return types
}

// presented is the type as which a subgraph knows objects of a runtime type: the type, or an
// interface object; nil if it does not know them.
func (w *world) presented(sub *supergraph.Subgraph, typ string) *supergraph.SubgraphType {
	if t := sub.Type(typ); t != nil {
		return t
	}
	for _, name := range w.sg.Schema.Type(typ).Interfaces {
		if t := sub.Type(name); t != nil && t.IsInterfaceObject {
			return t
		}
	}
	return nil
}

// canBe reports whether objects of a runtime type can stand where a subgraph declares a type.
func (w *world) canBe(sub *supergraph.Subgraph, typ, declared string) bool {
	p := w.presented(sub, typ)
	if p == nil {
		return false
	}
	d := sub.Type(declared)
	return p.Name == declared || slices.Contains(p.Interfaces, declared) || d != nil && slices.Contains(d.Members, p.Name)
}

// resolve finds the entity that a representation stands for.
func (w *world) resolve(sub *supergraph.Subgraph, representation map[string]any) (object, bool) {
	name, _ := representation["__typename"].(string)
	t := sub.Type(name)
	if t == nil {
		w.problem("subgraph %s got a representation of %q, which it does not know", sub.Name, name)
		return object{}, false
	}
	for _, k := range t.Keys {
		types := w.possible(name)
		// A key that is not resolvable still leads a subgraph back to its own entity, for @requires.
		if len(types) == 0 {
			continue
		}
		id, ok := w.decode(types[0], k.Fields, representation)
		if !ok {
			continue
		}
		typ, _, _ := strings.Cut(id, ":")
		o := object{typ, id}
		if !slices.Contains(types, typ) {
			w.problem("representation %v leads to %v", representation, o)
			return o, false
		}
		w.check(o, representation)
		return o, true
	}
	if len(representation) == 1 {
		w.problem("unsupported: a key without a value, as __typename is")
		return object{}, false
	}
	w.problem("subgraph %s cannot resolve %v by a key", sub.Name, representation)
	return object{}, false
}

// decode reads an object's id out of a value of one of its key fields.
func (w *world) decode(typ string, fields federation.FieldSet, v map[string]any) (id string, ok bool) {
	for _, f := range fields {
		if v[f.Field] == nil {
			return "", false
		}
		if id != "" {
			continue
		}
		value := v[f.Field]
		for {
			list, isList := value.([]any)
			if !isList || len(list) == 0 {
				break
			}
			value = list[0]
		}
		switch value := value.(type) {
		case string:
			if i := strings.LastIndex(value, "|"+f.Field); i >= 0 {
				id = value[:i]
			}
		case json.Number:
			w.mu.Lock()
			id = w.ints[f.Field+" "+value.String()]
			w.mu.Unlock()
		case map[string]any:
			child := w.sg.Schema.Type(typ).Field(f.Field).Type.Named()
			inner, found := w.decode(w.possible(child)[0], f.Selections, value)
			if !found {
				continue
			}
			inner, found = strings.CutSuffix(inner, "~"+f.Field)
			if _, rest, isEntity := strings.Cut(inner, ":"); found && isEntity && slices.ContainsFunc(w.possible(child), func(n string) bool { return w.entity[n] }) {
				inner = rest
			}
			if found {
				id = inner
			}
		}
	}
	return id, id != ""
}

// check holds the values of a representation against the world.
func (w *world) check(o object, v map[string]any) {
	for name, value := range v {
		def := w.sg.Schema.Type(o.typ).Field(name)
		if name == "__typename" || def == nil || len(def.Args) > 0 {
			continue
		}
		w.checkValue(o.typ+"."+name, w.value(o, name, ""), value)
	}
}

func (w *world) checkValue(place string, want, got any) {
	switch want := want.(type) {
	case broken:
	case nil:
		if got != nil {
			w.problem("%s is %v in a representation instead of null", place, got)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			w.problem("%s is %v in a representation instead of a list of %d", place, got, len(want))
			return
		}
		for i := range want {
			w.checkValue(place, want[i], list[i])
		}
	case object:
		inner, ok := got.(map[string]any)
		if !ok {
			w.problem("%s is %v in a representation instead of an object", place, got)
			return
		}
		w.check(want, inner)
	case json.RawMessage:
		if text, _ := json.Marshal(got); string(text) != string(want) {
			w.problem("%s is %s in a representation instead of %s", place, text, want)
		}
	}
}
