package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// draft is a fetch under construction. All entities that one subgraph is asked for in one wave
// travel in one fetch.
type draft struct {
	id       int
	serial   int
	wave     int
	subgraph int
	// root is the selection of a root fetch, and target where its object lies.
	root   *subSelection
	target []Step
	// apart is set for a fetch that must not be sent without a value for its contexts: it has only
	// selections of one place with the same contexts.
	apart string
	// entities are the _entities selections of an entity fetch.
	entities []*entitiesDraft
	deps     []*draft
}

// entitiesDraft is one _entities selection under construction.
type entitiesDraft struct {
	place *place
	path  []Step
	// typeName is the interface that objects are represented as; empty when by their own type.
	typeName string
	// isInterfaceObject is set when the subgraph does not tell the runtime types apart.
	isInterfaceObject bool
	// anyType is set while the runtime types of the objects are not known; typed when the request waits
	// for them.
	anyType, typed bool
	// bound are the runtime types that an interface object's fields are wanted for that must not be null:
	// no other objects may come with them. It is nil without such fields.
	bound   schema.TypeSet
	keyText string
	// contexts tells the contextual arguments of the fields from others.
	contexts string
	// fields are the representation by runtime type, and when the condition of those who need it.
	types  schema.TypeSet
	fields map[int][]RepresentationField
	when   map[int]Condition
	sel    *subSelection
	text   entitiesText
}

// entitiesText is what was printed for an _entities selection.
type entitiesText struct{ key, variable string }

// request is what a source needs a fetch for.
type request struct {
	// wave is relative to the spot.
	subgraph, wave int
	isRoot         bool
	apart          string
}

// fetch returns the fetch that serves a request.
func (b *builder) fetch(at *spot, r request) *draft {
	wave := r.wave + at.wave
	for _, f := range b.fetches {
		if f.serial != at.serial || f.wave != wave || f.subgraph != r.subgraph || r.isRoot != (f.entities == nil) || f.apart != r.apart {
			continue
		}
		if !r.isRoot || f.root.place == at.place && sameSteps(f.target, at.path) {
			return f
		}
	}
	f := &draft{serial: at.serial, wave: wave, subgraph: r.subgraph, apart: r.apart}
	b.fetches = append(b.fetches, f)
	return f
}

func (f *draft) dependOn(others []*draft) {
	for _, d := range others {
		if d != f && !slices.Contains(f.deps, d) {
			f.deps = append(f.deps, d)
		}
	}
}

// entitiesAt returns the _entities selection of the fetch for the objects of a spot. Objects that
// are represented by different keys, or with different values under one name, are apart.
func (f *draft) entitiesAt(at *spot, g *querygraph.Graph, rep *representation, cond Condition) *entitiesDraft {
	target := g.Nodes[rep.key.Target]
	typeName := ""
	if rep.key.ByInterface || target.Type.IsInterfaceObject {
		typeName = rep.key.TypeName
	}
	keyText := querygraph.FieldSetText(rep.key.Fields)
	for _, e := range f.entities {
		if e.place == at.place && sameSteps(e.path, at.path) && e.typeName == typeName && e.keyText == keyText && e.contexts == rep.contexts && e.accepts(rep, cond) {
			return e
		}
	}
	e := &entitiesDraft{
		place: at.place, path: at.path, typeName: typeName, keyText: keyText, contexts: rep.contexts,
		anyType: typeName != "" && !rep.knowsType, typed: rep.typed,
		isInterfaceObject: target.Type.IsInterfaceObject,
		fields:            map[int][]RepresentationField{}, when: map[int]Condition{},
		sel: &subSelection{fetch: f, node: querygraph.None, place: at.place},
	}
	if typeName != "" {
		e.sel.node = g.Node(f.subgraph, typeName)
	}
	f.entities = append(f.entities, e)
	return e
}

// accepts reports whether the representation can be joined to what is sent already: no member has
// two values, and none is missing while the condition of its own consumer is off.
func (e *entitiesDraft) accepts(rep *representation, cond Condition) bool {
	if e.isInterfaceObject && (!e.requiresLike(rep) || rep.knowsType && !e.binds(rep)) || e.typed != rep.typed || !e.isAlike(rep) {
		return false
	}
	for _, t := range rep.types.Indexes() {
		old, known := e.fields[t]
		if !known {
			continue
		}
		for _, o := range old {
			for _, add := range rep.fields {
				if o.Name == add.Name && !mergeable(o, add) {
					return false
				}
			}
		}
		more, fewer := hasAll(old, rep.fields), hasAll(rep.fields, old)
		same := sameCondition(e.when[t], cond) || more && fewer
		if !same && !(more && covers(e.when[t], cond)) && !(fewer && covers(cond, e.when[t])) {
			return false
		}
	}
	return true
}

// isAlike reports whether objects of all types would be represented alike, which they must be as long
// as their types are not known.
func (e *entitiesDraft) isAlike(rep *representation) bool {
	if !e.anyType || rep.knowsType || e.types.Equal(rep.types) {
		return true
	}
	for _, t := range e.types.Indexes() {
		if !hasAll(e.fields[t], rep.fields) || !hasAll(rep.fields, e.fields[t]) {
			return false
		}
	}
	return true
}

// binds reports whether the fields that must not be null are wanted of all objects. An interface
// object's subgraph would lose others by them.
func (e *entitiesDraft) binds(rep *representation) bool {
	return (e.bound == nil || e.bound.Contains(rep.types)) && (!rep.binds || rep.types.Contains(e.types))
}

// requiresLike reports whether the objects of all types would come with the same required members.
// An interface object's subgraph resolves every selected field for every object: a field that only
// some types need must not be asked of objects that come without what it requires.
func (e *entitiesDraft) requiresLike(rep *representation) bool {
	var required []string
	for i, t := range e.types.Or(rep.types).Indexes() {
		fields := e.fields[t]
		if rep.types.Has(t) {
			fields = mergeFields(fields, rep.fields)
		}
		names := requiredNames(fields)
		if i > 0 && !slices.Equal(names, required) {
			return false
		}
		required = names
	}
	return true
}

// requiredNames are the paths of the required members, nested ones too, sorted.
func requiredNames(fields []RepresentationField) []string {
	out := appendRequired(nil, "", fields)
	slices.Sort(out)
	return slices.Compact(out) // a nested member stands once for each type that it is of
}

func appendRequired(out []string, above string, fields []RepresentationField) []string {
	for _, f := range fields {
		path := above + f.Name
		if f.Required {
			out = append(out, path)
		}
		out = appendRequired(out, path+".", f.Fields)
	}
	return out
}

// hasAll reports whether the members in part are all in whole, with all that is below them.
func hasAll(whole, part []RepresentationField) bool {
	for _, p := range part {
		i := slices.IndexFunc(whole, func(w RepresentationField) bool {
			return w.Name == p.Name && w.Slot == p.Slot && w.TypeName == p.TypeName
		})
		if i < 0 || !hasAll(whole[i].Fields, p.Fields) {
			return false
		}
		if on := whole[i].On; on != nil && (p.On == nil || !on.Contains(p.On)) {
			return false
		}
	}
	return true
}

// mergeable reports whether two members of one name can be one member.
func mergeable(a, b RepresentationField) bool {
	if a.Slot != b.Slot || a.TypeName != b.TypeName || (a.Fields == nil) != (b.Fields == nil) {
		return false
	}
	for _, x := range a.Fields {
		for _, y := range b.Fields {
			if x.Name == y.Name && overlap(x.On, y.On) && !mergeable(x, y) {
				return false
			}
		}
	}
	return true
}

// overlap reports whether some type is in both sets; nil is every type.
func overlap(a, b schema.TypeSet) bool { return a == nil || b == nil || !a.And(b).IsEmpty() }

// join adds the representation and returns the selection in which entities are read.
func (e *entitiesDraft) join(rep *representation, cond Condition) *subSelection {
	e.anyType = e.anyType && !rep.knowsType
	if rep.binds {
		e.bound = rep.types
	}
	for _, t := range rep.types.Indexes() {
		if e.types.Has(t) {
			e.when[t] = orCondition(e.when[t], cond)
		} else {
			e.when[t] = cond
		}
		e.fields[t] = mergeFields(e.fields[t], rep.fields)
	}
	e.types = e.types.Or(rep.types)
	return e.sel
}

// condition says when the entities are needed: for objects of any type.
func (e *entitiesDraft) condition() (when Condition) {
	for i, t := range e.types.Indexes() {
		if i == 0 {
			when = e.when[t]
			continue
		}
		when = orCondition(when, e.when[t])
	}
	return when
}

// mergeFields adds members to a representation; members of one name become one. A key stays a key.
func mergeFields(fields, add []RepresentationField) []RepresentationField {
	fields = slices.Clone(fields)
	for _, f := range add {
		i := slices.IndexFunc(fields, func(old RepresentationField) bool {
			return old.Name == f.Name && old.TypeName == f.TypeName && old.Slot == f.Slot
		})
		if i < 0 {
			fields = append(fields, f)
			continue
		}
		fields[i].Required = fields[i].Required && f.Required
		fields[i].Of = either(fields[i].Of, f.Of)
		fields[i].Fields = mergeFields(fields[i].Fields, f.Fields)
		if fields[i].On == nil || f.On == nil {
			fields[i].On = nil
		} else {
			fields[i].On = fields[i].On.Or(f.On)
		}
	}
	return fields
}

func sameSteps(a, b []Step) bool {
	return slices.EqualFunc(a, b, func(x, y Step) bool {
		return x.Slot == y.Slot && (x.On == nil) == (y.On == nil) && x.On.Equal(y.On)
	})
}

// cases lists the representation by runtime type; types that are represented alike share a case. While
// the types are not known there is one case for all.
func (e *entitiesDraft) cases(types []string) []Representation {
	var out []Representation
	texts := map[string]int{}
	for _, t := range e.types.Indexes() {
		rep := Representation{TypeName: e.typeName, Fields: e.fields[t]}
		if e.typeName == "" {
			rep.TypeName = types[t]
		}
		text := ""
		if !e.anyType {
			text = rep.TypeName + " " + representationText(rep.Fields)
		}
		if i, ok := texts[text]; ok {
			out[i].On = out[i].On.With(t)
			out[i].Fields = mergeFields(out[i].Fields, rep.Fields)
			continue
		}
		texts[text] = len(out)
		rep.On = rep.On.With(t)
		out = append(out, rep)
	}
	if len(out) == 1 && (e.anyType || e.place.layout.Type >= 0) {
		out[0].On = nil
	}
	return out
}

// representationText is equal for members that are represented alike, in whatever order.
func representationText(fields []RepresentationField) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = fmt.Sprint(f.Name, "=", f.TypeName, f.Slot, f.Required)
		if f.On != nil {
			parts[i] += fmt.Sprint(" on ", f.On.Indexes())
		}
		if f.Fields != nil {
			parts[i] += " { " + representationText(f.Fields) + " }"
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
