package plan

import (
	"cmp"
	"slices"
)

// call is one request to a subgraph in one wave, relative to where an object was read: two places
// that need the same call share the request.
type call uint32

// MaxWaves bounds the length of a chain of fetches that the search follows.
const MaxWaves = 1 << 12

// reentry marks a call that asks a root type below the root: it cannot share an entity request.
const reentry call = 1 << 15

func newCall(wave, subgraph int) call { return call(wave)<<16 | call(subgraph) }

func (c call) wave() int { return int(c >> 16) }

// calls is a sorted set of calls. It is never changed once made.
type calls []call

// union returns the calls of both sets.
func (a calls) union(b calls) calls {
	switch {
	case len(b) == 0 || a.contains(b):
		return a
	case len(a) == 0 || b.contains(a):
		return b
	}
	out := make(calls, 0, len(a)+len(b))
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] < b[j]:
			out, i = append(out, a[i]), i+1
		case a[i] > b[j]:
			out, j = append(out, b[j]), j+1
		default:
			out, i, j = append(out, a[i]), i+1, j+1
		}
	}
	return append(append(out, a[i:]...), b[j:]...)
}

// contains reports whether every call of b is in a.
func (a calls) contains(b calls) bool {
	i := 0
	for _, c := range b {
		for i < len(a) && a[i] < c {
			i++
		}
		if i == len(a) || a[i] != c {
			return false
		}
	}
	return true
}

// shift returns the calls as they are seen from waves waves earlier.
func (a calls) shift(waves int) calls {
	if waves == 0 || len(a) == 0 {
		return a
	}
	out := make(calls, len(a))
	for i, c := range a {
		out[i] = c + newCall(waves, 0)
	}
	return out
}

// waves is the number of the last wave in the set.
func (a calls) waves() int {
	if len(a) == 0 {
		return 0
	}
	return a[len(a)-1].wave()
}

// cost is what a way costs. Only calls are compared as a set, because places share them; the rest
// adds up and breaks ties.
type cost struct {
	calls calls
	// splits counts fields that are read from more than one subgraph at once.
	splits int
	// jumps counts the places at which objects are represented.
	jumps int
	// fields counts the fields that are read, keys included.
	fields int
}

func (a cost) add(b cost) cost {
	return cost{a.calls.union(b.calls), a.splits + b.splits, a.jumps + b.jumps, a.fields + b.fields}
}

func (a cost) shift(waves int) cost {
	a.calls = a.calls.shift(waves)
	return a
}

// compare orders costs: fewer requests, then fewer waves, then fewer splits, representations, fields.
func (a cost) compare(b cost) int {
	return cmp.Or(
		cmp.Compare(len(a.calls), len(b.calls)),
		cmp.Compare(a.calls.waves(), b.calls.waves()),
		cmp.Compare(a.splits, b.splits),
		cmp.Compare(a.jumps, b.jumps),
		cmp.Compare(a.fields, b.fields),
		slices.Compare(a.calls, b.calls),
	)
}

// costed is anything that the search keeps a front of.
type costed interface{ price() cost }

// frontWidth is how many alternatives a Pareto front keeps. Fronts of real graphs have one to
// three members; past this width the dearest are dropped, which makes the search a beam.
const frontWidth = 8

// prune keeps the Pareto front of the alternatives: those whose calls contain no cheaper
// alternative's calls, the cheapest first. Ties keep their order.
func prune[T costed](all []T) []T {
	if len(all) < 2 {
		return all
	}
	slices.SortStableFunc(all, func(a, b T) int { return a.price().compare(b.price()) })
	front := all[:1]
	for _, c := range all[1:] {
		if len(front) == frontWidth {
			break
		}
		dominated := slices.ContainsFunc(front, func(kept T) bool {
			return c.price().calls.contains(kept.price().calls)
		})
		if !dominated {
			front = append(front, c)
		}
	}
	return front
}
