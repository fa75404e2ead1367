package execute

import (
	"errors"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// fail ends a call without an answer: what it would have filled is null.
func (x *Execution) fail(f *fetch, c *call, failure *FetchError) {
	c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: failure})
	e := gqlerr.Error{Message: failure.clientMessage(), Code: failure.code(), Subgraph: f.name}
	number := x.causes.add(cause{err: e, always: true})
	c.located = append(c.located, located{cause: number, place: atFetch})
	x.loseAll(f, c, number)
}

// failAt is for an error of ours about the answer for batch i. It returns the error's number as a cause.
func (x *Execution) failAt(f *fetch, c *call, i int, message string) int {
	c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: errors.New(message)})
	number := x.causes.add(cause{err: gqlerr.Error{Message: message, Code: gqlerr.InvalidSubgraphData, Subgraph: f.name}})
	c.located = append(c.located, located{cause: number, place: atBatch, batch: i})
	return number
}

// place is an object of the document at one of the places where the client sees it.
type place struct {
	object rawjson.Ref
	// shape is nil where the client sees only an object around it; path then leads to that one.
	shape  *shape
	path   gqlerr.Path
	layout *plan.Layout
	// unwanted is set where the object is not wanted here: for another response key, or for one of another
	// runtime type, which was not yet known.
	unwanted bool
}

// maxPlaces is how many places are looked through for one error: an object can stand in very many.
const maxPlaces = 20_000

// eachPlace visits the places of the objects that steps lead to from the root, in document order,
// until visit returns false. The path is valid during the visit.
func (x *Execution) eachPlace(steps []plan.Step, visit func(place) bool) {
	left := maxPlaces
	x.placesOfObject(place{object: x.root, shape: x.plan.shape, layout: x.plan.plan.Root}, steps, func(p place) bool {
		left--
		return left >= 0 && visit(p)
	})
}

func (x *Execution) placesOfObject(p place, steps []plan.Step, visit func(place) bool) bool {
	if len(steps) == 0 {
		return visit(p)
	}
	if !fits(steps[0].On, x.doc.Type(p.object)) {
		return true
	}
	v := x.doc.Slot(p.object, steps[0].Slot)
	layout := p.layout.Slots[steps[0].Slot].Child
	fields := x.visible(p.shape, p.object, steps[0].Slot)
	if len(fields) == 0 {
		unwanted := p.unwanted || x.plan.shown[p.layout.ID][steps[0].Slot]
		return x.placesOfValue(place{object: v, path: p.path, layout: layout, unwanted: unwanted}, steps[1:], visit)
	}
	for _, f := range fields {
		at := place{object: v, shape: f.value.composite(), path: append(p.path, gqlerr.PathElement{Key: f.Key}), layout: layout}
		if !x.placesOfValue(at, steps[1:], visit) {
			return false
		}
	}
	return true
}

// placesOfValue is placesOfObject for a value: an object, or objects through any depth of lists.
func (x *Execution) placesOfValue(p place, steps []plan.Step, visit func(place) bool) bool {
	switch p.object.Kind() {
	case rawjson.Object:
		return x.placesOfObject(p, steps, visit)
	case rawjson.List:
		for i := range x.doc.Len(p.object) {
			at := p
			at.object = x.doc.Element(p.object, i)
			if p.shape != nil {
				at.path = append(p.path, gqlerr.PathElement{Index: i})
			}
			if !x.placesOfValue(at, steps, visit) {
				return false
			}
		}
	}
	return true
}

// visible returns the fields of the response that show a slot of an object: none for an internal
// one, several for a field that the client asked for under several names. For an object that is not
// there (AbsentRef) it looks through the cases of all types.
func (x *Execution) visible(s *shape, object rawjson.Ref, slot int) []*shapeField {
	if s == nil {
		return nil
	}
	var fields []*shapeField
	for i := range s.cases {
		if object != rawjson.AbsentRef && s.caseOf(x.doc.Type(object)) != &s.cases[i] {
			continue
		}
		for j := range s.cases[i].fields {
			f := &s.cases[i].fields[j]
			if f.Kind == plan.SlotField && f.Slot == slot && x.isOn(f.When) {
				fields = append(fields, f)
			}
		}
		if len(fields) > 0 {
			break
		}
	}
	return fields
}

// fetchPaths returns the place of a fetch in the response: the path around all objects that each of
// its batches fills.
func (x *Execution) fetchPaths(f *fetch, c *call) []gqlerr.Path {
	var paths []gqlerr.Path
	for i := range f.batches {
		if len(c.batches[i].objects) == 0 {
			continue
		}
		path := x.batchPath(f, c, i)
		if len(paths) == 0 || !paths[len(paths)-1].Equal(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// batchPath returns the longest path that leads to all objects of a batch. Where it is one object
// and one field, it leads to the field.
func (x *Execution) batchPath(f *fetch, c *call, i int) gqlerr.Path {
	b, members := &f.batches[i], c.batches[i].set()
	var common gqlerr.Path
	var only place
	places := 0
	x.eachPlace(b.path, func(p place) bool {
		if !members[p.object] {
			return true
		}
		if places++; places == 1 {
			common = append(gqlerr.Path{}, p.path...)
			only = place{object: p.object, shape: p.shape, path: common}
			return true
		}
		n := 0
		for n < len(common) && n < len(p.path) && common[n] == p.path[n] {
			n++
		}
		common = common[:n]
		return n > 0
	})
	if places == 1 {
		if fields := x.scanned(only, b.scan); len(fields) == 1 {
			return common.Key(fields[0])
		}
	}
	return common
}

// scanned returns the response keys of the fields of an object that a scan fills.
func (x *Execution) scanned(p place, s *plan.Scan) []string {
	var keys []string
	for i := range s.Cases {
		if !fits(s.Cases[i].On, x.doc.Type(p.object)) && s.TypeKey != "" {
			continue
		}
		for _, sf := range s.Cases[i].Fields {
			for _, f := range x.visible(p.shape, p.object, sf.Slot) {
				keys = append(keys, f.Key)
			}
		}
	}
	return keys
}

// set returns the objects of a batch as a set, for the slow ways of errors.
func (t *targets) set() map[rawjson.Ref]bool {
	out := make(map[rawjson.Ref]bool, len(t.objects))
	for _, object := range t.objects {
		out[object] = true
	}
	return out
}
