package compose

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// isProven reports whether every field of every object can be answered wherever the object was read,
// which is plain to see for most graphs. It says less than the walk over the query graph, which decides
// where this cannot, and for most types needs nothing but the type.
func (m *merger) isProven() bool {
	for _, t := range m.types {
		if !t.isProven {
			if t.isProven = m.proves(t); !t.isProven {
				return false
			}
		}
	}
	return true
}

// proves reports whether every field of the type's objects can be answered from any one subgraph that has
// the type. Jumps count by keys of plain fields only. Whatever is harder is not proven: nested field sets,
// override labels, contexts, interface objects, a mutation or subscription root that a field returns.
func (m *merger) proves(t *mergedType) bool {
	switch t.def.Kind {
	case schema.Union:
		return !slices.ContainsFunc(t.def.Members, isOtherRoot)
	case schema.Object:
	case schema.Scalar, schema.Interface, schema.Enum, schema.InputObject:
		return true
	}
	if isOtherRoot(t.def.Name) && len(t.def.Interfaces) > 0 {
		return false
	}
	if slices.ContainsFunc(t.def.Interfaces, func(name string) bool { return len(m.interfaceObjects[name]) > 0 }) {
		return false
	}
	isPlain := true
	for _, f := range t.fields {
		if isOtherRoot(f.def.Type.Named()) {
			return false
		}
		isPlain = isPlain && f.isAnsweredIn(len(t.sources))
	}
	if isPlain {
		return true
	}
	p := &m.prover
	p.begin(t)
	if isRootName(t.def.Name) { // every subgraph is asked
		isRequiring := func(fields []int) bool { return len(fields) > 0 }
		return !slices.ContainsFunc(p.requiring[:len(t.sources)], isRequiring) && p.provesFrom(indexes(t.sources)...)
	}
	for i := range t.sources {
		if p.proven[i] = p.provesFrom(i); !p.proven[i] {
			return false
		}
	}
	return true
}

// isOtherRoot reports whether the type is a root whose fields are not answered from anywhere.
func isOtherRoot(name string) bool { return name == "Mutation" || name == "Subscription" }

// isAnsweredIn reports whether n subgraphs, which are all that have the type, answer the field at once.
func (f *mergedField) isAnsweredIn(n int) bool {
	return len(f.sources) == n && !slices.ContainsFunc(f.sources, func(one ofSubgraph[*federation.Field]) bool {
		return one.value.Requires != nil || !f.isResolved(one.subgraph, one.value)
	})
}

// isResolved reports whether subgraph i resolves the field, given what it requires.
func (f *mergedField) isResolved(i int, source *federation.Field) bool {
	return source.External == nil && len(source.Contexts) == 0 && (f.overridden == nil || f.overridden[i] == nil || f.overridden[i].isResolved())
}

// isResolved reports whether the field is resolved all the same, whatever the labels are.
func (o *overridden) isResolved() bool { return !o.used && !o.gone && o.label == "" }

// prover proves one type. Its sources are known by their place in the list.
type prover struct {
	t *mergedType
	// reached are the sources in which the object can be continued, answered the fields that can be had.
	reached, answered []bool
	// proven are the sources from which everything can be answered.
	proven []bool
	// plain are, by source, the fields that it answers at once, requiring those that require others.
	plain, requiring [][]int
	// fields are the places of the fields, by name, where there are many.
	fields map[string]int
}

// begin takes another type; it uses the memory of the one before.
func (p *prover) begin(t *mergedType) {
	n := len(t.sources)
	p.t, p.fields = t, nil
	p.reached, p.proven, p.answered = flags(p.reached, n), flags(p.proven, n), flags(p.answered, len(t.fields))
	for len(p.plain) < n {
		p.plain, p.requiring = append(p.plain, nil), append(p.requiring, nil)
	}
	for at := range n {
		p.plain[at], p.requiring[at] = p.plain[at][:0], p.requiring[at][:0]
	}
	for i, f := range t.fields {
		at := 0
		for _, one := range f.sources {
			for t.sources[at].subgraph != one.subgraph {
				at++
			}
			switch {
			case !f.isResolved(one.subgraph, one.value):
			case one.value.Requires != nil:
				p.requiring[at] = append(p.requiring[at], i)
			default:
				p.plain[at] = append(p.plain[at], i)
			}
		}
	}
	if len(t.fields) >= manyFields {
		p.fields = make(map[string]int, len(t.fields))
		for i, f := range t.fields {
			p.fields[f.def.Name] = i
		}
	}
}

// flags returns n flags that are not set, in the memory of a list if there is enough.
func flags(list []bool, n int) []bool {
	if cap(list) < n {
		return make([]bool, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// place is the place of a field in the list of fields, or -1.
func (p *prover) place(name string) int {
	if p.fields == nil {
		return slices.IndexFunc(p.t.fields, func(f *mergedField) bool { return f.def.Name == name })
	}
	if i, known := p.fields[name]; known {
		return i
	}
	return -1
}

// provesFrom reports whether every field can be answered for an object that was read in the given
// sources: the least fixpoint of jumps and of fields that require others.
//
// What a field requires counts as had if it is had from the start, though it must be had from the source that
// resolves the field: where all sources are proven, that is the same. One that lacked it would be proven only by
// a field whose own source, further on, lacks what that one requires, and so on in a circle in the end; but
// sources in a circle of jumps have all that any of them has. TestProofIsRightAtRandom tries to find another.
func (p *prover) provesFrom(start ...int) bool {
	clear(p.reached)
	clear(p.answered)
	for _, at := range start {
		p.enter(at)
	}
	for changed := true; changed; {
		changed = false
		for at := range p.t.sources {
			if p.reached[at] {
				changed = p.require(at, slices.Contains(start, at)) || changed
				continue
			}
			if !p.canJump(at, false) {
				continue
			}
			if p.proven[at] {
				return true
			}
			p.enter(at)
			changed = true
		}
	}
	return !slices.Contains(p.answered, false)
}

// enter continues the object in a source: fields without requirements are answered.
func (p *prover) enter(at int) {
	p.reached[at] = true
	for _, i := range p.plain[at] {
		p.answered[i] = true
	}
}

// require answers the fields of a source that require others, as far as those are answered and can be
// sent to it. It reports whether there are any.
func (p *prover) require(at int, isStart bool) bool {
	changed := false
	for _, i := range p.requiring[at] {
		if p.answered[i] {
			continue
		}
		f := p.t.fields[i]
		if p.areAnswered(f.sources.get(p.t.sources[at].subgraph).Requires.Fields) && p.canJump(at, isStart) {
			p.answered[i], changed = true, true
		}
	}
	return changed
}

// canJump reports whether a key of the source can be had; where the object was read there, a key that
// others cannot use will do.
func (p *prover) canJump(at int, isStart bool) bool {
	return slices.ContainsFunc(p.t.sources[at].value.Keys, func(key *federation.Key) bool {
		return (key.Resolvable || isStart) && p.areAnswered(key.Fields)
	})
}

// areAnswered reports whether the field set is one of plain fields that are answered.
func (p *prover) areAnswered(set federation.FieldSet) bool {
	for _, item := range set {
		if item.Field == "__typename" {
			continue
		}
		if item.On != "" || len(item.Selections) > 0 {
			return false
		}
		if i := p.place(item.Field); i < 0 || !p.answered[i] {
			return false
		}
	}
	return true
}
