package schema

import "math/bits"

// TypeSet is a set of object types of one schema: a bitset over their dense numbers. The zero
// value is the empty set. A TypeSet is a value: operations return a new one.
type TypeSet []uint64

// Possible returns the object types that a value of the composite type t can have: t itself for an
// object, the implementing objects or members otherwise.
func (t *Type) Possible() TypeSet { return t.possible }

// ObjectIndex returns the dense number of an object type in its schema, or -1 for other kinds.
func (t *Type) ObjectIndex() int { return t.objectIndex }

// Has reports whether the object type with number i is in the set.
func (s TypeSet) Has(i int) bool { return i >= 0 && i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }

// With returns s and the object type with number i.
func (s TypeSet) With(i int) TypeSet {
	n := max(len(s), i>>6+1)
	out := make(TypeSet, n)
	copy(out, s)
	out[i>>6] |= 1 << (i & 63)
	return out
}

// And returns the types that are in both sets.
func (s TypeSet) And(t TypeSet) TypeSet {
	out := make(TypeSet, min(len(s), len(t)))
	for i := range out {
		out[i] = s[i] & t[i]
	}
	return out
}

// Or returns the types that are in either set.
func (s TypeSet) Or(t TypeSet) TypeSet {
	if len(s) < len(t) {
		s, t = t, s
	}
	out := make(TypeSet, len(s))
	copy(out, s)
	for i := range t {
		out[i] |= t[i]
	}
	return out
}

// Minus returns the types of s that are not in t.
func (s TypeSet) Minus(t TypeSet) TypeSet {
	out := make(TypeSet, len(s))
	copy(out, s)
	for i := range min(len(s), len(t)) {
		out[i] &^= t[i]
	}
	return out
}

// Equal reports whether both sets hold the same types.
func (s TypeSet) Equal(t TypeSet) bool { return s.Minus(t).IsEmpty() && t.Minus(s).IsEmpty() }

// Contains reports whether every type of t is in s.
func (s TypeSet) Contains(t TypeSet) bool { return t.Minus(s).IsEmpty() }

// IsEmpty reports whether the set holds no type.
func (s TypeSet) IsEmpty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// Len returns the number of types in the set.
func (s TypeSet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Rank returns how many types of the set have a smaller number than i.
func (s TypeSet) Rank(i int) int {
	n := 0
	for at := 0; at < i>>6 && at < len(s); at++ {
		n += bits.OnesCount64(s[at])
	}
	if i>>6 < len(s) {
		n += bits.OnesCount64(s[i>>6] & (1<<(i&63) - 1))
	}
	return n
}

// Indexes returns the numbers in the set, ascending.
func (s TypeSet) Indexes() []int {
	var out []int
	for i, w := range s {
		for w != 0 {
			out = append(out, i<<6+bits.TrailingZeros64(w))
			w &= w - 1
		}
	}
	return out
}

// SetOf returns the set of the object types with the given numbers.
func SetOf(indexes ...int) TypeSet {
	var set TypeSet
	for _, i := range indexes {
		for len(set) <= i>>6 {
			set = append(set, 0)
		}
		set[i>>6] |= 1 << (i & 63)
	}
	return set
}

// SingleSets are the sets of one type. One for each type would take memory by the square of the number of
// types; those whose types have the same bit of a word are ends of one list of words. The zero value is
// ready.
type SingleSets [64][]uint64

// Of returns the set of the type with number i, of n.
func (s *SingleSets) Of(i, n int) TypeSet {
	last := n >> 6
	words := &s[i&63]
	if *words == nil {
		*words = make([]uint64, last+1)
		(*words)[last] = 1 << (i & 63)
	}
	return (*words)[last-i>>6:]
}
