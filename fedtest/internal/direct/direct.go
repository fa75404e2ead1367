// Package direct executes GraphQL operations the slow and obvious way: one function for each algorithm of the spec, one
// object after the other, nothing shared with the engine but the parser. It answers for a subgraph, whose SDL
// ReadSubgraph reads, and for a whole schema, as the oracle that a federated answer is held against.
//
// In: a schema, a Source of values and a request. Out: the bytes of "data", members in response order, and the errors
// with their paths. It does not know where values come from and it answers no introspection.
package direct

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Object is a value of a composite type. Only its Source knows what Value is.
type Object struct {
	// Type is the name of an object type of the schema.
	Type  string
	Value any
}

// Source has the values of a graph.
type Source interface {
	// Field returns the value of a field: nil, an Object, a []any of values, or a leaf that encoding/json can write; an error among them
	// becomes a null with an error. Root
	// objects have a nil Value.
	Field(o Object, f *ast.FieldDefinition, args map[string]any) (any, error)
}

// Request is one operation to execute.
type Request struct {
	Query string
	// Document is Query read already: Execute trusts it. nil lets it read and validate Query.
	Document      *ast.QueryDocument
	OperationName string
	// Variables are JSON values, numbers as json.Number.
	Variables map[string]any
}

// Error is one entry of "errors".
type Error struct {
	Message string `json:"message"`
	// Path holds response keys and indexes; nil for a request error.
	Path []any `json:"path,omitempty"`
}

// Response is what Execute answers.
type Response struct {
	// Data is nil if the request was refused, "null" if a null reached the root.
	Data   json.RawMessage `json:"data,omitempty"`
	Errors []Error         `json:"errors,omitempty"`
	// Met is what was met on the way.
	Met Met `json:"-"`
}

// Met says what of GraphQL an execution met. What was selected and not reached does not count.
type Met struct {
	// Condition is a @skip or @include, Fragment a fragment with a name.
	Condition, Fragment bool
	// Abstract is a field whose type is an interface or a union, and which had an object; ListOfLists a list in a list.
	Abstract, ListOfLists bool
}

// execution is one run of one operation.
type execution struct {
	schema    *ast.Schema
	source    Source
	doc       *ast.QueryDocument
	variables map[string]any
	path      []any
	errors    []Error
	met       Met
}

// Execute validates an operation and runs it (GraphQL spec 6.1).
func Execute(schema *ast.Schema, source Source, req Request) *Response {
	doc := req.Document
	if doc == nil {
		var err error
		if doc, err = Read(schema, req.Query); err != nil {
			return refuse("%v", err)
		}
	}
	op := doc.Operations.ForName(req.OperationName)
	if op == nil {
		return refuse("no operation is called %q, or several could be meant", req.OperationName)
	}
	variables, err := coerceVariables(schema, op.VariableDefinitions, req.Variables)
	if err != nil {
		return refuse("%v", err)
	}
	e := &execution{schema: schema, source: source, doc: doc, variables: variables}
	root := map[ast.Operation]*ast.Definition{ast.Query: schema.Query, ast.Mutation: schema.Mutation, ast.Subscription: schema.Subscription}[op.Operation]
	data, ok := e.object(nil, Object{Type: root.Name}, []ast.SelectionSet{op.SelectionSet})
	if !ok {
		data = []byte("null")
	}
	return &Response{Data: data, Errors: e.errors, Met: e.met}
}

func refuse(format string, args ...any) *Response {
	return &Response{Errors: []Error{{Message: fmt.Sprintf(format, args...)}}}
}

// collected is one response key with the fields that share it.
type collected struct {
	key    string
	fields []*ast.Field
}

// object implements "Executing Selection Sets" (GraphQL spec 6.3): false if a null propagates to the object.
func (e *execution) object(dst []byte, o Object, sets []ast.SelectionSet) ([]byte, bool) {
	typ := e.schema.Types[o.Type]
	if typ == nil || typ.Kind != ast.Object {
		e.fail("%q is no object type of this schema", o.Type)
		return dst, false
	}
	var keys []*collected
	for _, set := range sets {
		keys = e.collect(typ, set, keys)
	}
	dst = append(dst, '{')
	isWhole := true // the other fields are executed all the same: their errors count
	for i, c := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(strconv.AppendQuote(dst, c.key), ':')
		e.path = append(e.path, c.key)
		var ok bool
		dst, ok = e.field(dst, o, typ, c)
		e.path = e.path[:len(e.path)-1]
		isWhole = isWhole && ok
	}
	return append(dst, '}'), isWhole
}

// collect implements CollectFields (GraphQL spec 6.3.2).
func (e *execution) collect(typ *ast.Definition, set ast.SelectionSet, keys []*collected) []*collected {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if !e.isOn(sel.Directives) {
				continue
			}
			i := slices.IndexFunc(keys, func(c *collected) bool { return c.key == sel.Alias })
			if i < 0 {
				i = len(keys)
				keys = append(keys, &collected{key: sel.Alias})
			}
			keys[i].fields = append(keys[i].fields, sel)
		case *ast.InlineFragment:
			if e.isOn(sel.Directives) && e.applies(typ, sel.TypeCondition) {
				keys = e.collect(typ, sel.SelectionSet, keys)
			}
		case *ast.FragmentSpread:
			f := e.doc.Fragments.ForName(sel.Name)
			e.met.Fragment = true
			if e.isOn(sel.Directives) && e.applies(typ, f.TypeCondition) {
				keys = e.collect(typ, f.SelectionSet, keys)
			}
		}
	}
	return keys
}

func (e *execution) applies(typ *ast.Definition, condition string) bool {
	if condition == "" || condition == typ.Name {
		return true
	}
	return slices.Contains(e.schema.PossibleTypes[condition], typ)
}

func (e *execution) isOn(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name == "skip" || d.Name == "include" {
			e.met.Condition = true
			v, _ := e.literal(d.Arguments.ForName("if").Value)
			if (v == true) == (d.Name == "skip") {
				return false
			}
		}
	}
	return true
}

// field implements ExecuteField (GraphQL spec 6.4): false if a null propagates to the object.
func (e *execution) field(dst []byte, o Object, typ *ast.Definition, c *collected) ([]byte, bool) {
	f := c.fields[0]
	if f.Name == "__typename" {
		return strconv.AppendQuote(dst, o.Type), true
	}
	def := typ.Fields.ForName(f.Name)
	if def == nil {
		e.fail("%s.%s is not answered here", o.Type, f.Name)
		return append(dst, "null"...), true
	}
	value, err := any(nil), error(nil)
	args, err := e.arguments(def, f)
	if err == nil {
		value, err = e.source.Field(o, def, args)
	}
	if err != nil {
		e.fail("%v", err)
		return append(dst, "null"...), !def.Type.NonNull
	}
	var sets []ast.SelectionSet
	for _, field := range c.fields {
		sets = append(sets, field.SelectionSet)
	}
	return e.complete(dst, value, def.Type, sets)
}

// complete implements CompleteValue (GraphQL spec 6.4.3): false if the value is null and may not be.
func (e *execution) complete(dst []byte, v any, ref *ast.Type, sets []ast.SelectionSet) ([]byte, bool) {
	start := len(dst)
	ok := true
	switch value := v.(type) {
	case nil:
		if ref.NonNull {
			e.fail("null for %s", ref)
			return dst, false
		}
		return append(dst, "null"...), true
	case error:
		ok = false
		e.fail("%v", value)
	case Object:
		e.met.Abstract = e.met.Abstract || ref.NamedType != value.Type
		dst, ok = e.object(dst, value, sets)
	case []any:
		if ref.Elem == nil {
			ok = false
			e.fail("a list for %s", ref)
			break
		}
		e.met.ListOfLists = e.met.ListOfLists || ref.Elem.Elem != nil && len(value) > 0
		dst, ok = e.list(dst, value, ref.Elem, sets)
	default:
		text, err := json.Marshal(value)
		if err != nil || ref.Elem != nil {
			ok = false
			e.fail("%v is no %s", value, ref)
			break
		}
		dst = append(dst, text...)
	}
	if !ok {
		return append(dst[:start], "null"...), !ref.NonNull
	}
	return dst, true
}

func (e *execution) list(dst []byte, items []any, ref *ast.Type, sets []ast.SelectionSet) ([]byte, bool) {
	dst = append(dst, '[')
	isWhole := true
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		e.path = append(e.path, i)
		var ok bool
		dst, ok = e.complete(dst, item, ref, sets)
		e.path = e.path[:len(e.path)-1]
		isWhole = isWhole && ok
	}
	return append(dst, ']'), isWhole
}

func (e *execution) fail(format string, args ...any) {
	e.errors = append(e.errors, Error{Message: fmt.Sprintf(format, args...), Path: slices.Clone(e.path)})
}
