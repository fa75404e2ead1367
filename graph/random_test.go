package graph_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// randomQuery makes an operation of an API schema: aliases, arguments, fragments on what a type can
// be, conditions, the same field twice. Most are valid; a few ask one response key for two types.
type randomQuery struct {
	api     *schema.Schema
	random  *rand.Rand
	aliases int
	// fields is how many fields may still be selected.
	fields int
	// conditions is how many Boolean variables were used; variables are declared by their text.
	conditions int
	variables  []string
}

func (q *randomQuery) String() string {
	q.fields = 5 + q.random.IntN(25)
	root, kind := q.api.Query, "query"
	if q.api.Mutation != nil && q.random.IntN(5) == 0 {
		root, kind = q.api.Mutation, "mutation"
	}
	body := q.selections(root, 0)
	for i := range q.conditions {
		q.variables = append(q.variables, fmt.Sprintf("$p%d: Boolean!", i))
	}
	head := kind
	if len(q.variables) > 0 {
		head += " (" + strings.Join(q.variables, ", ") + ")"
	}
	return head + " " + body
}

func (q *randomQuery) selections(t *schema.Type, depth int) string {
	var out []string
	for range 1 + q.random.IntN(4) {
		if t.IsAbstract() && q.random.IntN(2) == 0 {
			if possible := t.Possible().Indexes(); len(possible) > 0 {
				on := q.api.Objects()[possible[q.random.IntN(len(possible))]]
				out = append(out, "... on "+on.Name+q.condition()+" "+q.selections(on, depth))
				continue
			}
		}
		if len(t.Fields) == 0 || q.random.IntN(12) == 0 {
			out = append(out, "__typename")
			continue
		}
		if text := q.field(t.Fields[q.random.IntN(len(t.Fields))], depth); text != "" {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		out = append(out, "__typename")
	}
	if q.random.IntN(8) == 0 {
		out = append(out, "... "+q.condition()+"{ "+out[q.random.IntN(len(out))]+" }")
	}
	return "{ " + strings.Join(out, " ") + " }"
}

// field selects a field; "" where it would go too deep.
func (q *randomQuery) field(f *schema.Field, depth int) string {
	below := q.api.Type(f.Type.Named())
	if q.fields--; q.fields < 0 || below.IsComposite() && depth > 4 {
		return ""
	}
	args, ok := q.arguments(f)
	if !ok {
		return ""
	}
	text := f.Name + args + q.condition()
	if args != "" || q.random.IntN(6) == 0 {
		q.aliases++
		text = fmt.Sprintf("a%d: %s", q.aliases, text)
	}
	if below.IsComposite() {
		text += " " + q.selections(below, depth+1)
	}
	return text
}

func (q *randomQuery) condition() string {
	if q.random.IntN(10) > 0 {
		return ""
	}
	q.conditions = max(q.conditions, 1+q.random.IntN(2))
	return fmt.Sprintf(" @%s(if: $p%d)", []string{"skip", "include"}[q.random.IntN(2)], q.random.IntN(q.conditions))
}

// arguments gives required arguments always and others sometimes; false if one cannot be given.
func (q *randomQuery) arguments(f *schema.Field) (string, bool) {
	var out []string
	for _, arg := range f.Args {
		isRequired := arg.Type.NonNull && arg.Default == nil
		if !isRequired && q.random.IntN(3) > 0 {
			continue
		}
		value := q.literal(arg.Type, 0)
		if value == "" {
			if isRequired {
				return "", false
			}
			continue
		}
		out = append(out, arg.Name+": "+value)
	}
	if len(out) == 0 {
		return "", true
	}
	return "(" + strings.Join(out, ", ") + ")", true
}

// literal makes a value of a type, sometimes a variable with a default; "" where it cannot.
func (q *randomQuery) literal(t *schema.TypeRef, depth int) string {
	if t.Elem != nil {
		item := q.literal(t.Elem, depth)
		if item == "" {
			return ""
		}
		return "[" + item + "]"
	}
	named := q.api.Type(t.Name)
	value := ""
	switch {
	case named.Kind == schema.Enum:
		value = named.Values[q.random.IntN(len(named.Values))].Name
	case named.Kind == schema.InputObject && depth < 3:
		var fields []string
		for _, f := range named.Fields {
			if f.Type.NonNull && f.Default == nil {
				item := q.literal(f.Type, depth+1)
				if item == "" {
					return ""
				}
				fields = append(fields, f.Name+": "+item)
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case t.Name == "Int":
		value = fmt.Sprint(q.random.IntN(100))
	case t.Name == "Float":
		value = fmt.Sprintf("%d.5", q.random.IntN(100))
	case t.Name == "Boolean":
		value = "true"
	case t.Name == "String", t.Name == "ID":
		value = fmt.Sprintf("%q", fmt.Sprint("v", q.random.IntN(100)))
	}
	if value != "" && q.random.IntN(4) == 0 {
		name := fmt.Sprintf("$v%d", len(q.variables))
		q.variables = append(q.variables, name+": "+t.String()+" = "+value)
		return name
	}
	return value
}
