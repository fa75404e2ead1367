package operation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// class is the occurrences of one response key that some runtime types share: every type in it
// meets the same occurrences, in the same order.
type class struct {
	types       schema.TypeSet
	occurrences []occurrence
	// scope and def say how the field is defined for these types.
	scope *schema.Type
	def   *schema.Field
	// anchors are the occurrences that can be the first active one, and thereby fix the place of
	// the key in the response.
	anchors []occurrence
}

// mergeFields turns the occurrences of each key into fields.
func (n *normaliser) mergeFields(parent *schema.Type, keys [][]occurrence, given Conjunction) []*Field {
	classes := make([][]class, len(keys))
	for i, occurrences := range keys {
		for _, c := range splitByTypes(occurrences) {
			classes[i] = append(classes[i], n.splitByDefinition(parent, c)...)
		}
	}
	var out []placed
	for i := range classes {
		out = append(out, n.fieldsOfKey(classes, i, given)...)
	}
	slices.SortStableFunc(out, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	fields := make([]*Field, len(out))
	for i, p := range out {
		fields[i] = p.field
	}
	n.fields += len(fields)
	if n.fields > 2*n.limits.MaxHeight {
		n.fail(limitError(gqlerr.TooHigh, "fields once fragments are resolved (its height)", n.limits.MaxHeight, n.fields))
	}
	return fields
}

// placed is a field with its place in the response.
type placed struct {
	at    int
	field *Field
}

// fieldsOfKey makes the fields of one response key. Those of one place that turn out to differ only
// in their types become one.
func (n *normaliser) fieldsOfKey(all [][]class, key int, given Conjunction) []placed {
	var out []placed
	for _, c := range all[key] {
		for _, r := range c.runs(all, key) {
			f := n.makeField(c, r, given)
			if f == nil {
				continue
			}
			at := r.anchors[0].at
			same := slices.IndexFunc(out, func(p placed) bool {
				return p.at == at && p.field.Scope == f.Scope && mergeText(p.field) == mergeText(f)
			})
			if same < 0 {
				out = append(out, placed{at, f})
				continue
			}
			out[same].field.On = out[same].field.On.Or(f.On)
			out[same].field.needs = append(out[same].field.needs, f.needs...)
		}
	}
	return out
}

// mergeText is equal for fields of one place that differ only in their types.
func mergeText(f *Field) string {
	var b strings.Builder
	w := textWriter{b: &b}
	w.condition(f.When)
	if f.Selections != nil {
		w.selections(f.Selections, 0)
	}
	return b.String()
}

// splitByTypes partitions the runtime types by which occurrences they meet.
func splitByTypes(occurrences []occurrence) []class {
	var classes []class
	var covered schema.TypeSet
	for _, o := range occurrences {
		for i := 0; i < len(classes); i++ {
			if !overlap(classes[i].types, o.on) {
				continue
			}
			if c := classes[i]; !covers(o.on, c.types) {
				without := class{types: c.types.Minus(o.on), occurrences: slices.Clip(c.occurrences)}
				classes = slices.Insert(classes, i, without)
				i++
				classes[i] = class{types: c.types.And(o.on), occurrences: slices.Clone(c.occurrences)}
			}
			classes[i].occurrences = append(classes[i].occurrences, o)
		}
		if !covers(covered, o.on) {
			classes = append(classes, class{types: o.on.Minus(covered), occurrences: []occurrence{o}})
			covered = covered.Or(o.on)
		}
	}
	return classes
}

// overlap reports whether some type is in both sets.
func overlap(a, b schema.TypeSet) bool {
	for i := range min(len(a), len(b)) {
		if a[i]&b[i] != 0 {
			return true
		}
	}
	return false
}

// covers reports whether every type of b is in a.
func covers(a, b schema.TypeSet) bool {
	for i, word := range b {
		if i < len(a) {
			word &^= a[i]
		}
		if word != 0 {
			return false
		}
	}
	return true
}

// splitByDefinition gives each type the definition by which its values are completed: its own
// (GraphQL spec 6.4.3). Types whose own definition has the type of the first occurrence's stay
// together under that one.
func (n *normaliser) splitByDefinition(parent *schema.Type, c class) []class {
	first := c.occurrences[0]
	c.scope, c.def, c.anchors = first.scope, first.def, anchorsOf(c.occurrences)
	if parent.Kind == schema.Object {
		c.scope, c.def = parent, n.fieldOf(parent, first.field.Name)
	}
	if c.def == nil || c.scope.Kind == schema.Object {
		return []class{c}
	}
	var out []class
	common := c
	common.types = nil
	for _, i := range c.types.Indexes() {
		t := n.objects[i]
		own := n.fieldOf(t, first.field.Name)
		if own == nil || own.Type.String() == c.def.Type.String() {
			common.types = common.types.With(i)
			continue
		}
		alone := c
		alone.types, alone.scope, alone.def = t.Possible(), t, own
		out = append(out, alone)
	}
	if common.types.IsEmpty() {
		return out
	}
	return append([]class{common}, out...)
}

// anchorsOf returns the occurrences that can be the first active one.
func anchorsOf(occurrences []occurrence) []occurrence {
	var out []occurrence
	for _, o := range occurrences {
		if slices.ContainsFunc(out, func(earlier occurrence) bool { return o.when.implies(earlier.when) }) {
			continue
		}
		out = append(out, o)
	}
	return out
}

// run is a list of anchors between which nothing else stands in the response, so that they make one
// field; earlier are the anchors before it, none of which may be active.
type run struct{ anchors, earlier []occurrence }

// runs groups the anchors of a class. all are the classes of every key, key is the class's own.
func (c class) runs(all [][]class, key int) []run {
	out := []run{{anchors: c.anchors[:1]}}
	for i := 1; i < len(c.anchors); i++ {
		last := &out[len(out)-1]
		first := i - len(last.anchors)
		if c.standsBetween(all, key, first, i) {
			out = append(out, run{anchors: c.anchors[i : i+1], earlier: c.anchors[:i]})
			continue
		}
		last.anchors = c.anchors[first : i+1]
	}
	return out
}

// standsBetween reports whether another key can take a place between two anchors of this class in a
// response in which the second one is active.
func (c class) standsBetween(all [][]class, key, first, second int) bool {
	from, to := c.anchors[first], c.anchors[second]
	for i, classes := range all {
		if i == key {
			continue
		}
		for _, other := range classes {
			for _, a := range other.anchors {
				if from.at < a.at && a.at < to.at && a.when.canMeet(to.when) && overlap(c.types, other.types) {
					return true
				}
			}
		}
	}
	return false
}

// condition returns when a run's field is selected; ok is false if that is too intricate.
func (r run) condition() (when Condition, ok bool) {
	if len(r.anchors) > maxOccurrences {
		return nil, false
	}
	for _, a := range r.anchors {
		when = append(when, a.when)
	}
	when = simplify(when)
	ok = true
	for i := 0; i < len(r.earlier) && ok; i++ {
		when, ok = when.butNot(r.earlier[i].when)
	}
	return when, ok
}

// makeField makes the field of one run of a class, or nil if it is never selected.
func (n *normaliser) makeField(c class, r run, given Conjunction) *Field {
	when, ok := r.condition()
	if !ok {
		n.fail(&gqlerr.Error{
			Message: "The conditions on " + quote(c.occurrences[0].field.Alias) + " are too intricate. Give its occurrences different aliases.",
			Code:    gqlerr.LimitExceeded,
		})
	}
	if len(when) == 0 || n.failed != nil {
		return nil
	}
	anchor := r.anchors[0]
	f := &Field{
		Key: anchor.field.Alias, Name: anchor.field.Name, Scope: c.scope, Def: c.def, On: c.types,
		Line: anchor.field.Position.Line, Column: anchor.field.Position.Column,
	}
	if !when.always() {
		f.When = when
	}
	f.needs = n.needsOf(f)
	if c.def == nil {
		return f
	}
	n.guard = nil
	f.Args = n.arguments(anchor.field, c.def)
	f.Guard = n.guard
	if below := n.api.Type(c.def.Type.Named()); below.IsComposite() {
		f.Selections = n.mergeBelow(below, c, when, given)
	}
	return f
}

// mergeBelow merges what the occurrences of a field select, each under its own condition, knowing
// that the field itself is selected.
func (n *normaliser) mergeBelow(parent *schema.Type, c class, when Condition, given Conjunction) *SelectionSet {
	known, ok := given.and(when.common())
	if !ok {
		return &SelectionSet{Parent: parent}
	}
	var parts []part
	for _, o := range c.occurrences {
		if !known.canMeet(o.when) || !when.canMeet(o.when) {
			continue // another occurrence is the first active one, so this one is not active
		}
		scope := parent
		if o.def != nil {
			scope = n.api.Type(o.def.Type.Named())
		}
		condition := o.when.minus(known)
		if when.implies(o.when) {
			condition = nil
		}
		parts = append(parts, part{scope: scope, set: o.field.SelectionSet, on: scope.Possible(), when: condition})
	}
	return n.mergeSets(parent, parts, known)
}

// canMeet reports whether b and c can hold at once.
func (c Condition) canMeet(b Conjunction) bool {
	return slices.ContainsFunc(c, func(a Conjunction) bool { return a.canMeet(b) })
}

// implies reports whether b holds wherever c does.
func (c Condition) implies(b Conjunction) bool {
	for _, conj := range c {
		if !conj.implies(b) {
			return false
		}
	}
	return true
}
