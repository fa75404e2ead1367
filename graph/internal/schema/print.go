package schema

import (
	"strings"
)

// Print writes the schema as SDL, in the order in which it holds its parts, built-in ones left out.
// Load(Print(s)) is the same schema.
func Print(s *Schema) string { return PrintWith(s, PrintType) }

// PrintWith is Print with the text of each type's definition from elsewhere.
func PrintWith(s *Schema, definition func(*Type) string) string {
	p := &printer{}
	p.schema(s)
	for _, d := range s.Directives {
		if !d.BuiltIn {
			p.directiveDefinition(d)
		}
	}
	texts, total := make([]string, 0, len(s.Types)), 0
	for _, t := range s.Types {
		if !t.BuiltIn {
			text := definition(t)
			texts = append(texts, text)
			total += 1 + len(text)
		}
	}
	p.Grow(total)
	for _, text := range texts {
		p.block()
		p.WriteString(text)
	}
	return p.String()
}

// PrintType writes the definition of one type as SDL.
func PrintType(t *Type) string {
	p := &printer{}
	p.typeDefinition(t)
	return p.String()
}

// String prints the value as a literal.
func (v Value) String() string {
	p := &printer{}
	p.value(v)
	return p.String()
}

// String prints the application as in SDL: "@key(fields: "id")".
func (d Directive) String() string {
	p := &printer{}
	p.directive(d)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) block() {
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
}

func (p *printer) schema(s *Schema) {
	usesDefaults := true
	for _, operation := range rootOperations {
		root, name := s.Root(operation), defaultRootName(operation)
		switch {
		case root != nil && root.Name != name, root == nil && s.Type(name) != nil:
			usesDefaults = false
		}
	}
	if usesDefaults && s.Description == "" && len(s.Applied) == 0 {
		return
	}
	hasRoot := s.Query != nil || s.Mutation != nil || s.Subscription != nil
	switch {
	case hasRoot:
		p.description("", s.Description)
		p.WriteString("schema")
	case len(s.Applied) > 0:
		p.WriteString("extend schema")
	default:
		return
	}
	if len(s.Applied) > 1 {
		for _, d := range s.Applied {
			p.WriteString("\n  ")
			p.directive(d)
		}
		p.WriteByte('\n')
	} else {
		p.directives(s.Applied)
		p.WriteByte(' ')
	}
	if !hasRoot {
		p.WriteByte('\n')
		return
	}
	p.WriteString("{\n")
	for _, operation := range rootOperations {
		if root := s.Root(operation); root != nil {
			p.WriteString("  " + operation + ": " + root.Name + "\n")
		}
	}
	p.WriteString("}\n")
}

// Root returns the root type of "query", "mutation" or "subscription", or nil.
func (s *Schema) Root(operation string) *Type {
	switch operation {
	case "query":
		return s.Query
	case "mutation":
		return s.Mutation
	case "subscription":
		return s.Subscription
	}
	return nil
}

func (p *printer) directiveDefinition(d *DirectiveDefinition) {
	p.block()
	p.description("", d.Description)
	p.WriteString("directive @" + d.Name)
	p.args("", d.Args)
	if d.Repeatable {
		p.WriteString(" repeatable")
	}
	p.WriteString(" on " + strings.Join(d.Locations, " | ") + "\n")
}

func (p *printer) typeDefinition(t *Type) {
	p.description("", t.Description)
	p.WriteString(keywords[t.Kind] + " " + t.Name)
	if len(t.Interfaces) > 0 {
		p.WriteString(" implements " + strings.Join(t.Interfaces, " & "))
	}
	hasBody := len(t.Fields)+len(t.Values) > 0
	if len(t.Applied) > 1 {
		for _, d := range t.Applied {
			p.WriteString("\n  ")
			p.directive(d)
		}
		if hasBody {
			p.WriteString("\n{")
		}
	} else {
		p.directives(t.Applied)
		if hasBody {
			p.WriteString(" {")
		}
	}
	if len(t.Members) > 0 {
		p.WriteString(" = " + strings.Join(t.Members, " | "))
	}
	p.WriteByte('\n')
	for _, f := range t.Fields {
		p.field(f)
	}
	for _, v := range t.Values {
		p.description("  ", v.Description)
		p.WriteString("  " + v.Name)
		p.directives(v.Applied)
		p.WriteByte('\n')
	}
	if hasBody {
		p.WriteString("}\n")
	}
}

func (p *printer) field(f *Field) {
	p.description("  ", f.Description)
	p.WriteString("  " + f.Name)
	p.args("  ", f.Args)
	p.WriteString(": " + f.Type.String())
	if f.Default != nil {
		p.WriteString(" = ")
		p.value(*f.Default)
	}
	p.directives(f.Applied)
	p.WriteByte('\n')
}

// args prints arguments on one line, or one a line as soon as one has a description.
func (p *printer) args(indent string, args []*InputValue) {
	if len(args) == 0 {
		return
	}
	described := false
	for _, a := range args {
		described = described || a.Description != ""
	}
	p.WriteByte('(')
	for i, a := range args {
		if described {
			p.WriteByte('\n')
			p.description(indent+"  ", a.Description)
			p.WriteString(indent + "  ")
		} else if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(a.Name + ": " + a.Type.String())
		if a.Default != nil {
			p.WriteString(" = ")
			p.value(*a.Default)
		}
		p.directives(a.Applied)
	}
	if described {
		p.WriteString("\n" + indent)
	}
	p.WriteByte(')')
}

func (p *printer) directives(list []Directive) {
	for _, d := range list {
		p.WriteByte(' ')
		p.directive(d)
	}
}

func (p *printer) directive(d Directive) {
	p.WriteString("@" + d.Name)
	for i, a := range d.Args {
		if i == 0 {
			p.WriteByte('(')
		} else {
			p.WriteString(", ")
		}
		p.WriteString(a.Name + ": ")
		p.value(a.Value)
		if i == len(d.Args)-1 {
			p.WriteByte(')')
		}
	}
}

func (p *printer) value(v Value) {
	switch v.Kind {
	case String:
		p.quoted(v.Raw)
	case ListValue:
		p.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				p.WriteString(", ")
			}
			p.value(item)
		}
		p.WriteByte(']')
	case ObjectValue:
		p.WriteByte('{')
		for i, f := range v.Fields {
			if i > 0 {
				p.WriteString(", ")
			}
			p.WriteString(f.Name + ": ")
			p.value(f.Value)
		}
		p.WriteByte('}')
	case Null:
		p.WriteString("null")
	case Int, Float, Boolean, EnumLiteral:
		p.WriteString(v.Raw)
	}
}

// description prints a block string where the text can stand in one, a quoted string otherwise.
func (p *printer) description(indent, text string) {
	if text == "" {
		return
	}
	p.WriteString(indent)
	if !fitsBlockString(text) {
		p.quoted(text)
		p.WriteByte('\n')
		return
	}
	p.WriteString(`"""`)
	if !strings.Contains(text, "\n") && !strings.HasSuffix(text, `"`) && !strings.HasSuffix(text, `\`) {
		p.WriteString(strings.ReplaceAll(text, `"""`, `\"""`) + `"""` + "\n")
		return
	}
	p.WriteByte('\n')
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			p.WriteString(indent + strings.ReplaceAll(line, `"""`, `\"""`))
		}
		p.WriteByte('\n')
	}
	p.WriteString(indent + `"""` + "\n")
}

// fitsBlockString reports whether a block string gives the text back: it drops leading and trailing
// blank lines and the indentation that all lines but the first share (GraphQL spec 2.9.4).
func fitsBlockString(text string) bool {
	lines := strings.Split(text, "\n")
	isBlank := func(line string) bool { return strings.Trim(line, " \t") == "" }
	if isBlank(lines[0]) || isBlank(lines[len(lines)-1]) {
		return false
	}
	if strings.HasPrefix(lines[0], " ") || strings.HasPrefix(lines[0], "\t") {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

const hexDigits = "0123456789ABCDEF"

// quoted prints a string literal (GraphQL spec 2.9.4).
func (p *printer) quoted(text string) {
	p.WriteByte('"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			p.WriteByte('\\')
			p.WriteByte(c)
		case c == '\n':
			p.WriteString(`\n`)
		case c == '\r':
			p.WriteString(`\r`)
		case c == '\t':
			p.WriteString(`\t`)
		case c < ' ' || c == 0x7f:
			p.WriteString(`\u00`)
			p.WriteByte(hexDigits[c>>4])
			p.WriteByte(hexDigits[c&15])
		default:
			p.WriteByte(c)
		}
	}
	p.WriteByte('"')
}

// keywords are the words that begin a type definition.
var keywords = [...]string{
	Scalar: "scalar", Object: "type", Interface: "interface", Union: "union", Enum: "enum", InputObject: "input",
}

// String names the kind as in a message: "object type".
func (k Kind) String() string {
	return [...]string{
		Scalar: "scalar", Object: "object type", Interface: "interface", Union: "union", Enum: "enum", InputObject: "input type",
	}[k]
}
