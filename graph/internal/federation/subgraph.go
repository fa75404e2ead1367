package federation

import (
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Subgraph is a schema whose federation directives have been imported, checked and turned into
// fields; if Load returned no error it may be merged.
type Subgraph struct {
	// Name and URL are given by the user; File is the name of the SDL in positions.
	Name, URL, File string
	// Version is the version of Federation that the SDL links; Fed1 when it links none.
	Version Version
	Links   Links
	// Description is that of the schema definition, Applied the directives on it, links left out.
	Description string
	Applied     []schema.Directive
	// Types are those that the subgraph itself defines, in order. Root operation types have their
	// default names, whatever the SDL calls them.
	Types []*Type
	// Query, Mutation and Subscription are the root operation types; nil when absent.
	Query, Mutation, Subscription *Type
	// Directives are the definitions of directives that belong to no known specification.
	Directives []*schema.DirectiveDefinition
	// Schema is the whole schema as GraphQL sees it, definitions of specifications included.
	Schema *schema.Schema

	byName map[string]*Type
	// canonical are the names of the directives that the schema defines, see Canonical.
	canonical map[string]canonicalName
	// adopted are the directives of Federation 2 that a Federation 1 subgraph defines itself.
	adopted map[string]bool
	// pending are faults in field sets, found while reading and reported by Validate.
	pending diag.List
}

// Type is a type as the subgraph defines it.
type Type struct {
	Kind schema.Kind
	Name string
	Def  *schema.Type
	// IsExtension is set where the subgraph only extends the type: all of its declarations are
	// extensions, or it has @extends.
	IsExtension bool
	Keys        []*Key
	// InterfaceObject is the application of @interfaceObject; nil without.
	InterfaceObject *schema.Directive
	// Contexts are the names of @context.
	Contexts []string
	// Fields of an object, interface or input object.
	Fields []*Field
	// Applied are the directives that are no federation machinery, as written.
	Applied []schema.Directive

	// byName are the fields of a type that has many of them.
	byName map[string]*Field
}

// Field is a field as the subgraph defines it.
type Field struct {
	Parent *Type
	Name   string
	Type   *schema.TypeRef
	Def    *schema.Field
	// External is the application of @external on the field or on its type; nil without, and for
	// key fields of a Federation 1 extension, which count as resolvable.
	External *schema.Directive
	// IsKeyOfExtension is set for @external key fields of a Federation 1 style extension: written
	// @external, yet not external.
	IsKeyOfExtension bool
	Requires         *Selection
	Provides         *Selection
	Override         *Override
	// Contexts are the arguments with @fromContext.
	Contexts []*ContextArgument
	// Shareable is set by @shareable on the field or its type, and for fields of a key.
	Shareable bool
	// ShareableAt is the application of @shareable; nil without.
	ShareableAt *schema.Directive
	// Applied are the directives that are no federation machinery, as written.
	Applied []schema.Directive
	// Uses says which of the subgraph's own field sets need the field.
	Uses Uses
}

// Uses says what needs a field beside queries for it.
type Uses struct{ Key, Requires, Provides, Interface bool }

// Any reports whether anything needs the field.
func (u Uses) Any() bool { return u.Key || u.Requires || u.Provides || u.Interface }

// Key is one @key of a type.
type Key struct {
	Selection
	Resolvable bool
	// OfExtension is set for a key on an extension of the type.
	OfExtension bool
}

// Selection is a field set where a directive has one.
type Selection struct {
	Fields FieldSet
	// Text is the field set as written.
	Text string
	Pos  schema.Position
	// invalid is set where the text is no field set; it was reported.
	invalid bool
}

// Override is the @override of a field.
type Override struct {
	From string
	// Label makes the override progressive; empty without.
	Label string
	Pos   schema.Position
}

// IsFed1 reports whether the subgraph does not link Federation 2.
func (s *Subgraph) IsFed1() bool { return s.Version == Fed1 }

// Type returns the subgraph's type called name, or nil.
func (s *Subgraph) Type(name string) *Type { return s.byName[name] }

// Field returns the field called name, or nil.
func (t *Type) Field(name string) *Field {
	if t.byName != nil {
		return t.byName[name]
	}
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// manyFields is the number of fields from which on a type has a table of them; the others, which almost
// all are, are looked through.
const manyFields = 24

// Coordinate is "Type.field".
func (f *Field) Coordinate() string { return f.Parent.Name + "." + f.Name }

// IsRoot reports whether t is a root operation type of the subgraph.
func (s *Subgraph) IsRoot(t *Type) bool {
	return t == s.Query || t == s.Mutation || t == s.Subscription
}

// At is a position in the subgraph's SDL.
func (s *Subgraph) At(pos schema.Position) diag.Position {
	return diag.Position{Subgraph: s.Name, File: s.File, Line: pos.Line, Column: pos.Column}
}

// index fills the lookup tables after Types or Fields changed.
func (s *Subgraph) index() {
	s.byName = make(map[string]*Type, len(s.Types))
	for _, t := range s.Types {
		s.byName[t.Name] = t
		t.byName = nil
		if len(t.Fields) < manyFields {
			continue
		}
		t.byName = make(map[string]*Field, len(t.Fields))
		for _, f := range t.Fields {
			t.byName[f.Name] = f
		}
	}
	s.Query, s.Mutation, s.Subscription = s.root(s.Query), s.root(s.Mutation), s.root(s.Subscription)
}

// root keeps a root operation type while it is among Types.
func (s *Subgraph) root(t *Type) *Type {
	if t == nil {
		return nil
	}
	return s.byName[t.Name]
}

// Canonical gives a directive its specification's own name: "key" for an imported "@primaryKey". The
// second result is false for a directive that belongs to no specification we know.
func (s *Subgraph) Canonical(d schema.Directive) (string, bool) {
	if known, ok := s.canonical[d.Name]; ok {
		return known.name, known.isKnown
	}
	return s.findCanonical(d)
}

// canonicalName is what Canonical returns.
type canonicalName struct {
	name    string
	isKnown bool
}

// nameDirectives fills the table for Canonical: the schema's directives are applied many times each.
func (s *Subgraph) nameDirectives() {
	s.canonical = make(map[string]canonicalName, len(s.Schema.Directives))
	for _, d := range s.Schema.Directives {
		name, isKnown := s.findCanonical(schema.Directive{Name: d.Name})
		s.canonical[d.Name] = canonicalName{name, isKnown}
	}
}

func (s *Subgraph) findCanonical(d schema.Directive) (string, bool) {
	if s.IsFed1() {
		if definition := directiveOf(parsedSpecs().federation[Fed1], d.Name); definition != nil {
			return d.Name, true
		}
		if s.adopted[d.Name] {
			return d.Name, true
		}
	}
	link, element := s.Links.ResolveDirective(d.Name)
	if link == nil {
		return "", false
	}
	definitions := definitionsOf(link)
	return element, definitions != nil && directiveOf(definitions, element) != nil
}

func directiveOf(parts *schema.Parts, name string) *schema.DirectiveDefinition {
	for _, d := range parts.Directives {
		if d.Name == name {
			return d
		}
	}
	return nil
}
