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

// pretty breaks a subgraph operation into lines: one for each field.
func pretty(text string) string {
	var b strings.Builder
	depth, parens := 0, 0
	inString := false
	line := func() { b.WriteString("\n" + strings.Repeat("  ", depth)) }
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inString:
			b.WriteByte(c)
			if c == '\\' {
				i++
				b.WriteByte(text[i])
			}
			inString = c != '"'
			continue
		case c == '"':
			inString = true
		case c == '(':
			parens++
		case c == ')':
			parens--
		}
		switch {
		case parens > 0 || c == ')' || inString:
			b.WriteByte(c)
			if c == ',' || c == ':' {
				b.WriteByte(' ')
			}
		case c == '{':
			if b.Len() > 0 && !strings.HasSuffix(b.String(), " ") && !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte(' ')
			}
			b.WriteByte('{')
			depth++
			if next := text[i+1]; next != ' ' {
				line()
			}
		case c == '}':
			depth--
			line()
			b.WriteByte('}')
			if i+1 < len(text) && text[i+1] != '}' && text[i+1] != ' ' {
				line()
			}
		case c == ' ' && isNameSpace(text, i):
			b.WriteByte(' ')
		case c == ' ':
			line()
		case c == '@':
			b.WriteString(" @")
		case c == '.' && strings.HasPrefix(text[i:], "...") && text[i-1] != '{' && text[i-1] != '}' && text[i-1] != ' ':
			line()
			b.WriteString("...")
			i += 2
		case c == '.' && strings.HasPrefix(text[i:], "..."):
			b.WriteString("...")
			i += 2
		case c == ':':
			b.WriteString(": ")
		default:
			if i > 0 && text[i-1] == ')' {
				line()
			}
			b.WriteByte(c)
		}
	}
	return strings.ReplaceAll(b.String(), "...on ", "... on ") + "\n"
}

// isNameSpace reports whether the space at i belongs to "... on T", "fragment f on T" or a
// fragment's name, rather than between two fields.
func isNameSpace(text string, i int) bool {
	before := text[:i]
	return strings.HasSuffix(before, "...on") || strings.HasSuffix(before, "}fragment") || strings.HasSuffix(before, " on") ||
		strings.HasPrefix(text[i:], " on ") && strings.Contains(before, "}fragment f") && !strings.Contains(before[strings.LastIndex(before, "}fragment f"):], "{")
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
