// Package generate makes up federated graphs and operations on them, the same for the same seed.
//
// In: a source of random numbers. Out: the SDL of an unsplit schema with the SDL of the subgraphs that it is split into
// (Graph), or an operation with its variables (Operation). A Graph is made in steps: choose types (generate.go), their
// keys and fields (entities.go, fields.go), what the subgraphs need of each other (splits.go), and print it all (print.go).
// Nobody promises that a graph can be composed: a composer may find that some field cannot be reached.
package generate

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/weft-graph/weft/fedtest/internal/world"
)

// Graph is an unsplit schema and the subgraphs that together are the same.
type Graph struct {
	Monolith  string
	Subgraphs []world.SDL
}

// kind is what a type of the model is.
type kind uint8

const (
	// entityKind has keys; subgraphs share it.
	entityKind kind = iota
	// valueKind has none; every subgraph that has it can resolve all of it.
	valueKind
	// plainKind is an interface without a key.
	plainKind
	// keyedKind is an interface with a key; in some subgraphs it is an interface object.
	keyedKind
	unionKind
	rootKind
)

// typ is a type of the unsplit schema.
type typ struct {
	name   string
	kind   kind
	fields []*field
	// keys are the field sets by which an entity may be known.
	keys []string
	// members are what an abstract type can be.
	members []*typ
	// family is the keyed interface of an entity; nil without.
	family *typ
	// isSplit lets subgraphs have a part of the fields of a value.
	isSplit bool
	// isMortal is an entity of which nothing but the one key is sure: it can vanish.
	isMortal bool
	// isHidden is a type that clients must not see; only abstract types lead to it.
	isHidden bool
}

// field is a field of the unsplit schema.
type field struct {
	name, args, ref string
	// named is the composite type that it returns; nil for a leaf.
	named *typ
	// owners are the subgraphs that resolve it.
	owners []int
	// calls are constant arguments for a field set, any of them; nil for a field without arguments.
	calls    []string
	isHidden bool
	isKey    bool
}

// mode is how a subgraph knows a keyed interface.
type mode uint8

const (
	notThere mode = iota
	asInterface
	asObject
)

// model is a graph in the making.
type model struct {
	*rand.Rand
	types     []*typ
	subgraphs []*subgraph
	modes     map[*typ][]mode
	query     *typ
	// mutation and subscription are nil in a graph without.
	mutation, subscription *typ
	labels                 int
	// hasSecret makes one value of the enum inaccessible; hasFederation1 lets subgraphs be of Federation 1.
	hasSecret, hasFederation1 bool
}

func (m *model) chance(percent int) bool { return m.IntN(100) < percent }

func pick[T any](m *model, items []T) T { return items[m.IntN(len(items))] }

// NewGraph makes up a graph.
func NewGraph(random *rand.Rand) Graph {
	m := &model{Rand: random, modes: map[*typ][]mode{}}
	for i := range 2 + min(m.IntN(7), m.IntN(7)) {
		m.subgraphs = append(m.subgraphs, newSubgraph(fmt.Sprintf("s%d", i)))
	}
	m.hasSecret = m.chance(40)
	m.hasFederation1 = !m.hasSecret && m.chance(60)
	m.chooseTypes()
	m.chooseKeys()
	m.chooseFields()
	m.chooseRoots()
	m.addRequires()
	m.addProvides()
	m.addOverrides()
	m.addVariance()
	m.addContexts()
	return m.print()
}

// chooseTypes names the types and says what the abstract ones can be.
func (m *model) chooseTypes() {
	add := func(k kind, prefix string, n int) []*typ {
		var out []*typ
		for i := range n {
			t := &typ{name: fmt.Sprintf("%s%d", prefix, i), kind: k}
			out = append(out, t)
			m.types = append(m.types, t)
		}
		return out
	}
	entities := add(entityKind, "E", 1+m.IntN(4))
	values := add(valueKind, "V", 1+m.IntN(3))
	for _, t := range values {
		t.isSplit = m.chance(42)
	}
	for _, t := range entities {
		t.isMortal = m.chance(25)
	}
	if m.chance(55) {
		keyed := add(keyedKind, "K", 1)[0]
		keyed.members = add(entityKind, "F", 1+m.IntN(3))
		for _, t := range keyed.members {
			t.family = keyed
		}
		m.chooseModes(keyed)
		entities = append(entities, keyed.members...)
	}
	// What holds a part of a value must have a key; the members of abstract types are whole.
	values = slices.DeleteFunc(values, func(t *typ) bool { return t.isSplit })
	if m.hasSecret && m.chance(60) {
		hidden := add(valueKind, "H", 1)[0]
		hidden.isHidden = true
		values = append(values, hidden)
	}
	objects := slices.Concat(entities, values)
	if m.chance(50) {
		add(unionKind, "U", 1)[0].members = m.some(objects, 1+m.IntN(4))
	}
	if len(values) > 0 && m.chance(50) {
		add(plainKind, "P", 1)[0].members = m.some(values, 1+m.IntN(3))
	}
	m.query = add(rootKind, "Query", 1)[0]
	m.query.name = "Query"
	if m.chance(45) {
		m.mutation = add(rootKind, "Mutation", 1)[0]
		m.mutation.name = "Mutation"
	}
	if m.chance(35) {
		m.subscription = add(rootKind, "Subscription", 1)[0]
		m.subscription.name = "Subscription"
	}
}

// chooseModes says which subgraphs have a keyed interface with all its types, and which only its object.
func (m *model) chooseModes(t *typ) {
	modes := make([]mode, len(m.subgraphs))
	for i := range modes {
		modes[i] = pick(m, []mode{notThere, asInterface, asObject, asObject, asObject})
	}
	modes[m.IntN(len(modes))] = asInterface
	m.modes[t] = modes
}

// some picks n items without repetition, in their order.
func (m *model) some(types []*typ, n int) []*typ {
	places := m.Perm(len(types))[:min(n, len(types))]
	slices.Sort(places)
	var out []*typ
	for _, i := range places {
		out = append(out, types[i])
	}
	return out
}

func (m *model) ofKind(k kind) []*typ {
	var out []*typ
	for _, t := range m.types {
		if t.kind == k {
			out = append(out, t)
		}
	}
	return out
}
