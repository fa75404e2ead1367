package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// dataHandler is a subgraph that answers out of its Data and Resolvers.
type dataHandler struct {
	*direct.Subgraph
	data      map[string]any
	resolvers map[string]Resolver
}

func newDataHandler(s Subgraph) (*dataHandler, error) {
	sub, err := direct.ReadSubgraph(s.Name, s.SDL)
	if err != nil {
		return nil, err
	}
	h := &dataHandler{Subgraph: sub, resolvers: s.Resolvers}
	text, err := rawJSON(s.Data)
	if err != nil {
		return nil, fmt.Errorf("its Data: %w", err)
	}
	data, err := decodeJSON(text)
	if err != nil {
		return nil, fmt.Errorf("its Data: %w", err)
	}
	h.data, _ = data.(map[string]any)
	if data != nil && h.data == nil {
		return nil, fmt.Errorf("its Data must be an object with a member for each type")
	}
	for name, v := range h.data {
		if _, isList := v.([]any); sub.Schema.Types[name] == nil || !isList && !h.isRoot(name) {
			return nil, fmt.Errorf("its Data has a member %q: it wants an object for a root type and a list of entities for every other type", name)
		}
	}
	for name := range s.Resolvers {
		typ, field, _ := strings.Cut(name, ".")
		if def := sub.Schema.Types[typ]; def == nil || def.Fields.ForName(field) == nil {
			return nil, fmt.Errorf("it has a resolver for %q and no such field", name)
		}
	}
	return h, nil
}

func (h *dataHandler) isRoot(name string) bool {
	for _, root := range []*ast.Definition{h.Schema.Query, h.Schema.Mutation, h.Schema.Subscription} {
		if root != nil && root.Name == name {
			return true
		}
	}
	return false
}

// ServeHTTP answers a GraphQL request.
func (h *dataHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query         string
		OperationName string
		Variables     map[string]any
	}
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		http.Error(w, "the request is no JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	answer := direct.Execute(h.Schema, h, direct.Request{Query: body.Query, OperationName: body.OperationName, Variables: body.Variables})
	w.Header().Set("Content-Type", "application/json")
	// A client that has gone away is nobody's error.
	_ = json.NewEncoder(w).Encode(answer)
}

// Field returns the value of a field from a resolver or from the data.
func (h *dataHandler) Field(o direct.Object, f *ast.FieldDefinition, args map[string]any) (any, error) {
	switch {
	case f.Name == "_entities":
		return h.entities(args["representations"].([]any)), nil
	case f.Name == "_service":
		return direct.Object{Type: "_Service", Value: map[string]any{"sdl": h.SDL}}, nil
	}
	members, _ := o.Value.(map[string]any)
	if o.Value == nil {
		members, _ = h.data[o.Type].(map[string]any)
	}
	if resolve := h.resolvers[o.Type+"."+f.Name]; resolve != nil {
		v, err := resolve(h.whole(o.Type, members), args)
		if err != nil {
			return nil, err
		}
		text, err := rawResult(v)
		if err != nil {
			return nil, fmt.Errorf("the resolver of %s.%s: %w", o.Type, f.Name, err)
		}
		return h.wrap(text, f.Type)
	}
	v, ok := members[f.Name]
	if !ok {
		v, ok = h.whole(o.Type, members)[f.Name]
	}
	if !ok && f.Type.NonNull {
		return nil, fmt.Errorf("the test's data has no %s.%s for %s", o.Type, f.Name, members)
	}
	return h.wrap(v, f.Type)
}

// whole is an object with what the data says of the entity with the same key. What the object itself says wins.
func (h *dataHandler) whole(typ string, members map[string]any) map[string]any {
	out := map[string]any{}
	if row, ok := h.find(typ, members); ok {
		for name, v := range row {
			out[name] = v
		}
	}
	for name, v := range members {
		out[name] = v
	}
	return out
}

// find looks for the entity that has the key that the members hold.
func (h *dataHandler) find(typ string, members map[string]any) (map[string]any, bool) {
	t := h.Types[typ]
	if t == nil {
		return nil, false
	}
	rows, _ := h.data[typ].([]any)
	for _, item := range rows {
		row, _ := item.(map[string]any)
		for _, key := range t.Keys {
			if agree(key.Fields, row, members) {
				return row, true
			}
		}
	}
	return nil, false
}

// agree reports whether two objects have the same values of a key.
func agree(key ast.SelectionSet, a, b map[string]any) bool {
	for _, selection := range key {
		f, ok := selection.(*ast.Field)
		if !ok {
			return false
		}
		one, ok := a[f.Name]
		other, also := b[f.Name]
		if f.Name == "__typename" {
			continue
		}
		if !ok || !also {
			return false
		}
		if below, isObject := one.(map[string]any); isObject {
			otherBelow, isObject := other.(map[string]any)
			if !isObject || !agree(f.SelectionSet, below, otherBelow) {
				return false
			}
			continue
		}
		// An ID may be written as a number in the data.
		if one == nil || other == nil || !reflect.DeepEqual(one, other) && fmt.Sprint(one) != fmt.Sprint(other) {
			return false
		}
	}
	return true
}

// entities answers _entities.
func (h *dataHandler) entities(representations []any) []any {
	out := make([]any, len(representations))
	for i, representation := range representations {
		rep, _ := representation.(map[string]any)
		typ, _ := rep["__typename"].(string)
		if h.Types[typ] == nil {
			out[i] = fmt.Errorf("this subgraph has no type %q", typ)
			continue
		}
		out[i] = h.represent(typ, rep)
	}
	return out
}

// represent finds the entity of a representation: of the type, or of a type that implements it.
func (h *dataHandler) represent(typ string, rep map[string]any) any {
	types := []string{typ}
	if def := h.Schema.Types[typ]; def.Kind == ast.Interface {
		types = nil
		for _, t := range h.Schema.PossibleTypes[typ] {
			types = append(types, t.Name)
		}
		slices.Sort(types)
	}
	hasRows := false
	for _, name := range types {
		_, listed := h.data[name]
		hasRows = hasRows || listed
		if row, ok := h.find(name, rep); ok {
			members := map[string]any{}
			for _, from := range []map[string]any{row, rep} {
				for member, v := range from {
					members[member] = v
				}
			}
			delete(members, "__typename")
			return direct.Object{Type: name, Value: members}
		}
	}
	if hasRows || len(types) != 1 {
		return nil
	}
	return direct.Object{Type: typ, Value: rep}
}

// wrap turns the JSON of a value into what direct executes.
func (h *dataHandler) wrap(v any, ref *ast.Type) (any, error) {
	switch value := v.(type) {
	case []any:
		if ref.Elem == nil {
			return v, nil // a custom scalar; complete says what is wrong with others
		}
		out := make([]any, len(value))
		for i, item := range value {
			var err error
			if out[i], err = h.wrap(item, ref.Elem); err != nil {
				out[i] = err
			}
		}
		return out, nil
	case map[string]any:
		def := h.Schema.Types[ref.Name()]
		if !def.IsCompositeType() {
			return json.RawMessage(mustMarshal(value)), nil
		}
		typ := def.Name
		if def.Kind != ast.Object {
			if typ, _ = value["__typename"].(string); typ == "" {
				return nil, fmt.Errorf("the test's data has a %s without a __typename: %v", def.Name, value)
			}
		}
		return direct.Object{Type: typ, Value: value}, nil
	}
	return v, nil
}

func mustMarshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	return text
}

// rawJSON is the JSON of a value that may be JSON text already; nil for nil.
func rawJSON(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	}
	return json.Marshal(v)
}

// rawResult is a resolver's result as decoded JSON; a string is a string there.
func rawResult(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return decodeJSON(text)
}

func decodeJSON(text []byte) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("there is more than one JSON value")
	}
	return v, nil
}
