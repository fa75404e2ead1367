package execute

import (
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// cause is an error because of which values of the response are null. It is told at each field that is
// null for want of it, as a client that stores the response takes a null without an error at its place
// for the truth (GraphQL spec 6.4.4, 7.1.2); where it made nothing null that the client sees, it is told once,
// near the place of its fetch.
type cause struct {
	// err is the error without a path.
	err gqlerr.Error
	// always is set for a call that failed: it is told once even where no more errors are listed.
	always bool
	told   bool
	// hasPlace is set for one that is told where its path leads, also if completion does not come upon it.
	hasPlace bool
}

// causes are the causes of one run. Marks in the document name them by number, from 1 on; 0 is an unknown one.
type causes struct {
	list []cause
	// ofType are the causes for which the runtime types of objects are not known (rawjson.TypeFailed).
	ofType map[rawjson.Ref]int
	// ofElement are those of lists of leaves with an error inside.
	ofElement map[rawjson.Ref]int
	// ofRefusal are those of values that are not sent on: one for all that are wrong in the same way.
	ofRefusal map[wrongness]int
	// kept is the cause for which the value in work is not sent on.
	kept int
}

// wrongness is what is wrong with a value that a subgraph needs.
type wrongness struct {
	of   *member
	typ  *completion
	kind rawjson.Kind
}

func (c *causes) add(e cause) int {
	c.list = append(c.list, e)
	return len(c.list)
}

// keep notes for which cause the value in work is not sent on.
func (c *causes) keep(cause int) representable {
	c.kept = cause
	return keyFailed
}

func (c *causes) setOfType(object rawjson.Ref, cause int) {
	if c.ofType == nil {
		c.ofType = map[rawjson.Ref]int{}
	}
	c.ofType[object] = cause
}

func (c *causes) setOfElement(list rawjson.Ref, cause int) {
	if c.ofElement == nil {
		c.ofElement = map[rawjson.Ref]int{}
	}
	c.ofElement[list] = cause
}

// reset forgets one run. Its errors were copied.
func (c *causes) reset() {
	clear(c.list)
	*c = causes{list: kept(c.list, 144)}
}

// tellOnce is tell for an error of which an equal one may stand at the place: a subgraph that is asked for one field
// by two keys errs twice, and of many hidden errors one is enough around them.
func (x *Execution) tellOnce(number int, path gqlerr.Path) {
	if c := &x.causes.list[number-1]; x.writer.says(&c.err, path) {
		c.told = true
		return
	}
	x.tell(number, path)
}

// tell adds the error of a cause at a place of the response. An empty path is left out.
func (x *Execution) tell(number int, path gqlerr.Path) {
	c, w := &x.causes.list[number-1], &x.writer
	if len(w.errors) >= x.in.Limits.MaxErrors && (c.told || !c.always) {
		c.told = true
		w.dropped++
		return
	}
	c.told = true
	e := c.err
	if len(path) > 0 {
		e.Path = append(gqlerr.Path(nil), path...)
	}
	w.errors = append(w.errors, &e)
}
