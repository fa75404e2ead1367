package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// manyFields is the number of fields from which on a table finds those of one name.
const manyFields = 24

// collectFields makes the merged fields of objects, interfaces and input objects. Until it is merged, a
// field has the definition of its first source.
func (m *merger) collectFields() {
	for _, t := range m.types {
		if t.isKept {
			continue
		}
		total := 0
		for _, source := range t.sources.all() {
			total += len(source.Fields)
		}
		block, sources := make([]mergedField, total), make(bySubgraph[*federation.Field], total)
		t.fields = make([]*mergedField, 0, total)
		var index map[string]*mergedField
		if len(t.sources) > 1 && total >= manyFields {
			index = make(map[string]*mergedField, total)
		}
		for at, one := range t.sources {
			for _, f := range one.value.Fields {
				merged := index[f.Name]
				if index == nil && at > 0 {
					merged = t.field(f.Name)
				}
				if merged == nil {
					merged = &block[0]
					merged.parent, merged.def, merged.sources = t, f.Def, sources[:0:1]
					block, sources = block[1:], sources[1:]
					t.fields = append(t.fields, merged)
					if index != nil {
						index[f.Name] = merged
					}
				}
				merged.sources = append(merged.sources, ofSubgraph[*federation.Field]{one.subgraph, f})
			}
		}
	}
}

// mergeFields merges the fields of objects and interfaces.
func (m *merger) mergeFields() {
	m.eachType(fieldsPass, func(t *mergedType) {
		if t.def.Kind != schema.Object && t.def.Kind != schema.Interface {
			return
		}
		for _, f := range t.fields {
			isTyped := m.mergeField(f)
			if t.def.Kind == schema.Object {
				m.checkSharing(f, isTyped)
			}
		}
		m.hintEntity(t)
		m.hintFieldPresence(t)
	})
}

// mergeField merges one output field: the most general type, arguments that all subgraphs have. It
// reports whether the field has a type that all agree with.
func (m *merger) mergeField(f *mergedField) bool {
	if len(f.sources) == 1 && len(f.parent.def.Interfaces) == 0 && f.sources[0].value.External == nil && len(f.sources[0].value.Contexts) == 0 {
		m.copyField(f)
		return true
	}
	f.def = &schema.Field{Name: f.def.Name}
	resolving := f.resolving()
	if len(resolving) == 0 {
		if !m.isResolvedByInterfaceObject(f) {
			m.report(diag.ExternalMissingOnBase, m.fieldPositions(f), fmt.Sprintf("remove @external from %q in the subgraph that resolves it, or remove the field %s", f.coordinate(), at(m.fieldPositions(f)...)),
				"field %q is @external in every subgraph that has it (%s): no subgraph resolves it",
				f.coordinate(), m.names(func(i int) bool { return f.sources.get(i) != nil }))
		}
		f.def.Type = firstSource(f).Type // what follows needs a type
		return true
	}
	m.checkExternalMetadata(f)
	var isTyped bool
	f.def.Type, isTyped = m.mergeOutputType(f, resolving)
	f.def.Args = m.mergeArgs(argOwner{coordinate: f.coordinate(), sources: m.withoutContextual(f, f.argSources(resolving))})
	f.def.Description = m.mergeDescription(fmt.Sprintf("field %q", f.coordinate()), f.descriptions(resolving), func() []diag.Position { return m.fieldPositions(f) })
	f.def.Applied = m.mergeMetadata(f.coordinate(), m.withAbstractAuth(f, f.applied(resolving)))
	m.checkExternals(f, resolving)
	m.use(f.def.Type, enumUse{output: true})
	return isTyped
}

// copyField is mergeField where there is nothing to merge, which is the case of most fields. Where the
// supergraph says nothing else than the subgraph they share the definition, which nobody changes.
func (m *merger) copyField(f *mergedField) {
	i, source := f.sources[0].subgraph, f.sources[0].value
	m.use(source.Type, enumUse{output: true})
	isPlain := func(a *schema.InputValue) bool { return len(a.Applied) == 0 && a.Default == nil }
	if len(source.Applied) == 0 && len(source.Def.Applied) == 0 && !slices.ContainsFunc(source.Def.Args, func(a *schema.InputValue) bool { return !isPlain(a) }) {
		for _, a := range source.Def.Args {
			m.use(a.Type, enumUse{input: true})
		}
		return
	}
	f.def = &schema.Field{Name: f.def.Name, Type: source.Type, Description: source.Def.Description}
	if len(source.Def.Args) > 0 {
		one := bySubgraph[*argSource]{{i, &argSource{args: source.Def.Args, pos: source.Def.Pos}}}
		f.def.Args = m.mergeArgs(argOwner{coordinate: f.coordinate(), sources: one})
	}
	if len(source.Applied) > 0 {
		f.def.Applied = m.mergeMetadata(f.coordinate(), bySubgraph[[]schema.Directive]{{i, source.Applied}})
	}
}

func firstSource(f *mergedField) *federation.Field {
	return f.sources[0].value
}

// resolving are the subgraphs that declare the field and do not mark it external.
func (f *mergedField) resolving() []int {
	var out []int
	for i, source := range f.sources.all() {
		if source.External == nil {
			out = append(out, i)
		}
	}
	return out
}

func (f *mergedField) descriptions(from []int) []string {
	var out []string
	for _, i := range from {
		out = append(out, f.sources.get(i).Def.Description)
	}
	return out
}

// applied are the directives on the field, by subgraph; nil where there are none.
func (f *mergedField) applied(from []int) bySubgraph[[]schema.Directive] {
	if !slices.ContainsFunc(from, func(i int) bool { return len(f.sources.get(i).Applied) > 0 }) {
		return nil
	}
	var out bySubgraph[[]schema.Directive]
	for _, i := range from {
		out.set(i, f.sources.get(i).Applied)
	}
	return out
}

// argSources are the fields' arguments, by subgraph; nil where there are none.
func (f *mergedField) argSources(from []int) bySubgraph[*argSource] {
	if !slices.ContainsFunc(from, func(i int) bool { return len(f.sources.get(i).Def.Args) > 0 }) {
		return nil
	}
	var out bySubgraph[*argSource]
	for _, i := range from {
		out.set(i, &argSource{args: f.sources.get(i).Def.Args, pos: f.sources.get(i).Def.Pos})
	}
	return out
}

// use remembers where an enum is used.
func (m *merger) use(ref *schema.TypeRef, use enumUse) {
	name := ref.Named()
	switch name {
	case "String", "ID", "Int", "Boolean", "Float": // most fields and arguments
		return
	}
	if t := m.byName[name]; t != nil && t.def.Kind == schema.Enum {
		m.useEnum(name, use)
	}
}

// mergeOutputType takes the most general of the field's types; every other one must be a subtype.
func (m *merger) mergeOutputType(f *mergedField, resolving []int) (merged *schema.TypeRef, ok bool) {
	merged = f.sources.get(resolving[0]).Type
	allEqual := true
	for _, i := range resolving[1:] {
		t := f.sources.get(i).Type
		allEqual = allEqual && t.Equal(merged)
		switch {
		case m.isSubtype(t, merged):
		case m.isSubtype(merged, t):
			merged = t
		default:
			m.report(diag.FieldTypeMismatch, m.fieldPositions(f), agreeFix(m.typeVariants(f, resolving), func(text string) string { return fmt.Sprintf("declare %q as %s", f.coordinate(), text) }),
				"the types of field %q cannot be merged: %s", f.coordinate(), m.typesText(f, resolving))
			return merged, false
		}
	}
	if !allEqual {
		m.add(diag.Info, diag.InconsistentButCompatibleFieldType, m.fieldPositions(f), fmt.Sprintf("use %s in all subgraphs", merged),
			"field %q has different types, the supergraph uses %s: %s", f.coordinate(), merged, m.typesText(f, resolving))
	}
	return merged, true
}

// typesText says which type each subgraph has: `Int in "a", String in "b"`.
func (m *merger) typesText(f *mergedField, from []int) string {
	var parts []string
	for _, i := range from {
		parts = append(parts, fmt.Sprintf("%s in %q", f.sources.get(i).Type, m.subgraphs[i].Name))
	}
	return strings.Join(parts, ", ")
}

// checkExternals compares what subgraphs say of a field that they do not resolve with what was merged. Where those
// that resolve it differ in its type, they may be as narrow as some of those.
func (m *merger) checkExternals(f *mergedField, resolving []int) {
	differs := func(i int) bool { return !f.sources.get(i).Type.Equal(f.def.Type) }
	isMixed := slices.ContainsFunc(resolving, differs)
	for i, source := range f.sources.all() {
		if source.External == nil {
			continue
		}
		positions := []diag.Position{m.subgraphs[i].At(source.Def.Pos)}
		for _, j := range resolving {
			positions = append(positions, m.subgraphs[j].At(f.sources.get(j).Def.Pos))
		}
		if differs(i) && !(isMixed && m.isSubtype(source.Type, f.def.Type)) {
			m.report(diag.ExternalTypeMismatch, positions, fmt.Sprintf("declare %q as %s %s", f.coordinate(), f.def.Type, at(positions[0])),
				"the @external field %q has the type %s in %q, it is resolved as %s", f.coordinate(), source.Type, m.subgraphs[i].Name, f.def.Type)
		}
		m.checkExternalArgs(f, i, positions)
	}
}

func (m *merger) checkExternalArgs(f *mergedField, i int, positions []diag.Position) {
	source := f.sources.get(i)
	for _, arg := range f.def.Args {
		own := source.Def.Arg(arg.Name)
		name := fmt.Sprintf("%s(%s:)", f.coordinate(), arg.Name)
		text := fmt.Sprintf("%s: %s", arg.Name, arg.Type)
		if arg.Default != nil {
			text += " = " + arg.Default.String()
		}
		fix := fmt.Sprintf("declare the argument as %q %s", text, at(positions[0]))
		if own == nil {
			m.report(diag.ExternalArgumentMissing, positions, fix, "the @external field %q lacks the argument %q in %q", f.coordinate(), arg.Name, m.subgraphs[i].Name)
			continue
		}
		if !m.isSubtype(own.Type, arg.Type) {
			m.report(diag.ExternalArgumentTypeMismatch, positions, fix, "argument %q of the @external field has the type %s in %q, it is resolved with %s",
				name, own.Type, m.subgraphs[i].Name, arg.Type)
		}
		if valueText(own.Default) != valueText(arg.Default) {
			m.report(diag.ExternalArgumentDefaultMismatch, positions, fix, "argument %q of the @external field has the default %s in %q, it is resolved with %s",
				name, valueText(own.Default), m.subgraphs[i].Name, valueText(arg.Default))
		}
	}
}

// valueText prints a default, or "none".
func valueText(v *schema.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}

// checkExternalMetadata refuses directives on an external field that only the one who resolves the
// field can give.
func (m *merger) checkExternalMetadata(f *mergedField) {
	for i, source := range f.sources.all() {
		if source.External == nil {
			continue
		}
		applied := slices.Clone(source.Applied)
		for _, arg := range source.Def.Args {
			applied = append(applied, arg.Applied...)
		}
		for _, d := range applied {
			if name, ok := m.mergedName(i, d); ok {
				m.report(diag.MergedDirectiveApplicationOnExternal, []diag.Position{m.subgraphs[i].At(d.Pos)},
					fmt.Sprintf("put @%s where %q is resolved", name, f.coordinate()),
					"@%s stands on the @external field %q in %q", name, f.coordinate(), m.subgraphs[i].Name)
			}
		}
	}
}
