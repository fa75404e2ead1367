// Package operation turns a GraphQL document into an Operation: parsed, validated against the API
// schema, normalised (fragments resolved, equal fields merged, conditions attached, literals turned
// into variables), measured and authorised. It also coerces the values of variables.
//
// After this package nobody sees gqlparser's AST. It knows one schema, the API schema, and nothing
// of subgraphs.
package operation

import "github.com/weft-graph/weft/graph/internal/schema"

// Kind is the kind of an operation.
type Kind uint8

const (
	// Query reads.
	Query Kind = iota
	// Mutation runs its root fields one after the other.
	Mutation
	// Subscription has one root field and answers with a stream.
	Subscription
)

// Operation is one normalised operation: its fields are flat lists with the set of runtime types
// for which each holds, so that no fragment is left and nothing was multiplied.
type Operation struct {
	Kind Kind
	// Name is the operation's name; empty for an anonymous one.
	Name string
	Root *SelectionSet
	// Variables are those that the client declares and, after them, one for each literal that was
	// taken out of the document. Value and Condition refer to them by index.
	Variables []*Variable
	// Requirements are the auth requirements met in the operation, for Authorize.
	Requirements []Requirement

	// byName has the index of each of the client's variables.
	byName map[string]int
	// literals are the values of literal variables as JSON, by index; nil for the client's.
	literals [][]byte
	// types are the object types of the API schema by their dense number.
	types []*schema.Type
}

// Variable is a variable of the operation, or a literal that became one.
type Variable struct {
	// Name is the client's name, or a generated one that cannot clash.
	Name string
	Type *schema.TypeRef
	// Default is the client's default as JSON; nil when there is none.
	Default []byte
	// IsLiteral is set for a literal taken out of the document: its value belongs to the document
	// and not to the plan.
	IsLiteral bool
	// nonNullOf is set for a boolean that was added to the operation: it is the index of another
	// variable plus one, and true while that one is not null.
	nonNullOf int
	// insteadOf is set for the variable that is sent where another one, whose index plus one it is,
	// must not be null: it has the default, or no value, while that one is null.
	insteadOf int

	// notNull is set where null is refused although Type allows it: the variable stands where null is
	// not allowed, and it or that place has a default.
	notNull bool
}

// SelectionSet is what is selected of an object of a composite type of the API schema.
type SelectionSet struct {
	Parent *schema.Type
	// Fields are in the order in which the spec's CollectFields would meet them. One response key
	// may occur more than once: for disjoint sets of types, or with conditions that exclude each
	// other where the place of the key in the response depends on them.
	Fields []*Field
}

// Field is one selected field.
type Field struct {
	// Key is the response key.
	Key string
	// Name is the field's name; "__typename", "__schema" and "__type" included.
	Name string
	// Scope is the composite type on which the field was selected; Def is its definition there
	// (nil for "__typename").
	Scope *schema.Type
	Def   *schema.Field
	// On are the runtime types for which the field is selected: never empty, always possible types
	// of the set's Parent.
	On schema.TypeSet
	// When says when the field is selected; nil means always.
	When Condition
	Args []Argument
	// Selections is nil for a leaf.
	Selections *SelectionSet
	// Guard are boolean variables of which one that is false makes the field an error, without its
	// being asked for: null stands where an argument must not be null (GraphQL spec 6.4.1).
	Guard Conjunction
	// Denied is set by Deny: the field is not fetched, its value is null with an error. It has
	// neither Args nor Selections then.
	Denied bool
	Line   int
	Column int

	// needs are the requirements for selecting the field.
	needs []need
}

// Argument is an argument of a field with its value.
type Argument struct {
	Name  string
	Value Value
	// Type is the argument's type in the API schema.
	Type *schema.TypeRef
}

// ValueKind is the kind of a Value.
type ValueKind uint8

const (
	// VariableValue is the variable with index Variable.
	VariableValue ValueKind = iota
	// ListTemplate is a list literal that has a variable inside.
	ListTemplate
	// ObjectTemplate is an object literal that has a variable inside.
	ObjectTemplate
)

// Value is an argument's value: a variable (a literal has become one), or a template around
// variables such as [$a, 1].
type Value struct {
	Kind     ValueKind
	Variable int
	Items    []Value
	// Names are the field names of an ObjectTemplate, beside Items.
	Names []string
}

// Condition says when a field is selected, by @skip and @include: an OR of ANDs over boolean
// variables. nil means always; "never" does not occur, such a field is dropped.
type Condition []Conjunction

// Conjunction is an AND, sorted by variable, without repetition.
type Conjunction []Literal

// Literal is a boolean variable or its negation.
type Literal struct {
	Variable int
	Negated  bool
}

// Requirement is one @authenticated or @requiresScopes met in the operation.
type Requirement struct {
	// Authenticated needs an identity.
	Authenticated bool
	// Scopes are alternatives, each a list of scopes that are all needed; nil without
	// @requiresScopes. An empty list cannot be met.
	Scopes [][]string
}
