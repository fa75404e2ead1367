package execute

import (
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// shape is a plan.Shape, compiled.
type shape struct {
	// number is its own among the plan's shapes and lists, for the memo.
	number uint32
	cases  []shapeCase
	// byType is the case of each runtime type, any the case of an object whose type is not known; -1
	// where there is none.
	byType []int
	any    int
}

// shapeCase is a plan.ShapeCase, compiled.
type shapeCase struct{ fields []shapeField }

// shapeField is a plan.ShapeField, compiled.
type shapeField struct {
	*plan.ShapeField
	// prefix is `"key":`.
	prefix []byte
	value  *completion
}

// completion is a plan.Completion, compiled.
type completion struct {
	*plan.Completion
	number uint32
	elem   *completion
	shape  *shape
	// enum are the visible values of an enum, with quotes.
	enum map[string]bool
}

func (c *compiler) shape(s *plan.Shape) *shape {
	if s == nil {
		return nil
	}
	if out := c.shapes[s]; out != nil {
		return out
	}
	c.numbers++
	out := &shape{number: c.numbers, any: -1}
	c.shapes[s] = out
	for i, sc := range s.Cases {
		var fields []shapeField
		for j := range sc.Fields {
			f := &sc.Fields[j]
			fields = append(fields, shapeField{ShapeField: f, prefix: memberPrefix(f.Key), value: c.completion(f.Type)})
		}
		out.cases = append(out.cases, shapeCase{fields})
		if sc.On == nil {
			out.any = i
			continue
		}
		if out.byType == nil {
			out.byType = filled(len(c.plan.Types), -1)
		}
		for _, typ := range sc.On.Indexes() {
			out.byType[typ] = i
		}
	}
	for typ, i := range out.byType {
		if i < 0 {
			out.byType[typ] = out.any
		}
	}
	return out
}

func (c *compiler) completion(t *plan.Completion) *completion {
	if t == nil {
		return nil
	}
	c.numbers++
	out := &completion{Completion: t, number: c.numbers, elem: c.completion(t.Elem), shape: c.shape(t.Shape)}
	if t.Leaf == plan.LeafEnum {
		out.enum = make(map[string]bool, len(t.Enum))
		for _, value := range t.Enum {
			out.enum[string(rawjson.AppendString(nil, value))] = true
		}
	}
	return out
}

// caseOf returns the case for a runtime type, or nil.
func (s *shape) caseOf(typ int) *shapeCase {
	i := s.any
	if typ >= 0 && typ < len(s.byType) {
		i = s.byType[typ]
	}
	if i < 0 {
		return nil
	}
	return &s.cases[i]
}

// shownSlots has a true for every slot, by layout, that the response shows of some objects.
func (c *compiler) shownSlots() [][]bool {
	out := make([][]bool, len(c.plan.Layouts))
	for i, l := range c.plan.Layouts {
		out[i] = make([]bool, len(l.Slots))
	}
	for s := range c.shapes {
		for i := range s.Cases {
			for _, f := range s.Cases[i].Fields {
				if f.Kind == plan.SlotField {
					out[s.Layout.ID][f.Slot] = true
				}
			}
		}
	}
	return out
}

// composite returns the shape of the objects in a value, through any depth of lists; nil for leaves.
func (c *completion) composite() *shape {
	for c.elem != nil {
		c = c.elem
	}
	return c.shape
}
