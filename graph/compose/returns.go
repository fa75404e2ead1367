package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// mixedReturn is a shared field of an abstract type that has other possible types in some subgraphs. What
// comes of it is known where an object is read whose field several of them can answer, see compareReturns.
type mixedReturn struct {
	field     *mergedField
	positions []diag.Position
}

// noteMixedReturn compares the possible types of a shared field.
func (m *merger) noteMixedReturn(f *mergedField, resolvers []resolver, positions []diag.Position) {
	target := m.byName[f.def.Type.Named()]
	if target == nil || target.def.Kind != schema.Interface && target.def.Kind != schema.Union {
		return
	}
	var first []string
	isFirst, differ := true, false
	for _, r := range resolvers {
		names := m.runtimeTypes(r.subgraph, r.field.Type.Named())
		switch {
		case names == nil: // an interface object stands for any type
		case isFirst:
			first, isFirst = names, false
		default:
			isOther := func(name string) bool { return !slices.Contains(first, name) }
			differ = differ || len(names) != len(first) || slices.ContainsFunc(names, isOther)
		}
	}
	if differ {
		m.addMixedReturn(mixedReturn{f, positions})
	}
}

func (m *merger) mixedReturnsByField() map[string]mixedReturn {
	out := map[string]mixedReturn{}
	for _, r := range m.mixedReturns {
		out[r.field.coordinate()] = r
	}
	return out
}

// compareReturns compares what the subgraphs return that can answer a shared field of the state's object. They
// must have a possible type in common, or whatever one answers is unknown to the other: then it reports
// that and returns false.
func (w *walk) compareReturns(s *state, t *schema.Type, f *schema.Field, targets []querygraph.NodeID) bool {
	coordinate := t.Name + "." + f.Name
	r, isMixed := w.mixed[coordinate]
	if !isMixed || len(targets) < 2 {
		return true
	}
	common, all := w.g.Possible(f.Type.Named()).And(w.g.Visible), schema.TypeSet(nil)
	abstract, differ := 0, false
	var first *querygraph.Node
	for _, id := range targets {
		node := w.g.Nodes[id]
		if node.Type.IsInterfaceObject {
			continue // stands for any type
		}
		if node.Type.Kind != schema.Object {
			abstract++
		}
		if first == nil {
			first = node
		}
		differ = differ || !node.Possible.Equal(first.Possible)
		common, all = common.And(node.Possible), all.Or(node.Possible)
	}
	switch {
	case abstract < 2 || all.IsEmpty(): // a subgraph that returns one type answers with what it says
	case common.IsEmpty():
		if !w.reported[coordinate] {
			w.reported[coordinate] = true
			w.m.diags = append(w.m.diags, diag.Diagnostic{
				Code: diag.ShareableHasMismatchedRuntimeTypes, Positions: r.positions, Witness: w.witness(s, f),
				Message: fmt.Sprintf("the shared field %q returns %q, and the subgraphs have no possible type of it in common", coordinate, f.Type),
				Fix:     fmt.Sprintf("let the subgraphs share a possible type of %q", f.Type.Named()),
			})
		}
		return false
	case differ:
		w.hinted[coordinate] = true
	}
	return true
}

// hintMixedReturns hints at the shared fields that return other types in some of the subgraphs that can answer them
// for one object.
func (w *walk) hintMixedReturns() {
	for _, r := range w.m.mixedReturns {
		f := r.field
		if w.hinted[f.coordinate()] {
			w.m.add(diag.Warn, diag.InconsistentRuntimeTypesForShareableReturn, r.positions, fmt.Sprintf("give %q the same possible types in all subgraphs", f.def.Type.Named()),
				"the shared field %q returns %q, which has other possible types in some subgraphs", f.coordinate(), f.def.Type)
		}
	}
}

// runtimeTypes are the object types that a value of the type can have in one subgraph; nil for an
// interface object.
func (m *merger) runtimeTypes(subgraph int, name string) []string {
	sub := m.subgraphs[subgraph]
	t := sub.Type(name)
	switch {
	case t == nil || t.InterfaceObject != nil:
		return nil
	case t.Kind == schema.Union:
		return t.Def.Members
	case t.Kind != schema.Interface:
		return []string{name}
	}
	out := []string{}
	for _, other := range sub.Types {
		if other.Kind == schema.Object && slices.Contains(other.Def.Interfaces, name) {
			out = append(out, other.Name)
		}
	}
	return out
}
