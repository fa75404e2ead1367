package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// argsText prints the arguments of a field. Variables are declared with the type of the place at
// which they are used, so that one of the client's may be sent as two.
func (w *printer) argsText(f *subField) string {
	args := f.want.args
	if len(args)+len(f.contexts) == 0 {
		return ""
	}
	parts := make([]string, len(args), len(args)+len(f.contexts))
	for i, a := range args {
		value := a.literal
		if a.typ != nil {
			value = "$" + w.argVariable(a)
		}
		parts[i] = a.name + ":" + value
	}
	for _, c := range f.contexts {
		parts = append(parts, c.arg.Name+":$"+w.contextVariable(c))
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func (w *printer) argVariable(a wantArg) string {
	v := FetchVariable{Source: FromTemplate, Value: a.value}
	name, typ := "template", a.typ.String()
	if a.value.Kind == operation.VariableValue {
		v.Source = FromVariable
		own := w.b.op.Variables[a.value.Variable]
		name = own.Name
		if !own.Type.NonNull && own.Default == nil { // it may have no value: then the argument's default counts
			typ = strings.TrimSuffix(typ, "!")
		}
	}
	var key strings.Builder
	writeValueKey(&key, a.value)
	return w.variable(key.String(), typ, name, v)
}

// contextVariable returns the name of the variable that carries a context's value, and declares it
// at its first use.
func (w *printer) contextVariable(c *contextDraft) string {
	key := "context " + c.text
	if known, ok := w.names[key]; ok && slices.ContainsFunc(w.contexts, func(v ContextVariable) bool { return v.Name == known }) {
		return known
	}
	v := ContextVariable{Name: w.unused("context"), Type: c.arg.Type.String(), From: c.from}
	w.names[key] = v.Name
	w.declarations = append(w.declarations, "$"+v.Name+":"+v.Type)
	w.contexts = append(w.contexts, v)
	return v.Name
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

// maxConjunctions is how many alternatives a condition may have. A field whose consumers have more
// is fetched always.
const maxConjunctions = 32

// orCondition is the condition of a field with two consumers; nil is always.
func orCondition(a, b Condition) Condition {
	if a == nil || b == nil {
		return nil
	}
	out := slices.Clone(a)
	for _, c := range b {
		if !slices.ContainsFunc(out, func(o operation.Conjunction) bool { return implies(c, o) }) {
			out = slices.DeleteFunc(out, func(o operation.Conjunction) bool { return implies(o, c) })
			out = append(out, c)
		}
	}
	if len(out) > maxConjunctions || coversBoth(out) {
		return nil
	}
	slices.SortFunc(out, func(a, b operation.Conjunction) int {
		return strings.Compare(conditionKey(Condition{a}), conditionKey(Condition{b}))
	})
	return out
}

// andCondition is the condition of a field below one with its own condition. Where the product is too
// long it is the upper condition alone: a field may be fetched without need.
func andCondition(upper, own Condition) Condition {
	if upper == nil {
		return own
	}
	if own == nil {
		return upper
	}
	var out Condition
	for _, a := range upper {
		for _, b := range own {
			if both, possible := conjoin(a, b); possible {
				out = append(out, both)
			}
		}
	}
	if len(out) == 0 {
		return impossible(own)
	}
	if len(out) > maxConjunctions {
		return upper
	}
	normal := out[:1:1]
	for _, c := range out[1:] {
		if normal = orCondition(normal, Condition{c}); normal == nil {
			return upper
		}
	}
	return normal
}

// impossible is a condition that no values fulfil, over a variable of c. What stands under it is in the plan,
// as equal selections are one, and must not be fetched: where it breaks it would take others with it.
func impossible(c Condition) Condition {
	l := operation.Literal{Variable: c[0][0].Variable}
	return Condition{{l, {Variable: l.Variable, Negated: true}}}
}

// conjoin is the AND of two conjunctions; possible is false when they contradict each other.
func conjoin(a, b operation.Conjunction) (both operation.Conjunction, possible bool) {
	both = slices.Clone(a)
	for _, l := range b {
		if slices.Contains(a, operation.Literal{Variable: l.Variable, Negated: !l.Negated}) {
			return nil, false
		}
		if !slices.Contains(a, l) {
			both = append(both, l)
		}
	}
	slices.SortFunc(both, func(x, y operation.Literal) int { return x.Variable - y.Variable })
	return both, true
}

// covers reports whether b holds whenever a does.
func covers(b, a Condition) bool {
	if b == nil || a == nil {
		return b == nil
	}
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y operation.Conjunction) bool { return implies(x, y) }) {
			return false
		}
	}
	return true
}

// within is what is left of a condition where outer holds already.
func within(outer, c Condition) Condition {
	if covers(c, outer) {
		return nil
	}
	if len(outer) != 1 {
		return c
	}
	out := make(Condition, len(c))
	for i, conjunction := range c {
		for _, l := range conjunction {
			if !slices.Contains(outer[0], l) {
				out[i] = append(out[i], l)
			}
		}
	}
	return out
}

// implies reports whether a is b with more literals.
func implies(a, b operation.Conjunction) bool {
	for _, l := range b {
		if !slices.Contains(a, l) {
			return false
		}
	}
	return true
}

// coversBoth reports whether the alternatives hold both a literal and its negation.
func coversBoth(c Condition) bool {
	for _, x := range c {
		if len(x) != 1 {
			continue
		}
		opposite := operation.Literal{Variable: x[0].Variable, Negated: !x[0].Negated}
		if slices.ContainsFunc(c, func(y operation.Conjunction) bool { return len(y) == 1 && y[0] == opposite }) {
			return true
		}
	}
	return false
}

func conditionKey(c Condition) string {
	var b strings.Builder
	for _, conjunction := range c {
		for _, l := range conjunction {
			fmt.Fprintf(&b, "%d%t&", l.Variable, l.Negated)
		}
		b.WriteByte('|')
	}
	return b.String()
}

func sameCondition(a, b Condition) bool {
	return (a == nil) == (b == nil) && slices.EqualFunc(a, b, slices.Equal[operation.Conjunction])
}

// conditions numbers the distinct conditions of a plan.
type conditions struct {
	list []Condition
	ids  map[string]CondID
}

func (c *conditions) id(when Condition) CondID {
	if when == nil {
		return 0
	}
	key := conditionKey(when)
	if id, ok := c.ids[key]; ok {
		return id
	}
	c.list = append(c.list, when)
	id := CondID(len(c.list))
	c.ids[key] = id
	return id
}
