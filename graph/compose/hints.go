package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// hintMembers hints at union members that some subgraphs do not have.
func (m *merger) hintMembers(t *mergedType) {
	for _, name := range t.def.Members {
		lacks := func(i int) bool { return t.sources.has(i) && !slices.Contains(t.sources.get(i).Def.Members, name) }
		if t.sources.any(lacks) {
			m.add(diag.Debug, diag.InconsistentUnionMember, m.typePositions(t, nil), fmt.Sprintf("add the member to %s, if it can be returned there", m.names(lacks)),
				"union %q has no member %q in %s", t.def.Name, name, m.names(lacks))
		}
	}
}

// hintFieldPresence hints at fields of value types and interfaces that some subgraphs do not have.
func (m *merger) hintFieldPresence(t *mergedType) {
	if len(t.sources) < 2 {
		return
	}
	code := diag.InconsistentObjectValueTypeField
	switch {
	case isRootName(t.def.Name) || m.isEntity(t):
		return
	case t.def.Kind == schema.Interface:
		code = diag.InconsistentInterfaceValueTypeField
	}
	for _, f := range t.fields {
		if m.isAbstract(f) {
			continue // adding it without knowing the types is what an interface object is for
		}
		lacks := func(i int) bool {
			return t.sources.has(i) && t.sources.get(i).InterfaceObject == nil && f.sources.get(i) == nil && !isOnlyExternal(t.sources.get(i))
		}
		if t.sources.any(lacks) {
			m.add(diag.Debug, code, m.fieldPositions(f), fmt.Sprintf("add the field to %s, if it can be resolved there", m.names(lacks)),
				"field %q is not in %s", f.coordinate(), m.names(lacks))
		}
	}
}

// isOnlyExternal reports whether the subgraph resolves no field of the type: it only mentions what it
// needs of it.
func isOnlyExternal(t *federation.Type) bool {
	return len(t.Fields) > 0 && !slices.ContainsFunc(t.Fields, func(f *federation.Field) bool { return f.External == nil })
}

// hintEntity hints at object types that have a key in some subgraphs only.
func (m *merger) hintEntity(t *mergedType) {
	lacks := func(i int) bool { return t.sources.has(i) && len(t.sources.get(i).Keys) == 0 }
	if t.def.Kind == schema.Object && m.isEntity(t) && t.sources.any(lacks) {
		m.add(diag.Info, diag.InconsistentEntity, m.typePositions(t, nil), fmt.Sprintf("add a @key to %q in %s, if it can be resolved there", t.def.Name, m.names(lacks)),
			"type %q has a @key in some subgraphs and none in %s", t.def.Name, m.names(lacks))
	}
}

// isAbstract reports whether only interface objects have the field.
func (m *merger) isAbstract(f *mergedField) bool {
	return !f.sources.any(func(i int) bool {
		return f.parent.sources.get(i).InterfaceObject == nil
	})
}

func isRootName(name string) bool {
	return name == "Query" || name == "Mutation" || name == "Subscription"
}

// isEntity reports whether a subgraph has a key of the type.
func (m *merger) isEntity(t *mergedType) bool {
	for _, source := range t.sources.all() {
		if len(source.Keys) > 0 {
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
		if !t.isKept {
			t.fragile = m.fragileFields(t)
		}
		for _, f := range t.fragile {
			m.hintFragileField(f)
		}
	}
	return m.takeDiags()
}

// fragileFields are the fields that cannot be null and that one subgraph resolves.
func (m *merger) fragileFields(t *mergedType) []*mergedField {
	if t.def.Kind != schema.Object && t.def.Kind != schema.Interface || isRootName(t.def.Name) || !m.isEntity(t) {
		return nil
	}
	var out []*mergedField
	for _, f := range t.fields {
		if !f.def.Type.NonNull {
			continue
		}
		if from := f.remaining(); len(from) == 1 && !f.sources.get(from[0]).Uses.Key {
			out = append(out, f)
		}
	}
	return out
}

// remaining are the subgraphs that resolve the field after all overrides.
func (f *mergedField) remaining() []int {
	return slices.DeleteFunc(f.resolving(), func(i int) bool { return f.overriddenIn(i).gone })
}

func (m *merger) hintFragileField(f *mergedField) {
	name, from := f.parent.def.Name, f.remaining()
	if m.returns(from[0], name) {
		return
	}
	if f.parent.sources.any(func(i int) bool { return m.returns(i, name) }) {
		m.add(diag.Info, diag.NonNullFieldOnForeignEntity, m.fieldPositions(f), fmt.Sprintf("make %q nullable", f.coordinate()),
			"field %q cannot be null, and subgraph %q only adds it to an entity that others return: while %q is down, the whole %q is null",
			f.coordinate(), m.subgraphs[from[0]].Name, m.subgraphs[from[0]].Name, name)
	}
}

// returns reports whether the roots of subgraph i lead to the type without leaving the subgraph.
func (m *merger) returns(i int, name string) bool {
	if m.returned[i] == nil {
		m.returned[i] = m.returnedTypes(i)
	}
	return m.returned[i][name]
}

// returnedTypes are the types to which the roots of subgraph i lead without leaving it.
func (m *merger) returnedTypes(i int) map[string]bool {
	found := map[string]bool{}
	var queue []string
	visit := func(name string) {
		if !found[name] {
			found[name] = true
			queue = append(queue, name)
		}
	}
	sub := m.subgraphs[i]
	for _, root := range []*federation.Type{sub.Query, sub.Mutation, sub.Subscription} {
		if root != nil {
			visit(root.Name)
		}
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		for _, possible := range m.runtimeTypes(i, name) {
			visit(possible)
		}
		if t := sub.Type(name); t != nil {
			for _, f := range t.Fields {
				visit(f.Type.Named())
			}
		}
	}
	return found
}
