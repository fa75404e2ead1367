package generate

import (
	"fmt"
	"slices"
)

// contextLeaves are the types of which a context's value may be.
var contextLeaves = []string{"Int", "Float", "String", "Boolean", "ID", "Color"}

// addContexts lets a field take an argument from an object above it. The field belongs to an entity of its own, which
// only the type that offers the context leads to: everywhere else composition would miss the context.
func (m *model) addContexts() {
	if !m.chance(55) {
		return
	}
	var fits []*typ
	for _, t := range m.ofKind(entityKind) {
		if t.family == nil && len(m.having(t, "type", false)) > 0 {
			fits = append(fits, t)
		}
	}
	if len(fits) == 0 {
		return
	}
	parent := pick(m, fits)
	child := &typ{name: "C0", kind: entityKind, keys: []string{"id"}}
	child.fields = []*field{{name: "id", ref: "ID!", isKey: true}}
	m.types = append(m.types, child)
	there := m.having(parent, "type", false)
	above := pick(m, there)
	link := &field{name: "c", named: child, owners: []int{above}}
	m.wrap(link)
	m.own(parent, link)
	reader := pick(m, there)
	m.know(reader, child, 0, true)
	f := m.newField("f0")
	f.isHidden, f.owners = false, []int{reader}
	m.wrap(f)
	m.own(child, f)
	offered := m.offered(parent)
	m.subgraphs[reader].types[parent.name].context = "above"
	if use := m.declareField(reader, parent, offered); !slices.Contains(offered.owners, reader) && !use.isExternal() {
		use.directives = append(use.directives, "@external")
	}
	m.subgraphs[reader].types[child.name].field(f.name).context =
		fmt.Sprintf("given: %s @fromContext(field: \"$above { %s }\")", offered.ref, offered.name)
	if sub := pick(m, there); m.chance(40) { // somebody else may know the child, and more of it
		m.know(sub, child, 0, true)
		g := m.newField("f1")
		g.owners = []int{sub}
		m.wrap(g)
		m.own(child, g)
	}
}

// offered is the field of a type that a context may read, a new one if need be.
func (m *model) offered(t *typ) *field {
	for _, f := range t.fields {
		if !f.isKey && !f.isHidden && f.args == "" && len(f.owners) > 0 && slices.Contains(contextLeaves, f.ref) {
			return f
		}
	}
	f := &field{name: "f", ref: pick(m, contextLeaves), owners: []int{pick(m, m.having(t, "type", false))}}
	m.own(t, f)
	return f
}
