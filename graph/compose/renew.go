package compose

import (
	"maps"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// composition is a run that made a supergraph, for the next run to build on.
//
// The next run merges anew only the types that a changed subgraph has or had, those that depend on them,
// and what is not merged by type; all other merged types are kept, with everything that was said of them
// (see eachType). Kept is nothing that could be another one: where a change reaches further than this can
// tell (what implements what, members of unions, interface objects, composed directives, the set of
// subgraphs, Federation 1, where enums are used), and where anything is wrong, all is composed anew.
type composition struct {
	loaded []*federation.Subgraph
	m      *merger
	s      *supergraph.Supergraph
}

// renew composes the subgraphs, of which some have changed since the run before. It returns nil where
// they must be composed anew.
func (c *composition) renew(loaded []*federation.Subgraph, changed []int) (*composition, diag.List) {
	m := newMerger(loaded)
	m.before = c
	for i := range loaded {
		if !slices.Contains(changed, i) {
			m.returned[i] = c.m.returned[i]
		}
	}
	m.keepTypes(changed)
	s, diags := m.compose()
	m.before = nil
	if s == nil || m.isFarReaching {
		return nil, nil
	}
	return &composition{loaded: loaded, m: m, s: s}, diags
}

// changed lists the subgraphs that are not those of the run before; ok is false where a change of them
// may mean something to types that they do not have.
func (c *composition) changed(loaded []*federation.Subgraph) (changed []int, ok bool) {
	if c == nil || len(loaded) != len(c.loaded) || len(c.m.interfaceObjects) > 0 || len(c.m.composed.list) > 0 {
		return nil, false
	}
	for i, sub := range loaded {
		old := c.loaded[i]
		switch {
		case sub.IsFed1() || old.IsFed1() || sub.Name != old.Name:
			return nil, false
		case sub == old:
		case slices.ContainsFunc(sub.Types, func(t *federation.Type) bool { return t.InterfaceObject != nil }):
			return nil, false
		default:
			changed = append(changed, i)
		}
	}
	return changed, true
}

// keepTypes puts together the types: those of the run before, but new ones where a changed subgraph has or
// had a part in them.
func (m *merger) keepTypes(changed []int) {
	before := m.before.m
	touched := m.touched(changed)
	m.byName = maps.Clone(before.byName)
	var renewed []*mergedType
	for _, name := range slices.Sorted(maps.Keys(touched)) {
		t := &mergedType{def: &schema.Type{Name: name}}
		if old := before.byName[name]; old != nil {
			t.sources = slices.Clone(old.sources)
			t.sources.drop(func(i int, _ *federation.Type) bool { return slices.Contains(changed, i) })
		}
		for _, i := range changed {
			if source := m.subgraphs[i].Type(name); source != nil {
				t.sources.set(i, source)
			}
		}
		delete(m.byName, name)
		if len(t.sources) > 0 {
			m.byName[name] = t
			renewed = append(renewed, t)
		}
	}
	m.types = make([]*mergedType, 0, len(before.types)+len(renewed))
	for _, t := range before.types {
		if touched[t.def.Name] {
			continue
		}
		for len(renewed) > 0 && renewed[0].def.Name < t.def.Name {
			m.types, renewed = append(m.types, renewed[0]), renewed[1:]
		}
		t.isKept = true
		m.types = append(m.types, t)
	}
	m.types = append(m.types, renewed...)
	for _, t := range m.types {
		if !t.isKept {
			m.mergeKind(t)
		}
	}
}

// touched are the names of the types to merge anew: what the changed subgraphs have or had, and the
// interfaces of these, which take requirements from what implements them. The API schema is checked further,
// see schema.CheckAfter.
func (m *merger) touched(changed []int) map[string]bool {
	touched := map[string]bool{}
	touch := func(t *federation.Type) {
		touched[t.Name] = true
		for _, name := range t.Def.Interfaces {
			touched[name] = true
		}
	}
	for _, i := range changed {
		for _, t := range m.before.loaded[i].Types {
			touch(t)
		}
		for _, t := range m.subgraphs[i].Types {
			touch(t)
		}
	}
	for _, name := range slices.Collect(maps.Keys(touched)) {
		if t := m.before.m.byName[name]; t != nil {
			for _, source := range t.sources.all() {
				touch(source)
			}
		}
	}
	return touched
}

// checkReach looks whether a touched type changed in what other types look at: their kinds, interfaces and
// members decide which types are subtypes of which.
func (m *merger) checkReach() {
	if m.before == nil {
		return
	}
	m.isFarReaching = len(m.composed.list) > 0
	for _, t := range m.types {
		old := m.before.m.byName[t.def.Name]
		if t.isKept || old == nil {
			continue
		}
		if old.def.Kind != t.def.Kind || !slices.Equal(old.def.Interfaces, t.def.Interfaces) || !slices.Equal(old.def.Members, t.def.Members) {
			m.isFarReaching = true
		}
	}
}

// pass is a pass that merges type by type.
type pass uint8

const (
	unionsPass pass = iota
	overridesPass
	fieldsPass
	inputFieldsPass
	enumsPass
	typeMetadataPass
	authPass
	buildPass
)

// findings are what a pass found of one type beside the merged type itself.
type findings struct {
	diags diag.List
	// uses are the enums that the type uses, features what it applies of linked specifications.
	uses         []usedEnum
	features     []usedFeature
	mixedReturns []mixedReturn
}

type usedEnum struct {
	name string
	use  enumUse
}

// usedFeature is a directive of a specification; name is empty where the name by which it is applied does
// not matter.
type usedFeature struct {
	feature string
	featureName
}

// eachType runs a pass over all types. What it finds is written down with the type, and of a kept type
// it is found again without running the pass.
func (m *merger) eachType(p pass, run func(*mergedType)) {
	for _, t := range m.types {
		if t.isKept {
			m.findAgain(t.found[p])
			continue
		}
		before := len(m.diags)
		m.isNoting, m.noted = true, findings{}
		run(t)
		m.isNoting = false
		m.noted.diags = slices.Clone(m.diags[before:])
		if m.noted.isEmpty() {
			continue
		}
		if t.found == nil {
			t.found = map[pass]*findings{}
		}
		found := m.noted
		t.found[p] = &found
	}
}

func (f *findings) isEmpty() bool {
	return len(f.diags)+len(f.uses)+len(f.features)+len(f.mixedReturns) == 0
}

func (m *merger) findAgain(f *findings) {
	if f == nil {
		return
	}
	m.diags = append(m.diags, f.diags...)
	for _, r := range f.mixedReturns {
		m.addMixedReturn(r)
	}
	for _, u := range f.uses {
		m.useEnum(u.name, u.use)
	}
	for _, u := range f.features {
		m.addFeature(u)
	}
}

// useEnum remembers where an enum is used.
func (m *merger) useEnum(name string, use enumUse) {
	old := m.enumUse[name]
	m.enumUse[name] = enumUse{input: old.input || use.input, output: old.output || use.output}
	if one := (usedEnum{name, use}); m.isNoting && !slices.Contains(m.noted.uses, one) {
		m.noted.uses = append(m.noted.uses, one)
	}
}

// addMixedReturn remembers a field for compareReturns.
func (m *merger) addMixedReturn(r mixedReturn) {
	m.mixedReturns = append(m.mixedReturns, r)
	if m.isNoting {
		m.noted.mixedReturns = append(m.noted.mixedReturns, r)
	}
}

// addFeature remembers that a directive of a specification is applied, and by which name.
func (m *merger) addFeature(u usedFeature) {
	if u.name == "" {
		m.features[u.feature] = true
	} else if names := m.featureNames[u.feature]; !slices.ContainsFunc(names, func(n featureName) bool { return n.subgraph == u.subgraph }) {
		m.featureNames[u.feature] = append(names, u.featureName)
	}
	isSame := func(other usedFeature) bool {
		return other.feature == u.feature && (other.name == "") == (u.name == "") && other.subgraph == u.subgraph
	}
	if m.isNoting && !slices.ContainsFunc(m.noted.features, isSame) {
		m.noted.features = append(m.noted.features, u)
	}
}
