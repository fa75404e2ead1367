package direct

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// Subgraph is a subgraph's SDL as its own server reads it: an executable schema with _entities and _service, and what the
// federation directives say of it.
type Subgraph struct {
	SDL    string
	Schema *ast.Schema
	// IsFederation1 is set where the SDL does not @link the federation spec.
	IsFederation1 bool
	// Types have at least one federation directive or are composite, by name.
	Types map[string]*Type
	// Inaccessible are the values of enums that clients must not see, as "Enum.VALUE", and the types.
	Inaccessible map[string]bool
}

// Type is what a subgraph's directives say of one type.
type Type struct {
	Keys              []Key
	IsInterfaceObject bool
	// Contexts are the names of the contexts that the type offers.
	Contexts []string
	Fields   map[string]*Field
}

// Key is a @key.
type Key struct {
	Fields     ast.SelectionSet
	Text       string
	Resolvable bool
}

// Field is what a subgraph's directives say of one field.
type Field struct {
	External           bool
	Requires, Provides ast.SelectionSet
	// OverrideFrom is the subgraph that the field is taken from; Label makes that progressive.
	OverrideFrom, Label string
	// Contexts are the arguments whose values come from a context.
	Contexts []ContextArgument
}

// ContextArgument is an argument with @fromContext.
type ContextArgument struct {
	// Name is the argument's, Context the context's name.
	Name, Context string
	// Selection is what is read of the object that offers the context.
	Selection ast.SelectionSet
}

// entityNames are what a subgraph's server adds to its schema.
var entityNames = []string{"_Any", "_Entity", "_Service", "_entities", "_service"}

// ReadSubgraph reads a subgraph's SDL, of Federation 2 with @link or of Federation 1.
func ReadSubgraph(name, sdl string) (*Subgraph, error) {
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: name, Input: sdl})
	if err != nil {
		return nil, fmt.Errorf("read the SDL of subgraph %s: %w", name, err)
	}
	s := &Subgraph{SDL: sdl, Types: map[string]*Type{}, Inaccessible: map[string]bool{}}
	names := importedNames(doc)
	s.IsFederation1 = !linksFederation(doc)
	foldExtensions(doc)
	query := queryName(doc)
	for _, def := range doc.Definitions {
		if err := s.readType(def, names); err != nil {
			return nil, fmt.Errorf("subgraph %s: %w", name, err)
		}
	}
	addEntities(doc, query, s.entityTypes(doc))
	if s.Schema, err = validator.ValidateSchemaDocument(doc); err != nil {
		return nil, fmt.Errorf("validate the SDL of subgraph %s: %w", name, err)
	}
	return s, nil
}

func linksFederation(doc *ast.SchemaDocument) bool {
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, link := range def.Directives.ForNames("link") {
			if url := link.Arguments.ForName("url"); url != nil && strings.Contains(url.Value.Raw, "/federation/") {
				return true
			}
		}
	}
	return false
}

// importedNames maps the names that directives have in this document to those of the federation spec.
func importedNames(doc *ast.SchemaDocument) func(string) string {
	renamed, prefix := map[string]string{}, "federation"
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, link := range def.Directives.ForNames("link") {
			url, imports := link.Arguments.ForName("url"), link.Arguments.ForName("import")
			if url == nil || !strings.Contains(url.Value.Raw, "/federation/") {
				continue
			}
			if as := link.Arguments.ForName("as"); as != nil {
				prefix = as.Value.Raw
			}
			if imports == nil {
				continue
			}
			for _, item := range imports.Value.Children {
				if name, as := item.Value.Children.ForName("name"), item.Value.Children.ForName("as"); name != nil && as != nil {
					renamed[strings.TrimPrefix(as.Raw, "@")] = strings.TrimPrefix(name.Raw, "@")
				}
			}
		}
	}
	return func(name string) string {
		if original, ok := renamed[name]; ok {
			return original
		}
		return strings.TrimPrefix(name, prefix+"__")
	}
}

// foldExtensions merges type extensions into their definitions; an extension of nothing becomes one.
func foldExtensions(doc *ast.SchemaDocument) {
	for _, ext := range doc.Extensions {
		def := doc.Definitions.ForName(ext.Name)
		if def == nil {
			doc.Definitions = append(doc.Definitions, ext)
			continue
		}
		def.Directives = append(def.Directives, ext.Directives...)
		def.Interfaces = append(def.Interfaces, ext.Interfaces...)
		def.Fields = append(def.Fields, ext.Fields...)
		def.Types = append(def.Types, ext.Types...)
		def.EnumValues = append(def.EnumValues, ext.EnumValues...)
	}
	doc.Extensions = nil
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		def.Directives = nil
	}
}

func queryName(doc *ast.SchemaDocument) string {
	for _, def := range slices.Concat(doc.Schema, doc.SchemaExtension) {
		for _, op := range def.OperationTypes {
			if op.Operation == ast.Query {
				return op.Type
			}
		}
	}
	return "Query"
}

// readType takes the federation directives off a type and its fields and notes what they say.
func (s *Subgraph) readType(def *ast.Definition, names func(string) string) error {
	t := &Type{Fields: map[string]*Field{}}
	for _, d := range def.Directives {
		switch names(d.Name) {
		case "key":
			text := d.Arguments.ForName("fields").Value.Raw
			fields, err := FieldSet(text)
			if err != nil {
				return fmt.Errorf("@key of %s: %w", def.Name, err)
			}
			resolvable := d.Arguments.ForName("resolvable")
			t.Keys = append(t.Keys, Key{Fields: fields, Text: text, Resolvable: resolvable == nil || resolvable.Value.Raw != "false"})
		case "interfaceObject":
			t.IsInterfaceObject = true
		case "inaccessible":
			s.Inaccessible[def.Name] = true
		case "context":
			t.Contexts = append(t.Contexts, d.Arguments.ForName("name").Value.Raw)
		}
	}
	def.Directives = nil
	for _, f := range def.Fields {
		field, err := readField(f, names)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", def.Name, f.Name, err)
		}
		t.Fields[f.Name] = field
		f.Directives = nil
		for _, arg := range f.Arguments {
			arg.Directives = nil
		}
	}
	for _, v := range def.EnumValues {
		if slices.ContainsFunc(v.Directives, func(d *ast.Directive) bool { return names(d.Name) == "inaccessible" }) {
			s.Inaccessible[def.Name+"."+v.Name] = true
		}
		v.Directives = nil
	}
	s.Types[def.Name] = t
	return nil
}

func readField(def *ast.FieldDefinition, names func(string) string) (*Field, error) {
	f := &Field{}
	var err error
	for _, d := range def.Directives {
		switch names(d.Name) {
		case "external":
			f.External = true
		case "requires":
			f.Requires, err = FieldSet(d.Arguments.ForName("fields").Value.Raw)
		case "provides":
			f.Provides, err = FieldSet(d.Arguments.ForName("fields").Value.Raw)
		case "override":
			f.OverrideFrom = d.Arguments.ForName("from").Value.Raw
			if label := d.Arguments.ForName("label"); label != nil {
				f.Label = label.Value.Raw
			}
		}
		if err != nil {
			return nil, err
		}
	}
	for _, arg := range def.Arguments {
		for _, d := range arg.Directives {
			if names(d.Name) != "fromContext" {
				continue
			}
			context, text, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(d.Arguments.ForName("field").Value.Raw), "$"), " ")
			set, err := FieldSet(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "{"), "}"))
			if err != nil {
				return nil, err
			}
			f.Contexts = append(f.Contexts, ContextArgument{arg.Name, context, set})
		}
	}
	return f, nil
}

// FieldSet parses a field set, such as "id owner { id }".
func FieldSet(text string) (ast.SelectionSet, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "}"})
	if err != nil {
		return nil, fmt.Errorf("the field set %q: %w", text, err)
	}
	return doc.Operations[0].SelectionSet, nil
}

// entityTypes are the object types that _entities can return.
func (s *Subgraph) entityTypes(doc *ast.SchemaDocument) []string {
	var out []string
	for _, def := range doc.Definitions {
		if def.Kind == ast.Object && len(s.Types[def.Name].Keys) > 0 {
			out = append(out, def.Name)
		}
	}
	return out
}

// addEntities adds what the federation spec says that every subgraph's server has.
func addEntities(doc *ast.SchemaDocument, query string, entities []string) {
	isOurs := func(name string) bool { return slices.Contains(entityNames, name) }
	doc.Definitions = slices.DeleteFunc(doc.Definitions, func(d *ast.Definition) bool { return isOurs(d.Name) })
	root := doc.Definitions.ForName(query)
	if root == nil {
		root = &ast.Definition{Kind: ast.Object, Name: query, Position: &ast.Position{Src: &ast.Source{}}}
		doc.Definitions = append(doc.Definitions, root)
	}
	root.Fields = slices.DeleteFunc(root.Fields, func(f *ast.FieldDefinition) bool { return isOurs(f.Name) })
	named, nonNull := ast.NamedType, ast.NonNullNamedType
	at := root.Position
	add := func(def *ast.Definition) {
		def.Position = at
		doc.Definitions = append(doc.Definitions, def)
	}
	add(&ast.Definition{Kind: ast.Object, Name: "_Service", Fields: ast.FieldList{{Name: "sdl", Type: nonNull("String", at), Position: at}}})
	root.Fields = append(root.Fields, &ast.FieldDefinition{Name: "_service", Type: nonNull("_Service", at), Position: at})
	if len(entities) == 0 {
		return
	}
	add(&ast.Definition{Kind: ast.Scalar, Name: "_Any"})
	add(&ast.Definition{Kind: ast.Union, Name: "_Entity", Types: entities})
	root.Fields = append(root.Fields, &ast.FieldDefinition{
		Name: "_entities", Type: ast.NonNullListType(named("_Entity", at), at), Position: at,
		Arguments: ast.ArgumentDefinitionList{{
			Name: "representations", Type: ast.NonNullListType(nonNull("_Any", at), at), Position: at,
		}},
	})
}
