package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// String prints the plan as a tree for people and tests: each fetch with its wave, its subgraph,
// what it depends on, what it is for, how objects are represented and the operation that is sent.
func (p *Plan) String() string {
	var b strings.Builder
	waves := p.Waves()
	last := 0
	if len(waves) > 0 {
		last = slices.Max(waves)
	}
	fmt.Fprintf(&b, "%s: %d fetches, %d waves\n", kindText(p.Kind), len(p.Fetches), last)
	for i, f := range p.Fetches {
		p.writeFetch(&b, f, waves[i])
	}
	return b.String()
}

// Waves returns the wave of each fetch: one more than the latest it depends on, starting at 1.
func (p *Plan) Waves() []int {
	waves := make([]int, len(p.Fetches))
	for i, f := range p.Fetches {
		waves[i] = 1
		for _, d := range f.DependsOn {
			waves[i] = max(waves[i], waves[d]+1)
		}
	}
	return waves
}

func kindText(k OperationKind) string {
	switch k {
	case operation.Mutation:
		return "mutation"
	case operation.Subscription:
		return "subscription"
	case operation.Query:
		return "query"
	}
	panic(fmt.Sprintf("plan: unknown kind of operation %d", k))
}

func (p *Plan) writeFetch(b *strings.Builder, f *Fetch, wave int) {
	fmt.Fprintf(b, "fetch %d, wave %d, %s", f.ID, wave, p.Subgraphs[f.Subgraph])
	if len(f.DependsOn) > 0 {
		fmt.Fprintf(b, ", after %s", strings.Trim(fmt.Sprint(f.DependsOn), "[]"))
	}
	if len(f.Awaits) > 0 {
		fmt.Fprintf(b, ", looking at %s", strings.Trim(fmt.Sprint(f.Awaits), "[]"))
	}
	if f.When != 0 {
		b.WriteString(", if " + p.conditionText(f.When))
	}
	b.WriteString(": " + f.Why + "\n")
	for _, e := range f.Entities {
		p.writeEntities(b, f, e)
	}
	for _, v := range f.Variables {
		switch v.Source {
		case FromVariable:
			if name := p.Variables[v.Value.Variable].Name; name != v.Name {
				fmt.Fprintf(b, "  $%s is $%s\n", v.Name, name)
			}
		case FromTemplate:
			fmt.Fprintf(b, "  $%s is %s\n", v.Name, p.valueText(v.Value))
		case FromCondition:
			fmt.Fprintf(b, "  $%s is %s\n", v.Name, p.conditionText(v.Condition))
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(pretty(f.Text), "\n"), "\n") {
		b.WriteString("    " + line + "\n")
	}
}

func (p *Plan) writeEntities(b *strings.Builder, f *Fetch, e *Entities) {
	for _, c := range e.Cases {
		b.WriteString("  ")
		if len(f.Entities) > 1 {
			b.WriteString(e.Key + " ")
		}
		fmt.Fprintf(b, "at %s", p.stepsText(e.Path))
		if c.On != nil {
			b.WriteString(" on " + p.typesText(c.On))
		}
		fmt.Fprintf(b, ": %s {%s}", c.TypeName, p.fieldsText(e.Scan.Layout, c.Fields))
		if e.When != 0 && e.When != f.When {
			b.WriteString(" if " + p.conditionText(e.When))
		}
		b.WriteByte('\n')
	}
	for _, v := range e.Contexts {
		fmt.Fprintf(b, "  $%s is %s\n", v.Name, p.contextText(e, v))
	}
	for _, r := range e.Reuse {
		s := &p.Sources[r.Source]
		fmt.Fprintf(b, "  not for a %s that is at %s too\n", s.Key.TypeName, s.Layout.Place)
	}
}

// stepsText prints a path by the names of slots: "me.orders[Paid].items".
func (p *Plan) stepsText(steps []Step) string {
	if len(steps) == 0 {
		return "the root"
	}
	text := ""
	l := p.Root
	for i, s := range steps {
		if s.On != nil {
			text += "[" + p.typesText(s.On) + "]"
		}
		if i > 0 {
			text += "."
		}
		text += l.Slots[s.Slot].Name
		l = l.Slots[s.Slot].Child
	}
	return text
}

func (p *Plan) typesText(set TypeSet) string {
	var names []string
	for _, t := range set.Indexes() {
		names = append(names, p.Types[t])
	}
	return strings.Join(names, "|")
}

func (p *Plan) fieldsText(l *Layout, fields []RepresentationField) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		text := f.Name
		if f.TypeName != "" {
			text += "=" + f.TypeName
		} else if slot := l.Slots[f.Slot]; slot.Name != f.Name {
			text += "=" + slot.Name
		}
		if f.Required && f.TypeName == "" {
			text += "?"
		}
		if f.On != nil && f.TypeName == "" {
			text += " on " + p.typesText(f.On)
		}
		if f.Fields != nil {
			text += " {" + p.fieldsText(l.Slots[f.Slot].Child, f.Fields) + "}"
		}
		parts[i] = text
	}
	return strings.Join(parts, " ")
}

func (p *Plan) conditionText(id CondID) string {
	var alternatives []string
	for _, c := range p.Conditions[id-1] {
		var literals []string
		for _, l := range c {
			text := "$" + p.Variables[l.Variable].Name
			if l.Negated {
				text = "not " + text
			}
			literals = append(literals, text)
		}
		alternatives = append(alternatives, strings.Join(literals, " and "))
	}
	return strings.Join(alternatives, " or ")
}

func (p *Plan) valueText(v Value) string {
	switch v.Kind {
	case operation.VariableValue:
		return "$" + p.Variables[v.Variable].Name
	case operation.ListTemplate:
		parts := make([]string, len(v.Items))
		for i, item := range v.Items {
			parts[i] = p.valueText(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case operation.ObjectTemplate:
		parts := make([]string, len(v.Items))
		for i, item := range v.Items {
			parts[i] = v.Names[i] + ": " + p.valueText(item)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	panic(fmt.Sprintf("plan: unknown kind of value %d", v.Kind))
}

// why says what a fetch is for: the places and the fields.
func (b *builder) why(d *draft) string {
	if d.root != nil {
		return b.fieldNames(d.root)
	}
	parts := make([]string, len(d.entities))
	for i, e := range d.entities {
		parts[i] = fmt.Sprintf("%s of %s by {%s}", b.fieldNames(e.sel), e.place.layout.Place, e.keyText)
	}
	return strings.Join(parts, "; ")
}

func (b *builder) fieldNames(sel *subSelection) string {
	var names []string
	for _, f := range sel.fields {
		if !slices.Contains(names, f.want.name) {
			names = append(names, f.want.name)
		}
	}
	if len(names) == 0 {
		return "__typename"
	}
	return strings.Join(names, ", ")
}

// ShapeText prints the response's shape: for every member its key, where its value comes from, its
// type and its condition; members that only some runtime types have stand under those types.
func (p *Plan) ShapeText() string {
	var b strings.Builder
	p.writeShape(&b, p.Shape, "")
	return b.String()
}

func (p *Plan) writeShape(b *strings.Builder, s *Shape, indent string) {
	for _, c := range s.Cases {
		below := indent
		if c.On != nil && len(s.Cases) > 1 {
			fmt.Fprintf(b, "%son %s\n", indent, p.typesText(c.On))
			below += "  "
		}
		for i := range c.Fields {
			p.writeShapeField(b, s.Layout, &c.Fields[i], below)
		}
	}
}

func (p *Plan) writeShapeField(b *strings.Builder, l *Layout, f *ShapeField, indent string) {
	fmt.Fprintf(b, "%s%s: ", indent, f.Key)
	switch f.Kind {
	case TypenameField:
		b.WriteString("the type's name")
	case IntrospectionField:
		fmt.Fprintf(b, "introspection %s", p.Introspection[f.Slot].Name)
	case DeniedField:
		fmt.Fprintf(b, "denied %s", f.Coordinate)
	case SlotField:
		fmt.Fprintf(b, "%s of %s, %s", l.Slots[f.Slot].Name, p.Subgraphs[f.Subgraph], f.Type)
	default:
		panic(fmt.Sprintf("plan: unknown kind of shape field %d", f.Kind))
	}
	if f.When != 0 {
		b.WriteString(" if " + p.conditionText(f.When))
	}
	if f.Guard != 0 {
		b.WriteString(" or an error without " + p.conditionText(f.Guard))
	}
	b.WriteByte('\n')
	if f.Kind != SlotField {
		return
	}
	named := f.Type
	for named.Elem != nil {
		named = named.Elem
	}
	if named.Shape != nil {
		p.writeShape(b, named.Shape, indent+"  ")
	}
}

// String prints the type as in SDL.
func (c *Completion) String() string {
	text := c.TypeName
	if c.Elem != nil {
		text = "[" + c.Elem.String() + "]"
	}
	if c.NonNull {
		text += "!"
	}
	return text
}
