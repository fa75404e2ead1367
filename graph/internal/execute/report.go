package execute

import (
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// reportLocated reports the errors of a call at every place to which a path of the subgraph's leads.
func (x *Execution) reportLocated(f *fetch, c *call) {
	if len(c.located) == 0 {
		return
	}
	locators := make([]locator, len(c.located))
	for i := range f.batches {
		x.locatePlaces(f, c, i, locators)
	}
	for i := range c.located {
		e, l := &c.located[i], &locators[i]
		if e.place != atPath {
			continue
		}
		if e.around = l.around; len(l.paths)+len(l.around) == 0 && !l.unwanted {
			e.place = atFetch
		}
		for _, path := range l.paths {
			x.causes.list[e.cause-1].hasPlace = true
			x.tellOnce(e.cause, path)
		}
	}
}

// locatePlaces finds the places at which the client sees the errors with a path of batch i. They are looked for together:
// an error for each of very many entities would take the square of that.
func (x *Execution) locatePlaces(f *fetch, c *call, i int, locators []locator) {
	ofNumber := map[int][]int{}
	for j := range c.located {
		if e := &c.located[j]; e.place == atPath && e.batch == i {
			ofNumber[e.number] = append(ofNumber[e.number], j)
		}
	}
	if len(ofNumber) == 0 {
		return
	}
	b, t := &f.batches[i], &c.batches[i]
	members := map[rawjson.Ref][]int{}
	for j, object := range t.objects {
		number := -1
		if b.entities != nil {
			number = t.number[j]
		}
		if errors := ofNumber[number]; errors != nil {
			members[object] = errors
		}
	}
	x.eachPlace(b.path, func(p place) bool {
		for _, j := range members[p.object] {
			if l := &locators[j]; len(l.paths)+len(l.around) <= x.in.Limits.MaxErrors {
				l.x = x
				l.object(p, b.scan, c.located[j].steps)
			}
		}
		return true
	})
}

// reportUntold reports the errors of a call that no place of the response has: they made nothing null that
// the client sees, or a null above it.
func (x *Execution) reportUntold(f *fetch, c *call) {
	var ofFetch []gqlerr.Path // of all errors that stand there
	for i := range c.located {
		e := &c.located[i]
		if x.causes.list[e.cause-1].told {
			continue
		}
		switch e.place {
		case atFetch:
			if ofFetch == nil {
				ofFetch = x.fetchPaths(f, c)
			}
			e.around = ofFetch
		case atBatch:
			e.around = []gqlerr.Path{x.batchPath(f, c, e.batch)}
		}
		for _, path := range e.around {
			x.tellOnce(e.cause, path)
		}
	}
}

// locator follows one error's path in the answer through the response.
type locator struct {
	x *Execution
	// paths are the places at which the client sees the error. around are those at which it sees no more of
	// the path, something that was asked for on its behalf, or an object of which another subgraph answered
	// a part.
	paths, around []gqlerr.Path
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
		l.end(p)
		return
	}
	f := l.x.scanField(p.object, scan, steps[0].key)
	if f == nil {
		l.around = report(l.around, p.path)
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

// end notes the end of the path.
func (l *locator) end(p place) {
	if p.object.IsComposite() {
		l.around = report(l.around, p.path)
	} else {
		l.paths = report(l.paths, p.path)
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
		l.around = report(l.around, p.path)
	}
}

// value follows the path from a value of a type.
func (l *locator) value(p place, c *completion, scan *plan.Scan, steps []pathStep) {
	v := p.object
	switch {
	case len(steps) == 0, v.Kind() == rawjson.List && steps[0].key == nil && steps[0].index >= l.x.doc.Len(v):
		l.end(p)
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
		l.end(p)
	}
}
