// Package supergraph is the join spec: it reads and prints supergraph SDL and derives the API
// schema.
//
// A Supergraph says, for every subgraph, which types and fields it has and under which conditions;
// it is what composition makes, what a router loads and what the query graph is built from.
// Load(Print(s)) describes the same graph as s. It does not know how a graph is composed or queried.
package supergraph

import (
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Supergraph is a composed graph. It is immutable after it was built.
type Supergraph struct {
	// Schema is the merged schema, inaccessible elements included, without join and link elements.
	// Directives that compose (@inaccessible, @tag, @authenticated, …) are applied in it under
	// their spec's own names.
	Schema *schema.Schema
	// Subgraphs are in order of the join__Graph enum.
	Subgraphs []*Subgraph
	// Links are the features that the supergraph links besides link and join.
	Links []Link
	// Join is the version of the join spec that Print writes: at least v0.3.
	Join federation.Version

	byName map[string]*Subgraph
	api    *schema.Schema
	texts  *texts
	// links and hidden are what the API schema was made with.
	links  federation.Links
	hidden map[string]bool
}

// Link is a feature linked by the supergraph.
type Link struct {
	URL string
	// As is the namespace when it is not the last segment of the URL.
	As string
	// For is SECURITY, EXECUTION or empty.
	For string
	// Import lists imported names as written ("@tag"), with "@a as @b" for renamed ones.
	Import []string
}

// Subgraph is what one subgraph contributes.
type Subgraph struct {
	// Index is the place in Supergraph.Subgraphs.
	Index int
	// Name is the name given by the user; Enum its value in the join__Graph enum.
	Name, Enum string
	// URL is the routing URL; may be empty.
	URL string
	// Types are in order of the supergraph's schema.
	Types []*SubgraphType

	byName map[string]*SubgraphType
}

// SubgraphType is a composite, enum, scalar or input type as one subgraph has it. Root operation
// types have the supergraph's names (Query, Mutation, Subscription).
type SubgraphType struct {
	Name string
	// Kind is the kind in this subgraph: an interface object is an Object here.
	Kind schema.Kind
	// IsInterfaceObject is set for @interfaceObject types.
	IsInterfaceObject bool
	Keys              []Key
	// Fields that this subgraph declares, resolvable or not, in order of the supergraph's schema.
	Fields []*SubgraphField
	// Interfaces that the type implements in this subgraph.
	Interfaces []string
	// Members of a union in this subgraph.
	Members []string
	// Values of an enum in this subgraph.
	Values []string
	// Directives of the subgraph's type that the supergraph hands on as they are, by the name under
	// which routers know them: "federation__cacheTag".
	Directives []schema.Directive
	// Pos is where the subgraph's SDL declares the type; zero where the supergraph was loaded.
	Pos schema.Position

	// fields are the fields by name where there are many.
	fields map[string]*SubgraphField
}

// Key is a @key of a type in one subgraph.
type Key struct {
	Fields federation.FieldSet
	// Text is the field set as printed in the supergraph.
	Text string
	// Resolvable is false for @key(resolvable: false): the subgraph mentions the entity and
	// cannot resolve it by this key.
	Resolvable bool
	// OfExtension is set for a key on an extension of the type: its fields count as resolvable here although
	// they are external.
	OfExtension bool
}

// SubgraphField is a field as one subgraph declares it.
type SubgraphField struct {
	Name string
	// Type is the field's type in this subgraph.
	Type *schema.TypeRef
	// External is set for @external fields: known here, resolved elsewhere (unless provided).
	External bool
	// Requires is the field set of @requires; nil without.
	Requires federation.FieldSet
	// Provides is the field set of @provides; nil without.
	Provides federation.FieldSet
	// UsedOverridden is set for a field that another subgraph has taken over and that is still
	// declared here because a key, an interface or @requires needs it.
	UsedOverridden bool
	// Override is the name of the subgraph that this field was taken over from; empty without.
	Override string
	// OverrideLabel makes the override progressive: it holds when the label is on.
	OverrideLabel string
	// Contexts are the arguments that clients do not pass: their values are read from objects above.
	Contexts []ContextArgument
	// Directives of the subgraph's field that the supergraph hands on, see SubgraphType.
	Directives []schema.Directive
	// Pos is where the subgraph's SDL declares the field; zero where the supergraph was loaded.
	Pos schema.Position
}

// ContextArgument is an argument of a field whose value is read from an object above the field.
type ContextArgument struct {
	Name string
	Type *schema.TypeRef
	// Context is the name that @context gives to the types of such objects: "user__locale".
	Context string
	// Selection is what is read: one field, or one for each of several types.
	Selection federation.FieldSet
}

// Subgraph returns the subgraph called name, or nil.
func (s *Supergraph) Subgraph(name string) *Subgraph { return s.byName[name] }

// Type returns the subgraph's type called name, or nil.
func (s *Subgraph) Type(name string) *SubgraphType { return s.byName[name] }

// Field returns the field called name as the subgraph declares it, or nil.
func (t *SubgraphType) Field(name string) *SubgraphField {
	if t.fields != nil {
		return t.fields[name]
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

// At returns where the subgraphs declare a type or, with a name, its field; nothing where the supergraph
// was loaded.
func (s *Supergraph) At(typeName, fieldName string) []diag.Position {
	var out []diag.Position
	for _, sub := range s.Subgraphs {
		t := sub.Type(typeName)
		if t == nil {
			continue
		}
		pos := t.Pos
		if fieldName != "" {
			f := t.Field(fieldName)
			if f == nil {
				continue
			}
			pos = f.Pos
		}
		if pos.Line > 0 {
			out = append(out, diag.Position{Subgraph: sub.Name, File: pos.File, Line: pos.Line, Column: pos.Column})
		}
	}
	return out
}
