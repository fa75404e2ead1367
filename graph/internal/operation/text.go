package operation

import (
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// Text prints the operation so that operations with equal texts have the same plan: everything but
// the values of literals and the places in the document. Tests and `weft plan --stages` show it.
//
//	query Named($id: ID!, $skip: Boolean! = false, $_1: Int! literal)
//	me
//	  orders(first: $_1)  if !$skip
//	    ... on Gift | Refund: reason
func (op *Operation) Text() string {
	var b strings.Builder
	b.WriteString([...]string{"query", "mutation", "subscription"}[op.Kind])
	if op.Name != "" {
		b.WriteString(" " + op.Name)
	}
	for i, v := range op.Variables {
		b.WriteString(separator(i, "(", ", ") + "$" + v.Name + ": " + v.Type.String())
		if v.Default != nil {
			b.WriteString(" = " + string(v.Default))
		}
		if v.IsLiteral {
			b.WriteString(" literal")
		}
	}
	if len(op.Variables) > 0 {
		b.WriteByte(')')
	}
	b.WriteByte('\n')
	w := textWriter{b: &b, variables: op.Variables, types: op.types}
	w.selections(op.Root, 0)
	return b.String()
}

// separator returns what stands before element i of a list.
func separator(i int, first, others string) string {
	if i == 0 {
		return first
	}
	return others
}

// textWriter prints parts of an operation. Without variables and types it prints their numbers.
type textWriter struct {
	b         *strings.Builder
	variables []*Variable
	types     []*schema.Type
}

func (w *textWriter) selections(set *SelectionSet, depth int) {
	for _, f := range set.Fields {
		for range depth {
			w.b.WriteString("  ")
		}
		w.field(set.Parent, f)
		w.b.WriteByte('\n')
		if f.Selections != nil {
			w.selections(f.Selections, depth+1)
		}
	}
}

func (w *textWriter) field(parent *schema.Type, f *Field) {
	if !f.On.Equal(parent.Possible()) {
		for i, index := range f.On.Indexes() {
			w.b.WriteString(separator(i, "... on ", " | "))
			w.typeName(index)
		}
		w.b.WriteString(": ")
	}
	if f.Key != f.Name {
		w.b.WriteString(f.Key + ": ")
	}
	if f.Scope != parent && f.Def != nil {
		w.b.WriteString(f.Scope.Name + ".")
	}
	w.b.WriteString(f.Name)
	for i, arg := range f.Args {
		w.b.WriteString(separator(i, "(", ", ") + arg.Name + ": ")
		w.value(arg.Value)
	}
	if len(f.Args) > 0 {
		w.b.WriteByte(')')
	}
	if f.Denied {
		w.b.WriteString("  denied")
	}
	w.condition(f.When)
}

func (w *textWriter) typeName(index int) {
	if w.types == nil {
		w.b.WriteString(strconv.Itoa(index))
		return
	}
	w.b.WriteString(w.types[index].Name)
}

func (w *textWriter) variable(index int) {
	if w.variables == nil {
		w.b.WriteString("$" + strconv.Itoa(index))
		return
	}
	w.b.WriteString("$" + w.variables[index].Name)
}

func (w *textWriter) value(v Value) {
	switch v.Kind {
	case VariableValue:
		w.variable(v.Variable)
	case ListTemplate:
		w.b.WriteByte('[')
		for i, item := range v.Items {
			w.b.WriteString(separator(i, "", ", "))
			w.value(item)
		}
		w.b.WriteByte(']')
	case ObjectTemplate:
		w.b.WriteByte('{')
		for i, item := range v.Items {
			w.b.WriteString(separator(i, "", ", ") + v.Names[i] + ": ")
			w.value(item)
		}
		w.b.WriteByte('}')
	}
}

func (w *textWriter) condition(c Condition) {
	for i, conj := range c {
		w.b.WriteString(separator(i, "  if ", " | "))
		for j, l := range conj {
			w.b.WriteString(separator(j, "", " & "))
			if l.Negated {
				w.b.WriteByte('!')
			}
			w.variable(l.Variable)
		}
	}
}
