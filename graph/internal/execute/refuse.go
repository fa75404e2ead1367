package execute

import (
	"errors"
	"slices"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// refusal is a value that a subgraph answered wrongly and that is therefore not sent on.
type refusal struct {
	of  *member
	typ *completion
	// value is what stands in the document.
	value rawjson.Ref
	// trail leads from the object to the value, the last step first: slots, and indexes of lists.
	trail []int
	// steps lead from the root to the object.
	steps  []plan.Step
	object rawjson.Ref
	// cause is its number among the causes.
	cause int
}

// begin notes the value; through is then called for each step up from it to the object.
func (r *refusal) begin(of *member, typ *completion, v rawjson.Ref) representable {
	r.of, r.typ, r.value, r.trail = of, typ, v, r.trail[:0]
	return valueWrong
}

func (r *refusal) through(step int, state representable) {
	if state == valueWrong {
		r.trail = append(r.trail, step)
	}
}

// refuse keeps the refusal in work, that of an object to which steps lead, until reportRefusals.
func (x *Execution) refuse(steps []plan.Step, object rawjson.Ref) {
	r := x.refused
	r.trail = slices.Clone(r.trail)
	slices.Reverse(r.trail)
	r.steps, r.object = steps, object
	r.cause = x.causes.refusal(&r)
	x.causes.keep(r.cause)
	x.refusals = append(x.refusals, r)
}

// refusal returns the cause for everything that is wrong as the value of a refusal is.
func (c *causes) refusal(r *refusal) int {
	how := wrongness{r.of, r.typ, r.value.Kind()}
	if number, known := c.ofRefusal[how]; known {
		return number
	}
	message := r.of.Coordinate + r.complaint()
	if r.of.Hidden {
		message = "a value is not what its type allows"
	}
	e := gqlerr.Error{Message: message + notAsked, Code: gqlerr.InvalidSubgraphData, Subgraph: r.of.subgraph}
	if c.ofRefusal == nil {
		c.ofRefusal = map[wrongness]int{}
	}
	number := c.add(cause{err: e})
	c.ofRefusal[how] = number
	return number
}

// notAsked is what becomes of a value that is wrong.
const notAsked = ": what depends on it is not asked for"

// reportRefusals keeps in mind where the values are that were refused for a call, unless the client sees
// them: completion then finds the same, and more.
func (x *Execution) reportRefusals(f *fetch, c *call) {
	for len(x.refusals) > 0 {
		n := 1
		for n < len(x.refusals) && sameSteps(x.refusals[n].steps, x.refusals[0].steps) {
			n++
		}
		x.reportRefusalsAt(f, c, x.refusals[:n])
		x.refusals = x.refusals[n:]
	}
	x.refusals = nil
}

func sameSteps(a, b []plan.Step) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// hiddenPlace is where the client sees the last of what is around a refused value.
type hiddenPlace struct {
	refusal int
	path    gqlerr.Path
}

// reportRefusalsAt is reportRefusals for objects to which the same steps lead.
func (x *Execution) reportRefusalsAt(f *fetch, c *call, refusals []refusal) {
	of := make(map[rawjson.Ref]int, len(refusals))
	for i := range refusals {
		of[refusals[i].object] = i
	}
	isSeen := make([]bool, len(refusals))
	var hidden []hiddenPlace
	x.eachPlace(refusals[0].steps, func(p place) bool {
		i, ok := of[p.object]
		if !ok || isSeen[i] {
			return true
		}
		w := &seeker{x: x, hidden: len(hidden) < x.in.Limits.MaxErrors}
		isSeen[i] = w.value(p, nil, refusals[i].trail)
		for _, path := range w.paths {
			hidden = append(hidden, hiddenPlace{i, path})
		}
		return true
	})
	for i := range refusals {
		if !isSeen[i] {
			x.withdraw(&refusals[i])
		}
	}
	for _, h := range hidden {
		if r := &refusals[h.refusal]; !isSeen[h.refusal] {
			x.reportRefusal(f, c, r, h.path)
		}
	}
}

func (x *Execution) reportRefusal(f *fetch, c *call, r *refusal, path gqlerr.Path) {
	if len(c.failures) < x.in.Limits.MaxErrors {
		err := errors.New(r.of.Coordinate + r.complaint() + notAsked)
		c.failures = append(c.failures, Failure{Subgraph: r.of.subgraph, Fetch: f.ID, Err: err})
	}
	i := slices.IndexFunc(c.located, func(e located) bool { return e.place == around && e.cause == r.cause })
	if i < 0 {
		i = len(c.located)
		c.located = append(c.located, located{cause: r.cause, place: around})
	}
	c.located[i].around = append(c.located[i].around, path)
}

// complaint says what is wrong.
func (r *refusal) complaint() string {
	switch r.value.Kind() {
	case rawjson.Null:
		return " is null, which its type does not allow"
	case rawjson.Conflict:
		return " is answered in several ways that do not go together"
	}
	return " is not a value of type " + r.typ.String()
}

// withdraw takes a refused value that the client does not see out of the document, so that the next
// fetch that needs it knows of the error.
func (x *Execution) withdraw(r *refusal) {
	v := r.object
	for _, step := range r.trail[:len(r.trail)-1] {
		v = x.doc.Slot(v, step) // a list's elements are its slots
	}
	x.doc.SetSlot(v, r.trail[len(r.trail)-1], rawjson.WithheldRef(r.cause))
}

// seeker follows a trail through what the client sees.
type seeker struct {
	x *Execution
	// hidden says whether paths are wanted at which the client sees no more.
	hidden bool
	paths  []gqlerr.Path
}

// value follows the trail from an object or list, whose type is c where it is not that of p, and
// reports whether the client sees its end.
func (w *seeker) value(p place, c *completion, trail []int) bool {
	if len(trail) == 0 {
		return true
	}
	doc := &w.x.doc
	if p.object.Kind() == rawjson.List {
		at := place{object: doc.Element(p.object, trail[0]), path: append(p.path, gqlerr.PathElement{Index: trail[0]})}
		return w.value(at, c.elem, trail[1:])
	}
	if c != nil {
		p.shape = c.shape
	}
	fields := w.x.visible(p.shape, p.object, trail[0])
	if len(fields) == 0 && w.hidden {
		w.paths = append(w.paths, append(gqlerr.Path{}, p.path...))
	}
	isSeen := false
	for _, f := range fields {
		at := place{object: doc.Slot(p.object, trail[0]), path: append(p.path, gqlerr.PathElement{Key: f.Key})}
		isSeen = w.value(at, f.value, trail[1:]) || isSeen
	}
	return isSeen
}
