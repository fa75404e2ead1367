package compose

import (
	"iter"
	"slices"
)

// bySubgraph holds what some of the subgraphs have, in their order. Most types and fields are in few of
// many subgraphs, so what is missing takes no place.
type bySubgraph[T any] []ofSubgraph[T]

type ofSubgraph[T any] struct {
	subgraph int
	value    T
}

// all yields what there is, by subgraph.
func (b bySubgraph[T]) all() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for _, one := range b {
			if !yield(one.subgraph, one.value) {
				return
			}
		}
	}
}

func (b bySubgraph[T]) find(subgraph int) (at int, found bool) {
	if len(b) <= 8 { // most lists
		for at < len(b) && b[at].subgraph < subgraph {
			at++
		}
		return at, at < len(b) && b[at].subgraph == subgraph
	}
	return slices.BinarySearchFunc(b, subgraph, func(one ofSubgraph[T], subgraph int) int { return one.subgraph - subgraph })
}

// get returns what the subgraph has, or the zero value.
func (b bySubgraph[T]) get(subgraph int) T {
	if at, found := b.find(subgraph); found {
		return b[at].value
	}
	var none T
	return none
}

// has reports whether the subgraph has anything.
func (b bySubgraph[T]) has(subgraph int) bool {
	_, found := b.find(subgraph)
	return found
}

// set sets what the subgraph has.
func (b *bySubgraph[T]) set(subgraph int, value T) {
	at, found := b.find(subgraph)
	if found {
		(*b)[at].value = value
		return
	}
	*b = slices.Insert(*b, at, ofSubgraph[T]{subgraph, value})
}

// drop takes from the list what the subgraphs have for which isDropped is true.
func (b *bySubgraph[T]) drop(isDropped func(subgraph int, value T) bool) {
	*b = slices.DeleteFunc(*b, func(one ofSubgraph[T]) bool { return isDropped(one.subgraph, one.value) })
}

// any reports whether one of the subgraphs that have something is as asked.
func (b bySubgraph[T]) any(is func(subgraph int) bool) bool {
	return slices.ContainsFunc(b, func(one ofSubgraph[T]) bool { return is(one.subgraph) })
}

// subgraphs are those that have something.
func (b bySubgraph[T]) subgraphs() []int {
	out := make([]int, len(b))
	for i, one := range b {
		out[i] = one.subgraph
	}
	return out
}
