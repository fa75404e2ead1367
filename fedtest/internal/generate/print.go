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
}

// declaration is a type in one subgraph.
type declaration struct {
	name, keyword     string
	isInterfaceObject bool
	keys              []keyUse
	interfaces        []string
	members           []string
	fields            []*fieldUse
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
enum Color { RED GREEN BLUE }
scalar JSON
input Filter { min: Int! = 0, max: Float, tags: [String!], color: Color = BLUE, nested: Filter }
`

// link imports what subgraphs use of the federation spec.
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [%s, "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"])
`

// print writes the graph as SDL.
func (m *model) print() Graph {
	var g Graph
	for _, s := range m.subgraphs {
		g.Subgraphs = append(g.Subgraphs, world.SDL{Name: s.name, Text: m.printSubgraph(s)})
	}
	g.Monolith = m.printMonolith()
	return g
}

func (m *model) printSubgraph(s *subgraph) string {
	var b strings.Builder
	key := "@key"
	if m.chance(10) {
		key = "@identified"
		fmt.Fprintf(&b, link, `{name: "@key", as: "@identified"}`)
	} else {
		fmt.Fprintf(&b, link, `"@key"`)
	}
	for _, d := range s.order {
		fmt.Fprintf(&b, "\n%s %s", d.keyword, d.name)
		if d.keyword == "union" {
			fmt.Fprintf(&b, " = %s\n", strings.Join(d.members, " | "))
			continue
		}
		if len(d.interfaces) > 0 {
			b.WriteString(" implements " + strings.Join(d.interfaces, " & "))
		}
		for _, k := range d.keys {
			resolvable := ""
			if !k.isResolvable && !m.ownsSomething(d) {
				resolvable = ", resolvable: false"
			}
			fmt.Fprintf(&b, " %s(fields: %q%s)", key, k.text, resolvable)
		}
		if d.isInterfaceObject {
			b.WriteString(" @interfaceObject")
		}
		b.WriteString(" {\n")
		for _, f := range d.fields {
			m.printField(&b, d, f)
		}
		b.WriteString("}\n")
	}
	b.WriteString(extras)
	return b.String()
}

// ownsSomething reports whether a declaration has a field that others may come for.
func (m *model) ownsSomething(d *declaration) bool {
	return slices.ContainsFunc(d.fields, func(f *fieldUse) bool { return !f.isKey && !f.isExternal() })
}

func (m *model) printField(b *strings.Builder, d *declaration, f *fieldUse) {
	fmt.Fprintf(b, "  %s%s: %s", f.name, f.args, f.ref)
	if d.keyword == "type" && d.name != "Mutation" {
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
	b.WriteString(extras)
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
