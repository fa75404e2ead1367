package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// MaxSDLBytes is the size past which an SDL is not read at all.
const MaxSDLBytes = 64 << 20

// Parts are what a Schema is made of: what Parse gives and New takes. Built-in types and directives
// are not among them.
type Parts struct {
	Description string
	// Query, Mutation and Subscription name the root operation types; empty when absent.
	Query, Mutation, Subscription string
	Types                         []*Type
	Directives                    []*DirectiveDefinition
	// Applied are the directives on the schema definition and its extensions.
	Applied []Directive
	// Pos is the place of the schema definition, or of its first extension.
	Pos Position
	// HasSchemaDefinition is set where the SDL has "schema { … }", so that the roots are not
	// known by their default names.
	HasSchemaDefinition bool
}

// Load reads an SDL called name and checks it by the rules of plain GraphQL. The error is Problems.
func Load(name, sdl string) (*Schema, error) {
	parts, err := Parse(name, sdl)
	if err != nil {
		return nil, err
	}
	s := New(*parts)
	if problems := s.Check(); len(problems) > 0 {
		return nil, problems
	}
	return s, nil
}

// Parse reads an SDL called name, merges type extensions into their types and finds the root
// operation types. It refuses what cannot be expressed as Parts: bad syntax, a type defined twice,
// an extension of another kind than its type. The error is Problems.
func Parse(name, sdl string) (*Parts, error) {
	if len(sdl) > MaxSDLBytes {
		return nil, Problems{{Pos: Position{File: name}, Message: fmt.Sprintf(
			"the SDL has %d bytes, more than the %d that are read", len(sdl), MaxSDLBytes)}}
	}
	// The parser refuses input that nests deeper than parser.MaxNestingDepth, so nothing below,
	// which recurses over what it made, can exhaust the stack.
	doc, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, Problems{syntaxProblem(name, err)}
	}
	r := &reader{file: name, parts: &Parts{}, types: map[string]*Type{}}
	r.readTypes(doc)
	r.readDirectives(doc)
	r.readSchema(doc)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.parts, nil
}

func syntaxProblem(name string, err error) Problem {
	var located *gqlerror.Error
	if !errors.As(err, &located) {
		return Problem{Pos: Position{File: name}, Message: err.Error()}
	}
	pos := Position{File: name}
	if len(located.Locations) > 0 {
		pos.Line, pos.Column = located.Locations[0].Line, located.Locations[0].Column
	}
	return Problem{Pos: pos, Message: "syntax error: " + located.Message}
}

// reader turns gqlparser's tree into Parts.
type reader struct {
	file     string
	parts    *Parts
	types    map[string]*Type
	problems Problems
}

func (r *reader) readTypes(doc *ast.SchemaDocument) {
	for _, def := range doc.Definitions {
		if isBuiltInType(def.Name) {
			continue // services print them now and then; ours stand
		}
		if old := r.types[def.Name]; old != nil {
			r.problems.add(r.pos(def.Position), "type %q is defined twice, first at %s", def.Name, old.Pos)
			continue
		}
		t := &Type{Kind: kindOf(def.Kind), Name: def.Name, Description: def.Description, Pos: r.pos(def.Position)}
		r.addElements(t, def, 0)
		r.types[t.Name] = t
		r.parts.Types = append(r.parts.Types, t)
	}
	declarations := map[*Type]int{}
	for _, ext := range doc.Extensions {
		if isBuiltInType(ext.Name) {
			continue
		}
		t := r.types[ext.Name]
		if t == nil {
			t = &Type{Kind: kindOf(ext.Kind), Name: ext.Name, Pos: r.pos(ext.Position), IsExtension: true}
			r.types[t.Name] = t
			r.parts.Types = append(r.parts.Types, t)
		}
		if kind := kindOf(ext.Kind); kind != t.Kind {
			r.problems.add(r.pos(ext.Position), "%s %q cannot be extended as %s", t.Kind, ext.Name, kind)
			continue
		}
		declarations[t]++
		r.addElements(t, ext, declarations[t])
	}
}

// addElements appends what one definition or extension says of t.
func (r *reader) addElements(t *Type, def *ast.Definition, declaration int) {
	for _, d := range r.directives(def.Directives) {
		d.Declaration = declaration
		t.Applied = append(t.Applied, d)
	}
	t.Interfaces = append(t.Interfaces, def.Interfaces...)
	t.Members = append(t.Members, def.Types...)
	for _, f := range def.Fields {
		t.Fields = append(t.Fields, &Field{
			Name: f.Name, Description: f.Description, Args: r.inputValues(f.Arguments),
			Type: typeRef(f.Type), Default: valuePointer(f.DefaultValue),
			Applied: r.directives(f.Directives), Pos: r.pos(f.Position), Declaration: declaration,
		})
	}
	for _, v := range def.EnumValues {
		t.Values = append(t.Values, &EnumValue{
			Name: v.Name, Description: v.Description, Applied: r.directives(v.Directives), Pos: r.pos(v.Position),
		})
	}
}

func (r *reader) readDirectives(doc *ast.SchemaDocument) {
	seen := map[string]bool{}
	for _, def := range doc.Directives {
		if seen[def.Name] {
			r.problems.add(r.pos(def.Position), "directive \"@%s\" is defined twice", def.Name)
			continue
		}
		seen[def.Name] = true
		d := &DirectiveDefinition{
			Name: def.Name, Description: def.Description, Args: r.inputValues(def.Arguments),
			Repeatable: def.IsRepeatable, Pos: r.pos(def.Position),
		}
		for _, location := range def.Locations {
			d.Locations = append(d.Locations, string(location))
		}
		r.parts.Directives = append(r.parts.Directives, d)
	}
}

// readSchema implements "Root Operation Types" (GraphQL spec 3.3.1): the names in the schema
// definition, or the default ones where there is none.
func (r *reader) readSchema(doc *ast.SchemaDocument) {
	definitions := append(ast.SchemaDefinitionList{}, doc.Schema...)
	for _, def := range append(definitions, doc.SchemaExtension...) {
		if r.parts.Pos.Line == 0 {
			r.parts.Pos = r.pos(def.Position)
		}
		r.parts.Applied = append(r.parts.Applied, r.directives(def.Directives)...)
		for _, root := range def.OperationTypes {
			r.setRoot(root)
		}
	}
	if len(doc.Schema) > 1 {
		r.problems.add(r.pos(doc.Schema[1].Position), "the schema is defined twice; use \"extend schema\"")
	}
	if len(doc.Schema) > 0 {
		r.parts.Description = doc.Schema[0].Description
		r.parts.HasSchemaDefinition = true
		return
	}
	for _, operation := range rootOperations {
		slot := r.parts.root(operation)
		if t := r.types[defaultRootName(operation)]; *slot == "" && t != nil && t.Kind == Object {
			*slot = t.Name
		}
	}
}

func (r *reader) setRoot(root *ast.OperationTypeDefinition) {
	slot := r.parts.root(string(root.Operation))
	t := r.types[root.Type]
	switch {
	case *slot != "":
		r.problems.add(r.pos(root.Position), "the schema has two %s types", root.Operation)
	case t == nil:
		r.problems.add(r.pos(root.Position), "the %s type %q is not defined", root.Operation, root.Type)
	case t.Kind != Object:
		r.problems.add(r.pos(root.Position), "the %s type %q must be an object type, it is %s", root.Operation, root.Type, t.Kind)
	default:
		*slot = root.Type
	}
}

var rootOperations = []string{"query", "mutation", "subscription"}

func (p *Parts) root(operation string) *string {
	switch operation {
	case "query":
		return &p.Query
	case "mutation":
		return &p.Mutation
	default:
		return &p.Subscription
	}
}

// defaultRootName is "Query" for "query".
func defaultRootName(operation string) string {
	return strings.ToUpper(operation[:1]) + operation[1:]
}

func (r *reader) directives(list ast.DirectiveList) []Directive {
	var out []Directive
	for _, d := range list {
		one := Directive{Name: d.Name, Pos: r.pos(d.Position)}
		if one.Pos.Column > 1 {
			one.Pos.Column-- // the parser points behind the "@"
		}
		for _, a := range d.Arguments {
			one.Args = append(one.Args, Argument{Name: a.Name, Value: ValueOf(a.Value)})
		}
		out = append(out, one)
	}
	return out
}

func (r *reader) inputValues(list ast.ArgumentDefinitionList) []*InputValue {
	var out []*InputValue
	for _, a := range list {
		out = append(out, &InputValue{
			Name: a.Name, Description: a.Description, Type: typeRef(a.Type), Default: valuePointer(a.DefaultValue),
			Applied: r.directives(a.Directives), Pos: r.pos(a.Position),
		})
	}
	return out
}

func (r *reader) pos(p *ast.Position) Position {
	if p == nil {
		return Position{File: r.file}
	}
	return Position{File: r.file, Line: p.Line, Column: p.Column}
}

func typeRef(t *ast.Type) *TypeRef {
	if t.Elem != nil {
		return &TypeRef{Elem: typeRef(t.Elem), NonNull: t.NonNull}
	}
	return &TypeRef{Name: t.NamedType, NonNull: t.NonNull}
}

func valuePointer(v *ast.Value) *Value {
	if v == nil {
		return nil
	}
	out := ValueOf(v)
	return &out
}

// ValueOf turns gqlparser's constant into ours.
func ValueOf(v *ast.Value) Value {
	switch v.Kind {
	case ast.IntValue:
		return Value{Kind: Int, Raw: v.Raw}
	case ast.FloatValue:
		return Value{Kind: Float, Raw: v.Raw}
	case ast.StringValue, ast.BlockValue:
		return Value{Kind: String, Raw: v.Raw}
	case ast.BooleanValue:
		return Value{Kind: Boolean, Raw: v.Raw}
	case ast.NullValue:
		return Value{Kind: Null, Raw: "null"}
	case ast.ListValue:
		out := Value{Kind: ListValue}
		for _, child := range v.Children {
			out.Items = append(out.Items, ValueOf(child.Value))
		}
		return out
	case ast.ObjectValue:
		out := Value{Kind: ObjectValue}
		for _, child := range v.Children {
			out.Fields = append(out.Fields, Argument{Name: child.Name, Value: ValueOf(child.Value)})
		}
		return out
	default: // an enum value; a variable, which the grammar lets through in one place, fails the checks
		return Value{Kind: EnumLiteral, Raw: v.Raw}
	}
}

func kindOf(kind ast.DefinitionKind) Kind {
	switch kind {
	case ast.Object:
		return Object
	case ast.Interface:
		return Interface
	case ast.Union:
		return Union
	case ast.Enum:
		return Enum
	case ast.InputObject:
		return InputObject
	default:
		return Scalar
	}
}

// ParseOnly parses an SDL and drops the result: it is what reading costs at least, and benchmarks compare
// with it.
func ParseOnly(name, sdl string) error {
	_, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	return err
}
