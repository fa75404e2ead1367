package execute

import (
	"fmt"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// receive takes the end of a call: its data goes into the document, its errors to their places.
func (x *Execution) receive(f *fetch, c *call, response FetchResponse, err error) {
	if response.Release != nil {
		x.released = append(x.released, response.Release)
	}
	if err != nil {
		x.fail(f, c, asFetchError(err))
		return
	}
	answer, failure := x.read(f, c, response)
	if failure != nil {
		x.fail(f, c, failure)
		return
	}
	hasData, before := answer.Data.Kind() == rawjson.Object, len(c.located)
	for i := range f.batches {
		switch {
		case !hasData:
		case f.batches[i].entities == nil:
			x.mergeRoot(&f.batches[i], &c.batches[i], answer.Data)
		default:
			x.mergeEntities(f, c, i, answer.Data)
		}
	}
	if answer.Errors != nil {
		x.locateErrors(f, c, answer)
	}
	if hasData {
		x.countEntities(f, c, answer)
	} else {
		x.loseAll(f, c, c.located[before].cause)
	}
	x.explainAgain()
}

// read reads an answer into new objects. Its Errors are a list with elements, or nil.
func (x *Execution) read(f *fetch, c *call, response FetchResponse) (rawjson.Answer, *FetchError) {
	bad := func(err error) *FetchError {
		if response.Status != 0 {
			return &FetchError{Reason: BadStatus, Status: response.Status, Err: err}
		}
		return &FetchError{Reason: BadAnswer, Err: err}
	}
	if len(response.Body) > x.in.Limits.MaxAnswerBytes {
		return rawjson.Answer{}, &FetchError{Reason: TooLarge, Err: fmt.Errorf("%d bytes, %d are allowed", len(response.Body), x.in.Limits.MaxAnswerBytes)}
	}
	body, err := x.doc.AddBody(response.Body)
	if err != nil {
		return rawjson.Answer{}, &FetchError{Reason: TooLarge, Err: err}
	}
	data := f.data
	if c.data != nil {
		data = c.data
	}
	answer, err := x.doc.ReadAnswer(body, data)
	if err != nil {
		return rawjson.Answer{}, bad(err)
	}
	if !hasElements(answer.Errors) {
		answer.Errors = nil
	}
	switch answer.Data.Kind() {
	case rawjson.Object:
		return answer, nil
	case rawjson.Absent, rawjson.Null:
		if answer.Errors == nil {
			return answer, bad(fmt.Errorf("neither data nor errors"))
		}
		return answer, nil
	default:
		return answer, bad(fmt.Errorf("data is no object"))
	}
}

// hasElements reports whether the JSON of "errors" is a list that is not empty.
func hasElements(errors []byte) bool {
	if len(errors) == 0 || errors[0] != '[' {
		return false
	}
	for range rawjson.Elements(errors) {
		return true
	}
	return false
}

// mergeRoot merges the data of a root fetch into the objects that it fills.
func (x *Execution) mergeRoot(b *batch, t *targets, data rawjson.Ref) {
	for i, object := range t.objects {
		x.mergeNew(object, data, b.scan.Layout, i > 0)
	}
}

// mergeEntities merges the entities of batch i into the objects that they were asked for.
func (x *Execution) mergeEntities(f *fetch, c *call, i int, data rawjson.Ref) {
	b, t := &f.batches[i], &c.batches[i]
	used := x.seen.unmarked(len(t.spans))
	noObject := 0
	for j, object := range t.objects {
		number := t.number[j]
		switch entity := x.entity(data, t, i, number); entity.Kind() {
		case rawjson.Absent: // countEntities
		case rawjson.Object:
			x.mergeNew(object, entity, b.scan.Layout, used[number])
			used[number] = true
		case rawjson.Null:
			x.settle(object, b.scan, rawjson.GoneRef)
		default:
			if noObject == 0 {
				noObject = x.failAt(f, c, i, "the subgraph answered with an entity that is no object")
			}
			x.explain(explanation{object: object, scan: b.scan, whole: true, cause: noObject})
		}
	}
}

// countEntities complains about lists that have not an entity for each representation. An error that is
// not at one of the entities explains why there is no list; one that is explains its own.
func (x *Execution) countEntities(f *fetch, c *call, answer rawjson.Answer) {
	for i := range f.batches {
		t := &c.batches[i]
		switch {
		case f.batches[i].entities == nil || len(t.objects) == 0:
		case t.groups == nil:
			x.countGroup(f, c, answer, i, group{slot: i, end: len(t.spans)})
		default:
			for _, g := range t.groups {
				x.countGroup(f, c, answer, i, g)
			}
		}
	}
}

func (x *Execution) countGroup(f *fetch, c *call, answer rawjson.Answer, i int, g group) {
	list, n := x.doc.Slot(answer.Data, g.slot), 0
	if list.Kind() == rawjson.List {
		n = x.doc.Len(list)
	}
	if n == g.end-g.start || list.Kind() != rawjson.List && c.unplaced() >= 0 {
		return
	}
	cause := x.failAt(f, c, i, fmt.Sprintf("the subgraph answered with %d entities where %d were asked for", n, g.end-g.start))
	t := &c.batches[i]
	for j, object := range t.objects {
		if number := t.number[j]; g.start+n <= number && number < g.end {
			x.explain(explanation{object: object, scan: f.batches[i].scan, whole: true, cause: cause})
		}
	}
}

// mergeNew merges an object of an answer into one of the document. Again means that another object
// got it already: then what it refers to is shared, or copied where a later fetch merges into it.
func (x *Execution) mergeNew(dst, src rawjson.Ref, layout *plan.Layout, again bool) {
	x.mergeType(dst, src)
	split := x.plan.split[layout.ID]
	for slot := range layout.Slots {
		v := x.doc.Slot(src, slot)
		if v == rawjson.AbsentRef {
			continue
		}
		if again && v.IsComposite() {
			if split[slot] {
				v = x.copy(v, layout.Slots[slot].Child)
			} else {
				x.doc.Share(v)
			}
		}
		x.doc.SetSlot(dst, slot, x.merge(x.doc.Slot(dst, slot), v, layout.Slots[slot].Child))
	}
}

// mergeType merges the runtime type of src into dst. Two different ones make the object invalid.
func (x *Execution) mergeType(dst, src rawjson.Ref) {
	old, typ := x.doc.Type(dst), x.doc.Type(src)
	switch {
	case typ < 0 && old >= 0, typ == rawjson.TypeNone, typ == old:
	case old < 0:
		x.doc.SetType(dst, typ)
	default:
		x.doc.SetType(dst, rawjson.TypeInvalid)
	}
}

// merge merges a value that has arrived into the one that is there. Subgraphs answer parts of one
// object alike, so what one has and another has not wins; lists are merged by index. Lists of
// unequal length and values of unequal kind are a conflict, which completion reports.
func (x *Execution) merge(old, v rawjson.Ref, layout *plan.Layout) rawjson.Ref {
	switch {
	case old == v, v == rawjson.AbsentRef, old == rawjson.ConflictRef:
		return old
	case v == rawjson.NullRef && old != rawjson.AbsentRef:
		return old
	case old == rawjson.AbsentRef, old.Kind() == rawjson.Null, old.Kind() == rawjson.Failed:
		return v
	case old.Kind() != v.Kind():
		return rawjson.ConflictRef
	case old.Kind() == rawjson.Object:
		x.mergeType(old, v)
		for slot := range layout.Slots {
			x.doc.SetSlot(old, slot, x.merge(x.doc.Slot(old, slot), x.doc.Slot(v, slot), layout.Slots[slot].Child))
		}
	case old.Kind() == rawjson.List:
		if x.doc.Len(old) != x.doc.Len(v) {
			return rawjson.ConflictRef
		}
		for i := range x.doc.Len(old) {
			x.doc.SetElement(old, i, x.merge(x.doc.Element(old, i), x.doc.Element(v, i), layout))
		}
	}
	return old
}

// copy copies a value, its objects and lists included.
func (x *Execution) copy(v rawjson.Ref, layout *plan.Layout) rawjson.Ref {
	switch v.Kind() {
	case rawjson.Object:
		out, err := x.doc.NewObject(len(layout.Slots), x.doc.Type(v))
		if err != nil {
			return rawjson.ConflictRef
		}
		for slot := range layout.Slots {
			x.doc.SetSlot(out, slot, x.copy(x.doc.Slot(v, slot), layout.Slots[slot].Child))
		}
		return out
	case rawjson.List:
		elements := make([]rawjson.Ref, x.doc.Len(v))
		for i := range elements {
			elements[i] = x.copy(x.doc.Element(v, i), layout)
		}
		out, err := x.doc.NewList(elements)
		if err != nil {
			return rawjson.ConflictRef
		}
		return out
	default:
		return v
	}
}

// settle puts a null into the slots that a scan would have filled and nobody has, so that their
// absence is not taken for a subgraph's fault. The same goes for the runtime type.
func (x *Execution) settle(object rawjson.Ref, s *plan.Scan, null rawjson.Ref) {
	typ := x.settleType(object, s, null)
	for i := range s.Cases {
		if typ >= 0 && !fits(s.Cases[i].On, typ) {
			continue
		}
		for _, f := range s.Cases[i].Fields {
			if x.doc.Slot(object, f.Slot) == rawjson.AbsentRef {
				x.doc.SetSlot(object, f.Slot, null)
			}
		}
	}
}

// settleType is settle for the runtime type, which it returns.
func (x *Execution) settleType(object rawjson.Ref, s *plan.Scan, null rawjson.Ref) int {
	typ := x.doc.Type(object)
	if s.TypeKey != "" && (typ == rawjson.TypeNone || typ == rawjson.TypeNull) {
		typ = rawjson.TypeNull
		if null.Kind() == rawjson.Failed {
			typ = rawjson.TypeFailed
			cause, _ := null.Cause()
			x.causes.setOfType(object, cause)
		}
		x.doc.SetType(object, typ)
	}
	return typ
}

// lose is settle for an object of which a scan brought nothing, because of an error. With nulls, what else is
// null is so for that error too: nobody knows what this scan would have brought.
func (x *Execution) lose(object rawjson.Ref, s *plan.Scan, cause int, nulls bool) {
	lost := rawjson.WithheldRef(cause)
	typ := x.settleType(object, s, lost)
	for i := range s.Cases {
		if typ >= 0 && !fits(s.Cases[i].On, typ) {
			continue
		}
		for _, f := range s.Cases[i].Fields {
			switch old := x.doc.Slot(object, f.Slot); {
			case old == rawjson.AbsentRef, nulls && old.Kind() == rawjson.Null:
				x.doc.SetSlot(object, f.Slot, lost)
			case f.Child != nil:
				x.loseInside(old, f.Child, cause)
			}
		}
	}
}

// loseInside is lose for the objects in a value of which another subgraph answered its part.
func (x *Execution) loseInside(v rawjson.Ref, s *plan.Scan, cause int) {
	switch v.Kind() {
	case rawjson.List:
		for i := range x.doc.Len(v) {
			x.loseInside(x.doc.Element(v, i), s, cause)
		}
	case rawjson.Object:
		x.lose(v, s, cause, false)
	}
}

// loseAll is lose for every object of a call that gave no data.
func (x *Execution) loseAll(f *fetch, c *call, cause int) {
	for i := range f.batches {
		for _, object := range c.batches[i].objects {
			x.explain(explanation{object: object, scan: f.batches[i].scan, whole: true, cause: cause})
		}
	}
}
