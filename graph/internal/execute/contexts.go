package execute

import (
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// group is the objects of a batch for which the contexts have equal values. Each group but the first
// has a copy of the batch's selection of its own, under names with the group's number.
type group struct {
	// values is the JSON of each context variable.
	values [][]byte
	// objects are those found in the document.
	objects []rawjson.Ref
	// start and end are the numbers of its representations.
	start, end int
	// slot holds the entities in the object that an answer's data is read into.
	slot int
	// suffix is what the group's names end with.
	suffix string
}

// contextVariable is a plan.ContextVariable, compiled.
type contextVariable struct {
	nonNull bool
	from    []contextSource
}

// contextSource is a plan.ContextSource, compiled.
type contextSource struct {
	*plan.ContextSource
	values []contextValue
}

// contextValue is a plan.ContextValue, compiled.
type contextValue struct {
	*plan.ContextValue
	below []contextValue
	of    *member
}

func (c *compiler) contexts(variables []plan.ContextVariable) []contextVariable {
	out := make([]contextVariable, len(variables))
	for i, v := range variables {
		out[i].nonNull = strings.HasSuffix(v.Type, "!")
		for j := range v.From {
			from := &v.From[j]
			out[i].from = append(out[i].from, contextSource{from, c.contextValues(from.Values)})
		}
	}
	return out
}

func (c *compiler) contextValues(values []plan.ContextValue) []contextValue {
	out := make([]contextValue, len(values))
	for i := range values {
		v := &values[i]
		out[i] = contextValue{v, c.contextValues(v.Below), c.member(v.Of, v.Below != nil)}
	}
	return out
}

// bindContexts finds the objects of the batches with contexts, and makes groups of those with equal
// values. With more than one group of a batch the request needs a text of its own.
func (x *Execution) bindContexts(f *fetch, c *call) {
	c.query, c.data = "", nil
	slots := len(f.batches)
	for i := range f.batches {
		b, t := &f.batches[i], &c.batches[i]
		if b.entities == nil || b.entities.Contexts == nil {
			continue
		}
		w := contextWalk{x: x, batch: b, numbers: map[string]int{}}
		if x.isOn(b.entities.When) {
			x.doc.BeginWalk()
			w.walk(x.root, 0)
		}
		if len(w.groups) == 0 { // the selection stands in the text
			w.groups = []group{{values: make([][]byte, len(b.entities.Contexts))}}
			for j := range w.groups[0].values {
				w.groups[0].values[j] = []byte("null")
			}
		}
		w.groups[0].slot = i
		for j := 1; j < len(w.groups); j++ {
			w.groups[j].slot, w.groups[j].suffix = slots, f.suffix+strconv.Itoa(j)
			slots++
		}
		t.groups = w.groups
	}
	if slots > len(f.batches) {
		c.query, c.data = expandText(f, c), expandScan(f, c, slots)
	}
}

// contextWalk walks to the objects of a batch and remembers those above.
type contextWalk struct {
	x      *Execution
	batch  *batch
	above  []rawjson.Ref
	groups []group
	// numbers are those of the groups by their values.
	numbers map[string]int
}

func (w *contextWalk) walk(v rawjson.Ref, depth int) {
	doc := &w.x.doc
	switch v.Kind() {
	case rawjson.List:
		if doc.Visit(v) {
			for i := range doc.Len(v) {
				w.walk(doc.Element(v, i), depth)
			}
		}
	case rawjson.Object:
		if !doc.Visit(v) {
			return
		}
		if depth == len(w.batch.path) {
			w.found(v)
			return
		}
		if step := w.batch.path[depth]; fits(step.On, doc.Type(v)) {
			w.above = append(w.above[:depth], v)
			w.walk(doc.Slot(v, step.Slot), depth+1)
		}
	}
}

// found puts an object into the group of its contexts' values. An object of which one is not known
// because of an error is not asked for.
func (w *contextWalk) found(object rawjson.Ref) {
	values := make([][]byte, len(w.batch.entities.Contexts))
	key := ""
	for i := range w.batch.contexts {
		var state representable
		if values[i], state = w.value(&w.batch.contexts[i]); state != represented {
			if state != keyAbsent {
				w.x.settle(object, w.batch.scan, rawjson.WithheldRef(w.x.causes.kept))
			}
			return
		}
		key += string(values[i]) + "\x00"
	}
	n, known := w.numbers[key]
	if !known {
		n = len(w.groups)
		w.numbers[key] = n
		w.groups = append(w.groups, group{values: values})
	}
	w.groups[n].objects = append(w.groups[n].objects, object)
}

// value returns the value of a context for the object at which the walk is. A null where the argument
// must not be null is not sent: the subgraph would refuse the whole request.
func (w *contextWalk) value(v *contextVariable) ([]byte, representable) {
	for i := range v.from {
		from := &v.from[i]
		object := w.above[from.Depth]
		if !fits(from.On, w.x.doc.Type(object)) {
			continue
		}
		value, state := w.x.appendContext(nil, object, from.values)
		if state == valueWrong {
			w.x.refuse(w.batch.path[:from.Depth], object)
		}
		if state == represented && v.nonNull && string(value) == "null" {
			state = w.x.causes.keep(0)
		}
		return value, state
	}
	return []byte("null"), represented
}

// appendContext appends what a context reads of an object.
func (x *Execution) appendContext(dst []byte, object rawjson.Ref, values []contextValue) ([]byte, representable) {
	for i := range values {
		v := &values[i]
		if fits(v.On, x.doc.Type(object)) {
			dst, state := x.appendContextValue(dst, v, v.of.typ, x.doc.Slot(object, v.Slot))
			x.refused.through(v.Slot, state)
			return dst, state
		}
	}
	return append(dst, "null"...), represented
}

func (x *Execution) appendContextValue(dst []byte, f *contextValue, c *completion, v rawjson.Ref) ([]byte, representable) {
	kind := v.Kind()
	switch {
	case kind == rawjson.Failed:
		return dst, x.failed(v)
	case kind == rawjson.Absent:
		return dst, keyAbsent
	case kind == rawjson.Null && (!c.NonNull || v == rawjson.GoneRef):
		return append(dst, "null"...), represented
	case kind == rawjson.Leaf:
		return x.appendSent(dst, f.of, c, v)
	case kind == rawjson.Object && c.elem == nil:
		return x.appendContext(dst, v, f.below)
	case kind == rawjson.List && c.elemOf() != nil:
		dst = append(dst, '[')
		for i := range x.doc.Len(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			var state representable
			if dst, state = x.appendContextValue(dst, f, c.elemOf(), x.doc.Element(v, i)); state != represented {
				x.refused.through(i, state)
				return dst, state
			}
		}
		return append(dst, ']'), represented
	}
	return dst, x.refused.begin(f.of, c, v)
}

// representGroups appends the variables of a batch with contexts: for each group its representations
// and its contexts' values.
func (x *Execution) representGroups(body []byte, b *batch, t *targets) []byte {
	for i := range t.groups {
		g := &t.groups[i]
		if i > 0 {
			body = append(body, ',')
		}
		body = append(append(body, memberPrefix(b.entities.Variable+g.suffix)...), '[')
		part := targets{objects: g.objects}
		body = append(x.represent(body, b, &part), ']')
		g.start = len(t.spans)
		for _, number := range part.number {
			t.number = append(t.number, g.start+number)
		}
		t.objects, t.spans = append(t.objects, part.objects...), append(t.spans, part.spans...)
		g.end = len(t.spans)
		for j, v := range b.entities.Contexts {
			body = append(append(body, ','), memberPrefix(v.Name+g.suffix)...)
			body = append(body, g.values[j]...)
		}
	}
	return body
}

// expandText is the text of the subgraph operation with a selection for each group.
func expandText(f *fetch, c *call) string {
	var declarations, selections strings.Builder
	for i := range f.batches {
		e := f.batches[i].entities
		for _, g := range c.batches[i].groups {
			if g.suffix == "" {
				continue
			}
			names := map[string]bool{e.Variable: true}
			declarations.WriteString("$" + e.Variable + g.suffix + ":[_Any!]!,")
			for _, v := range e.Contexts {
				names[v.Name] = true
				declarations.WriteString("$" + v.Name + g.suffix + ":" + v.Type + ",")
			}
			selections.WriteString(e.Key + g.suffix + ":" + renameVariables(e.Selection, names, g.suffix))
		}
	}
	const start = len("query(")
	body := strings.Index(f.Text, "){") + len("){")
	return f.Text[:start] + declarations.String() + f.Text[start:body] + selections.String() + f.Text[body:]
}

// renameVariables appends a suffix to some of the variables in a text.
func renameVariables(text string, names map[string]bool, suffix string) string {
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); i++ {
		b.WriteByte(text[i])
		switch {
		case text[i] == '\\' && inString && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case text[i] == '"':
			inString = !inString
		case text[i] == '$' && !inString:
			end := i + 1
			for end < len(text) && isNameByte(text[end]) {
				end++
			}
			b.WriteString(text[i+1 : end])
			if names[text[i+1:end]] {
				b.WriteString(suffix)
			}
			i = end - 1
		}
	}
	return b.String()
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// expandScan reads an answer with the entities of each group.
func expandScan(f *fetch, c *call, slots int) *rawjson.Scan {
	var fields []rawjson.Field
	for i := range f.batches {
		b := &f.batches[i]
		if len(c.batches[i].groups) == 0 {
			fields = append(fields, rawjson.Field{Key: b.entities.Key, Slot: i, Child: b.entity})
		}
		for _, g := range c.batches[i].groups {
			fields = append(fields, rawjson.Field{Key: b.entities.Key + g.suffix, Slot: g.slot, Child: b.entity})
		}
	}
	return &rawjson.Scan{Slots: slots, Type: rawjson.TypeNone, Cases: []rawjson.Case{rawjson.NewCase(fields)}}
}

// entity returns what an answer has for a representation of batch i; AbsentRef where its list is too
// short, or no list.
func (x *Execution) entity(data rawjson.Ref, t *targets, i, number int) rawjson.Ref {
	for j := range t.groups {
		if g := &t.groups[j]; g.start <= number && number < g.end {
			i, number = g.slot, number-g.start
			break
		}
	}
	list := x.doc.Slot(data, i)
	if list.Kind() != rawjson.List || number >= x.doc.Len(list) {
		return rawjson.AbsentRef
	}
	return x.doc.Element(list, number)
}
