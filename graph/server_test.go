package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// server answers GraphQL requests out of a world: as one subgraph, which knows only its own types
// and fields, or as the monolith, which knows everything.
type server struct {
	*world
	// sub is nil for the monolith.
	sub *supergraph.Subgraph
	// who asks; nil sees everything.
	who       *identity
	doc       *ast.QueryDocument
	variables map[string]json.RawMessage
	// complaints are what a subgraph was asked and must not be asked.
	complaints []string
	// above are the objects in work, the outermost first.
	above []object
}

// subgraphs is the Fetcher of a world: every subgraph in one process.
type subgraphs struct {
	*world
	complain func(string)
}

func (f *subgraphs) Fetch(_ context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	var body struct {
		Query     string                     `json:"query"`
		Variables map[string]json.RawMessage `json:"variables"`
	}
	if err := json.Unmarshal(req.Body, &body); err != nil {
		f.complain(fmt.Sprintf("%s: the request is not JSON: %v: %s", req.Subgraph, err, req.Body))
		return graph.FetchResponse{Body: []byte("{}")}, nil
	}
	s := &server{world: f.world, sub: f.super.Subgraph(req.Subgraph), variables: body.Variables}
	answer := s.answer(body.Query, "")
	for _, complaint := range s.complaints {
		f.complain(req.Subgraph + ": " + complaint + " in " + string(req.Body))
	}
	return graph.FetchResponse{Body: []byte(`{"data":` + answer + "}")}, nil
}

func (s *server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// answer runs an operation and returns the value of "data".
func (s *server) answer(query, name string) string {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		s.complain("syntax: %v", err)
		return "null"
	}
	s.doc = doc
	op := doc.Operations[0]
	if name != "" {
		op = doc.Operations.ForName(name)
	}
	for _, def := range op.VariableDefinitions {
		if _, given := s.variables[def.Variable]; !given && def.DefaultValue != nil {
			if s.variables == nil {
				s.variables = map[string]json.RawMessage{}
			}
			s.variables[def.Variable] = json.RawMessage(def.DefaultValue.String())
		}
	}
	root := s.super.Schema.Root(string(op.Operation))
	out, ok := s.object(object{typ: root.Name}, nil, []ast.SelectionSet{op.SelectionSet})
	if !ok {
		return "null"
	}
	return out
}

// collected is one response key with the fields that share it.
type collected struct {
	key    string
	fields []*ast.Field
}

// object completes an object: false if a null propagates to it. rep is its representation.
func (s *server) object(o object, rep map[string]json.RawMessage, sets []ast.SelectionSet) (string, bool) {
	s.above = append(s.above, o)
	defer func() { s.above = s.above[:len(s.above)-1] }()
	var keys []*collected
	for _, set := range sets {
		keys = s.collect(o, set, keys)
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, c := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		text, ok := s.field(o, rep, c)
		if !ok {
			return "", false
		}
		b.WriteString(strconv.Quote(c.key) + ":" + text)
	}
	b.WriteByte('}')
	return b.String(), true
}

func (s *server) collect(o object, set ast.SelectionSet, keys []*collected) []*collected {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if !s.isOn(sel.Directives) {
				continue
			}
			i := slices.IndexFunc(keys, func(c *collected) bool { return c.key == sel.Alias })
			if i < 0 {
				keys = append(keys, &collected{key: sel.Alias})
				i = len(keys) - 1
			}
			keys[i].fields = append(keys[i].fields, sel)
		case *ast.InlineFragment:
			if s.isOn(sel.Directives) && (sel.TypeCondition == "" || s.applies(o, sel.TypeCondition)) {
				keys = s.collect(o, sel.SelectionSet, keys)
			}
		case *ast.FragmentSpread:
			f := s.doc.Fragments.ForName(sel.Name)
			if s.isOn(sel.Directives) && s.applies(o, f.TypeCondition) {
				keys = s.collect(o, f.SelectionSet, keys)
			}
		}
	}
	return keys
}

func (s *server) applies(o object, typ string) bool {
	if s.sub == nil {
		return s.is(o, typ)
	}
	if s.sub.Type(typ) == nil && typ != o.typ {
		s.complain("unknown type %s", typ)
	}
	return o.typ == typ || slices.Contains(s.possibleIn(s.sub, typ), o.typ)
}

func (s *server) isOn(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name == "skip" || d.Name == "include" {
			if (s.text(d.Arguments.ForName("if").Value) == "true") == (d.Name == "skip") {
				return false
			}
		}
	}
	return true
}

func (s *server) field(o object, rep map[string]json.RawMessage, c *collected) (string, bool) {
	f := c.fields[0]
	switch f.Name {
	case "__typename":
		return strconv.Quote(o.typ), true
	case "_entities":
		return s.entities(f.Arguments.ForName("representations").Value, c), true
	}
	def := s.super.Schema.Type(o.typ).Field(f.Name)
	ref := (*schema.TypeRef)(nil)
	if def != nil {
		ref = def.Type
	}
	if s.who != nil && s.who.isDenied(s.world, o, f.Name) {
		return "null", !ref.NonNull
	}
	required := ""
	if s.sub != nil {
		own := s.declaration(o, f.Name)
		if own == nil || def == nil {
			s.complain("unknown field %s.%s", o.typ, f.Name)
			return "null", true
		}
		if own.External && !s.keyFields[o.typ+"."+f.Name] && !s.isProvided(f.Name) {
			s.complain("external field %s.%s", o.typ, f.Name)
		}
		if own.Requires != nil {
			var ok bool
			if required, ok = s.represented(o, rep, own.Requires); !ok {
				s.complain("%s.%s without what it requires", o.typ, f.Name)
			}
			if s.requiresOf(o, f.Name) == nil {
				required = ""
			}
		}
	} else if fields := s.requiresOf(o, f.Name); fields != nil {
		required = s.required(o, fields)
	}
	var sets []ast.SelectionSet
	for _, field := range c.fields {
		sets = append(sets, field.SelectionSet)
	}
	return s.complete(s.value(o, def, s.argumentsWithContext(o, f), required, ref), ref, sets)
}

// declaration is how the subgraph declares a field of an object, or of the interface object that it
// knows it as.
func (s *server) declaration(o object, field string) *supergraph.SubgraphField {
	if t := s.sub.Type(o.typ); t != nil {
		return t.Field(field)
	}
	return nil
}

// isProvided reports whether the subgraph provides a field of that name somewhere.
func (s *server) isProvided(field string) bool {
	for _, t := range s.sub.Types {
		for _, f := range t.Fields {
			if f.Provides != nil && strings.Contains(fmt.Sprint(f.Provides), field) {
				return true
			}
		}
	}
	return false
}

// complete writes a value; false if it is null and may not be.
func (s *server) complete(v any, ref *schema.TypeRef, sets []ast.SelectionSet) (string, bool) {
	text, ok := "null", true
	switch v := v.(type) {
	case json.RawMessage:
		text = string(v)
	case object:
		if s.sub != nil {
			v = s.asKnown(v, ref.Named())
		}
		text, ok = s.object(v, nil, sets)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			if items[i], ok = s.complete(item, ref.Elem, sets); !ok {
				break
			}
		}
		text = "[" + strings.Join(items, ",") + "]"
	}
	if !ok {
		text = "null"
	}
	return text, text != "null" || !ref.NonNull
}

// asKnown is an object as the subgraph knows it: one of an interface object has the interface's name.
func (s *server) asKnown(o object, declared string) object {
	if t := s.sub.Type(declared); t != nil && t.IsInterfaceObject {
		o.typ = declared
	}
	return o
}

var digits = regexp.MustCompile(`[0-9]+`)

// entities answers _entities: an object's identity is read from its key fields.
func (s *server) entities(v *ast.Value, c *collected) string {
	var representations []json.RawMessage
	if err := json.Unmarshal(s.variables[v.Raw], &representations); err != nil {
		s.complain("no representations in $%s", v.Raw)
		return "[]"
	}
	var sets []ast.SelectionSet
	for _, f := range c.fields {
		sets = append(sets, f.SelectionSet)
	}
	out := make([]string, len(representations))
	for i, representation := range representations {
		out[i] = "null"
		var rep map[string]json.RawMessage
		var typ string
		if json.Unmarshal(representation, &rep) != nil || json.Unmarshal(rep["__typename"], &typ) != nil {
			s.complain("bad representation %s", representation)
			continue
		}
		t := s.sub.Type(typ)
		if t == nil {
			s.complain("representation of the unknown type %s", typ)
			continue
		}
		id := s.identity(t, rep)
		if id < 0 {
			s.complain("no key in representation %s", representation)
			continue
		}
		if t.Kind == schema.Interface {
			typ = s.typeOf(typ, id)
		}
		if text, ok := s.object(object{typ, id}, rep, sets); ok {
			out[i] = text
		}
	}
	return "[" + strings.Join(out, ",") + "]"
}

// identity reads the identity from the fields of one of the type's resolvable keys; -1 if none of
// them is there in full.
func (s *server) identity(t *supergraph.SubgraphType, rep map[string]json.RawMessage) int {
	for _, key := range t.Keys {
		text := ""
		for _, item := range key.Fields {
			value, ok := rep[item.Field]
			if !ok {
				text = ""
				break
			}
			text += string(value) + " "
		}
		if found := digits.FindString(text); found != "" {
			id, _ := strconv.Atoi(found)
			return id
		}
	}
	return -1
}

func (s *server) arguments(args ast.ArgumentList) string {
	var texts []string
	for _, a := range args {
		if text := s.text(a.Value); text != absent {
			texts = append(texts, a.Name+":"+text)
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, ",")
}

// absent is the text of a variable without a value.
const absent = "(absent)"

// text prints an argument's value like constantText.
func (s *server) text(v *ast.Value) string {
	switch v.Kind {
	case ast.Variable:
		raw, ok := s.variables[v.Raw]
		if !ok {
			return absent
		}
		return jsonText(raw)
	case ast.ListValue:
		var items []string
		for _, item := range v.Children {
			items = append(items, s.text(item.Value))
		}
		return strings.Join(items, " ")
	case ast.ObjectValue:
		var texts []string
		for _, child := range v.Children {
			if text := s.text(child.Value); text != absent {
				texts = append(texts, child.Name+":"+text)
			}
		}
		slices.Sort(texts)
		return "{" + strings.Join(texts, ",") + "}"
	}
	return v.Raw
}

func jsonText(raw json.RawMessage) string {
	var items []json.RawMessage
	var members map[string]json.RawMessage
	var text string
	switch {
	case json.Unmarshal(raw, &text) == nil && raw[0] == '"':
		return text
	case json.Unmarshal(raw, &items) == nil && raw[0] == '[':
		var texts []string
		for _, item := range items {
			texts = append(texts, jsonText(item))
		}
		return strings.Join(texts, " ")
	case json.Unmarshal(raw, &members) == nil && raw[0] == '{':
		var texts []string
		for name, member := range members {
			texts = append(texts, name+":"+jsonText(member))
		}
		slices.Sort(texts)
		return "{" + strings.Join(texts, ",") + "}"
	}
	return string(raw)
}
