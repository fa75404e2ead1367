package generate

import (
	"fmt"
	"slices"
	"strings"
)

// chooseKeys gives every entity its keys and says which subgraphs know it by which.
func (m *model) chooseKeys() {
	for _, keyed := range m.ofKind(keyedKind) {
		keyed.keys = []string{"id"}
		keyed.fields = append(keyed.fields, &field{name: "id", ref: "ID!", isKey: true})
		for _, member := range keyed.members {
			member.keys, member.fields = keyed.keys, slices.Clone(keyed.fields)
		}
		m.use(slices.Index(m.modes[keyed], asInterface), keyed) // somebody must know the types
		for i, mode := range m.modes[keyed] {
			if mode == asInterface && m.chance(60) || mode == asObject && m.chance(80) {
				m.use(i, keyed)
			}
		}
	}
	for i, t := range m.ofKind(entityKind) {
		if t.family == nil {
			m.chooseKeysOf(t, i)
			m.spread(t)
		}
	}
}

// chooseKeysOf chooses one to three keys of one entity.
func (m *model) chooseKeysOf(t *typ, number int) {
	if t.isMortal { // a key that may be null says nothing of an entity that has vanished
		m.addKey(t, "id", &field{name: "id", ref: "ID" + m.bang(50)})
		return
	}
	options := []func(){
		func() { m.addKey(t, "id", &field{name: "id", ref: "ID!"}) },
		func() { m.addKey(t, "code", &field{name: "code", ref: "String" + m.bang(60)}) },
		func() { m.addKey(t, "a b", &field{name: "a", ref: "Int!"}, &field{name: "b", ref: "String!"}) },
		func() {
			nest := &typ{name: fmt.Sprintf("N%d", number), kind: valueKind}
			nest.fields = []*field{{name: "x", ref: "ID!", isKey: true}, {name: "y", ref: "String"}}
			m.types = append(m.types, nest)
			m.addKey(t, "nest { x }", &field{name: "nest", ref: nest.name + "!", named: nest})
		},
	}
	for _, i := range m.Perm(len(options))[:1+m.IntN(3)] {
		options[i]()
	}
	if others := m.ofKind(entityKind); number > 0 && m.chance(15) {
		owner := others[m.IntN(number)]
		if owner.family == nil {
			m.addKey(t, "owner { "+owner.keys[0]+" }", &field{name: "owner", ref: owner.name + "!", named: owner})
		}
	}
}

func (m *model) addKey(t *typ, text string, fields ...*field) {
	t.keys = append(t.keys, text)
	for _, f := range fields {
		f.isKey = true
		t.fields = append(t.fields, f)
	}
}

// spread says which subgraphs have an entity. Most know it by its first key; in a chain each knows the key of its
// neighbours.
func (m *model) spread(t *typ) {
	isChain := len(t.keys) > 1 && m.chance(75)
	there := m.Perm(len(m.subgraphs))[:2+m.IntN(len(m.subgraphs)-1)]
	for place, i := range there {
		var keys []int
		switch {
		case isChain:
			keys = []int{min(place, len(t.keys)-1), min(place+1, len(t.keys)-1)}
			if place == len(there)-1 {
				keys = keys[:1]
			}
		case m.chance(85):
			keys = []int{0}
			if m.chance(25) {
				keys = append(keys, m.IntN(len(t.keys)))
			}
		default:
			keys = []int{m.IntN(len(t.keys))}
		}
		slices.Sort(keys)
		for n, key := range slices.Compact(keys) {
			m.know(i, t, key, n == 0 || m.chance(60))
		}
	}
}

// know declares an entity in a subgraph, with a key.
func (m *model) know(sub int, t *typ, key int, isResolvable bool) *declaration {
	d := m.subgraphs[sub].declare(t.name, "type")
	if d.hasKey(t.keys[key]) {
		return d
	}
	d.keys = append(d.keys, keyUse{t.keys[key], isResolvable})
	for _, f := range t.fields {
		if f.isKey && slices.Contains(strings.Fields(t.keys[key]), f.name) {
			m.declareField(sub, t, f)
			if f.named != nil && f.named.kind == entityKind {
				m.know(sub, f.named, 0, true) // the key asks for the owner's first key
			}
		}
	}
	return d
}

// use declares a type in a subgraph, as far as a field there needs that returns it.
func (m *model) use(sub int, t *typ) {
	s := m.subgraphs[sub]
	if s.types[t.name] != nil && t.kind != keyedKind {
		return
	}
	switch t.kind {
	case entityKind:
		if t.family != nil {
			m.use(sub, t.family)
			return
		}
		m.know(sub, t, m.IntN(len(t.keys)), m.chance(60))
	case valueKind:
		s.declare(t.name, "type").isHidden = t.isHidden
		for _, f := range t.fields {
			if !t.isSplit || f.isKey || f == commonField || m.chance(60) {
				m.declareField(sub, t, f)
			}
		}
	case keyedKind:
		m.useKeyed(sub, t)
	case plainKind:
		d := s.declare(t.name, "interface")
		d.fields = append(d.fields, &fieldUse{field: commonField, ref: commonField.ref})
		for _, member := range m.some(t.members, 1+m.IntN(len(t.members))) {
			m.use(sub, member)
			s.types[member.name].interfaces = append(s.types[member.name].interfaces, t.name)
		}
	case unionKind:
		d := s.declare(t.name, "union")
		members := slices.DeleteFunc(slices.Clone(t.members), func(member *typ) bool { return !m.canUse(sub, member) })
		for _, member := range m.some(members, 1+m.IntN(len(members))) {
			m.use(sub, member)
			d.members = append(d.members, member.name)
		}
	case rootKind:
		s.declare(t.name, "type")
	}
}

func (m *model) useKeyed(sub int, t *typ) {
	s := m.subgraphs[sub]
	if s.types[t.name] != nil {
		return
	}
	id := t.fields[0]
	if m.modes[t][sub] == asObject {
		d := s.declare(t.name, "type")
		d.isInterfaceObject = true
		d.keys = append(d.keys, keyUse{t.keys[0], true})
		m.declareField(sub, t, id)
		return
	}
	d := s.declare(t.name, "interface")
	d.keys = append(d.keys, keyUse{t.keys[0], true})
	d.fields = append(d.fields, &fieldUse{field: id, ref: id.ref})
	for _, member := range t.members {
		m.know(sub, member, 0, true).interfaces = []string{t.name}
	}
}

// canUse reports whether a field of a subgraph may return a type.
func (m *model) canUse(sub int, t *typ) bool {
	switch {
	case t.kind == keyedKind:
		return m.modes[t][sub] != notThere
	case t.family != nil:
		return m.modes[t.family][sub] == asInterface
	case t.kind == unionKind:
		return slices.ContainsFunc(t.members, func(member *typ) bool { return m.canUse(sub, member) })
	case t.kind == valueKind:
		return !slices.ContainsFunc(t.fields, func(f *field) bool { return f.named != nil && f.named.kind != valueKind && !m.canUse(sub, f.named) })
	}
	return true
}
