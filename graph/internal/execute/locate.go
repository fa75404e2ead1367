package execute

import (
	"errors"
	"strconv"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// pathStep is one step of a path as a subgraph sent it: key, or index when key is nil.
type pathStep struct {
	key   []byte
	index int
}

// located is an error of a subgraph.
type located struct {
	err gqlerr.Error
	// steps lead to it from the data, or from the entity for representation number of a batch; nil when
	// it has no usable path.
	steps         []pathStep
	batch, number int
	// unplaced is set for one without: it stands where its fetch does.
	unplaced bool
}

// locateErrors reads the errors of an answer and finds what they explain. A null on the way to the
// place of an error is explained by it: completion does not complain about it again. The place in the
// response is found when all answers are there, and with them the runtime types.
func (x *Execution) locateErrors(f *fetch, c *call, answer rawjson.Answer) {
	n := 0
	for raw := range rawjson.Elements(answer.Errors) {
		if n++; n > x.in.Limits.MaxErrors {
			c.dropped++
			continue
		}
		e := x.readError(f, c, raw)
		if e.unplaced = !x.locateError(f, c, answer, &e); e.unplaced {
			x.explainUnplaced(f, c, answer)
		}
		c.located = append(c.located, e)
	}
}

// readError reads one error of a subgraph. Its locations are left out: they are places in a
// document that the client does not know.
func (x *Execution) readError(f *fetch, c *call, raw []byte) located {
	e := gqlerr.Error{Message: "the subgraph answered with an error", Subgraph: f.name}
	if raw[0] != '{' {
		return located{err: e}
	}
	var steps []pathStep
	var original string
	for key, value := range rawjson.Members(raw) {
		switch {
		case rawjson.KeyIs(key, "message") && value[0] == '"':
			original = string(rawjson.AppendUnquoted(nil, value))
		case rawjson.KeyIs(key, "path") && value[0] == '[':
			steps = readPath(value)
		case rawjson.KeyIs(key, "extensions") && value[0] == '{':
			e.Extensions = append([]byte(nil), value...)
		}
	}
	if !x.in.MaskErrors {
		if original != "" {
			e.Message = original
		}
		return located{err: e, steps: steps}
	}
	if original != "" && len(c.failures) < x.in.Limits.MaxErrors {
		c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: errors.New(original)})
	}
	e.Code, e.Extensions = maskedCode(e.Extensions), nil
	return located{err: e, steps: steps}
}

// maskedCode takes the code out of an error's extensions: the one member that masking leaves.
func maskedCode(extensions []byte) gqlerr.Code {
	if extensions == nil {
		return ""
	}
	var code gqlerr.Code
	for key, value := range rawjson.Members(extensions) {
		if rawjson.KeyIs(key, "code") && value[0] == '"' {
			code = gqlerr.Code(rawjson.AppendUnquoted(nil, value))
		}
	}
	return code
}

// readPath reads a path up to the first step that is neither a key nor an index.
func readPath(raw []byte) []pathStep {
	var steps []pathStep
	for value := range rawjson.Elements(raw) {
		if value[0] == '"' {
			steps = append(steps, pathStep{key: rawjson.AppendUnquoted([]byte{}, value)})
			continue
		}
		i, err := strconv.Atoi(string(value))
		if err != nil || i < 0 {
			return steps
		}
		steps = append(steps, pathStep{index: i})
	}
	return steps
}

// locateError finds the objects that an error's path begins at, and what it explains there; false if
// there are none.
func (x *Execution) locateError(f *fetch, c *call, answer rawjson.Answer, e *located) bool {
	if len(e.steps) == 0 {
		return false
	}
	e.number = -1
	if f.Kind == plan.EntityFetch {
		var first int
		if e.batch, first = f.batchOf(c, e.steps[0].key); e.batch < 0 || len(e.steps) < 2 || e.steps[1].key != nil {
			return false
		}
		e.number, e.steps = first+e.steps[1].index, e.steps[2:]
	}
	b := &f.batches[e.batch]
	source := x.answered(f, c, answer, e.batch, e.number)
	why := explanation{scan: b.scan, steps: x.upToNull(source, b.scan, e.steps), whole: len(e.steps) == 0 || source.Kind() != rawjson.Object}
	found := false
	for j, object := range c.batches[e.batch].objects {
		if e.number < 0 || c.batches[e.batch].number[j] == e.number {
			found = true
			why.object = object
			x.explain(why)
		}
	}
	return found
}

// reportLocated reports the errors of a call at every place to which their path leads.
func (x *Execution) reportLocated(f *fetch, c *call) {
	for i := range c.located {
		e := &c.located[i]
		for _, path := range x.placesOf(f, c, e) {
			x.report(c, e.err, path)
		}
	}
}

// placesOf returns the places at which the client sees an error; those around it where there are none;
// none at all if the client wanted nothing of it.
func (x *Execution) placesOf(f *fetch, c *call, e *located) []gqlerr.Path {
	if e.unplaced {
		return x.fetchPaths(f, c)
	}
	members := make(map[rawjson.Ref]bool)
	for j, object := range c.batches[e.batch].objects {
		if e.number < 0 || c.batches[e.batch].number[j] == e.number {
			members[object] = true
		}
	}
	b := &f.batches[e.batch]
	l := locator{x: x}
	x.eachPlace(b.path, func(p place) bool {
		if members[p.object] {
			l.object(p, b.scan, e.steps)
		}
		return len(l.paths)+len(l.hidden) <= x.in.Limits.MaxErrors
	})
	switch {
	case len(l.paths) > 0:
		return l.paths
	case len(l.hidden) > 0:
		return l.hidden
	case l.unwanted:
		return nil
	}
	return x.fetchPaths(f, c)
}

// batchOf returns the batch with a response key, or -1, and the number of the first representation
// that is answered there.
func (f *fetch) batchOf(c *call, key []byte) (batch, first int) {
	for i := range f.batches {
		own := f.batches[i].entities.Key
		if key != nil && own == string(key) {
			return i, 0
		}
		for _, g := range c.batches[i].groups {
			if key != nil && own+g.suffix == string(key) {
				return i, g.start
			}
		}
	}
	return -1, 0
}

// answered returns what an answer has for batch i: the entity for a representation, or the data.
func (x *Execution) answered(f *fetch, c *call, answer rawjson.Answer, i, number int) rawjson.Ref {
	if f.Kind != plan.EntityFetch || answer.Data.Kind() != rawjson.Object {
		return answer.Data
	}
	return x.entity(answer.Data, &c.batches[i], i, number)
}

// upToNull cuts an error's path off where the answer is null: the error made everything there null,
// whatever another subgraph has to say of it.
func (x *Execution) upToNull(v rawjson.Ref, s *plan.Scan, steps []pathStep) []pathStep {
	for i, step := range steps {
		switch {
		case v.Kind() == rawjson.List && step.key == nil && step.index < x.doc.Len(v):
			v = x.doc.Element(v, step.index)
		case v.Kind() == rawjson.Object && step.key != nil && s != nil:
			f := x.scanField(v, s, step.key)
			if f == nil {
				return steps
			}
			v, s = x.doc.Slot(v, f.Slot), f.Child
		default:
			return steps
		}
		if v == rawjson.NullRef || v == rawjson.AbsentRef {
			return steps[:i+1]
		}
	}
	return steps
}

// explanation says that an error has been reported which explains nulls in an object.
type explanation struct {
	object rawjson.Ref
	scan   *plan.Scan
	// steps lead to the error from the object, in the subgraph's keys.
	steps []pathStep
	// whole is set when the answer has nothing for the object: all that the scan wanted is explained.
	whole bool
}

// explain marks the nulls that an error explains. Where several subgraphs answer parts of one value
// that is done again when another part has come, which hides the mark.
func (x *Execution) explain(e explanation) {
	x.markExplained(e)
	if x.plan.hasSplit {
		x.explanations = append(x.explanations, e)
	}
}

// explainAgain marks everything that is known to be explained.
func (x *Execution) explainAgain() {
	for _, e := range x.explanations {
		x.markExplained(e)
	}
}

// withholdLate settles what objects lack that were not there, or not whole, when the fetch for them
// looked: another subgraph's part of the same value came later, and the keys in it never.
func (x *Execution) withholdLate() {
	if len(x.explanations) == 0 {
		return
	}
	var objects []rawjson.Ref
	var scratch []byte
	for i := range x.plan.fetches {
		f := &x.plan.fetches[i]
		for j := range f.batches {
			b := &f.batches[j]
			if b.entities == nil {
				continue
			}
			objects = x.collect(objects[:0], b.path)
			for _, object := range objects {
				var state representable
				scratch, state = x.appendRepresentation(scratch[:0], b.cases, object)
				x.withhold(b, object, state)
			}
		}
		x.reportRefusals(f, &x.calls[i])
	}
}

// markExplained marks the null at an error's path or on the way there.
func (x *Execution) markExplained(e explanation) {
	if e.whole {
		x.settle(e.object, e.scan, rawjson.FailedRef)
		return
	}
	v, s := e.object, e.scan
	for steps := e.steps; len(steps) > 0; {
		if v.Kind() != rawjson.Object || s == nil {
			return
		}
		f := x.scanField(v, s, steps[0].key)
		if f == nil {
			return
		}
		object := v
		if v = x.doc.Slot(object, f.Slot); v.Kind() == rawjson.Null || v == rawjson.AbsentRef {
			x.doc.SetSlot(object, f.Slot, rawjson.FailedRef)
		}
		for steps = steps[1:]; len(steps) > 0 && steps[0].key == nil && v.Kind() == rawjson.List; steps = steps[1:] {
			list, i := v, steps[0].index
			if i >= x.doc.Len(list) {
				return
			}
			if v = x.doc.Element(list, i); v == rawjson.NullRef {
				x.doc.SetElement(list, i, rawjson.FailedRef)
			}
		}
		if len(steps) > 0 && v.Kind() == rawjson.Leaf && x.doc.Bytes(v)[0] == '[' {
			if x.holed == nil {
				x.holed = map[rawjson.Ref]bool{}
			}
			x.holed[v] = true
		}
		s = f.Child
	}
	if s != nil {
		x.settleInside(v, s)
	}
}

// scanField returns the field of a scan with a key of the subgraph's answer, for the runtime type of
// an object or, where there is none, for any.
func (x *Execution) scanField(object rawjson.Ref, s *plan.Scan, key []byte) *plan.ScanField {
	for i := range s.Cases {
		if object != rawjson.AbsentRef && s.TypeKey != "" && !fits(s.Cases[i].On, x.doc.Type(object)) {
			continue
		}
		for j := range s.Cases[i].Fields {
			if s.Cases[i].Fields[j].Key == string(key) {
				return &s.Cases[i].Fields[j]
			}
		}
	}
	return nil
}

// locator follows one error's path in the answer through the response.
type locator struct {
	x *Execution
	// paths are the places at which the client sees the error, hidden those at which it sees no more of
	// the path: something that was asked for on its behalf.
	paths, hidden []gqlerr.Path
	// unwanted is set when the path led to what is wanted elsewhere only: under another response key, or
	// of objects of other types.
	unwanted bool
}

// report notes a path; equal paths, which internal fields can give, once.
func report(paths []gqlerr.Path, path gqlerr.Path) []gqlerr.Path {
	if n := len(paths); n > 0 && paths[n-1].Equal(path) {
		return paths
	}
	return append(paths, append(gqlerr.Path{}, path...))
}

// object follows the path from an object; AbsentRef stands for one that is not there, below which
// only the shape is followed.
func (l *locator) object(p place, scan *plan.Scan, steps []pathStep) {
	if p.unwanted {
		l.unwanted = true
		return
	}
	if len(steps) == 0 || steps[0].key == nil || scan == nil {
		l.paths = report(l.paths, p.path)
		return
	}
	f := l.x.scanField(p.object, scan, steps[0].key)
	if f == nil {
		l.hidden = report(l.hidden, p.path)
		return
	}
	v := rawjson.AbsentRef
	if p.object != rawjson.AbsentRef {
		v = l.x.doc.Slot(p.object, f.Slot)
	}
	fields := l.x.visible(p.shape, p.object, f.Slot)
	if len(fields) == 0 {
		l.unseen(p, scan.Layout.ID, f.Slot)
	}
	for _, field := range fields {
		at := place{object: v, path: append(p.path, gqlerr.PathElement{Key: field.Key})}
		l.value(at, field.value, f.Child, steps[1:])
	}
}

// unseen notes where the client sees no more of the path: an object that is not there is explained by
// the error.
func (l *locator) unseen(p place, layout, slot int) {
	switch {
	case p.object == rawjson.AbsentRef:
		l.paths = report(l.paths, p.path)
	case l.x.plan.shown[layout][slot]:
		l.unwanted = true
	default:
		l.hidden = report(l.hidden, p.path)
	}
}

// value follows the path from a value of a type.
func (l *locator) value(p place, c *completion, scan *plan.Scan, steps []pathStep) {
	v := p.object
	switch {
	case len(steps) == 0, v.Kind() == rawjson.List && steps[0].key == nil && steps[0].index >= l.x.doc.Len(v):
		l.paths = report(l.paths, p.path)
	case steps[0].key == nil && c.elem != nil:
		at := place{path: append(p.path, gqlerr.PathElement{Index: steps[0].index})}
		if v.Kind() == rawjson.List {
			at.object = l.x.doc.Element(v, steps[0].index)
		}
		l.value(at, c.elem, scan, steps[1:])
	case steps[0].key != nil && c.shape != nil:
		if v.Kind() != rawjson.Object {
			v = rawjson.AbsentRef
		}
		l.object(place{object: v, shape: c.shape, path: p.path}, scan, steps)
	default:
		l.paths = report(l.paths, p.path)
	}
}

// hasUnplacedError reports whether an error of an entity fetch has no place at one of the entities.
func hasUnplacedError(f *fetch, c *call, errors []byte) bool {
	if errors == nil {
		return false
	}
	for raw := range rawjson.Elements(errors) {
		var steps []pathStep
		if raw[0] == '{' {
			for key, value := range rawjson.Members(raw) {
				if rawjson.KeyIs(key, "path") && value[0] == '[' {
					steps = readPath(value)
				}
			}
		}
		if len(steps) < 2 || steps[1].key != nil {
			return true
		}
		if i, _ := f.batchOf(c, steps[0].key); i < 0 {
			return true
		}
	}
	return false
}

// explainUnplaced is for an error without a usable path. It may explain any null that the answer brought.
func (x *Execution) explainUnplaced(f *fetch, c *call, answer rawjson.Answer) {
	for i := range f.batches {
		b, t := &f.batches[i], &c.batches[i]
		for j, object := range t.objects {
			if b.entities == nil || x.answered(f, c, answer, i, t.number[j]).Kind() != rawjson.Object {
				x.explain(explanation{object: object, scan: b.scan, whole: true})
			}
		}
	}
}
