package generate

import (
	"fmt"
	"slices"
	"strings"
)

// commonField is the field of interfaces without a key.
var commonField = &field{name: "common", ref: "String"}

var leaves = []string{"Int", "Float", "String", "Boolean", "ID", "Color", "JSON"}

// arguments are argument lists with constants for them; an empty constant may be used where nothing is required.
var arguments = []struct {
	args  string
	calls []string
}{
	{"(n: Int)", []string{"", "(n: 2)", "(n: 7)", "(n: null)"}},
	{"(n: Int = 3)", []string{"", "(n: 3)", "(n: 4)"}},
	{"(n: Int!)", []string{"(n: 5)", "(n: 6)"}},
	{"(s: String, c: Color = RED)", []string{"", "(c: GREEN)", "(s: \"t\", c: RED)"}},
	{"(filter: Filter)", []string{"", "(filter: {min: 1, tags: [\"x\"]})", "(filter: {})"}},
	{"(filter: Filter!)", []string{"(filter: {min: 2})", "(filter: {min: 2, nested: {max: 0.5}})"}},
	{"(ids: [ID!])", []string{"", "(ids: [\"1\", \"2\"])", "(ids: [])"}},
	{"(grid: [[Int]])", []string{"", "(grid: [[1, 2], [3]])", "(grid: [[1, 2], null])"}},
	{"(x: Float, on: Boolean = true)", []string{"", "(x: 1.5)", "(on: false)"}},
}

// chooseFields gives every type fields beside its keys, and every field its owners.
func (m *model) chooseFields() {
	values := m.ofKind(valueKind)
	for i, t := range values {
		if len(t.fields) > 0 {
			continue // it is part of a key
		}
		t.fields = append(t.fields, commonField)
		for n := range 1 + m.IntN(3) {
			f := m.newField(fmt.Sprintf("v%d", n))
			if m.chance(35) {
				// Values hold only values that come later, and entities that every subgraph may know: all that have a
				// value can resolve all of it.
				f.named = pick(m, slices.Concat(values[i+1:], slices.DeleteFunc(m.ofKind(entityKind), func(t *typ) bool { return t.family != nil })))
				if f.named.isSplit || f.named.isHidden || f.named.kind == valueKind && len(f.named.keys)+len(f.named.fields) > 0 {
					f.named = nil
				}
			}
			m.wrap(f)
			t.fields = append(t.fields, f)
		}
	}
	for _, t := range m.ofKind(entityKind) {
		m.chooseFieldsOf(t)
	}
	for _, t := range m.ofKind(keyedKind) {
		m.chooseFieldsOfKeyed(t)
	}
}

// chooseFieldsOf gives an entity fields in the subgraphs that have it.
func (m *model) chooseFieldsOf(t *typ) {
	there := m.having(t, "type", false)
	if len(there) == 0 {
		return
	}
	for n := range 2 + m.IntN(5) {
		f := m.newField(fmt.Sprintf("f%d", n))
		if t.family != nil {
			f.name = fmt.Sprintf("g%d", n)
		}
		f.owners = []int{pick(m, there)}
		if m.chance(20) {
			f.owners = m.several(there)
		}
		m.chooseType(f)
		m.shareKeyed(f, there)
		if f.named != nil && f.named.isSplit { // each part is reached by the key of what holds the value
			f.owners = there
		}
		m.own(t, f)
	}
}

// shareKeyed lets several subgraphs resolve a field that returns a keyed interface. Some tell the types of its objects, and
// some, to which it is an object, know more of them.
func (m *model) shareKeyed(f *field, there []int) {
	if f.named == nil || f.named.kind != keyedKind || !m.chance(75) {
		return
	}
	f.owners = slices.DeleteFunc(slices.Clone(there), func(sub int) bool { return !m.canUse(sub, f.named) })
}

// chooseFieldsOfKeyed gives an interface object fields of its own.
func (m *model) chooseFieldsOfKeyed(t *typ) {
	there := m.having(t, "type", true)
	if len(there) == 0 {
		return
	}
	for n := range 3 + m.IntN(3) {
		f := m.newField(fmt.Sprintf("k%d", n))
		f.owners = []int{pick(m, there)}
		if m.chance(20) {
			f.owners = m.several(there)
		}
		m.chooseType(f)
		m.own(t, f)
		for _, member := range t.members {
			member.fields = append(member.fields, f)
		}
	}
}

// own adds a field to a type and declares it where it is resolved.
func (m *model) own(t *typ, f *field) {
	t.fields = append(t.fields, f)
	if t.isMortal {
		f.ref = strings.TrimSuffix(f.ref, "!")
	}
	for _, sub := range f.owners {
		m.declareField(sub, t, f)
	}
}

// having are the subgraphs in which a type is declared with a keyword.
func (m *model) having(t *typ, keyword string, isInterfaceObject bool) []int {
	var out []int
	for i, s := range m.subgraphs {
		if d := s.types[t.name]; d != nil && d.keyword == keyword && d.isInterfaceObject == isInterfaceObject {
			out = append(out, i)
		}
	}
	return out
}

func (m *model) several(subs []int) []int {
	places := m.Perm(len(subs))[:1+m.IntN(len(subs))]
	slices.Sort(places)
	out := make([]int, len(places))
	for i, place := range places {
		out[i] = subs[place]
	}
	return out
}

// newField makes a leaf, perhaps with arguments.
func (m *model) newField(name string) *field {
	f := &field{name: name, ref: pick(m, leaves)}
	if m.chance(25) {
		a := pick(m, arguments)
		f.args, f.calls = a.args, a.calls
	}
	f.isHidden = m.chance(4)
	return f
}

// chooseType makes a field composite or not, by what its owners may know.
func (m *model) chooseType(f *field) {
	if m.chance(45) {
		var fits []*typ
		for _, t := range m.types {
			if t.kind == rootKind || t.isHidden || slices.ContainsFunc(f.owners, func(sub int) bool { return !m.canUse(sub, t) }) {
				continue
			}
			fits = append(fits, t)
		}
		if len(fits) > 0 {
			f.named = pick(m, fits)
		}
	}
	m.wrap(f)
}

// wrap makes lists of a field's type, and says what may be null.
func (m *model) wrap(f *field) {
	if f.named != nil {
		f.ref = f.named.name
	}
	f.ref += m.bang(25)
	kind := m.IntN(12)
	if f.named != nil && f.named.isSplit && m.chance(50) {
		kind = 0 // the parts of a list are put together item by item
	}
	switch kind {
	case 0, 1, 2:
		f.ref = "[" + f.ref + "]" + m.bang(30)
	case 3:
		f.ref = "[[" + f.ref + "]" + m.bang(30) + "]" + m.bang(30)
	}
}

func (m *model) bang(percent int) string {
	if m.chance(percent) {
		return "!"
	}
	return ""
}

// chooseRoots gives the subgraphs root fields, some of them shared.
func (m *model) chooseRoots() {
	for i := range m.subgraphs {
		for n := range 1 + m.IntN(2) {
			m.addRoot(m.query, &field{name: fmt.Sprintf("q%d%c", i, 'a'+n), owners: []int{i}})
		}
		if m.mutation != nil && m.chance(70) {
			for n := range 1 + m.IntN(2) {
				m.addRoot(m.mutation, &field{name: fmt.Sprintf("m%d%c", i, 'a'+n), owners: []int{i}})
			}
		}
	}
	m.chooseSourceStreams()
	all := m.everywhere()
	for n := range m.IntN(3) {
		m.addRoot(m.query, &field{name: fmt.Sprintf("q%c", 'x'+n), owners: m.several(all)})
	}
	if m.mutation != nil && len(m.mutation.fields) == 0 {
		m.addRoot(m.mutation, &field{name: "m", owners: []int{0}})
	}
}

func (m *model) everywhere() []int {
	all := make([]int, len(m.subgraphs))
	for i := range all {
		all[i] = i
	}
	return all
}

// chooseSourceStreams gives some subgraphs a field that can be subscribed to. It has one owner: a stream comes from one place.
func (m *model) chooseSourceStreams() {
	if m.subscription == nil {
		return
	}
	last := m.IntN(len(m.subgraphs))
	for i := range m.subgraphs {
		if i == last || m.chance(40) {
			m.addRoot(m.subscription, &field{name: fmt.Sprintf("u%d", i), owners: []int{i}})
		}
	}
}

func (m *model) addRoot(root *typ, f *field) {
	made := m.newField(f.name)
	made.owners = f.owners
	made.isHidden = false
	var fits []*typ
	for _, t := range m.types {
		if t.kind != rootKind && !t.isSplit && !t.isHidden && !slices.ContainsFunc(f.owners, func(sub int) bool { return !m.canUse(sub, t) }) {
			fits = append(fits, t)
		}
	}
	if len(fits) > 0 && m.chance(92) {
		made.named = pick(m, fits)
	}
	if i := slices.IndexFunc(fits, func(t *typ) bool { return t.kind == keyedKind }); i >= 0 && m.chance(15) {
		made.named = fits[i]
	}
	m.wrap(made)
	if root == m.query {
		m.shareKeyed(made, m.everywhere())
	}
	m.own(root, made)
}
