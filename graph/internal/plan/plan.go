// Package plan turns an operation into a Plan: the fetches that answer it and the shape of the
// response. In: an operation and a query graph. Out: an immutable, printable Plan.
//
// The passes are: read the operation and the field sets as selections (want.go); search the cheapest
// way to every selected field (search.go, with one object in solve.go, its fields in options.go, its
// jumps in table.go); build the drafts of the fetches and the layouts that they fill (build.go,
// place.go, fold.go, draft.go, member.go, contexts.go); merge fetches of one subgraph (merge.go); find
// what need not be asked again (reuse.go); finish them (finish.go): print each subgraph operation and the scan that reads
// its answer (print.go), and make the response's shape (shape.go). Keys are fetched
// while building, so that nothing is repaired afterwards. It knows no value of a variable: a
// plan holds for all of them.
package plan

import (
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Names of earlier packages that a plan's reader needs, so that package execute imports none of them.
type (
	// OperationKind is query, mutation or subscription.
	OperationKind = operation.Kind
	// Condition is an OR of ANDs over boolean variables.
	Condition = operation.Condition
	// Value is an argument's value: a variable, or a template around variables.
	Value = operation.Value
	// TypeSet is a set of runtime types.
	TypeSet = schema.TypeSet
)

// Plan is a flat list of fetches with what each depends on, and the response's Shape.
type Plan struct {
	Kind OperationKind
	// Types are the names of the object types of the API schema by their dense number: a runtime
	// type is a number in this list. TypeSets of the plan refer to it.
	Types []string
	// Subgraphs are the names of the graph's subgraphs; Fetch.Subgraph is an index.
	Subgraphs []string
	// Conditions are the distinct conditions used in the plan. A CondID is an index plus one; the
	// zero CondID is "always".
	Conditions []Condition
	// Variables are the operation's, by index.
	Variables []*operation.Variable
	// Root is the layout of the root object; Shape completes it.
	Root  *Layout
	Shape *Shape
	// Layouts are all layouts by their ID; Layouts[0] is Root.
	Layouts []*Layout
	// Fetches are in an order in which every fetch comes after those it depends on.
	Fetches []*Fetch
	// Sources are the places at which entities may have been read before a later fetch asks for them.
	Sources []Source
	// Introspection are the __schema and __type fields of the root, answered without a fetch.
	Introspection []*operation.Field
}

// CondID names a condition of the plan: 0 is always, i is Plan.Conditions[i-1].
type CondID int

// Layout describes what is kept of the objects at one place of the response: a run of slots. Every
// object at that place, whichever fetch made it, has this layout. Fields with equal response keys
// and different definitions have different slots.
type Layout struct {
	ID int
	// Place is the path of response keys that leads here, for the text form.
	Place string
	Slots []Slot
	// Type is the runtime type of every object here if it is known from the schema, else -1: then
	// a Scan reads it from __typename. -1 too while only an interface object is known.
	Type int
}

// Slot is one value of an object: something that the client asked for, a key, a required field.
type Slot struct {
	// Name is what the slot holds, for the text form: "price" or, where it is not unique,
	// "price#2".
	Name string
	// Child is the layout of the objects in the slot (through any depth of lists); nil for a leaf.
	Child *Layout
}

// FetchKind is the kind of a Fetch.
type FetchKind uint8

const (
	// RootFetch selects fields of a root operation type.
	RootFetch FetchKind = iota
	// EntityFetch asks _entities for representations.
	EntityFetch
)

// Fetch is one call of one subgraph.
type Fetch struct {
	// ID is the index in Plan.Fetches.
	ID       int
	Kind     FetchKind
	Subgraph int
	// Operation is the kind of the subgraph operation: always Query for an EntityFetch.
	Operation OperationKind
	// Text is the subgraph operation as sent, without white space that is not needed.
	Text string
	// Variables are sent with it, in this order, the representations not among them.
	Variables []FetchVariable
	// Entities are the aliased _entities selections of an EntityFetch, at least one; nil otherwise.
	Entities []*Entities
	// Scan reads the "data" object of a RootFetch into Target; nil for an EntityFetch.
	Scan *Scan
	// Target leads from the root to the object that a RootFetch fills: empty for the root object
	// itself; steps when a field of type Query is re-entered deeper down.
	Target []Step
	// DependsOn are the fetches that must have ended first, ascending: those whose data it needs
	// and, below a mutation, those that must precede it.
	DependsOn []int
	// Awaits are further fetches that must have ended first, ascending: those that may have read what
	// this one would ask for. They run in earlier waves, so that the plan has no more waves by it.
	Awaits []int
	// When says when the fetch is needed at all: it holds the conditions of the places above too.
	When CondID
	// Why says in words what the fetch is for, for the text form.
	Why string
}

// VariableSource says where the value of a FetchVariable comes from.
type VariableSource uint8

const (
	// FromVariable sends the operation's variable Value.Variable, if it has a value.
	FromVariable VariableSource = iota
	// FromTemplate fills Value, a list or object around variables.
	FromTemplate
	// FromCondition sends the boolean value of Condition.
	FromCondition
)

// FetchVariable is a variable of a subgraph operation.
type FetchVariable struct {
	Name      string
	Source    VariableSource
	Value     Value
	Condition CondID
}

// Entities is one _entities selection: which objects are represented, how, and how the entities
// that come back are read into the same objects.
type Entities struct {
	// Key is the response key: "_entities" or an alias. Variable is the name of the variable that
	// carries the representations.
	Key, Variable string
	// Path leads from the root to the objects.
	Path []Step
	// Cases are tried in order by the object's runtime type; an object that none fits is left alone.
	Cases []Representation
	// Scan reads one entity into the object.
	Scan *Scan
	// When says when this selection is needed, beside the fetch's own condition.
	When CondID
	// Contexts are the variables whose values come from objects above the represented ones. Objects
	// with other values need a selection of their own: a copy of Selection with other variables.
	Contexts  []ContextVariable
	Selection string
	// Reuse says where entities may be found that need not be asked for, in order of preference.
	Reuse []Reuse
}

// ContextVariable is a variable of an _entities selection that carries a context's value.
type ContextVariable struct {
	Name, Type string
	// From are the places above that may offer it, the nearest first.
	From []ContextSource
}

// ContextSource is an object above a represented one.
type ContextSource struct {
	// Depth is the number of steps of Entities.Path that lead to it.
	Depth int
	// On are the runtime types that offer the context; nil for any.
	On TypeSet
	// Values says what is read: the first whose types fit.
	Values []ContextValue
}

// ContextValue is a slot from which a context's value is read, through any depth of lists.
type ContextValue struct {
	On   TypeSet
	Slot int
	// Below is for an object; nil for a leaf.
	Below []ContextValue
	// Of is what the value must be.
	Of *MemberType
}

// Source is a place of the response whose objects, of one runtime type, can stand for entities.
type Source struct {
	Layout *Layout
	// Path leads from the root to the objects.
	Path []Step
	// Key identifies an object, with the slots of Layout.
	Key Representation
}

// Reuse takes the values of an entity from the object of a source with the same key. Only values
// that are there are taken, and all of them or none; the entity is asked for otherwise.
type Reuse struct {
	// Source is an index of Plan.Sources.
	Source int
	// Key identifies the object that is to be filled, with its own slots.
	Key    Representation
	Copies []Copy
}

// Copy is a value that is taken: from a slot of the source's object to one of the object to fill.
type Copy struct {
	From, To int
	// When says when the value is needed.
	When CondID
}

// Step goes from an object to those in one of its slots, through any depth of lists.
type Step struct {
	Slot int
	// On keeps only objects of these runtime types *before* the step; nil keeps all.
	On TypeSet
}

// Representation says how an object is represented to a subgraph.
type Representation struct {
	// On are the runtime types that this case fits; nil fits any, also an unknown one.
	On TypeSet
	// TypeName is sent as __typename; it may be an interface's name.
	TypeName string
	// Fields follow, in this order. An object in which one of the key fields is null or absent is
	// not represented.
	Fields []RepresentationField
}

// RepresentationField is one member of a representation.
type RepresentationField struct {
	// Name is the JSON key: the field's own name, whatever the response key was.
	Name string
	Slot int
	// Required is set for @requires fields: a null is sent as null, and only an absent value (one
	// that an error left out) withholds the representation.
	Required bool
	// Fields is for an object, through any depth of lists; nil for a leaf.
	Fields []RepresentationField
	// On restricts the member to objects of these runtime types (a fragment in @requires); nil for all.
	On TypeSet
	// TypeName, when set, writes this constant instead of a slot: the __typename of a nested object,
	// one member for each runtime type it can have.
	TypeName string
	// Of is what the value must be; nil for a constant.
	Of *MemberType
}

// MemberType is what a value must be that goes into a representation or a context: what a subgraph
// answered wrongly is not sent on.
type MemberType struct {
	// Type is the field's in the supergraph; it has no Shape. It is nil where objects of several types
	// have fields of several types: then a value is not looked at.
	Type *Completion
	// On are the runtime types of the objects whose field it is: in an object of another type there may be
	// that type's value, which stands for nothing here. Nil is every type.
	On TypeSet
	// Possible are the runtime types of an object of an abstract type; nil for other values.
	Possible TypeSet
	// Coordinate and Subgraph say which field of which subgraph it is, for error messages. Hidden is set
	// for a field that the API does not have: clients are not told its name.
	Coordinate string
	Subgraph   int
	Hidden     bool
}

// Scan tells how to read one JSON object of a subgraph's answer into a layout.
type Scan struct {
	Layout *Layout
	// TypeKey is the response key under which __typename was asked for; empty when the runtime
	// type is known from the schema or does not matter. It is always selected first.
	TypeKey string
	// Cases hold the expected keys by runtime type. With an empty TypeKey there is one case.
	Cases []ScanCase
}

// ScanCase is the list of keys expected of some runtime types, in the order in which the subgraph
// operation selects them.
type ScanCase struct {
	// On are the runtime types; nil fits any.
	On     TypeSet
	Fields []ScanField
}

// ScanField is one key of a subgraph's answer.
type ScanField struct {
	Key  string
	Slot int
	// Child reads the objects of a composite value; nil for a leaf.
	Child *Scan
	// When says when the key is expected: with the condition off its absence is no error.
	When CondID
}

// Shape is the response's shape of one layout: what completion writes, in which order.
type Shape struct {
	Layout *Layout
	// Cases by runtime type, disjoint; one case with On == nil where all types are answered alike
	// and the type need not be known.
	Cases []ShapeCase
}

// ShapeCase is the fields of some runtime types, in response order.
type ShapeCase struct {
	On     TypeSet
	Fields []ShapeField
}

// ShapeFieldKind is the kind of a ShapeField.
type ShapeFieldKind uint8

const (
	// SlotField writes the value of a slot.
	SlotField ShapeFieldKind = iota
	// TypenameField writes the name of the object's runtime type.
	TypenameField
	// IntrospectionField writes Plan.Introspection[Slot].
	IntrospectionField
	// DeniedField writes null with an error: a requirement was not met.
	DeniedField
)

// ShapeField is one member of an object of the response.
type ShapeField struct {
	Kind ShapeFieldKind
	Key  string
	Slot int
	// When says when the member is there. One key may stand twice with conditions that exclude
	// each other.
	When CondID
	// Guard, where it does not hold, makes the member an error: an argument that must not be null is.
	Guard CondID
	Type  *Completion
	// Coordinate is "Type.field" of the API schema, for error messages.
	Coordinate string
	// Subgraph is the subgraph that answers the field, for error messages; -1 when none does.
	Subgraph int
}

// Completion is how a value is completed (GraphQL spec 6.4.3): one node for each list level and
// one for the named type.
type Completion struct {
	NonNull bool
	// Elem is set for a list.
	Elem *Completion
	// Shape is set for a composite type.
	Shape *Shape
	// Leaf is the kind of a leaf; LeafCustom for scalars that are not built in.
	Leaf LeafKind
	// Enum are the values visible in the API schema, for LeafEnum.
	Enum []string
	// TypeName is the named type, for error messages.
	TypeName string
}

// LeafKind says which values a leaf may have.
type LeafKind uint8

const (
	// LeafCustom takes any JSON value.
	LeafCustom LeafKind = iota
	// LeafInt takes integers of 32 bits.
	LeafInt
	// LeafFloat takes numbers.
	LeafFloat
	// LeafString takes strings.
	LeafString
	// LeafBoolean takes true and false.
	LeafBoolean
	// LeafID takes strings and integers; an integer is written as a string.
	LeafID
	// LeafEnum takes the strings in Completion.Enum.
	LeafEnum
)
