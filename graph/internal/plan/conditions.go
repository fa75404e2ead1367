package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// maxConjunctions is how many alternatives a condition may have. A field whose consumers have more
// is fetched always.
const maxConjunctions = 8

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
	return (a == nil) == (b == nil) && conditionKey(a) == conditionKey(b)
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
