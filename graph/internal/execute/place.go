package execute

import (
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

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

// maxPlaces is how many places are looked through at a time: an object can stand in very many.
const maxPlaces = 1_000_000

// placeWalk looks through the places of the objects to which steps lead.
type placeWalk struct {
	x     *Execution
	visit func(place) bool
	// left is how many places may still be looked through.
	left int
}

// eachPlace visits the places of the objects that steps lead to from the root, in document order,
// until visit returns false. The path is valid during the visit.
func (x *Execution) eachPlace(steps []plan.Step, visit func(place) bool) {
	w := &placeWalk{x: x, visit: visit, left: maxPlaces}
	w.object(place{object: x.root, shape: x.plan.shape, layout: x.plan.plan.Root}, steps)
}

// object goes on from an object, and returns false when it is enough.
func (w *placeWalk) object(p place, steps []plan.Step) bool {
	x := w.x
	if len(steps) == 0 {
		return w.visit(p)
	}
	if !fits(steps[0].On, x.doc.Type(p.object)) {
		return true
	}
	v := x.doc.Slot(p.object, steps[0].Slot)
	layout := p.layout.Slots[steps[0].Slot].Child
	fields := x.visible(p.shape, p.object, steps[0].Slot)
	if len(fields) == 0 {
		unwanted := p.unwanted || x.plan.shown[p.layout.ID][steps[0].Slot]
		return w.value(place{object: v, path: p.path, layout: layout, unwanted: unwanted}, steps[1:])
	}
	for _, f := range fields {
		at := place{object: v, shape: f.value.composite(), path: append(p.path, gqlerr.PathElement{Key: f.Key}), layout: layout}
		if !w.value(at, steps[1:]) {
			return false
		}
	}
	return true
}

// value is object for a value: an object, or objects through any depth of lists.
func (w *placeWalk) value(p place, steps []plan.Step) bool {
	if w.left--; w.left < 0 {
		return false
	}
	switch p.object.Kind() {
	case rawjson.Object:
		return w.object(p, steps)
	case rawjson.List:
		for i := range w.x.doc.Len(p.object) {
			at := p
			at.object = w.x.doc.Element(p.object, i)
			if p.shape != nil {
				at.path = append(p.path, gqlerr.PathElement{Index: i})
			}
			if !w.value(at, steps) {
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
