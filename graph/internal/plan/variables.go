package plan

import (
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// argsText prints the arguments of a field. Variables are declared with the type of the place at
// which they are used, so that one of the client's may be sent as two.
func (w *printer) argsText(f *want) string {
	if len(f.args) == 0 {
		return ""
	}
	parts := make([]string, len(f.args))
	for i, a := range f.args {
		value := a.literal
		if a.typ != nil {
			value = "$" + w.argVariable(a)
		}
		parts[i] = a.name + ":" + value
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func (w *printer) argVariable(a wantArg) string {
	v := FetchVariable{Source: FromTemplate, Value: a.value}
	name := "template"
	if a.value.Kind == operation.VariableValue {
		v.Source = FromVariable
		name = w.b.op.Variables[a.value.Variable].Name
	}
	var key strings.Builder
	writeValueKey(&key, a.value)
	return w.variable(key.String(), a.typ.String(), name, v)
}

// variable returns the name of the variable that carries a value of one type, and declares it at
// its first use.
func (w *printer) variable(value, typ, name string, v FetchVariable) string {
	key := value + ":" + typ
	if known, ok := w.names[key]; ok {
		return known
	}
	v.Name = w.unused(name)
	w.names[key] = v.Name
	w.declarations = append(w.declarations, "$"+v.Name+":"+typ)
	w.fetch.Variables = append(w.fetch.Variables, v)
	return v.Name
}

// unused returns name, with a number where it is taken.
func (w *printer) unused(name string) string {
	unused := name
	for i := 2; w.taken[unused]; i++ {
		unused = name + "_" + strconv.Itoa(i)
	}
	w.taken[unused] = true
	return unused
}

// conditionText prints a condition as @include and @skip: with the client's variables where these
// can say it, else with a variable that the executor computes.
func (w *printer) conditionText(c Condition) string {
	if c == nil {
		return ""
	}
	if len(c) == 1 && isPlain(c[0]) {
		text := ""
		for _, l := range c[0] {
			directive := "@include"
			if l.Negated {
				directive = "@skip"
			}
			text += directive + "(if:$" + w.boolean(l.Variable) + ")"
		}
		return text
	}
	v := FetchVariable{Source: FromCondition, Condition: w.conds.id(c)}
	return "@include(if:$" + w.variable("condition "+conditionKey(c), "Boolean!", "condition", v) + ")"
}

// isPlain reports whether a conjunction needs each directive at most once.
func isPlain(c operation.Conjunction) bool {
	return len(c) == 1 || len(c) == 2 && c[0].Negated != c[1].Negated
}

func (w *printer) boolean(variable int) string {
	v := FetchVariable{Source: FromVariable, Value: operation.Value{Variable: variable}}
	return w.variable("$"+strconv.Itoa(variable), "Boolean!", w.b.op.Variables[variable].Name, v)
}
