package diff

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// API is an API schema, the part of a graph that clients see, with the places where its elements stand.
type API struct {
	schema *schema.Schema
	// places are by coordinate: "Type", "Type.field", "Type.field(arg:)", "@directive".
	places map[string][]diag.Position
	parser *operation.Parser
	uses   usage
}

// Source is the SDL of one subgraph, for the places of what it declares.
type Source struct{ Subgraph, File, SDL string }

// Read reads the SDL of an API schema. Its elements stand in the sources; without any they stand in the file of that
// name itself. The error says what in the SDL is no schema, and where.
func Read(file, sdl string, sources ...Source) (*API, error) {
	s, err := schema.Load(file, sdl)
	if err != nil {
		return nil, fmt.Errorf("read the API schema: %w", err)
	}
	parser, err := operation.NewParser(s, nil, operation.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read the API schema %s: %w", file, err)
	}
	api := &API{schema: s, places: map[string][]diag.Position{}, parser: parser, uses: usageOf(s)}
	if len(sources) == 0 {
		sources = []Source{{File: file, SDL: sdl}}
	}
	for _, source := range sources {
		parts, err := schema.Parse(source.File, source.SDL)
		if err != nil {
			return nil, fmt.Errorf("find where the elements of subgraph %q stand: %w", source.Subgraph, err)
		}
		api.locate(source.Subgraph, parts)
	}
	return api, nil
}

// locate notes where the elements of one source stand. Its root types go by the API schema's names for them.
func (a *API) locate(subgraph string, parts *schema.Parts) {
	note := func(coordinate string, pos schema.Position) {
		if pos.Line > 0 {
			a.places[coordinate] = append(a.places[coordinate], diag.Position{
				Subgraph: subgraph, File: pos.File, Line: pos.Line, Column: pos.Column,
			})
		}
	}
	inputs := func(owner string, args []*schema.InputValue) {
		for _, arg := range args {
			note(argCoordinate(owner, arg.Name), arg.Pos)
		}
	}
	roots := map[string]*schema.Type{parts.Query: a.schema.Query, parts.Mutation: a.schema.Mutation, parts.Subscription: a.schema.Subscription}
	for _, t := range parts.Types {
		name := t.Name
		if root := roots[name]; root != nil {
			name = root.Name
		}
		note(name, t.Pos)
		for _, f := range t.Fields {
			note(name+"."+f.Name, f.Pos)
			inputs(name+"."+f.Name, f.Args)
		}
		for _, v := range t.Values {
			note(name+"."+v.Name, v.Pos)
		}
	}
	for _, d := range parts.Directives {
		note("@"+d.Name, d.Pos)
		inputs("@"+d.Name, d.Args)
	}
	note(schemaCoordinate, parts.Pos)
}

// schemaCoordinate stands for the schema itself.
const schemaCoordinate = "schema"

func argCoordinate(owner, name string) string { return owner + "(" + name + ":)" }

// nearest returns where an element stands, or what it stood in.
func (a *API) nearest(coordinate string) []diag.Position {
	for i := len(coordinate); i > 0; i-- {
		if i == len(coordinate) || coordinate[i] == '.' || coordinate[i] == '(' {
			if found := a.places[coordinate[:i]]; found != nil {
				return found
			}
		}
	}
	return nil
}

// usage says which named types clients send and which they receive.
type usage struct{ sent, received map[string]bool }

func usageOf(s *schema.Schema) usage {
	u := usage{sent: map[string]bool{}, received: map[string]bool{}}
	send := func(args []*schema.InputValue) {
		for _, arg := range args {
			u.sent[arg.Type.Named()] = true
		}
	}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			if t.Kind == schema.InputObject {
				u.sent[f.Type.Named()] = true
			} else {
				u.received[f.Type.Named()] = true
			}
			send(f.Args)
		}
	}
	for _, d := range executableDirectives(s) {
		send(d.Args)
	}
	return u
}

// executableDirectives are those that may stand in operations; no client sees the others.
func executableDirectives(s *schema.Schema) []*schema.DirectiveDefinition {
	var out []*schema.DirectiveDefinition
	for _, d := range s.Directives {
		if len(executable(d.Locations)) > 0 {
			out = append(out, d)
		}
	}
	return out
}

// executable are those of the locations that are in operations (GraphQL spec 3.13).
func executable(locations []string) []string {
	var out []string
	for _, location := range locations {
		switch location {
		case "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION":
			out = append(out, location)
		}
	}
	slices.Sort(out)
	return out
}
