package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// folds reports whether a client's selection may be read together with those that a slot is read for
// already. A subgraph then answers one field with all that is selected below, and a field that must not
// be null takes the object with it: each selection must have asked for that field, or it would lose what
// it gets when it is asked for alone.
//
// Keys count for none, whoever selects them, nor does what the planner selects because it is required:
// an object without them is of no use.
func (b *builder) folds(p *place, key slotKey, w *want) bool {
	if w.client == nil {
		return true
	}
	first, ok := p.folded[key]
	if !ok {
		p.folded[key] = w.sub
		return true
	}
	return first == w.sub || b.propagating(first) == b.propagating(w.sub)
}

// propagating is equal for selections whose objects are lost by the same fields: those that must not be
// null, and what these are lost by.
func (b *builder) propagating(sel *selection) string {
	if known, ok := b.propagates[sel]; ok {
		return known
	}
	var fields []string
	for _, w := range sel.wants {
		if w.client == nil || w.name == "__typename" {
			continue
		}
		outermost, all := b.nonNull(sel.parent, w)
		if !outermost {
			continue
		}
		text := fmt.Sprint(w.on.Indexes(), w.name, "(", w.argText, ")", conditionKey(w.when))
		if all && w.sub != nil {
			text += "{" + b.propagating(w.sub) + "}"
		}
		fields = append(fields, text)
	}
	slices.Sort(fields)
	text := strings.Join(slices.Compact(fields), " ")
	b.propagates[sel] = text
	return text
}

// nonNull reports whether a field must not be null, in the API or in a subgraph that may know better,
// and whether the same holds for what is in its lists. It is false for a field of a key.
func (b *builder) nonNull(parent string, w *want) (outermost, all bool) {
	names := []string{parent}
	for _, t := range w.on.Indexes() {
		name := b.g.Types[t].Name
		names = append(append(names, name), b.g.Types[t].Interfaces...)
	}
	outermost, all = w.client.Def.Type.NonNull, isNonNull(w.client.Def.Type)
	for _, sub := range b.g.Supergraph.Subgraphs {
		for _, name := range names {
			t := sub.Type(name)
			if t == nil {
				continue
			}
			if slices.ContainsFunc(t.Keys, func(k supergraph.Key) bool { return hasField(k.Fields, w.name) }) {
				return false, false
			}
			if f := t.Field(w.name); f != nil {
				outermost, all = outermost || f.Type.NonNull, all || isNonNull(f.Type)
			}
		}
	}
	return outermost, all
}

func hasField(fs federation.FieldSet, name string) bool {
	return slices.ContainsFunc(fs, func(item federation.FieldSetItem) bool { return item.Field == name })
}

// isNonNull reports whether neither a value nor anything in its lists may be null.
func isNonNull(ref *schema.TypeRef) bool {
	for ref.Elem != nil && ref.NonNull {
		ref = ref.Elem
	}
	return ref.NonNull && ref.Elem == nil
}
