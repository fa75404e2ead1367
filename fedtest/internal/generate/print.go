package generate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/fedtest/internal/world"
)

// subgraph is what one subgraph declares.
type subgraph struct {
	name  string
	types map[string]*declaration
	order []*declaration
	// isFederation1 prints it without @link and what came with it.
	isFederation1 bool
}

// declaration is a type in one subgraph.
type declaration struct {
	name, keyword     string
	isInterfaceObject bool
	isHidden          bool
	keys              []keyUse
	// context is the name of the context that the type offers; empty for none.
	context    string
	interfaces []string
	members    []string
	fields     []*fieldUse
}

type keyUse struct {
	text         string
	isResolvable bool
}

// fieldUse is a field in one subgraph.
type fieldUse struct {
	*field
	ref         string
	directives  []string
	isShareable bool
	// context is the argument that comes from a context; empty for none.
	context string
}

func newSubgraph(name string) *subgraph {
	return &subgraph{name: name, types: map[string]*declaration{}}
}

func (s *subgraph) declare(name, keyword string) *declaration {
	if d := s.types[name]; d != nil {
		return d
	}
	d := &declaration{name: name, keyword: keyword}
	s.types[name] = d
	s.order = append(s.order, d)
	return d
}

func (d *declaration) hasKey(text string) bool {
	return slices.ContainsFunc(d.keys, func(k keyUse) bool { return k.text == text })
}

func (d *declaration) hasResolvableKey() bool {
	return slices.ContainsFunc(d.keys, func(k keyUse) bool { return k.isResolvable })
}

// field returns a field of the declaration; nil if it is not declared, be it because the type is not.
func (d *declaration) field(name string) *fieldUse {
	if d == nil {
		return nil
	}
	for _, f := range d.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (f *fieldUse) isOverride() bool {
	return slices.ContainsFunc(f.directives, func(d string) bool { return strings.HasPrefix(d, "@override") })
}

func (f *fieldUse) isExternal() bool { return slices.Contains(f.directives, "@external") }

// declareField declares a field in a subgraph, with the types that it needs there.
func (m *model) declareField(sub int, t *typ, f *field) *fieldUse {
	d := m.subgraphs[sub].declare(t.name, "type")
	if use := d.field(f.name); use != nil {
		return use
	}
	use := &fieldUse{field: f, ref: f.ref}
	d.fields = append(d.fields, use)
	if f.named != nil {
		m.use(sub, f.named)
	}
	return use
}

// extras are the leaf and input types that every subgraph may use.
const extras = `
enum Color { RED GREEN BLUE%s }
scalar JSON
input Filter { min: Int! = 0, max: Float, tags: [String!], color: Color = BLUE, nested: Filter }
`

// link imports what subgraphs use of the federation spec.
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: [%s, "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])
`

// print writes the graph as SDL.
func (m *model) print() Graph {
	var g Graph
	m.chooseVersions()
	for _, s := range m.subgraphs {
		g.Subgraphs = append(g.Subgraphs, world.SDL{Name: s.name, Text: m.printSubgraph(s)})
	}
	g.Monolith = m.printMonolith()
	return g
}

func (m *model) printSubgraph(s *subgraph) string {
	var b strings.Builder
	key, secret := "@key", ""
	switch {
	case s.isFederation1:
	case m.chance(10):
		key = "@identified"
		fmt.Fprintf(&b, link, `{name: "@key", as: "@identified"}`)
	default:
		fmt.Fprintf(&b, link, `"@key"`)
	}
	for _, d := range s.order {
		b.WriteByte('\n')
		if s.isFederation1 && m.isExtension(s, d) {
			b.WriteString("extend ")
		}
		fmt.Fprintf(&b, "%s %s", d.keyword, d.name)
		if d.keyword == "union" {
			fmt.Fprintf(&b, " = %s\n", strings.Join(d.members, " | "))
			continue
		}
		m.printHead(&b, s, d, key)
		for _, f := range d.fields {
			m.printField(&b, s, d, f)
		}
		b.WriteString("}\n")
	}
	if m.hasSecret {
		secret = " SECRET @inaccessible"
	}
	fmt.Fprintf(&b, extras, secret)
	return b.String()
}

// printHead writes what stands between a type's name and its fields.
func (m *model) printHead(b *strings.Builder, s *subgraph, d *declaration, key string) {
	if len(d.interfaces) > 0 {
		b.WriteString(" implements " + strings.Join(d.interfaces, " & "))
	}
	for _, k := range d.keys {
		resolvable := ""
		if !k.isResolvable && !s.isFederation1 && (!m.ownsSomething(d) || d.hasResolvableKey()) {
			resolvable = ", resolvable: false"
		}
		fmt.Fprintf(b, " %s(fields: %q%s)", key, k.text, resolvable)
	}
	if d.isInterfaceObject {
		b.WriteString(" @interfaceObject")
	}
	if d.isHidden {
		b.WriteString(" @inaccessible")
	}
	if d.context != "" {
		fmt.Fprintf(b, " @context(name: %q)", d.context)
	}
	b.WriteString(" {\n")
}

// chooseVersions says which subgraphs are of Federation 1: some of those that use nothing that is newer.
func (m *model) chooseVersions() {
	for _, s := range m.subgraphs {
		s.isFederation1 = m.hasFederation1 && m.chance(60) && !slices.ContainsFunc(s.order, func(d *declaration) bool {
			return d.isInterfaceObject || d.context != "" || d.keyword == "interface" && len(d.keys) > 0 ||
				slices.ContainsFunc(d.fields, func(f *fieldUse) bool { return f.isHidden || f.context != "" || f.isOverride() })
		})
	}
}

// isExtension reports whether a subgraph of Federation 1 extends an entity that another defines.
func (m *model) isExtension(s *subgraph, d *declaration) bool {
	return d.keyword == "type" && len(d.keys) > 0 && slices.ContainsFunc(m.subgraphs, func(other *subgraph) bool {
		return other != s && !other.isFederation1 && other.types[d.name] != nil && !other.types[d.name].isInterfaceObject
	})
}

// ownsSomething reports whether a declaration has a field that others may come for.
func (m *model) ownsSomething(d *declaration) bool {
	return slices.ContainsFunc(d.fields, func(f *fieldUse) bool { return !f.isKey && !f.isExternal() })
}

func (m *model) printField(b *strings.Builder, s *subgraph, d *declaration, f *fieldUse) {
	fmt.Fprintf(b, "  %s%s: %s", f.name, f.argumentsWithContext(), f.ref)
	switch {
	case s.isFederation1:
		if f.isKey && f.named == nil && !f.isExternal() && m.isExtension(s, d) {
			b.WriteString(" @external")
		}
	case d.keyword == "type" && d.name != "Mutation" && d.name != "Subscription":
		if !f.isExternal() && (!f.isKey || len(d.keys) == 0) && (f.isShareable || m.resolvers(d.name, f.name) > 1) {
			b.WriteString(" @shareable")
		}
		if f.isHidden && !f.isExternal() {
			b.WriteString(" @inaccessible")
		}
	}
	for _, directive := range f.directives {
		b.WriteString(" " + directive)
	}
	b.WriteByte('\n')
}

// argumentsWithContext are the field's arguments in this subgraph.
func (f *fieldUse) argumentsWithContext() string {
	switch {
	case f.context == "":
		return f.args
	case f.args == "":
		return "(" + f.context + ")"
	}
	return strings.TrimSuffix(f.args, ")") + ", " + f.context + ")"
}

// resolvers counts the subgraphs that resolve a field.
func (m *model) resolvers(typ, field string) int {
	n := 0
	for _, s := range m.subgraphs {
		if d := s.types[typ]; d != nil {
			if f := d.field(field); f != nil && !f.isExternal() {
				n++
			}
		}
	}
	return n
}

func (m *model) printMonolith() string {
	var b strings.Builder
	for _, t := range m.types {
		members := m.declaredMembers(t)
		isDeclared := slices.ContainsFunc(m.subgraphs, func(s *subgraph) bool { return s.types[t.name] != nil })
		if !isDeclared {
			continue
		}
		switch t.kind {
		case unionKind:
			fmt.Fprintf(&b, "union %s = %s\n", t.name, strings.Join(members, " | "))
			continue
		case plainKind:
			fmt.Fprintf(&b, "interface %s { common: String }\n", t.name)
			continue
		case keyedKind:
			fmt.Fprintf(&b, "interface %s {\n", t.name)
		case entityKind, valueKind, rootKind:
			fmt.Fprintf(&b, "type %s%s {\n", t.name, m.implementsText(t))
		}
		for _, f := range t.fields {
			if m.isDeclared(t, f) {
				fmt.Fprintf(&b, "  %s%s: %s\n", f.name, f.args, f.ref)
			}
		}
		b.WriteString("}\n")
	}
	secret := ""
	if m.hasSecret {
		secret = " SECRET"
	}
	fmt.Fprintf(&b, extras, secret)
	return b.String()
}

// isDeclared reports whether a subgraph declares a field, on its type or on the interface object of that.
func (m *model) isDeclared(t *typ, f *field) bool {
	return slices.ContainsFunc(m.subgraphs, func(s *subgraph) bool {
		return s.types[t.name].field(f.name) != nil || t.family != nil && s.types[t.family.name].field(f.name) != nil
	})
}

// declaredMembers are the members of a union in any subgraph.
func (m *model) declaredMembers(t *typ) []string {
	var out []string
	for _, s := range m.subgraphs {
		if d := s.types[t.name]; d != nil {
			out = append(out, d.members...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (m *model) implementsText(t *typ) string {
	var names []string
	for _, s := range m.subgraphs {
		if d := s.types[t.name]; d != nil {
			names = append(names, d.interfaces...)
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return ""
	}
	return " implements " + strings.Join(names, " & ")
}
