package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// mergeEnums merges the values of enums by how they are used: as output all values that any subgraph
// returns, as input those that every subgraph accepts, as both exactly the same.
func (m *merger) mergeEnums() {
	m.checkEnumUses()
	m.eachType(enumsPass, func(t *mergedType) {
		if t.def.Kind != schema.Enum {
			return
		}
		use, isUsed := m.enumUse[t.def.Name]
		if !isUsed {
			m.add(diag.Debug, diag.UnusedEnumType, m.typePositions(t, nil), fmt.Sprintf("remove %q", t.def.Name),
				"enum %q is used nowhere; its values are merged as if it were an output", t.def.Name)
		}
		for _, name := range enumValueNames(t) {
			m.mergeEnumValue(t, name, use)
		}
		if len(t.def.Values) == 0 {
			m.report(diag.EmptyMergedEnumType, m.typePositions(t, nil), fmt.Sprintf("declare one value of %q in %s", t.def.Name, m.names(t.sources.has)),
				"the subgraphs share no value of the enum %q, which is an input", t.def.Name)
		}
	})
}

// checkEnumUses looks whether an enum that is kept is used as it was.
func (m *merger) checkEnumUses() {
	if m.before == nil {
		return
	}
	for _, t := range m.types {
		if !t.isKept || t.def.Kind != schema.Enum {
			continue
		}
		old, wasUsed := m.before.m.enumUse[t.def.Name]
		if use, isUsed := m.enumUse[t.def.Name]; use != old || isUsed != wasUsed {
			m.isFarReaching = true
		}
	}
}

func enumValueNames(t *mergedType) []string {
	var names []string
	seen := map[string]bool{}
	for _, source := range t.sources.all() {
		for _, v := range source.Def.Values {
			if !seen[v.Name] {
				seen[v.Name] = true
				names = append(names, v.Name)
			}
		}
	}
	return names
}

// enumValue returns the value of a subgraph's enum, or nil. It finds those of a long enum, which is asked for
// every value of it, in a table.
func (m *merger) enumValue(t *federation.Type, name string) *schema.EnumValue {
	if t == nil {
		return nil
	}
	if len(t.Def.Values) < manyFields {
		for _, v := range t.Def.Values {
			if v.Name == name {
				return v
			}
		}
		return nil
	}
	if m.values == nil {
		m.values = map[*federation.Type]map[string]*schema.EnumValue{}
	}
	if m.values[t] == nil {
		m.values[t] = make(map[string]*schema.EnumValue, len(t.Def.Values))
		for _, v := range t.Def.Values {
			m.values[t][v.Name] = v
		}
	}
	return m.values[t][name]
}

func (m *merger) mergeEnumValue(t *mergedType, name string, use enumUse) {
	merged := &schema.EnumValue{Name: name}
	coordinate := t.def.Name + "." + name
	var positions []diag.Position
	var texts []string
	var applied bySubgraph[[]schema.Directive]
	for i, source := range t.sources.all() {
		if v := m.enumValue(source, name); v != nil {
			positions = append(positions, m.subgraphs[i].At(v.Pos))
			texts = append(texts, v.Description)
			applied.set(i, v.Applied)
		}
	}
	merged.Applied = m.mergeMetadata(coordinate, applied)
	lacks := func(i int) bool { return t.sources.has(i) && m.enumValue(t.sources.get(i), name) == nil }
	if t.sources.any(lacks) {
		isHidden := slices.ContainsFunc(merged.Applied, func(d schema.Directive) bool { return d.Name == "inaccessible" })
		fix := fmt.Sprintf("add %q to %q %s", name, t.def.Name, at(m.typesLacking(t, lacks)...))
		switch {
		case use.input && use.output && !isHidden:
			m.report(diag.EnumValueMismatch, positions, fix+", or hide it with @inaccessible",
				"enum %q is used for input and output and must be the same everywhere: value %q is missing in %s", t.def.Name, name, m.names(lacks))
		case use.input && !use.output:
			m.add(diag.Warn, diag.InconsistentEnumValueForInputEnum, positions, fix,
				"value %q is missing in %s and therefore not in the supergraph: the enum is an input", coordinate, m.names(lacks))
			return
		case !use.input:
			m.add(diag.Debug, diag.InconsistentEnumValueForOutputEnum, positions, fix, "value %q is missing in %s", coordinate, m.names(lacks))
		}
	}
	merged.Description = m.mergeDescription(fmt.Sprintf("value %q", coordinate), texts, func() []diag.Position { return positions })
	t.def.Values = append(t.def.Values, merged)
}
