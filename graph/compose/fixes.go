package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// A fix names the smallest edit and its place: what to write, at which line of which file.

// at lists places: "at a.graphqls:1:2 and b.graphqls:3:4".
func at(positions ...diag.Position) string {
	parts := make([]string, len(positions))
	for i, p := range positions {
		parts[i] = p.String()
	}
	return "at " + joinAnd(parts)
}

// shareFix is the edit that makes the field shareable for those that resolve it, with the directive's name in
// each subgraph, or the import that is missing.
func (m *merger) shareFix(resolvers []resolver) string {
	var edits []string
	var imports []diag.Position
	places := map[string][]diag.Position{}
	for _, r := range resolvers {
		sub, name := m.subgraphs[r.subgraph], "@shareable"
		link := sub.Links.ByIdentity(federation.FederationIdentity)
		switch {
		case link == nil:
		case link.IsImported("@shareable") || sub.Schema.Directive("shareable") != nil:
			name = link.NameOf(name)
		default:
			imports = append(imports, sub.At(link.Pos))
		}
		edit := fmt.Sprintf("add %s to %q", name, r.field.Coordinate())
		if link == nil {
			edit = "link Federation 2 and " + edit
		}
		if places[edit] == nil {
			edits = append(edits, edit)
		}
		places[edit] = append(places[edit], sub.At(r.field.Def.Pos))
	}
	for i, edit := range edits {
		edits[i] = edit + " " + at(places[edit]...)
	}
	if imports = slices.Compact(imports); len(imports) > 0 {
		edits[len(edits)-1] += fmt.Sprintf(" (import it %s)", at(imports...))
	}
	return joinAnd(edits)
}

// keyFix is the edit that makes the field a part of a key where it is not and elsewhere is: then it needs no
// @shareable. It is empty where that is not what was forgotten.
func (m *merger) keyFix(f *mergedField, resolvers []resolver) string {
	var edits []string
	for _, r := range resolvers {
		sub, own := m.subgraphs[r.subgraph], r.field.Parent
		for i, source := range f.parent.sources.all() {
			key := keyWith(source, f.def.Name, own)
			if i == r.subgraph || key == nil {
				continue
			}
			name := "@key"
			if link := sub.Links.ByIdentity(federation.FederationIdentity); link != nil {
				name = link.NameOf(name)
			}
			edits = append(edits, fmt.Sprintf("add %s(fields: %q) to %q %s", name, key.Fields, own.Name, at(sub.At(own.Def.Pos))))
			break
		}
	}
	return joinAnd(edits)
}

// keyWith returns a key of t that has the field called name, and of which own, another subgraph's type, has all
// fields; nil if there is none.
func keyWith(t *federation.Type, name string, own *federation.Type) *federation.Key {
	for _, key := range t.Keys {
		has, isKnown := false, true
		for _, item := range key.Fields {
			has = has || item.Field == name
			isKnown = isKnown && own.Field(item.Field) != nil
		}
		if has && isKnown {
			return key
		}
	}
	return nil
}

// variant is what one subgraph says where all should say the same.
type variant struct {
	text string
	pos  diag.Position
}

// agreeFix is the edit that makes subgraphs agree: those that differ from what most of them say (of
// equally frequent ones the first) change it. write says how to write a text.
func agreeFix(variants []variant, write func(text string) string) string {
	count := map[string]int{}
	for _, v := range variants {
		count[v.text]++
	}
	usual := variants[0].text
	for _, v := range variants {
		if count[v.text] > count[usual] {
			usual = v.text
		}
	}
	var odd []diag.Position
	for _, v := range variants {
		if v.text != usual {
			odd = append(odd, v.pos)
		}
	}
	return write(usual) + " " + at(odd...)
}

// typeVariants are the types of the field in the subgraphs.
func (m *merger) typeVariants(f *mergedField, from []int) []variant {
	var out []variant
	for _, i := range from {
		out = append(out, variant{f.sources.get(i).Type.String(), m.subgraphs[i].At(f.sources.get(i).Def.Pos)})
	}
	return out
}

// inputVariants are what text says of an input element in the subgraphs that have it.
func (m *merger) inputVariants(in *inputElement, text func(*schema.InputValue) string) []variant {
	var out []variant
	for i, v := range in.values.all() {
		if v != nil {
			out = append(out, variant{text(v), m.subgraphs[i].At(v.Pos)})
		}
	}
	return out
}

// missingInput is the edit that adds an argument or input field to the subgraphs that lack it.
func (m *merger) missingInput(in *inputElement) string {
	var v *schema.InputValue
	for _, one := range in.values.all() {
		if v = one; v != nil {
			break
		}
	}
	text := fmt.Sprintf("%s: %s", in.name, v.Type)
	if v.Default != nil {
		text += " = " + v.Default.String()
	}
	return fmt.Sprintf("add %q to %q %s", text, ownerOf(in.coordinate), at(m.lackingInput(in)...))
}

// lackingInput are the places of what the input element belongs to where it is missing.
func (m *merger) lackingInput(in *inputElement) []diag.Position {
	var out []diag.Position
	for _, i := range in.owners {
		if !in.values.has(i) {
			out = append(out, m.subgraphs[i].At(in.ownerPos(i)))
		}
	}
	return out
}

// ownerOf is the element that an argument or field belongs to: "T.f" of "T.f(a:)", "T" of "T.f".
func ownerOf(coordinate string) string {
	if owner, _, isArgument := strings.Cut(coordinate, "("); isArgument {
		return owner
	}
	owner, _, _ := strings.Cut(coordinate, ".")
	return owner
}

// typesLacking are the places of the type in the subgraphs for which lacks is true.
func (m *merger) typesLacking(t *mergedType, lacks func(i int) bool) []diag.Position {
	var out []diag.Position
	for i, source := range t.sources.all() {
		if lacks(i) {
			out = append(out, m.subgraphs[i].At(source.Def.Pos))
		}
	}
	return out
}

// onImplementations is the fix for a directive that cannot stand on a field of an interface.
func (m *merger) onImplementations(directive string, f *mergedField) string {
	var names []string
	for _, t := range m.implementations(f.parent.def.Name) {
		names = append(names, fmt.Sprintf("%q", t.def.Name+"."+f.def.Name))
	}
	if len(names) == 0 || len(names) > 5 {
		return fmt.Sprintf("put %s on the fields of the implementing types", directive)
	}
	return fmt.Sprintf("put %s on %s instead", directive, joinAnd(names))
}
