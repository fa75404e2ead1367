package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// resolver is a subgraph's field that resolves a merged field: the field itself, or that of an
// interface object which stands for it.
type resolver struct {
	subgraph int
	field    *federation.Field
	// isShareable says whether another subgraph may resolve the field too.
	isShareable bool
}

// resolvers are all that resolve the field.
func (m *merger) resolvers(f *mergedField) []resolver {
	var out []resolver
	for i, source := range f.sources.all() {
		switch {
		case f.overriddenIn(i).shares:
		case source.External == nil:
			out = append(out, resolver{i, source, source.Shareable})
		case source.Uses.Provides: // resolved on the way to it, which @provides says as clearly
			out = append(out, resolver{i, source, true})
		}
	}
	for _, i := range m.abstractingSubgraphs(f) {
		for _, abstract := range m.abstracting(f, i) {
			if abstract.External == nil {
				out = append(out, resolver{i, abstract, abstract.Shareable})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b resolver) int { return a.subgraph - b.subgraph })
	return out
}

// abstractingSubgraphs are those that may have the field by an interface object.
func (m *merger) abstractingSubgraphs(f *mergedField) []int {
	var out []int
	for _, name := range f.parent.def.Interfaces {
		out = append(out, m.interfaceObjects[name]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// abstracting are the fields of interface objects by which subgraph i has a field of an object type
// that it does not know.
func (m *merger) abstracting(f *mergedField, i int) []*federation.Field {
	if f.parent.def.Kind != schema.Object || f.parent.sources.has(i) {
		return nil
	}
	var out []*federation.Field
	for _, name := range f.parent.def.Interfaces {
		t := m.subgraphs[i].Type(name)
		if t == nil || t.InterfaceObject == nil {
			continue
		}
		if own := t.Field(f.def.Name); own != nil {
			out = append(out, own)
		}
	}
	return out
}

// isResolvedByInterfaceObject reports whether the field is resolved through an interface object.
func (m *merger) isResolvedByInterfaceObject(f *mergedField) bool {
	return slices.ContainsFunc(m.abstractingSubgraphs(f), func(i int) bool {
		return slices.ContainsFunc(m.abstracting(f, i), func(own *federation.Field) bool { return own.External == nil })
	})
}

// checkSharing: a field that several subgraphs resolve must be @shareable in all of them. Possible
// types are compared only where the field isTyped.
func (m *merger) checkSharing(f *mergedField, isTyped bool) {
	isSubscription := f.parent.def.Name == "Subscription"
	if len(f.sources) < 2 && len(f.parent.def.Interfaces) == 0 && !isSubscription {
		return // nobody else could resolve it
	}
	resolvers := m.resolvers(f)
	var positions []diag.Position
	var closed []string
	var toShare []resolver
	for _, r := range resolvers {
		positions = append(positions, m.subgraphs[r.subgraph].At(r.field.Def.Pos))
		if !r.isShareable || isSubscription {
			closed = append(closed, fmt.Sprintf("%q", m.subgraphs[r.subgraph].Name))
			toShare = append(toShare, r)
			last := len(positions) - 1 // places where something is to be done come first
			positions = slices.Insert(positions[:last], len(toShare)-1, positions[last])
		}
	}
	if isSubscription && slices.ContainsFunc(resolvers, func(r resolver) bool { return r.field.ShareableAt != nil }) {
		m.report(diag.InvalidFieldSharing, positions, "remove @shareable: subscriptions cannot be shared", "field %q is @shareable: one subgraph answers a subscription", f.coordinate())
		return
	}
	if len(resolvers) < 2 {
		return
	}
	if len(closed) > 0 {
		fix := m.shareFix(toShare) + ", or let one subgraph take it over with @override"
		if asKey := m.keyFix(f, toShare); asKey != "" {
			fix = asKey + ", or " + fix
		}
		if isSubscription {
			fix = "keep the field in one subgraph: subscriptions cannot be shared"
		}
		m.report(diag.InvalidFieldSharing, positions, fix, "field %q is resolved by %d subgraphs and is not @shareable in %s", f.coordinate(), len(resolvers), joinAnd(closed))
		return
	}
	if isTyped {
		m.noteMixedReturn(f, resolvers, positions)
	}
}
