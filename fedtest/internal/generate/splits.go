package generate

import (
	"fmt"
	"slices"
	"strings"
)

// addRequires makes some fields of entities need others that their subgraph does not have. A field requires only fields
// before it, so that there are chains and no cycles.
func (m *model) addRequires() {
	for _, t := range slices.Concat(m.ofKind(entityKind), m.ofKind(keyedKind)) {
		for i, f := range t.fields {
			if f.isKey || len(f.owners) != 1 || !m.chance(60) && t.kind != keyedKind {
				continue
			}
			d := m.subgraphs[f.owners[0]].types[t.name]
			if d == nil || len(d.keys) == 0 || d.field(f.name) == nil {
				continue
			}
			var set []string
			for _, other := range t.fields[:i] {
				if len(set) < 3 && m.chance(60) || other.named != nil && len(other.named.members) > 0 {
					if text := m.requirable(f.owners[0], t, other); text != "" {
						set = append(set, text)
					}
				}
			}
			if len(set) > 0 {
				d.field(f.name).directives = append(d.field(f.name).directives, fmt.Sprintf("@requires(fields: %q)", strings.Join(set, " ")))
			}
		}
	}
}

// requirable declares a field as external and returns how a field set of the subgraph asks for it; "" where it cannot.
func (m *model) requirable(sub int, t *typ, f *field) string {
	d := m.subgraphs[sub].types[t.name]
	if use := d.field(f.name); f.isKey || use != nil && !use.isExternal() || len(f.owners) == 0 {
		return ""
	}
	if t.family != nil && slices.Contains(t.family.fields, f) && m.chance(50) {
		return ""
	}
	text := f.name
	if f.calls != nil { // others may ask for the same field with other arguments
		text += pick(m, f.calls)
	}
	if f.named != nil {
		if !m.canUse(sub, f.named) {
			return ""
		}
		m.use(sub, f.named)
		below := m.selectable(sub, f.named)
		if below == "" {
			return ""
		}
		text += " { " + below + " }"
	}
	if d.field(f.name) == nil {
		m.declareField(sub, t, f).directives = []string{"@external"}
	}
	return text
}

// selectable is a selection of a type in a field set of a subgraph.
func (m *model) selectable(sub int, t *typ) string {
	d := m.subgraphs[sub].types[t.name]
	switch t.kind {
	case entityKind:
		return d.keys[0].text
	case keyedKind:
		return d.keys[0].text + m.fragments(sub, t)
	case valueKind:
		var out []string
		for _, f := range t.fields {
			if f.named == nil && f.args == "" && d.field(f.name) != nil {
				out = append(out, f.name)
			}
		}
		return strings.Join(out[:min(len(out), 1+m.IntN(2))], " ")
	case unionKind:
		var out []string
		for _, member := range t.members {
			if slices.Contains(d.members, member.name) {
				out = append(out, "... on "+member.name+" { "+m.selectable(sub, member)+" }")
			}
		}
		return strings.Join(out, " ")
	case plainKind:
		return commonField.name + m.fragments(sub, t)
	case rootKind:
	}
	return ""
}

// fragments select, perhaps, what the members of an interface have of their own in a subgraph.
func (m *model) fragments(sub int, t *typ) string {
	var out strings.Builder
	for _, member := range t.members {
		d := m.subgraphs[sub].types[member.name]
		if d != nil && slices.Contains(d.interfaces, t.name) && m.chance(80) {
			out.WriteString(" ... on " + member.name + " { " + m.selectable(sub, member) + " }")
		}
	}
	return out.String()
}

// addProvides lets some fields resolve a leaf of the entity that they return.
func (m *model) addProvides() {
	for _, t := range m.types {
		for _, f := range t.fields {
			if f.isKey || f.named == nil || f.named.kind != entityKind || len(f.owners) != 1 || t.kind == valueKind || !m.chance(65) {
				continue
			}
			sub := f.owners[0]
			use := m.subgraphs[sub].types[t.name].field(f.name)
			if use == nil || slices.ContainsFunc(use.directives, func(d string) bool { return strings.HasPrefix(d, "@provides") }) {
				continue
			}
			if text := m.providable(sub, f.named); text != "" {
				use.directives = append(use.directives, fmt.Sprintf("@provides(fields: %q)", text))
			}
		}
	}
}

// providable declares a field of an entity as external and provided: a leaf, or what a subgraph can resolve below one.
func (m *model) providable(sub int, t *typ) string {
	d := m.subgraphs[sub].types[t.name]
	prefersDeep := m.chance(75)
	for _, isDeep := range []bool{prefersDeep, !prefersDeep} {
		for _, f := range t.fields {
			if f.isKey || f.args != "" || len(f.owners) == 0 || t.family != nil && slices.Contains(t.family.fields, f) || (f.named != nil) != isDeep {
				continue
			}
			use := d.field(f.name)
			if use != nil && !use.isExternal() {
				continue
			}
			text := f.name
			if isDeep {
				below := m.providableBelow(sub, f.named)
				if below == "" {
					continue
				}
				text += " { " + below + " }"
			}
			if use == nil {
				m.declareField(sub, t, f).directives = []string{"@external"}
			}
			m.share(t, f)
			return text
		}
	}
	return ""
}

// providableBelow is a selection of a type below a provided field; "" where there is nothing to provide.
func (m *model) providableBelow(sub int, t *typ) string {
	if t.kind != entityKind && t.kind != valueKind || !m.canUse(sub, t) {
		return ""
	}
	m.use(sub, t)
	if t.kind == valueKind {
		return m.selectable(sub, t)
	}
	for _, f := range t.fields {
		d := m.subgraphs[sub].types[t.name]
		if f.isKey || f.named != nil || f.args != "" || len(f.owners) == 0 || t.family != nil && slices.Contains(t.family.fields, f) {
			continue
		}
		if use := d.field(f.name); use == nil {
			m.declareField(sub, t, f).directives = []string{"@external"}
		} else if !use.isExternal() {
			continue
		}
		m.share(t, f)
		return f.name
	}
	return ""
}

// share marks a field as shareable where it is resolved.
func (m *model) share(t *typ, f *field) {
	for _, s := range m.subgraphs {
		d := s.types[t.name]
		if d == nil || d.keyword != "type" {
			continue
		}
		if use := d.field(f.name); use != nil && !use.isExternal() {
			use.isShareable = true
		}
	}
}

// addOverrides lets some fields be taken over by another subgraph that has the entity.
func (m *model) addOverrides() {
	for _, t := range m.ofKind(entityKind) {
		for _, f := range t.fields {
			if f.isKey || len(f.owners) != 1 || !m.chance(22) || t.family != nil {
				continue
			}
			from := f.owners[0]
			old := m.subgraphs[from].types[t.name].field(f.name)
			if old == nil || len(old.directives) > 0 {
				continue
			}
			for _, to := range m.having(t, "type", false) {
				d := m.subgraphs[to].types[t.name]
				if to == from || d.field(f.name) != nil || f.named != nil && !m.canUse(to, f.named) {
					continue
				}
				use := m.declareField(to, t, f)
				use.directives = append(use.directives, m.overrideOf(m.subgraphs[from].name))
				break
			}
		}
	}
}

func (m *model) overrideOf(from string) string {
	switch m.IntN(4) {
	case 0:
		return fmt.Sprintf("@override(from: %q, label: \"percent(%d)\")", from, 10+m.IntN(80))
	case 1:
		m.labels++
		return fmt.Sprintf("@override(from: %q, label: \"label%d\")", from, m.labels)
	}
	return fmt.Sprintf("@override(from: %q)", from)
}

// addVariance lets one subgraph promise more than the graph does.
func (m *model) addVariance() {
	if !m.chance(30) {
		return
	}
	for _, s := range m.subgraphs {
		for _, d := range s.order {
			for _, use := range d.fields {
				if d.keyword == "type" && !use.isExternal() && !strings.HasSuffix(use.ref, "!") && len(use.field.owners) > 1 && m.chance(30) {
					use.ref += "!"
					return
				}
			}
		}
	}
}
