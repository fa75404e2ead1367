package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// contextFrom is one ancestor of an object from which a contextual argument can be read.
type contextFrom struct {
	// up is how many objects above: 1 is the one in whose field the object lies.
	up int
	// types are the ancestor's runtime types that offer the context.
	types schema.TypeSet
	wants []*want
}

func contextKey(a *supergraph.ContextArgument) string {
	return a.Context + " {" + querygraph.FieldSetText(a.Selection) + "}"
}

// bindContexts finds the objects above a client's field that offer what the field wants from
// contexts, the nearest first, and makes their selections ask for it.
func (r *reader) bindContexts(w *want) {
	for _, number := range w.on.Indexes() {
		for _, a := range r.g.Contextual(number, w.name) {
			key := contextKey(&a)
			if _, known := w.contexts[key]; known {
				continue
			}
			if w.contexts == nil {
				w.contexts = map[string][]contextFrom{}
			}
			w.contexts[key] = r.contextFrom(&a)
		}
	}
}

func (r *reader) contextFrom(a *supergraph.ContextArgument) []contextFrom {
	var out []contextFrom
	offering := r.g.ContextTypes(a.Context)
	for up := 1; up < len(r.above); up++ {
		sel := r.above[len(r.above)-1-up]
		possible := r.g.Possible(sel.parent)
		types := possible.And(offering)
		if types.IsEmpty() {
			continue
		}
		sel.typeMatters = sel.typeMatters || len(possible.Indexes()) > 1
		out = append(out, contextFrom{up: up, types: types, wants: r.offer(sel, a, types)})
		if types.Contains(possible) {
			break
		}
	}
	return out
}

// offer makes a selection want what a context reads of its objects.
func (r *reader) offer(sel *selection, a *supergraph.ContextArgument, types schema.TypeSet) []*want {
	key := querygraph.FieldSetText(a.Selection)
	if known, ok := sel.offers[key]; ok {
		return known
	}
	var out []*want
	for _, w := range r.fieldSet(sel.parent, a.Selection).wants {
		own := *w
		own.id, own.offered, own.on = r.next(), true, w.on.And(types)
		out = append(out, &own)
	}
	if sel.offers == nil {
		sel.offers = map[string][]*want{}
	}
	sel.offers[key] = out
	sel.wants = append(sel.wants, out...)
	return out
}

// rank orders the wants of a selection: what is used as a context further down comes first.
func (w *want) rank() int {
	if w.offered {
		return w.id - math.MaxInt32
	}
	return w.id
}

// binds reports whether all contextual arguments of a subgraph's field have their place above.
func (w *want) binds(args []supergraph.ContextArgument) bool {
	for i := range args {
		if len(w.contexts[contextKey(&args[i])]) == 0 {
			return false
		}
	}
	return true
}

// contextDraft is the value of one contextual argument under construction.
type contextDraft struct {
	arg *supergraph.ContextArgument
	// text is equal for equal values.
	text string
	from []ContextSource
}

// contexts finds the slots of a source's contextual arguments, the text that tells them from others,
// and the wave after which they are there.
func (b *builder) contexts(at *spot, w *want, src *source) (out []*contextDraft, deps []*draft) {
	if src.edge == nil {
		return nil, nil
	}
	for i := range src.edge.Field.Contexts {
		a := &src.edge.Field.Contexts[i]
		c := &contextDraft{arg: a}
		for _, from := range w.contexts[contextKey(a)] {
			spot := at
			for range from.up {
				spot = spot.above
			}
			source := ContextSource{Depth: len(spot.path)}
			if !from.types.Contains(spot.types) {
				source.On = from.types
			}
			for _, want := range from.wants {
				for j := range spot.offered[want] {
					field := &spot.offered[want][j]
					source.Values = append(source.Values, b.contextValue(field, spot.types))
					deps = append(deps, field.fetches...)
				}
			}
			c.from = append(c.from, source)
		}
		c.text = a.Type.String() + sourcesText(c.from)
		out = append(out, c)
	}
	return out, deps
}

func (b *builder) contextValue(f *built, types schema.TypeSet) ContextValue {
	v := ContextValue{Slot: f.slot, Of: b.memberType(f)}
	if !f.on.Contains(types) {
		v.On = f.on
	}
	for i := range f.below {
		v.Below = append(v.Below, b.contextValue(&f.below[i], f.types))
	}
	return v
}

// sourcesText is equal for values that are read alike.
func sourcesText(from []ContextSource) string {
	var b strings.Builder
	for _, f := range from {
		fmt.Fprintf(&b, "%d%v", f.Depth, f.On)
		writeContextValues(&b, f.Values)
	}
	return b.String()
}

func writeContextValues(b *strings.Builder, values []ContextValue) {
	b.WriteByte('{')
	for _, v := range values {
		fmt.Fprintf(b, "%v %d", v.On, v.Slot)
		writeContextValues(b, v.Below)
	}
	b.WriteByte('}')
}

func contextText(list []*contextDraft) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.text + ";")
	}
	return b.String()
}

// apart is not empty where a request must not be sent without a value for each context; equal texts
// may share one.
func apart(at *spot, list []*contextDraft) string {
	if !slices.ContainsFunc(list, func(c *contextDraft) bool { return c.arg.Type.NonNull }) {
		return ""
	}
	return fmt.Sprint(at.place.layout.ID, at.path, contextText(list))
}

// contextText prints where a context's value comes from: "t {prop}".
func (p *Plan) contextText(e *Entities, v ContextVariable) string {
	parts := make([]string, len(v.From))
	for i, from := range v.From {
		l := p.Root
		for _, step := range e.Path[:from.Depth] {
			l = l.Slots[step.Slot].Child
		}
		parts[i] = p.stepsText(e.Path[:from.Depth])
		if from.On != nil {
			parts[i] += "[" + p.typesText(from.On) + "]"
		}
		parts[i] += " {" + p.contextValues(l, from.Values) + "}"
	}
	return strings.Join(parts, ", else ")
}

func (p *Plan) contextValues(l *Layout, values []ContextValue) string {
	parts := make([]string, len(values))
	for i, v := range values {
		if v.On != nil {
			parts[i] = "on " + p.typesText(v.On) + " "
		}
		parts[i] += l.Slots[v.Slot].Name
		if v.Below != nil {
			parts[i] += " {" + p.contextValues(l.Slots[v.Slot].Child, v.Below) + "}"
		}
	}
	return strings.Join(parts, " ")
}
