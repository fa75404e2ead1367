package operation

import (
	"cmp"
	"slices"
)

// and returns the conjunction of a and b, or false if they contradict each other.
func (a Conjunction) and(b Conjunction) (Conjunction, bool) {
	out := make(Conjunction, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := cmp.Compare(a[0].Variable, b[0].Variable); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		case a[0].Negated != b[0].Negated:
			return nil, false
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...), true
}

// canMeet reports whether a and b can hold at once.
func (a Conjunction) canMeet(b Conjunction) bool {
	_, ok := a.and(b)
	return ok
}

// implies reports whether b holds wherever a does.
func (a Conjunction) implies(b Conjunction) bool {
	for _, l := range b {
		if !slices.Contains(a, l) {
			return false
		}
	}
	return true
}

// minus returns the literals of a that are not in b.
func (a Conjunction) minus(b Conjunction) Conjunction {
	var out Conjunction
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, l)
		}
	}
	return out
}

// butNot returns the condition "a and not b", as few conjunctions as there are literals in b:
// (x & y) but not (p & q) is (x & y & !p) | (x & y & !q). Where they cannot meet it is a.
func (a Conjunction) butNot(b Conjunction) Condition {
	if !a.canMeet(b) {
		return Condition{a}
	}
	var out Condition
	for _, l := range b {
		if c, ok := a.and(Conjunction{{Variable: l.Variable, Negated: !l.Negated}}); ok {
			out = append(out, c)
		}
	}
	return out
}

// butNot returns the condition "c and not b"; ok is false where it has too many alternatives.
func (c Condition) butNot(b Conjunction) (out Condition, ok bool) {
	for _, a := range c {
		if out = append(out, a.butNot(b)...); len(out) > maxOccurrences {
			return nil, false
		}
	}
	out = simplify(out)
	return out, len(out) <= maxConjunctions
}

// common returns the literals that hold wherever c holds.
func (c Condition) common() Conjunction {
	if len(c) == 0 {
		return nil
	}
	out := slices.Clone(c[0])
	for _, conj := range c[1:] {
		out = slices.DeleteFunc(out, func(l Literal) bool { return !slices.Contains(conj, l) })
	}
	return out
}

// simplify brings a disjunction into the form in which equal conditions of this package are mostly
// equal: no conjunction implies another one, x | (!x & y) has become x | y, order is defined. The
// result holds an empty conjunction where it always holds.
func simplify(c Condition) Condition {
	c = slices.Clone(c)
	for reduced := true; reduced; {
		slices.SortFunc(c, compareConjunctions)
		c = absorb(c)
		reduced = dropComplements(c)
	}
	return c
}

// absorb drops every conjunction that implies an earlier, shorter one.
func absorb(c Condition) Condition {
	out := c[:0]
	for _, conj := range c {
		if !slices.ContainsFunc(out, func(o Conjunction) bool { return conj.implies(o) }) {
			out = append(out, conj)
		}
	}
	return out
}

// dropComplements removes of each conjunction a literal that another one makes needless: with x & p in
// the list, !x & p & q becomes p & q. It reports whether it found one.
func dropComplements(c Condition) bool {
	found := false
	for i, long := range c {
		needless := slices.IndexFunc(long, func(l Literal) bool { return c.makesNeedless(i, l) })
		if needless >= 0 {
			c[i] = slices.Concat(long[:needless], long[needless+1:])
			found = true
		}
	}
	return found
}

// makesNeedless reports whether some other conjunction holds wherever conjunction i would but for its
// literal l.
func (c Condition) makesNeedless(i int, l Literal) bool {
	negation := Literal{Variable: l.Variable, Negated: !l.Negated}
	isForeign := func(other Literal) bool { return other != negation && !slices.Contains(c[i], other) }
	for j, short := range c {
		if i != j && slices.Contains(short, negation) && !slices.ContainsFunc(short, isForeign) {
			return true
		}
	}
	return false
}

func compareConjunctions(a, b Conjunction) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return slices.CompareFunc(a, b, func(x, y Literal) int {
		if c := cmp.Compare(x.Variable, y.Variable); c != 0 {
			return c
		}
		if x.Negated == y.Negated {
			return 0
		}
		if x.Negated {
			return 1
		}
		return -1
	})
}

// always reports whether a simplified disjunction holds for all values.
func (c Condition) always() bool { return len(c) == 1 && len(c[0]) == 0 }
