package execute

import (
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// prepare finds the objects that a fetch fills and writes its request. It returns false if there is
// nothing to ask for, or if it must not be asked.
func (x *Execution) prepare(f *fetch, c *call) bool {
	if f.suffix != "" {
		x.bindContexts(f, c)
	}
	if c.query != "" {
		c.body = rawjson.AppendString(append(c.body[:0], `{"query":`...), c.query)
	} else {
		c.body = append(c.body[:0], f.head...)
	}
	c.body = append(c.body, `,"variables":{`...)
	start := len(c.body)
	for i := range f.variables {
		v := &f.variables[i]
		before := len(c.body)
		c.body = append(separate(c.body, start), v.prefix...)
		var ok bool
		if c.body, ok = x.appendVariable(c.body, v); !ok {
			c.body = c.body[:before]
		}
	}
	wanted, total := false, 0
	for i := range f.batches {
		b, t := &f.batches[i], &c.batches[i]
		if b.entities == nil {
			t.objects = x.collect(t.objects, b.path)
			wanted = wanted || len(t.objects) > 0
			continue
		}
		if t.groups != nil {
			c.body = x.representGroups(separate(c.body, start), b, t)
			wanted, total = wanted || len(t.spans) > 0, total+len(t.spans)
			continue
		}
		c.body = append(append(separate(c.body, start), b.prefix...), '[')
		if x.isOn(b.entities.When) {
			t.objects = x.collect(t.objects, b.path)
			if b.reuse != nil {
				t.objects = x.takeRead(b, t.objects)
			}
			c.body = x.represent(c.body, b, t)
		}
		c.body = append(c.body, ']')
		wanted, total = wanted || len(t.spans) > 0, total+len(t.spans)
	}
	if len(x.refusals) > 0 {
		x.reportRefusals(f, c)
	}
	if !wanted {
		return false
	}
	if total > x.in.Limits.MaxRepresentations {
		x.fail(f, c, &FetchError{Reason: TooManyRepresentations})
		return false
	}
	c.body = append(c.body, "}}"...)
	x.request(f, c)
	return true
}

// request describes the call for the Fetcher, now that the body is final.
func (x *Execution) request(f *fetch, c *call) {
	r := &c.request
	r.Subgraph, r.Fetch, r.Kind, r.Query, r.Body = f.name, f.ID, f.Operation, f.Text, c.body
	if c.query != "" {
		r.Query = c.query
	}
	for i := range f.batches {
		b, t := &f.batches[i], &c.batches[i]
		if b.entities == nil {
			continue
		}
		for _, s := range t.spans {
			t.bytes = append(t.bytes, c.body[s.start:s.end:s.end])
		}
		if t.groups != nil {
			for _, g := range t.groups {
				r.Entities = append(r.Entities, EntityBatch{Key: b.entities.Key + g.suffix, Variable: b.entities.Variable + g.suffix, Representations: t.bytes[g.start:g.end]})
			}
			continue
		}
		r.Entities = append(r.Entities, EntityBatch{Key: b.entities.Key, Variable: b.entities.Variable, Representations: t.bytes})
	}
}

// separate appends a comma if something was written since start.
func separate(dst []byte, start int) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	return dst
}

// appendVariable appends the value of a variable; ok is false if it has none.
func (x *Execution) appendVariable(dst []byte, v *variable) (out []byte, ok bool) {
	if v.Source == plan.FromCondition {
		if x.isOn(v.Condition) {
			return append(dst, "true"...), true
		}
		return append(dst, "false"...), true
	}
	return appendValue(dst, &v.Value, x.in.Variables)
}

// appendValue fills a template. A variable without a value leaves out a member of an object, and is
// null in a list (GraphQL spec 3.10, 3.11).
func appendValue(dst []byte, v *plan.Value, variables [][]byte) (out []byte, ok bool) {
	switch v.Kind {
	case plan.VariableValue:
		value := variables[v.Variable]
		return append(dst, value...), value != nil
	case plan.ListTemplate:
		dst = append(dst, '[')
		start := len(dst)
		for i := range v.Items {
			dst = separate(dst, start)
			if dst, ok = appendValue(dst, &v.Items[i], variables); !ok {
				dst = append(dst, "null"...)
			}
		}
		return append(dst, ']'), true
	default: // plan.ObjectTemplate
		dst = append(dst, '{')
		start := len(dst)
		for i := range v.Items {
			before := len(dst)
			dst = append(rawjson.AppendString(separate(dst, start), v.Names[i]), ':')
			if dst, ok = appendValue(dst, &v.Items[i], variables); !ok {
				dst = dst[:before]
			}
		}
		return append(dst, '}'), true
	}
}

// collect appends the objects that steps lead to from the root, each once, in document order.
func (x *Execution) collect(dst []rawjson.Ref, steps []plan.Step) []rawjson.Ref {
	x.doc.BeginWalk()
	return x.walk(dst, x.root, steps)
}

func (x *Execution) walk(dst []rawjson.Ref, v rawjson.Ref, steps []plan.Step) []rawjson.Ref {
	switch v.Kind() {
	case rawjson.List:
		if !x.doc.Visit(v) {
			return dst
		}
		for i := range x.doc.Len(v) {
			dst = x.walk(dst, x.doc.Element(v, i), steps)
		}
	case rawjson.Object:
		if !x.doc.Visit(v) {
			return dst
		}
		if len(steps) == 0 {
			return append(dst, v)
		}
		if fits(steps[0].On, x.doc.Type(v)) {
			return x.walk(dst, x.doc.Slot(v, steps[0].Slot), steps[1:])
		}
	}
	return dst
}

// fits reports whether a runtime type is in a set; nil is every type, also an unknown one.
func fits(on plan.TypeSet, typ int) bool { return on == nil || on.Has(typ) }
