package schema

import (
	"errors"
	"fmt"
	"slices"
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
	// Redefined are the definitions and extensions of built-in types; they are read and no part of the schema.
	Redefined  []*Type
	Directives []*DirectiveDefinition
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
	doc, ok := parseSDL(name, sdl)
	if !ok {
		return nil, Problems{syntaxProblem(name, sdl)}
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

// syntaxProblem says why a text is not SDL, in the words of gqlparser, which reads operations.
func syntaxProblem(name, sdl string) Problem {
	_, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	var located *gqlerror.Error
	if !errors.As(err, &located) {
		return Problem{Pos: Position{File: name}, Message: "syntax error: this is no type system of GraphQL"}
	}
	pos := Position{File: name}
	if len(located.Locations) > 0 {
		pos.Line, pos.Column = located.Locations[0].Line, located.Locations[0].Column
	}
	return Problem{Pos: pos, Message: "syntax error: " + located.Message}
}

// reader merges the declarations of a document into Parts.
type reader struct {
	file     string
	parts    *Parts
	types    map[string]*Type
	problems Problems
}

func (r *reader) readTypes(doc *document) {
	for _, t := range doc.definitions {
		if isBuiltInType(t.Name) {
			r.parts.Redefined = append(r.parts.Redefined, t) // services print them now and then; ours stand
			continue
		}
		if old := r.types[t.Name]; old != nil {
			r.problems.addFix(t.Pos, "remove one of them, or write \"extend\" before the one that adds to the other", "type %q is defined twice, first at %s", t.Name, old.Pos)
			continue
		}
		r.types[t.Name] = t
		r.parts.Types = append(r.parts.Types, t)
	}
	declarations := map[*Type]int{}
	for _, ext := range doc.extensions {
		if isBuiltInType(ext.Name) {
			r.parts.Redefined = append(r.parts.Redefined, ext)
			continue
		}
		t := r.types[ext.Name]
		if t == nil {
			t = &Type{Kind: ext.Kind, Name: ext.Name, Pos: ext.Pos, IsExtension: true}
			r.types[t.Name] = t
			r.parts.Types = append(r.parts.Types, t)
		}
		if ext.Kind != t.Kind {
			r.problems.add(ext.Pos, "%s %q cannot be extended as %s", t.Kind, ext.Name, ext.Kind)
			continue
		}
		declarations[t]++
		t.extend(ext, declarations[t])
	}
}

// extend appends what an extension says of t.
func (t *Type) extend(ext *Type, declaration int) {
	for _, d := range ext.Applied {
		d.Declaration = declaration
		t.Applied = append(t.Applied, d)
	}
	for _, f := range ext.Fields {
		f.Declaration = declaration
	}
	t.Interfaces = append(t.Interfaces, ext.Interfaces...)
	t.Members = append(t.Members, ext.Members...)
	t.Fields = append(t.Fields, ext.Fields...)
	t.Values = append(t.Values, ext.Values...)
}

func (r *reader) readDirectives(doc *document) {
	seen := map[string]bool{}
	for _, d := range doc.directives {
		if seen[d.Name] {
			r.problems.add(d.Pos, "directive \"@%s\" is defined twice", d.Name)
			continue
		}
		seen[d.Name] = true
		r.parts.Directives = append(r.parts.Directives, d)
	}
}

// readSchema implements "Root Operation Types" (GraphQL spec 3.3.1): the names in the schema
// definition, or the default ones where there is none.
func (r *reader) readSchema(doc *document) {
	for _, def := range slices.Concat(doc.schemas, doc.schemaExtensions) {
		if r.parts.Pos.Line == 0 {
			r.parts.Pos = def.pos
		}
		r.parts.Applied = append(r.parts.Applied, def.applied...)
		for _, root := range def.roots {
			r.setRoot(root)
		}
	}
	if len(doc.schemas) > 1 {
		r.problems.addFix(doc.schemas[1].pos, "write \"extend schema\"", "the schema is defined twice")
	}
	if len(doc.schemas) > 0 {
		r.parts.Description = doc.schemas[0].description
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

func (r *reader) setRoot(root rootDeclaration) {
	slot := r.parts.root(root.operation)
	t := r.types[root.name]
	switch {
	case *slot != "":
		r.problems.add(root.pos, "the schema has two %s types", root.operation)
	case t == nil:
		r.problems.add(root.pos, "the %s type %q is not defined", root.operation, root.name)
	case t.Kind != Object:
		r.problems.add(root.pos, "the %s type %q must be an object type, it is %s", root.operation, root.name, t.Kind)
	default:
		*slot = root.name
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

// ParseOnly parses an SDL and drops the result: it is what reading costs at least, and benchmarks compare
// with it.
func ParseOnly(name, sdl string) error {
	_, err := parser.ParseSchema(&ast.Source{Name: name, Input: sdl})
	return err
}
