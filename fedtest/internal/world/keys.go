package world

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// code says how a field of a key tells the number of its entity.
type code uint8

const (
	// whole tells the number.
	whole code = iota + 1
	// upper tells the half that the number is in, lower the place in it: only together they tell the number.
	upper
	lower
)

// entitiesOfType is how many entities there are of each type.
const entitiesOfType = 4

// numbers are the numbers of the entities of a type. Those of a keyed interface are dealt out to its types in turn.
func (w *World) numbers(typ string) []int {
	family := w.family(typ)
	types := possible(w.Schema, family)
	if family == typ && w.Schema.Types[typ].Kind == ast.Object {
		return []int{0, 1, 2, 3}
	}
	var out []int
	for n := range len(types) * 2 {
		if typ == family || types[n%len(types)] == typ {
			out = append(out, n)
		}
	}
	return out
}

// typeOf is the type of an entity of a keyed interface.
func (w *World) typeOf(family string, n int) string {
	types := possible(w.Schema, family)
	return types[n%len(types)]
}

// codeKeys decides how each field of a key tells the number, so that every key tells it in full.
func (w *World) codeKeys() {
	var keys [][]string
	for _, sub := range w.subgraphs {
		for _, name := range slices.Sorted(maps.Keys(sub.Types)) {
			for _, key := range sub.Types[name].Keys {
				for _, object := range possible(w.Schema, name) {
					keys = append(keys, w.keyFields(object, key.Fields))
				}
			}
		}
	}
	slices.SortStableFunc(keys, func(a, b []string) int { return len(a) - len(b) })
	for range 3 { // making a field whole helps every key that has it; the third round finds nothing to do
		for _, key := range keys {
			w.codeKey(key)
		}
	}
}

// keyFields lists the fields of a key by family and name. The fields of a nested object are whole.
func (w *World) keyFields(typ string, set ast.SelectionSet) []string {
	var out []string
	for _, selection := range set {
		f, ok := selection.(*ast.Field)
		if !ok || f.Name == "__typename" {
			continue
		}
		name := w.family(typ) + "." + f.Name
		if f.SelectionSet != nil {
			w.codes[name] = whole
			def := w.Schema.Types[typ].Fields.ForName(f.Name)
			for _, object := range possible(w.Schema, def.Type.Name()) {
				w.firmAll(object)
				for _, nested := range w.keyFields(object, f.SelectionSet) {
					w.codes[nested] = whole
				}
			}
		}
		out = append(out, name)
	}
	return out
}

// firmAll makes every field of a type firm: where one breaks, the key that stands beside it would be lost.
func (w *World) firmAll(typ string) {
	for _, f := range w.Schema.Types[typ].Fields {
		w.firm[typ+"."+f.Name] = true
	}
}

func (w *World) codeKey(fields []string) {
	has := map[code]bool{}
	for _, name := range fields {
		has[w.codes[name]] = true
	}
	for _, name := range fields {
		if w.codes[name] != 0 {
			continue
		}
		switch {
		case len(fields) == 1:
			w.codes[name] = whole
		case !has[upper] && !has[whole]:
			w.codes[name] = upper
		default:
			w.codes[name] = lower
		}
		has[w.codes[name]] = true
	}
	if !has[whole] && (!has[upper] || !has[lower]) {
		w.codes[fields[0]] = whole
	}
}

// keyLeaf is the value of a leaf in a key.
func keyLeaf(name string, c code, n int, typ string) any {
	switch c {
	case upper:
		n /= 2
	case lower:
		n %= 2
	case whole:
	}
	switch typ {
	case "Int":
		return json.Number(strconv.Itoa(hash(name)%90*100 + n))
	case "Float":
		return json.Number(strconv.Itoa(hash(name)%90*100+n) + ".5")
	}
	return fmt.Sprintf("%s-%d", name, n)
}

// find returns the number of the entity that a representation stands for; false if no key of the type is there in full or
// nothing has it.
func (w *World) find(typ string, rep map[string]any, keys []ast.SelectionSet) (int, bool) {
	for _, key := range keys {
		for _, n := range w.numbers(typ) {
			concrete := typ
			if w.Schema.Types[typ].Kind == ast.Interface {
				concrete = w.typeOf(typ, n)
			}
			if w.matches(w.entity(concrete, n), key, rep) {
				return n, true
			}
		}
	}
	return 0, false
}

// matches reports whether an object has the key values of a representation.
func (w *World) matches(o object, key ast.SelectionSet, rep map[string]any) bool {
	for _, selection := range key {
		f, ok := selection.(*ast.Field)
		if !ok {
			return false
		}
		if f.Name == "__typename" {
			continue
		}
		given, ok := rep[f.Name]
		if !ok {
			return false
		}
		value, err := w.value(o, w.Schema.Types[o.typ].Fields.ForName(f.Name), reading{})
		if err != nil {
			return false
		}
		if nested, ok := value.(object); ok {
			below, ok := given.(map[string]any)
			if !ok || !w.matches(nested, f.SelectionSet, below) {
				return false
			}
			continue
		}
		if given != value {
			return false
		}
	}
	return true
}
