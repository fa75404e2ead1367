package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// fold is what one slot is read for.
type fold struct {
	// client is one of the client's selections: the others lose their objects by the same fields.
	client *selection
	// own are the planner's, of keys and required values. All are read together, as they stand under one
	// name in one representation.
	own []*selection
}

// folds reports whether a selection may be read together with those that a slot is read for already,
// and notes it. A subgraph then answers one field with all that is selected below, and a field that
// must not be null takes the object with it. So two of the client's selections must lose their object
// by the same fields, or one would lose what it gets when it is asked for alone; and what the planner
// selects must not lose it by a field that only the client wants.
//
// Fields of keys count for none, whoever selects them, and the client may lose an object by what is
// required of it: an object without these is of little use.
func (b *builder) folds(p *place, key slotKey, w *want) bool {
	f := p.folds[key]
	if f == nil {
		f = &fold{}
		p.folds[key] = f
	}
	if w.client == nil {
		if f.client != nil && f.own == nil && !b.lostLike(b.losses(w.sub), b.losses(f.client)) {
			return false
		}
		if !slices.Contains(f.own, w.sub) {
			f.own = append(f.own, w.sub)
		}
		return true
	}
	if f.client != nil && f.client != w.sub && b.losses(f.client) != b.losses(w.sub) {
		return false
	}
	for _, own := range f.own {
		if !b.lostLike(b.losses(own), b.losses(w.sub)) {
			return false
		}
	}
	f.client = w.sub
	return true
}

// losses are the fields by which a selection loses its object, sorted. Equal ones are one.
type losses struct {
	number int
	fields []loss
}

// loss is a field that must not be null.
type loss struct {
	field string
	// below is what the field's own value is lost by; nil where that does not propagate.
	below *losses
}

// foldMemory remembers what was found of selections.
type foldMemory struct {
	lostBy      map[*selection]*losses
	equalLosses map[string]*losses
	// lostAlike is lostLike by the numbers of the two.
	lostAlike map[[2]int]bool
}

func newFoldMemory() foldMemory {
	return foldMemory{map[*selection]*losses{}, map[string]*losses{}, map[[2]int]bool{}}
}

// losses finds what a selection loses its objects by.
func (b *builder) losses(sel *selection) *losses {
	if known, ok := b.lostBy[sel]; ok {
		return known
	}
	out := &losses{}
	for _, w := range sel.wants {
		if w.name == "__typename" {
			continue
		}
		outermost, all := b.nonNull(sel.parent, w)
		if !outermost {
			continue
		}
		l := loss{field: fmt.Sprint(w.on.Indexes(), w.name, "(", w.argText, ")", conditionKey(w.when))}
		if all && w.sub != nil {
			l.below = b.losses(w.sub)
		}
		out.fields = append(out.fields, l)
	}
	slices.SortFunc(out.fields, func(x, y loss) int { return strings.Compare(x.field, y.field) })
	var text strings.Builder
	for _, l := range out.fields {
		text.WriteString(l.field)
		if l.below != nil {
			fmt.Fprintf(&text, "{%d}", l.below.number)
		}
		text.WriteByte(' ')
	}
	if same, ok := b.equalLosses[text.String()]; ok {
		out = same
	} else {
		out.number = len(b.equalLosses)
		b.equalLosses[text.String()] = out
	}
	b.lostBy[sel] = out
	return out
}

// lostLike reports whether a selection loses its object by all that the other does.
func (b *builder) lostLike(l, other *losses) bool {
	if l == other || other == nil {
		return true
	}
	if l == nil {
		return len(other.fields) == 0
	}
	key := [2]int{l.number, other.number}
	if known, ok := b.lostAlike[key]; ok {
		return known
	}
	all := true
	for _, o := range other.fields {
		i, found := slices.BinarySearchFunc(l.fields, o.field, func(l loss, field string) int { return strings.Compare(l.field, field) })
		all = all && found && b.lostLike(l.fields[i].below, o.below)
	}
	b.lostAlike[key] = all
	return all
}

// nonNull reports whether a field must not be null, in the API or in a subgraph that may know better,
// and whether the same holds for what is in its lists. It is false for a field of a key.
func (b *builder) nonNull(parent string, w *want) (outermost, all bool) {
	names := []string{parent}
	for _, t := range w.on.Indexes() {
		name := b.g.Types[t].Name
		names = append(append(names, name), b.g.Types[t].Interfaces...)
	}
	if ref := w.declared(b.g); ref != nil {
		outermost, all = ref.NonNull, isNonNull(ref)
	}
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

// declared is the type of the field where it is selected, or nil.
func (w *want) declared(g *querygraph.Graph) *schema.TypeRef {
	if w.client != nil {
		return w.client.Def.Type
	}
	return typeOf(g, w.scope, w.name)
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
