package querygraph

import "github.com/weft-graph/weft/graph/internal/schema"

// numberTypes numbers the object types. Those of the API schema keep their number there, so that
// the type sets of operations can be used as they are.
func (g *Graph) numberTypes() {
	var visible []int
	for _, t := range g.Supergraph.API().Types {
		if t.Kind == schema.Object && t.ObjectIndex() >= 0 {
			for len(g.Types) <= t.ObjectIndex() {
				g.Types = append(g.Types, nil)
			}
			g.Types[t.ObjectIndex()] = t
			g.numbers[t.Name] = t.ObjectIndex()
			visible = append(visible, t.ObjectIndex())
		}
	}
	g.Visible = schema.SetOf(visible...)
	all := g.Supergraph.Schema
	for _, t := range all.Types {
		if t.Kind != schema.Object || t.ObjectIndex() < 0 {
			continue
		}
		if _, known := g.numbers[t.Name]; !known {
			g.numbers[t.Name] = len(g.Types)
			g.Types = append(g.Types, t)
		}
	}
	byIndex := map[int]int{}
	for _, t := range all.Types {
		if t.Kind == schema.Object {
			byIndex[t.ObjectIndex()] = g.numbers[t.Name]
		}
	}
	var single schema.SingleSets
	for _, t := range all.Types {
		switch {
		case t.Kind == schema.Object:
			g.possible[t.Name] = single.Of(g.numbers[t.Name], len(g.Types))
		case t.IsComposite():
			numbers := t.Possible().Indexes()
			for at, i := range numbers {
				numbers[at] = byIndex[i]
			}
			g.possible[t.Name] = schema.SetOf(numbers...)
		}
	}
}
