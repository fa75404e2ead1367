package compose

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// overridden says what an @override did to a field of one subgraph.
type overridden struct {
	// used is set where another subgraph took the field over and this one still needs it.
	used bool
	// shares is set where the field counts no longer as resolved here, or not always: it need not be
	// shareable.
	shares bool
	// gone is set where the subgraph has lost the field entirely.
	gone bool
	// isMoot is set where the field's own @override names no subgraph of the graph.
	isMoot bool
	// label is that of a progressive override, on both sides.
	label string
}

// overriddenIn says what an @override did to the field in subgraph i.
func (f *mergedField) overriddenIn(i int) overridden {
	if f.overridden != nil && f.overridden[i] != nil {
		return *f.overridden[i]
	}
	return overridden{}
}

// overrideState is where to write what an @override did to the field in subgraph i.
func (f *mergedField) overrideState(i int) *overridden {
	if f.overridden == nil {
		f.overridden = map[int]*overridden{}
	}
	if f.overridden[i] == nil {
		f.overridden[i] = &overridden{}
	}
	return f.overridden[i]
}

// overrideLabel is the grammar of labels: a name, or "percent(12.5)".
var overrideLabel = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_\-:./]*$|^percent\((\d{1,2}(\.\d{1,8})?|100)\)$`)

// applyOverrides takes the fields away from the subgraphs that lost them to an @override. Their types
// still count in merging: clients must not see a change while fields move.
func (m *merger) applyOverrides() {
	m.eachType(overridesPass, func(t *mergedType) {
		if t.def.Kind != schema.Object && t.def.Kind != schema.Interface {
			return
		}
		for _, f := range t.fields {
			for _, one := range f.sources {
				if one.value.Override != nil {
					m.applyOverride(f, one.subgraph)
				}
			}
		}
	})
}

// applyOverride follows the @override of the field in subgraph i.
func (m *merger) applyOverride(f *mergedField, i int) {
	source := f.sources.get(i)
	override := source.Override
	at := []diag.Position{m.subgraphs[i].At(override.Pos)}
	from := slices.IndexFunc(m.subgraphs, func(s *federation.Subgraph) bool { return s.Name == override.From })
	switch {
	case f.parent.def.Kind == schema.Interface && f.parent.sources.get(i).InterfaceObject == nil:
		m.report(diag.OverrideOnInterface, at, m.onImplementations("@override", f),
			"@override cannot stand on %q, a field of an interface", f.coordinate())
		return
	case f.parent.sources.get(i).InterfaceObject != nil:
		m.report(diag.OverrideCollisionWithAnotherDirective, at, "move the field without @override, in one release of all subgraphs",
			"@override cannot stand on %q in %q, a field of an @interfaceObject", f.coordinate(), m.subgraphs[i].Name)
		return
	case from < 0:
		f.overrideState(i).isMoot = true
		m.add(diag.Warn, diag.FromSubgraphDoesNotExist, at, m.otherSubgraph(override.From),
			"@override on %q in %q names the subgraph %q, which does not exist", f.coordinate(), m.subgraphs[i].Name, override.From)
		return
	case from == i:
		m.report(diag.OverrideFromSelfError, at, "name another subgraph, or remove @override",
			"@override on %q in %q names its own subgraph", f.coordinate(), m.subgraphs[i].Name)
		return
	case f.sources.get(from) == nil:
		m.overrideNothing(f, i, from, at)
		return
	}
	at = append(at, m.subgraphs[from].At(f.sources.get(from).Def.Pos))
	if f.sources.get(from).Override != nil {
		m.report(diag.OverrideSourceHasOverride, at, "keep one of the two @override",
			"@override on %q in %q takes the field from %q, which takes it from elsewhere itself", f.coordinate(), m.subgraphs[i].Name, override.From)
		return
	}
	if directive, where := overrideConflict(source, f.sources.get(from)); directive != "" {
		m.report(diag.OverrideCollisionWithAnotherDirective, at, fmt.Sprintf("remove %s or @override", directive),
			"@override on %q in %q cannot be followed: the field has %s in %q", f.coordinate(), m.subgraphs[i].Name, directive,
			m.subgraphs[[]int{i, from}[where]].Name)
		return
	}
	m.takeOver(f, i, from, at)
}

// otherSubgraph is the fix for the name of a subgraph that does not exist.
func (m *merger) otherSubgraph(name string) string {
	var names []string
	for _, sub := range m.subgraphs {
		names = append(names, sub.Name)
	}
	if closest := schema.Closest(name, names); closest != "" {
		return fmt.Sprintf("write %q", closest)
	}
	return fmt.Sprintf("name one of %s, or remove @override", m.names(func(int) bool { return true }))
}

// overrideNothing: the subgraph does not have the field itself; it may have it by an interface object.
func (m *merger) overrideNothing(f *mergedField, i, from int, at []diag.Position) {
	if abstracting := m.abstracting(f, from); len(abstracting) > 0 {
		m.report(diag.OverrideCollisionWithAnotherDirective, append(at, m.subgraphs[from].At(abstracting[0].Def.Pos)), "override the field on the interface's own subgraph",
			"@override on %q in %q takes the field from %q, which has it only as %q of an @interfaceObject",
			f.coordinate(), m.subgraphs[i].Name, m.subgraphs[from].Name, abstracting[0].Coordinate())
		return
	}
	m.add(diag.Info, diag.OverrideDirectiveCanBeRemoved, at, "remove @override",
		"@override on %q in %q: subgraph %q no longer has the field", f.coordinate(), m.subgraphs[i].Name, m.subgraphs[from].Name)
}

// overrideConflict finds a directive that @override does not go with; where is 0 for the overriding
// subgraph and 1 for the overridden one.
func overrideConflict(overriding, overridden *federation.Field) (directive string, where int) {
	switch {
	case overridden.Requires != nil:
		return "@requires", 1
	case overridden.Provides != nil:
		return "@provides", 1
	case overriding.External != nil:
		return "@external", 0
	}
	return "", 0
}

// takeOver moves the field from one subgraph to another, at once or, with a label, progressively.
func (m *merger) takeOver(f *mergedField, i, from int, at []diag.Position) {
	label := f.sources.get(i).Override.Label
	if label != "" {
		if !overrideLabel.MatchString(label) {
			m.report(diag.OverrideLabelInvalid, at, "write a name such as \"group:variant\", or \"percent(25)\"",
				"the label %q of @override on %q is no name and no percentage", label, f.coordinate())
			f.overrideState(from).shares = true // says no more of the field
			return
		}
		f.overrideState(i).label, f.overrideState(from).label = label, label
		m.add(diag.Info, diag.OverrideMigrationInProgress, at, "remove the field from the old subgraph when the migration is done",
			"field %q moves from %q to %q by the label %q", f.coordinate(), m.subgraphs[from].Name, m.subgraphs[i].Name, label)
	}
	old := f.sources.get(from)
	if old.External != nil {
		m.add(diag.Info, diag.OverrideDirectiveCanBeRemoved, at, "remove @override",
			"@override on %q in %q: subgraph %q does not resolve the field, it is @external there", f.coordinate(), m.subgraphs[i].Name, m.subgraphs[from].Name)
		return
	}
	f.overrideState(from).shares = true
	f.overrideState(from).used = old.Uses.Any()
	if label == "" {
		m.add(diag.Info, diag.OverriddenFieldCanBeRemoved, at, fmt.Sprintf("remove %q from %q, or mark it @external where it is still needed", f.coordinate(), m.subgraphs[from].Name),
			"field %q in %q is overridden by %q", f.coordinate(), m.subgraphs[from].Name, m.subgraphs[i].Name)
	}
	f.overrideState(from).gone = label == "" && !f.overriddenIn(from).used
}
