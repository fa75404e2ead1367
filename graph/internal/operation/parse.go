package operation

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Parser makes operations of one API schema. It is immutable and safe for concurrent use.
type Parser struct {
	api    *schema.Schema
	ast    *ast.Schema
	auth   *authIndex
	limits Limits
	// objects are the object types of the API schema by their dense number.
	objects []*schema.Type
	// schemaField and typeField are the meta-fields of the query root (GraphQL spec 4.1).
	schemaField, typeField *schema.Field
}

// NewParser makes a Parser for an API schema. Auth requirements are read from the directives that
// are applied in protected, the schema with everything that clients do not see; nil means that the
// graph has none. The error says that the API schema is not a valid schema.
func NewParser(api, protected *schema.Schema, limits Limits) (*Parser, error) {
	tree, err := api.AST()
	if err != nil {
		return nil, err
	}
	return &Parser{
		api:     api,
		ast:     tree,
		auth:    newAuthIndex(protected),
		limits:  limits.withDefaults(),
		objects: api.Objects(),
		schemaField: &schema.Field{
			Name: "__schema", Type: &schema.TypeRef{Name: "__Schema", NonNull: true},
		},
		typeField: &schema.Field{
			Name: "__type", Type: &schema.TypeRef{Name: "__Type"},
			Args: []*schema.InputValue{{Name: "name", Type: &schema.TypeRef{Name: "String", NonNull: true}}},
		},
	}, nil
}

// Parse makes the operation called name of a document; an empty name means the only one. The
// passes are: bound, parse, choose, validate, normalise, measure.
func (p *Parser) Parse(document, name string) (*Operation, gqlerr.List) {
	doc, errs := p.parse(document)
	if errs != nil {
		return nil, errs
	}
	chosen, err := choose(doc, name)
	if err != nil {
		return nil, gqlerr.List{err}
	}
	if errs := p.validate(doc); errs != nil {
		return nil, errs
	}
	op, err := p.normalise(doc, chosen)
	if err != nil {
		return nil, gqlerr.List{err}
	}
	if errs := p.limits.measure(op); errs != nil {
		return nil, errs
	}
	return op, nil
}

// Validate checks a whole document with every operation in it, and returns every error with its
// place.
func (p *Parser) Validate(document string) gqlerr.List {
	doc, errs := p.parse(document)
	if errs != nil {
		return errs
	}
	if errs := p.validate(doc); errs != nil {
		return errs
	}
	for _, def := range doc.Operations {
		op, err := p.normalise(doc, def)
		if err != nil {
			return gqlerr.List{err}
		}
		for _, err := range p.limits.measure(op) {
			err.Locations = locate(def.Position)
			errs = append(errs, err)
		}
	}
	return errs
}

// parse turns text into a tree, once the text is known to be bounded.
func (p *Parser) parse(document string) (*ast.QueryDocument, gqlerr.List) {
	if strings.TrimSpace(document) == "" {
		return nil, gqlerr.List{{Message: "The document is empty: it must hold an operation.", Code: gqlerr.ParseFailed}}
	}
	if !utf8.ValidString(document) {
		return nil, gqlerr.List{{Message: "The document is not valid UTF-8.", Code: gqlerr.ParseFailed}}
	}
	if err := p.limits.checkTokens(document); err != nil {
		return nil, gqlerr.List{err}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		return nil, gqlerr.List{syntaxError(err)}
	}
	if n := countDirectives(doc); n > p.limits.MaxDirectives {
		return nil, gqlerr.List{limitError(gqlerr.TooManyDirectives, "directives", p.limits.MaxDirectives, n)}
	}
	return doc, nil
}

// choose implements "GetOperation" (GraphQL spec 6.1).
func choose(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerr.Error) {
	fail := func(format string, args ...any) (*ast.OperationDefinition, *gqlerr.Error) {
		return nil, &gqlerr.Error{Message: fmt.Sprintf(format, args...), Code: gqlerr.OperationResolution}
	}
	if len(doc.Operations) == 0 {
		return fail("The document holds no operation: add a query, mutation or subscription beside its fragments.")
	}
	if name == "" {
		if len(doc.Operations) > 1 {
			return fail("The document holds %d operations: say which one to run in operationName: %s.",
				len(doc.Operations), operationNames(doc))
		}
		return doc.Operations[0], nil
	}
	for _, op := range doc.Operations {
		if op.Name == name {
			return op, nil
		}
	}
	return fail("Unknown operation named %q: the document holds %s.", clip(name), operationNames(doc))
}

// operationNames lists the document's operations for an error message, the first few of them.
func operationNames(doc *ast.QueryDocument) string {
	const most = 5
	var names []string
	for _, op := range doc.Operations {
		switch {
		case len(names) == most:
			return strings.Join(names, ", ") + " and others"
		case op.Name == "":
			names = append(names, "an anonymous operation")
		default:
			names = append(names, fmt.Sprintf("%q", clip(op.Name)))
		}
	}
	return strings.Join(names, ", ")
}

// clip shortens what a client sent for an error message.
func clip(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func syntaxError(err error) *gqlerr.Error {
	out := &gqlerr.Error{Message: "Syntax error: " + err.Error(), Code: gqlerr.ParseFailed}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		out.Message = "Syntax error: " + clip(located.Message)
		for _, l := range located.Locations {
			out.Locations = append(out.Locations, gqlerr.Location{Line: l.Line, Column: l.Column})
		}
	}
	return out
}

func locate(positions ...*ast.Position) []gqlerr.Location {
	var out []gqlerr.Location
	for _, pos := range positions {
		if pos != nil {
			out = append(out, gqlerr.Location{Line: pos.Line, Column: pos.Column})
		}
	}
	return out
}

// countDirectives counts the directives as they stand in the document.
func countDirectives(doc *ast.QueryDocument) int {
	n := 0
	for _, op := range doc.Operations {
		n += len(op.Directives) + countDirectivesIn(op.SelectionSet)
		for _, v := range op.VariableDefinitions {
			n += len(v.Directives)
		}
	}
	for _, f := range doc.Fragments {
		n += len(f.Directives) + countDirectivesIn(f.SelectionSet)
	}
	return n
}

func countDirectivesIn(set ast.SelectionSet) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n += len(s.Directives) + countDirectivesIn(s.SelectionSet)
		case *ast.InlineFragment:
			n += len(s.Directives) + countDirectivesIn(s.SelectionSet)
		case *ast.FragmentSpread:
			n += len(s.Directives)
		}
	}
	return n
}
