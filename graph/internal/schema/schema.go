// Package schema is the GraphQL type system: SDL in, an immutable typed schema, SDL out.
//
// It knows GraphQL and nothing of Federation: directive applications are kept as data. Built-in
// scalars and directives are present in a Schema and are not printed.
package schema

// Kind is the kind of a named type (GraphQL spec 3.4).
type Kind uint8

const (
	// Scalar is a leaf with a name and no structure.
	Scalar Kind = iota
	// Object has fields and may implement interfaces.
	Object
	// Interface has fields and possible types.
	Interface
	// Union has possible types only.
	Union
	// Enum is a leaf with listed values.
	Enum
	// InputObject has input fields.
	InputObject
)

// Schema is one GraphQL schema. It is immutable after it was built.
type Schema struct {
	Description string
	// Query, Mutation and Subscription are the root operation types; nil when absent.
	Query, Mutation, Subscription *Type
	// Types holds every type in order of declaration, built-in scalars first.
	Types []*Type
	// Directives holds the directive definitions in order of declaration, built-in ones first.
	Directives []*DirectiveDefinition
	// Applied are the directives on the schema definition and its extensions.
	Applied []Directive

	byName map[string]*Type
}

// Type is a named type of any kind.
type Type struct {
	Kind        Kind
	Name        string
	Description string
	// Fields of an object, interface or input object, in order of declaration.
	Fields []*Field
	// Interfaces that an object or interface declares, by name, in order of declaration.
	Interfaces []string
	// Members of a union, by name, in order of declaration.
	Members []string
	// Values of an enum, in order of declaration.
	Values []*EnumValue
	// Applied are the directives on the type, those of its extensions included.
	Applied []Directive
	Pos     Position
	// IsExtension is set where the SDL has only extensions ("extend type T") of the type.
	IsExtension bool
	// BuiltIn is set for the scalars and introspection types that the GraphQL spec defines.
	BuiltIn bool

	// objectIndex is the dense number of an object type in its schema, for TypeSet; -1 otherwise.
	objectIndex int
	// possible are the object types that a value of this composite type can have.
	possible TypeSet
	// isCoerced is set when the default values were coerced, hasValues where there are default values or
	// arguments of directives. Copies of the type keep both.
	isCoerced, hasValues bool
}

// Field is a field of an object or interface, or an input field.
type Field struct {
	Name        string
	Description string
	Args        []*InputValue
	Type        *TypeRef
	// Default is the default value of an input field; nil when it has none.
	Default *Value
	Applied []Directive
	Pos     Position
	// Declaration says where the field stands: 0 in the definition of its type, n in the nth
	// extension of the type.
	Declaration int
}

// InputValue is an argument of a field or of a directive definition.
type InputValue struct {
	Name        string
	Description string
	Type        *TypeRef
	Default     *Value
	Applied     []Directive
	Pos         Position
}

// EnumValue is one value of an enum.
type EnumValue struct {
	Name        string
	Description string
	Applied     []Directive
	Pos         Position
}

// TypeRef is the use of a type: a name or a list, with or without "!".
type TypeRef struct {
	// Name is the named type; empty for a list.
	Name string
	// Elem is the element type of a list; nil for a name.
	Elem    *TypeRef
	NonNull bool
}

// DirectiveDefinition is the definition of a directive.
type DirectiveDefinition struct {
	Name        string
	Description string
	Args        []*InputValue
	Repeatable  bool
	// Locations are the spec's names, in order of declaration: "FIELD_DEFINITION", …
	Locations []string
	Pos       Position
	BuiltIn   bool
}

// Directive is one application of a directive.
type Directive struct {
	Name string
	Args []Argument
	Pos  Position
	// Declaration says where a directive on a type stands: 0 on the definition, n on the nth
	// extension of the type.
	Declaration int
}

// Arg returns the value of the argument called name, or nil when it is not given.
func (d Directive) Arg(name string) *Value {
	for i := range d.Args {
		if d.Args[i].Name == name {
			return &d.Args[i].Value
		}
	}
	return nil
}

// Argument is a name with a constant value.
type Argument struct {
	Name  string
	Value Value
}

// ValueKind is the kind of a constant value.
type ValueKind uint8

const (
	// Null is the literal null.
	Null ValueKind = iota
	// Int is an integer literal.
	Int
	// Float is a floating-point literal.
	Float
	// String is a string or block string; Raw is its decoded text.
	String
	// Boolean is true or false.
	Boolean
	// EnumLiteral is a name that is none of the above.
	EnumLiteral
	// ListValue has Items.
	ListValue
	// ObjectValue has Fields.
	ObjectValue
)

// Value is a constant value as it stands in SDL.
type Value struct {
	Kind ValueKind
	// Raw is the literal's text; for a String the decoded text.
	Raw    string
	Items  []Value
	Fields []Argument
}

// Position is a place in an SDL source; Line and Column start at 1, 0 means unknown.
type Position struct {
	File         string
	Line, Column int
}

// Type returns the type called name, or nil.
func (s *Schema) Type(name string) *Type { return s.byName[name] }

// Field returns the field called name, or nil.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// IsComposite reports whether t has a selection set: an object, interface or union.
func (t *Type) IsComposite() bool { return t.Kind == Object || t.Kind == Interface || t.Kind == Union }

// IsAbstract reports whether t is an interface or a union.
func (t *Type) IsAbstract() bool { return t.Kind == Interface || t.Kind == Union }

// Named returns the innermost named type of r.
func (r *TypeRef) Named() string {
	for r.Elem != nil {
		r = r.Elem
	}
	return r.Name
}

// String prints r as in SDL: "[T!]!".
func (r *TypeRef) String() string {
	s := r.Name
	if r.Elem != nil {
		s = "[" + r.Elem.String() + "]"
	}
	if r.NonNull {
		s += "!"
	}
	return s
}
