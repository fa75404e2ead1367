package execute

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// pathStep is one step of a path as a subgraph sent it: key, or index when key is nil.
type pathStep struct {
	key   []byte
	index int
}

// located is an error of a call, by its number as a cause, and what is known of its place.
type located struct {
	cause int
	place placing
	// steps lead to an error atPath from the data, or from the entity for representation number of a batch.
	steps         []pathStep
	batch, number int
	// around are the places at which it is told if it is told nowhere else.
	around []gqlerr.Path
}

// placing says how the place of an error is found.
type placing uint8

const (
	// atPath: by the path that the subgraph gave it.
	atPath placing = iota
	// atFetch: it has no usable path, and stands where its fetch does.
	atFetch
	// atBatch: it stands where one of the fetch's batches does.
	atBatch
	// around: the places are known.
	around
)

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
		if !x.locateError(f, c, answer, &e) {
			e.place = atFetch
		}
		c.located = append(c.located, e)
	}
	if i := c.unplaced(); i >= 0 {
		x.explainUnplaced(f, c, answer, c.located[i].cause)
	}
}

// readError reads one error of a subgraph. Its locations are left out: they are places in a
// document that the client does not know.
func (x *Execution) readError(f *fetch, c *call, raw []byte) located {
	e := gqlerr.Error{Message: "the subgraph answered with an error", Subgraph: f.name}
	var steps []pathStep
	var original string
	for key, value := range membersOf(raw) {
		switch {
		case rawjson.KeyIs(key, "message") && value[0] == '"':
			original = shortened(rawjson.AppendUnquoted(nil, value))
		case rawjson.KeyIs(key, "path") && value[0] == '[':
			steps = readPath(value)
		case rawjson.KeyIs(key, "extensions") && value[0] == '{':
			e.Extensions = append([]byte(nil), value...)
		}
	}
	if x.in.MaskErrors || len(e.Extensions) > maxErrorText {
		e.Code, e.Extensions = maskedCode(e.Extensions), nil
	}
	switch {
	case x.in.MaskErrors:
		if original != "" && len(c.failures) < x.in.Limits.MaxErrors {
			c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: errors.New(original)})
		}
	case original != "":
		e.Message = original
	}
	return located{cause: x.causes.add(cause{err: e}), steps: steps}
}

// maxErrorText is how many bytes of a subgraph's error are told: it may be told at many places.
const maxErrorText = 64 << 10

// shortened is a text, or its beginning.
func shortened(text []byte) string {
	if len(text) <= maxErrorText {
		return string(text)
	}
	end := maxErrorText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return string(text[:end]) + "…"
}

// membersOf are the members of an error; none of one that is no object.
func membersOf(raw []byte) iter.Seq2[[]byte, []byte] {
	if raw[0] != '{' {
		return func(func(key, value []byte) bool) {}
	}
	return rawjson.Members(raw)
}

// maskedCode takes the code out of an error's extensions: the one member that is left where they are not told.
func maskedCode(extensions []byte) gqlerr.Code {
	if extensions == nil {
		return ""
	}
	var code gqlerr.Code
	for key, value := range rawjson.Members(extensions) {
		if rawjson.KeyIs(key, "code") && value[0] == '"' {
			code = gqlerr.Code(shortened(rawjson.AppendUnquoted(nil, value)))
		}
	}
	return code
}

// readPath reads a path up to the first step that is neither a key nor an index. One that is longer than answers are deep
// leads nowhere.
func readPath(raw []byte) []pathStep {
	var steps []pathStep
	for value := range rawjson.Elements(raw) {
		if len(steps) == rawjson.MaxDepth {
			return nil
		}
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
	why := explanation{
		scan: b.scan, steps: e.steps, lost: x.upToNull(source, b.scan, e.steps), cause: e.cause,
		whole: len(e.steps) == 0 || source.Kind() != rawjson.Object,
	}
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

// upToNull returns how many of the steps to an error lead to where the answer is null: the error made everything
// there null, whatever another subgraph has to say of it.
func (x *Execution) upToNull(v rawjson.Ref, s *plan.Scan, steps []pathStep) int {
	for i, step := range steps {
		switch {
		case v.Kind() == rawjson.List && step.key == nil && step.index < x.doc.Len(v):
			v = x.doc.Element(v, step.index)
		case v.Kind() == rawjson.Object && step.key != nil && s != nil:
			f := x.scanField(v, s, step.key)
			if f == nil {
				return len(steps)
			}
			v, s = x.doc.Slot(v, f.Slot), f.Child
		default:
			return len(steps)
		}
		if v == rawjson.NullRef || v == rawjson.AbsentRef {
			return i + 1
		}
	}
	return len(steps)
}

// explanation says that an error has been reported which explains nulls in an object.
type explanation struct {
	object rawjson.Ref
	scan   *plan.Scan
	// steps lead to the error from the object, in the subgraph's keys. The first of them, lost in number, lead to
	// a value of which the subgraph answered nothing.
	steps []pathStep
	lost  int
	// whole is set when the answer has nothing for the object: all that the scan wanted is explained.
	whole bool
	cause int
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

func (x *Execution) markExplained(e explanation) {
	if v, s := x.markPath(&e, e.steps[:e.lost]); s != nil {
		x.loseInside(v, s, e.cause)
	}
	if e.lost < len(e.steps) {
		x.markPath(&e, e.steps)
	}
	if e.whole {
		x.lose(e.object, e.scan, e.cause, true)
	}
}

// markPath marks the null to which steps lead, or one on the way there. It returns the value to which they lead, and
// what was asked for of it; nothing if they do not lead there.
func (x *Execution) markPath(e *explanation, steps []pathStep) (rawjson.Ref, *plan.Scan) {
	if len(steps) == 0 {
		return rawjson.AbsentRef, nil
	}
	v, s, failed := e.object, e.scan, rawjson.FailedRef(e.cause)
	for len(steps) > 0 {
		if v.Kind() != rawjson.Object || s == nil {
			return v, nil
		}
		f := x.scanField(v, s, steps[0].key)
		if f == nil {
			return v, nil
		}
		object := v
		if v = x.doc.Slot(object, f.Slot); isNothing(v) {
			x.doc.SetSlot(object, f.Slot, failed)
		}
		for steps = steps[1:]; len(steps) > 0 && steps[0].key == nil && v.Kind() == rawjson.List; steps = steps[1:] {
			list, i := v, steps[0].index
			if i >= x.doc.Len(list) {
				return v, nil
			}
			if v = x.doc.Element(list, i); isNothing(v) {
				x.doc.SetElement(list, i, failed)
			}
		}
		if len(steps) > 0 && v.Kind() == rawjson.Leaf && x.doc.Bytes(v)[0] == '[' {
			x.causes.setOfElement(v, e.cause)
		}
		s = f.Child
	}
	return v, s
}

// isNothing reports whether a place has no value, and no error that names the place.
func isNothing(v rawjson.Ref) bool {
	switch v.Kind() {
	case rawjson.Absent, rawjson.Null:
		return true
	case rawjson.Failed:
		_, isWithheld := v.Cause()
		return isWithheld
	}
	return false
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

// unplaced returns the index of the first error that has no place in the answer, or -1.
func (c *call) unplaced() int {
	return slices.IndexFunc(c.located, func(e located) bool { return e.place == atFetch })
}

// explainUnplaced is for an error without a usable path. It may explain any null that the answer brought.
func (x *Execution) explainUnplaced(f *fetch, c *call, answer rawjson.Answer, cause int) {
	for i := range f.batches {
		b, t := &f.batches[i], &c.batches[i]
		for j, object := range t.objects {
			if b.entities == nil || x.answered(f, c, answer, i, t.number[j]).Kind() != rawjson.Object {
				x.explain(explanation{object: object, scan: b.scan, whole: true, cause: cause})
			}
		}
	}
}
