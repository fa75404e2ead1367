package execute

import (
	"fmt"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// completeObject implements "Executing Selection Sets" and "Value Completion" for one object
// (GraphQL spec 6.3, 6.4.3). It returns false if a field that is null must make the object null;
// what it wrote is then to be cut off. Nothing after such a field is completed.
func (x *Execution) completeObject(object rawjson.Ref, s *shape) bool {
	w := &x.writer
	c := s.caseOf(x.doc.Type(object))
	w.out = append(w.out, '{')
	start := len(w.out)
	for i := range c.fields {
		f := &c.fields[i]
		if f.When != 0 && !x.isOn(f.When) {
			continue
		}
		if len(w.out) > start {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, f.prefix...)
		w.path = append(w.path, gqlerr.PathElement{Key: f.Key})
		if !x.completeField(object, f) {
			w.path = w.path[:len(w.path)-1]
			return false
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.out = append(w.out, '}')
	return true
}

func (x *Execution) completeField(object rawjson.Ref, f *shapeField) bool {
	w := &x.writer
	if f.Guard != 0 && !x.isOn(f.Guard) && f.Kind == plan.SlotField {
		w.add(&gqlerr.Error{
			Message: f.Coordinate + " was not asked for: a variable is null that stands for an argument, or inside one, where null is not allowed",
			Code:    gqlerr.BadUserInput, Path: append(gqlerr.Path(nil), w.path...),
		})
		return x.orNull(len(w.out), false, f.value)
	}
	switch f.Kind {
	case plan.SlotField:
		return x.completeValue(x.doc.Slot(object, f.Slot), f, f.value)
	case plan.TypenameField:
		typ := x.doc.Type(object)
		if typ == rawjson.TypeFailed {
			x.explainWithheld(x.causes.ofType[object], f)
			return x.orNull(len(w.out), false, f.value)
		}
		if typ < 0 {
			x.complain(f, gqlerr.InvalidSubgraphData, "no subgraph told the type of the object that holds "+f.Coordinate)
			return x.orNull(len(w.out), false, f.value)
		}
		w.out = rawjson.AppendString(w.out, x.plan.plan.Types[typ])
	case plan.IntrospectionField:
		w.out = x.in.Introspect(w.out, f.Slot)
	case plan.DeniedField:
		x.complain(f, gqlerr.UnauthorizedField, f.Coordinate+" is withheld: the request does not meet what the schema requires of those who see it")
		return x.orNull(len(w.out), false, f.value)
	}
	return true
}

// completeValue implements "Value Completion" and "Handling Field Errors" (GraphQL spec 6.4.3,
// 6.4.4). It writes a value or null; false means that the null must propagate.
func (x *Execution) completeValue(v rawjson.Ref, f *shapeField, c *completion) bool {
	mark := len(x.writer.out)
	if !x.writer.hasRoom(0) {
		return false
	}
	ok := false
	switch v.Kind() {
	case rawjson.Null:
		x.refuseNull(f, c)
	case rawjson.Failed:
		if cause, isWithheld := v.Cause(); isWithheld {
			x.explainWithheld(cause, f)
		}
	case rawjson.Absent:
		x.complain(f, gqlerr.InvalidSubgraphData, f.Coordinate+" is missing from the subgraph's answer")
	case rawjson.Conflict:
		x.complain(f, gqlerr.InvalidSubgraphData, "subgraphs disagree about "+f.Coordinate+": their lists differ in length, or their values in kind")
	case rawjson.Leaf:
		ok = x.completeRaw(x.doc.Bytes(v), f, c)
	case rawjson.Object:
		ok = x.completeComposite(v, f, c)
	case rawjson.List:
		ok = x.completeComposite(v, f, c)
	}
	return x.orNull(mark, ok, c)
}

// orNull ends the completion of a value that began at mark: without a value it is null, and false
// if the type does not allow that.
func (x *Execution) orNull(mark int, ok bool, c *completion) bool {
	if ok {
		return true
	}
	x.writer.truncate(mark)
	if c != nil && c.NonNull || x.writer.tooLarge {
		return false
	}
	x.writer.out = append(x.writer.out, "null"...)
	return true
}

// completeComposite completes an object or a list of the document. What stands in several places is
// completed once and its bytes are copied to the others.
func (x *Execution) completeComposite(v rawjson.Ref, f *shapeField, c *completion) bool {
	if !x.doc.IsShared(v) {
		return x.completeCompositeSlow(v, f, c)
	}
	key := memoKey(v, c)
	if m, again := x.writer.recall(key); again {
		return m.ok
	}
	before := x.writer.remember(key)
	ok := x.completeCompositeSlow(v, f, c)
	x.writer.remembered(before, ok)
	return ok
}

func (x *Execution) completeCompositeSlow(v rawjson.Ref, f *shapeField, c *completion) bool {
	switch {
	case v.Kind() == rawjson.List && c.elem != nil:
		return x.completeList(v, f, c)
	case v.Kind() == rawjson.Object && c.shape != nil:
		if typ := x.doc.Type(v); typ == rawjson.TypeInvalid || c.shape.caseOf(typ) == nil {
			x.refuseType(v, f, c)
			return false
		}
		return x.completeObject(v, c.shape)
	}
	x.wrongKind(f, c)
	return false
}

func (x *Execution) completeList(list rawjson.Ref, f *shapeField, c *completion) bool {
	w := &x.writer
	w.out = append(w.out, '[')
	w.path = append(w.path, gqlerr.PathElement{})
	step := len(w.path) - 1
	for i := range x.doc.Len(list) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path[step].Index = i
		if !x.completeValue(x.doc.Element(list, i), f, c.elem) {
			w.path = w.path[:step]
			return false
		}
	}
	w.path = w.path[:step]
	w.out = append(w.out, ']')
	return true
}

// refuseNull complains about a null whose type does not allow it.
func (x *Execution) refuseNull(f *shapeField, c *completion) {
	if c.NonNull {
		x.complain(f, gqlerr.InvalidSubgraphData, f.Coordinate+" is null, which its type does not allow")
	}
}

// refuseType complains about an object whose runtime type does not tell what to write.
func (x *Execution) refuseType(object rawjson.Ref, f *shapeField, c *completion) {
	switch x.doc.Type(object) {
	case rawjson.TypeFailed:
		x.explainWithheld(x.causes.ofType[object], f)
	case rawjson.TypeNull:
		x.refuseNull(f, c)
	case rawjson.TypeNone:
		x.complain(f, gqlerr.InvalidSubgraphData, "no subgraph told the type of "+f.Coordinate)
	default:
		x.complain(f, gqlerr.InvalidSubgraphData, f.Coordinate+" is an object of a type that the graph does not have here, or on which subgraphs disagree")
	}
}

// explainWithheld tells at the current place for which error a value is null that the error does not name.
func (x *Execution) explainWithheld(cause int, f *shapeField) {
	if cause == 0 {
		x.complain(f, gqlerr.SubgraphFailed, f.Coordinate+" was not asked for: a value that it needs could not be had")
		return
	}
	// The null that an error names looks like those around it if its object's type came after the error.
	if x.causes.list[cause-1].hasPlace && len(x.writer.errors) < x.in.Limits.MaxErrors {
		x.tellOnce(cause, x.writer.path)
		return
	}
	x.tell(cause, x.writer.path)
}

// wrongKind complains about a value that is not of its type.
func (x *Execution) wrongKind(f *shapeField, c *completion) {
	want := "a list"
	if c.elem == nil {
		want = "a value of type " + c.TypeName
	}
	x.complain(f, gqlerr.InvalidSubgraphData, fmt.Sprintf("%s is not %s", f.Coordinate, want))
}

// complain adds an error at the current place of the response.
func (x *Execution) complain(f *shapeField, code gqlerr.Code, message string) {
	e := &gqlerr.Error{Message: message, Code: code, Path: append(gqlerr.Path(nil), x.writer.path...)}
	if f.Subgraph >= 0 && f.Kind == plan.SlotField {
		e.Subgraph = x.plan.plan.Subgraphs[f.Subgraph]
	}
	x.writer.add(e)
}
