package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// argOwner is a field or directive whose arguments are merged.
type argOwner struct {
	coordinate string
	// sources by subgraph; nil where the subgraph does not have the owner.
	sources bySubgraph[*argSource]
}

// argSource is what one subgraph has.
type argSource struct {
	args []*schema.InputValue
	pos  schema.Position
}

func (s *argSource) arg(name string) *schema.InputValue {
	if s == nil {
		return nil
	}
	for _, a := range s.args {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// mergeArgs keeps the arguments that every subgraph has: one that a subgraph lacks could not be
// passed to it.
func (m *merger) mergeArgs(owner argOwner) []*schema.InputValue {
	if len(owner.sources) == 1 {
		return m.copyArgs(owner)
	}
	var names []string
	owners := owner.sources.subgraphs()
	for _, source := range owner.sources.all() {
		for _, a := range source.args {
			if !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	var out []*schema.InputValue
	for _, name := range names {
		var values bySubgraph[*schema.InputValue]
		for i, source := range owner.sources.all() {
			if arg := source.arg(name); arg != nil {
				values = append(values, ofSubgraph[*schema.InputValue]{i, arg})
			}
		}
		in := &inputElement{
			coordinate: fmt.Sprintf("%s(%s:)", owner.coordinate, name), what: "argument", name: name, values: values,
			owners:       owners,
			missing:      diag.RequiredArgumentMissing,
			typeMismatch: diag.FieldArgumentTypeMismatch, defaultMismatch: diag.FieldArgumentDefaultMismatch,
			partly: diag.InconsistentArgumentPresence,
		}
		if sources := owner.sources; len(values) < len(owners) {
			in.ownerPos = func(i int) schema.Position { return sources.get(i).pos }
		}
		if merged := m.mergeInput(in); merged != nil {
			out = append(out, merged)
		}
	}
	return out
}

// copyArgs is mergeArgs where there is nothing to merge, which is the case of most fields.
func (m *merger) copyArgs(owner argOwner) []*schema.InputValue {
	one := owner.sources[0]
	var out []*schema.InputValue
	for _, arg := range one.value.args {
		merged := &schema.InputValue{Name: arg.Name, Description: arg.Description, Type: arg.Type}
		if arg.Default != nil {
			merged.Default = canonicalDefault(arg)
		}
		if len(arg.Applied) > 0 {
			merged.Applied = m.mergeMetadata(fmt.Sprintf("%s(%s:)", owner.coordinate, arg.Name), bySubgraph[[]schema.Directive]{{one.subgraph, arg.Applied}})
		}
		m.use(arg.Type, enumUse{input: true})
		out = append(out, merged)
	}
	return out
}

// mergeInputFields merges the fields of input objects like arguments.
func (m *merger) mergeInputFields() {
	m.eachType(inputFieldsPass, func(t *mergedType) {
		if t.def.Kind != schema.InputObject {
			return
		}
		t.fields = slices.DeleteFunc(t.fields, func(f *mergedField) bool { return !m.mergeInputField(t, f) })
		if len(t.fields) == 0 {
			m.report(diag.EmptyMergedInputType, m.typePositions(t, nil), fmt.Sprintf("declare one field of %q in %s", t.def.Name, m.names(t.sources.has)),
				"the subgraphs share no field of the input type %q", t.def.Name)
		}
	})
}

func (m *merger) mergeInputField(t *mergedType, f *mergedField) bool {
	in := &inputElement{
		coordinate: f.coordinate(), what: "input field", name: f.def.Name,
		owners:       t.sources.subgraphs(),
		missing:      diag.RequiredInputFieldMissing,
		typeMismatch: diag.FieldTypeMismatch, defaultMismatch: diag.InputFieldDefaultMismatch,
		partly: diag.InconsistentInputObjectField,
	}
	for i, source := range f.sources.all() {
		d := source.Def
		in.values.set(i, &schema.InputValue{Name: d.Name, Description: d.Description, Type: d.Type, Default: d.Default, Applied: d.Applied, Pos: d.Pos})
	}
	if len(f.sources) < len(t.sources) {
		in.ownerPos = func(i int) schema.Position { return t.sources.get(i).Def.Pos }
	}
	merged := m.mergeInput(in)
	if merged == nil {
		return false
	}
	f.def = &schema.Field{Name: f.def.Name, Description: merged.Description, Type: merged.Type, Default: merged.Default, Applied: merged.Applied}
	return true
}

// inputElement is an argument or input field while it is merged.
type inputElement struct {
	coordinate, what, name string
	// values by subgraph; nil where it is missing.
	values bySubgraph[*schema.InputValue]
	// owners are the subgraphs that have what the element belongs to.
	owners []int
	// ownerPos is the place of what the element belongs to; nil where no subgraph lacks the element.
	ownerPos func(subgraph int) schema.Position
	// The codes of what can be wrong; partly is the hint for an optional element that is dropped.
	missing, typeMismatch, defaultMismatch, partly diag.Code
}

// mergeInput merges one argument or input field: the most specific type, a default only where all
// agree. It returns nil for one that not every subgraph has.
func (m *merger) mergeInput(in *inputElement) *schema.InputValue {
	if !m.isEverywhere(in) {
		return nil
	}
	out := &schema.InputValue{Name: in.name, Type: m.mergeInputType(in), Default: m.mergeDefault(in)}
	var texts []string
	var applied bySubgraph[[]schema.Directive]
	for i, v := range in.values.all() {
		if v != nil {
			texts = append(texts, v.Description)
			applied.set(i, v.Applied)
		}
	}
	out.Description = m.mergeDescription(fmt.Sprintf("%s %q", in.what, in.coordinate), texts, func() []diag.Position { return m.inputPositions(in) })
	out.Applied = m.mergeMetadata(in.coordinate, applied)
	m.use(out.Type, enumUse{input: true})
	return out
}

func (m *merger) inputPositions(in *inputElement) []diag.Position {
	var out []diag.Position
	for i, v := range in.values.all() {
		if v != nil {
			out = append(out, m.subgraphs[i].At(v.Pos))
		}
	}
	return out
}

func (m *merger) isEverywhere(in *inputElement) bool {
	if len(in.owners) == len(in.values) {
		return true
	}
	lacks := func(i int) bool { return slices.Contains(in.owners, i) && !in.values.has(i) }
	required := func(i int) bool {
		v := in.values.get(i)
		return v != nil && v.Type.NonNull && v.Default == nil
	}
	lacking := m.names(lacks)
	if in.values.any(required) {
		m.report(in.missing, slices.Concat(m.inputPositions(in), m.lackingInput(in)), m.missingInput(in)+", or make it optional where it is required",
			"%s %q is required in %s and missing in %s", in.what, in.coordinate, m.names(required), lacking)
		return false
	}
	m.add(diag.Warn, in.partly, m.inputPositions(in), m.missingInput(in),
		"optional %s %q is missing in %s and therefore not in the supergraph", in.what, in.coordinate, lacking)
	return false
}

// mergeInputType takes the most specific type: what all subgraphs accept.
func (m *merger) mergeInputType(in *inputElement) *schema.TypeRef {
	var merged *schema.TypeRef
	allEqual := true
	for _, v := range in.values.all() {
		switch {
		case v == nil:
		case merged == nil:
			merged = v.Type
		case v.Type.Equal(merged):
		case m.isSubtype(v.Type, merged):
			merged, allEqual = v.Type, false
		case m.isSubtype(merged, v.Type):
			allEqual = false
		default:
			m.report(in.typeMismatch, m.inputPositions(in), agreeFix(m.inputVariants(in, func(v *schema.InputValue) string { return v.Type.String() }), func(text string) string { return fmt.Sprintf("declare %q as %s", in.coordinate, text) }),
				"the types of %s %q cannot be merged: %s", in.what, in.coordinate, m.inputTypesText(in))
			return merged
		}
	}
	if !allEqual {
		code := diag.InconsistentButCompatibleArgumentType
		if in.typeMismatch == diag.FieldTypeMismatch {
			code = diag.InconsistentButCompatibleFieldType
		}
		m.add(diag.Info, code, m.inputPositions(in), fmt.Sprintf("use %s in all subgraphs", merged),
			"%s %q has different types, the supergraph uses %s: %s", in.what, in.coordinate, merged, m.inputTypesText(in))
	}
	return merged
}

func (m *merger) inputTypesText(in *inputElement) string {
	var parts []string
	for i, v := range in.values.all() {
		if v != nil {
			parts = append(parts, fmt.Sprintf("%s in %q", v.Type, m.subgraphs[i].Name))
		}
	}
	return strings.Join(parts, ", ")
}

func (m *merger) inputDefaultsText(in *inputElement) string {
	var parts []string
	for i, v := range in.values.all() {
		if v != nil && v.Default != nil {
			parts = append(parts, fmt.Sprintf("%s in %q", v.Default, m.subgraphs[i].Name))
		}
	}
	return strings.Join(parts, ", ")
}

// canonicalDefault writes the default of an ID as a number where it is one: 1 and "1" are one ID.
func canonicalDefault(v *schema.InputValue) *schema.Value {
	if v.Type.Named() != "ID" || v.Type.Elem != nil || v.Default.Kind != schema.String {
		return v.Default
	}
	n, err := strconv.ParseInt(v.Default.Raw, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != v.Default.Raw {
		return v.Default
	}
	return &schema.Value{Kind: schema.Int, Raw: v.Default.Raw}
}

// defaultText is equal for defaults that mean the same: 200 and 200.0 are one Float.
func defaultText(v *schema.Value, ref *schema.TypeRef) string {
	if ref.Elem == nil && ref.Name == "Float" {
		if f, err := strconv.ParseFloat(v.Raw, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return v.String()
}

// mergeDefault keeps a default that all subgraphs have: where one has none, the value must be sent.
func (m *merger) mergeDefault(in *inputElement) *schema.Value {
	var merged *schema.Value
	isPartial := false
	for _, v := range in.values.all() {
		switch {
		case v == nil:
		case v.Default == nil:
			isPartial = true
		case merged == nil:
			merged = canonicalDefault(v)
		case defaultText(merged, v.Type) != defaultText(canonicalDefault(v), v.Type):
			m.report(in.defaultMismatch, m.inputPositions(in), agreeFix(m.inputVariants(in, func(v *schema.InputValue) string { return valueText(v.Default) }), func(text string) string { return fmt.Sprintf("give %q the default %s", in.coordinate, text) }),
				"%s %q has different defaults: %s", in.what, in.coordinate, m.inputDefaultsText(in))
			return merged
		}
	}
	if merged != nil && isPartial {
		m.add(diag.Warn, diag.InconsistentDefaultValuePresence, m.inputPositions(in), "declare the default in all subgraphs",
			"%s %q has the default %s in some subgraphs only, the supergraph has none", in.what, in.coordinate, merged)
		return nil
	}
	return merged
}
