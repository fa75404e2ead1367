package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// hintMembers hints at union members that some subgraphs do not have.
func (m *merger) hintMembers(t *mergedType) {
	for _, name := range t.def.Members {
		lacks := func(i int) bool { return t.sources[i] != nil && !slices.Contains(t.sources[i].Def.Members, name) }
		if slices.ContainsFunc(indexes(t.sources), lacks) {
			m.add(diag.Debug, diag.InconsistentUnionMember, m.typePositions(t, nil), fmt.Sprintf("add the member to %s, if it can be returned there", m.names(lacks)),
				"union %q has no member %q in %s", t.def.Name, name, m.names(lacks))
		}
	}
}

// hintFieldPresence hints at fields of value types and interfaces that some subgraphs do not have.
func (m *merger) hintFieldPresence(t *mergedType) {
	code := diag.InconsistentObjectValueTypeField
	switch {
	case t.def.Kind == schema.Interface:
		code = diag.InconsistentInterfaceValueTypeField
	case isRootName(t.def.Name) || m.isEntity(t):
		return
	}
	for _, f := range t.fields {
		if m.isAbstract(f) {
			continue // adding it without knowing the types is what an interface object is for
		}
		lacks := func(i int) bool {
			return t.sources[i] != nil && t.sources[i].InterfaceObject == nil && f.sources[i] == nil
		}
		if slices.ContainsFunc(indexes(t.sources), lacks) {
			m.add(diag.Debug, code, m.fieldPositions(f), fmt.Sprintf("add the field to %s, if it can be resolved there", m.names(lacks)),
				"field %q is not in %s", f.coordinate(), m.names(lacks))
		}
	}
}

// isAbstract reports whether only interface objects have the field.
func (m *merger) isAbstract(f *mergedField) bool {
	return !slices.ContainsFunc(indexes(f.sources), func(i int) bool {
		return f.sources[i] != nil && f.parent.sources[i].InterfaceObject == nil
	})
}

func isRootName(name string) bool {
	return name == "Query" || name == "Mutation" || name == "Subscription"
}

// isEntity reports whether a subgraph has a key of the type.
func (m *merger) isEntity(t *mergedType) bool {
	for _, source := range t.sources {
		if source != nil && len(source.Keys) > 0 {
			return true
		}
	}
	return false
}

// hintFragile hints at fields that make a whole object fail with a subgraph that only adds to it: a
// field that cannot be null, added to an entity whose lists and roots live elsewhere. With that
// subgraph down, the null moves up into data that does not come from it.
func hintFragile(m *merger) diag.List {
	for _, t := range m.types {
		if t.def.Kind != schema.Object && t.def.Kind != schema.Interface || isRootName(t.def.Name) || !m.isEntity(t) {
			continue
		}
		for _, f := range t.fields {
			from := slices.DeleteFunc(f.resolving(), func(i int) bool { return f.overriddenIn(i).gone })
			if f.def.Type.NonNull && len(from) == 1 && !f.sources[from[0]].Uses.Key && !m.returns(from[0], t.def.Name) && m.returnedElsewhere(from[0], t.def.Name) {
				m.add(diag.Info, diag.NonNullFieldOnForeignEntity, m.fieldPositions(f), fmt.Sprintf("make %q nullable", f.coordinate()),
					"field %q cannot be null, and subgraph %q only adds it to an entity that others return: while %q is down, the whole %q is null",
					f.coordinate(), m.subgraphs[from[0]].Name, m.subgraphs[from[0]].Name, t.def.Name)
			}
		}
	}
	return m.takeDiags()
}

// returns reports whether a field of a root type, or of a type that is not an entity, in subgraph i
// returns the type: then the subgraph is itself a way to the entity.
func (m *merger) returns(i int, name string) bool {
	for _, root := range []string{"Query", "Mutation", "Subscription"} {
		t := m.subgraphs[i].Type(root)
		if t == nil {
			continue
		}
		for _, f := range t.Fields {
			if m.leadsTo(i, f.Type.Named(), name, map[string]bool{}) {
				return true
			}
		}
	}
	return false
}

// leadsTo reports whether a value of type from holds one of type name without leaving subgraph i.
func (m *merger) leadsTo(i int, from, name string, seen map[string]bool) bool {
	if from == name {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, possible := range m.runtimeTypes(i, from) {
		if possible == name {
			return true
		}
		t := m.subgraphs[i].Type(possible)
		if t == nil {
			continue
		}
		for _, f := range t.Fields {
			if m.leadsTo(i, f.Type.Named(), name, seen) {
				return true
			}
		}
	}
	return false
}

// returnedElsewhere reports whether another subgraph than i is a way to the entity.
func (m *merger) returnedElsewhere(i int, name string) bool {
	return slices.ContainsFunc(indexes(m.subgraphs), func(j int) bool { return j != i && m.returns(j, name) })
}
