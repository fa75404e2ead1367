package plan

import (
	"fmt"
	"strconv"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// keys gives the fields of one selection their response keys. Fields share a key only if they are
// one field: name, arguments, type and what is selected below; the others get internal aliases,
// because a subgraph refuses one key for two things.
type keys struct {
	w     *printer
	outer Condition
	taken map[string]string
	given map[string]string
}

func newKeys(w *printer, outer Condition) *keys {
	return &keys{w: w, outer: outer, taken: map[string]string{"__typename": "__typename"}, given: map[string]string{}}
}

// list returns the fields that are selected for all of the types, with their keys.
func (k *keys) list(sel *subSelection, fields []*subField, types schema.TypeSet) []keyed {
	var out []keyed
	first := types.Indexes()
	for _, f := range fields {
		if sel.node >= 0 && k.isDirect(sel) || f.on.Contains(types) {
			kf := keyed{field: f}
			kf.when, _ = f.condition(types)
			if kf.when != nil && k.outer != nil && sameCondition(kf.when, k.outer) {
				kf.when = nil
			}
			if f.child != nil {
				kf.below = k.w.selection(f.child, nil)
			}
			kf.key = k.key(f, k.typeText(sel, f, first), kf.below)
			out = append(out, kf)
		}
	}
	return out
}

// isDirect reports whether the selection stands on an object type, so that all of its fields do.
func (k *keys) isDirect(sel *subSelection) bool {
	return k.w.b.g.Nodes[sel.node].Type.Kind == schema.Object
}

// typeText is the field's type as the subgraph declares it where the field is selected.
func (k *keys) typeText(sel *subSelection, f *subField, types []int) string {
	g := k.w.b.g
	id := sel.node
	switch {
	case id < 0:
		id = g.Node(sel.fetch.subgraph, g.Types[types[0]].Name)
	case len(types) == 1:
		if own := g.Narrow(id, types[0]); own >= 0 {
			id = own
		}
	}
	if e := g.Nodes[id].Field(f.want.name); e != nil {
		return e.Field.Type.String()
	}
	return ""
}

func (k *keys) key(f *subField, typ string, below *printed) string {
	desc := fmt.Sprintf("%s(%s):%s %p %d", f.want.name, f.want.argText, typ, below, f.slot)
	if key, ok := k.given[desc]; ok {
		return key
	}
	key := f.want.name
	for i := 2; k.taken[key] != ""; i++ {
		key = f.want.name + "_" + strconv.Itoa(i)
	}
	k.taken[key] = desc
	k.given[desc] = key
	return key
}
