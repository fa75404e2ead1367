package execute_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// oracle executes an operation on a world: as a subgraph would, or, without one, as a monolith that
// has the whole API.
type oracle struct {
	w         *world
	sub       *supergraph.Subgraph
	doc       *ast.QueryDocument
	variables map[string]any
	out       []byte
	path      []any
	errors    []brokenField
}

// brokenField is an error as a subgraph sends it.
type brokenField struct {
	Message string `json:"message"`
	Path    []any  `json:"path"`
}

// ask executes the only operation of a document and returns its data and errors.
func (w *world) ask(sub *supergraph.Subgraph, text string, variables map[string]any) ([]byte, []brokenField, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, nil, err
	}
	op := doc.Operations[0]
	o := &oracle{w: w, sub: sub, doc: doc, variables: map[string]any{}}
	for _, d := range op.VariableDefinitions {
		if value, ok := variables[d.Variable]; ok {
			o.variables[d.Variable] = value
		} else if d.DefaultValue != nil {
			o.variables[d.Variable], _ = o.constant(d.DefaultValue)
		}
	}
	root := w.sg.Schema.Root(string(op.Operation))
	if !o.object(object{root.Name, "root"}, op.SelectionSet) {
		o.out = []byte("null")
	}
	return o.out, o.errors, nil
}

type collected struct {
	key    string
	fields []*ast.Field
}

// collect implements CollectFields (GraphQL spec 6.3.2).
func (o *oracle) collect(dst []collected, of object, set ast.SelectionSet) []collected {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if !o.isOn(s.Directives) {
				continue
			}
			i := slices.IndexFunc(dst, func(c collected) bool { return c.key == s.Alias })
			if i < 0 {
				dst, i = append(dst, collected{key: s.Alias}), len(dst)
			}
			dst[i].fields = append(dst[i].fields, s)
		case *ast.InlineFragment:
			if o.isOn(s.Directives) && (s.TypeCondition == "" || o.matches(of.typ, s.TypeCondition)) {
				dst = o.collect(dst, of, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			f := o.doc.Fragments.ForName(s.Name)
			if o.isOn(s.Directives) && o.matches(of.typ, f.TypeCondition) {
				dst = o.collect(dst, of, f.SelectionSet)
			}
		}
	}
	return dst
}

func (o *oracle) isOn(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		value, _ := o.constant(d.Arguments.ForName("if").Value)
		if (value == true) == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (o *oracle) matches(typ, condition string) bool {
	if o.sub != nil {
		return o.w.canBe(o.sub, typ, condition)
	}
	return slices.Contains(o.w.possible(condition), typ)
}

// object writes an object; false means that a field that is null must make it null.
func (o *oracle) object(of object, set ast.SelectionSet) bool {
	o.out = append(o.out, '{')
	for i, c := range o.collect(nil, of, set) {
		if i > 0 {
			o.out = append(o.out, ',')
		}
		o.out = append(strconv.AppendQuote(o.out, c.key), ':')
		o.path = append(o.path, c.key)
		ok := o.field(of, c)
		o.path = o.path[:len(o.path)-1]
		if !ok {
			return false
		}
	}
	o.out = append(o.out, '}')
	return true
}

func (o *oracle) field(of object, c collected) bool {
	f := c.fields[0]
	if o.sub != nil && f.Name == "_entities" {
		o.entities(c)
		return true
	}
	name := of.typ
	if o.sub != nil {
		t := o.w.presented(o.sub, of.typ)
		if t == nil {
			o.w.problem("subgraph %s holds an object of %s, which it does not know", o.sub.Name, of.typ)
			o.out = append(o.out, "null"...)
			return true
		}
		name = t.Name
		if f.Name != "__typename" && t.Field(f.Name) == nil {
			o.w.problem("subgraph %s was asked for %s.%s, which it does not have", o.sub.Name, name, f.Name)
		}
	}
	if f.Name == "__typename" {
		o.out = strconv.AppendQuote(o.out, name)
		return true
	}
	var set ast.SelectionSet
	for _, field := range c.fields {
		set = append(set, field.SelectionSet...)
	}
	args := o.arguments(of, f)
	var ref *schema.TypeRef
	if def := o.w.sg.Schema.Type(of.typ).Field(f.Name); def != nil {
		ref = def.Type
	}
	return o.value(o.w.value(of, f.Name, args), set, ref)
}

// value writes a value; false means that it is null and must not be.
func (o *oracle) value(v any, set ast.SelectionSet, ref *schema.TypeRef) bool {
	mark, ok := len(o.out), true
	switch v := v.(type) {
	case nil:
		o.out = append(o.out, "null"...)
		return true
	case broken:
		o.errors = append(o.errors, brokenField{"a field is broken", append([]any{}, o.path...)})
		ok = false
	case json.RawMessage:
		o.out = append(o.out, v...)
	case object:
		ok = o.object(v, set)
	case []any:
		o.out = append(o.out, '[')
		for i, e := range v {
			if i > 0 {
				o.out = append(o.out, ',')
			}
			o.path = append(o.path, i)
			ok = o.value(e, set, ref.Elem)
			o.path = o.path[:len(o.path)-1]
			if !ok {
				break
			}
		}
		o.out = append(o.out, ']')
	}
	if ok {
		return true
	}
	o.out = append(o.out[:mark], "null"...)
	return !ref.NonNull
}

func (o *oracle) entities(c collected) {
	representations, _ := o.constant(c.fields[0].Arguments.ForName("representations").Value)
	list, _ := representations.([]any)
	o.out = append(o.out, '[')
	for i, r := range list {
		if i > 0 {
			o.out = append(o.out, ',')
		}
		mark, whole := len(o.out), false
		representation, _ := r.(map[string]any)
		if of, ok := o.w.resolve(o.sub, representation); ok {
			o.path = append(o.path, i)
			whole = o.object(of, c.fields[0].SelectionSet)
			o.path = o.path[:len(o.path)-1]
		}
		if !whole {
			o.out = append(o.out[:mark], "null"...)
		}
	}
	o.out = append(o.out, ']')
}

// arguments prints a field's arguments in one form, whoever wrote them how.
func (o *oracle) arguments(of object, f *ast.Field) string {
	def := o.w.sg.Schema.Type(of.typ).Field(f.Name)
	if def == nil {
		return ""
	}
	var parts []string
	for _, arg := range def.Args {
		var value any
		ok := false
		if given := f.Arguments.ForName(arg.Name); given != nil {
			value, ok = o.constant(given.Value)
		}
		if !ok && arg.Default != nil {
			value, ok = schemaConstant(arg.Default), true
		}
		if ok {
			parts = append(parts, arg.Name+":"+o.canonical(value, arg.Type))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}

// canonical prints an input value as its type coerces it.
func (o *oracle) canonical(v any, ref *schema.TypeRef) string {
	if v == nil {
		return "null"
	}
	if ref.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		var parts []string
		for _, e := range list {
			parts = append(parts, o.canonical(e, ref.Elem))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	t := o.w.sg.Schema.Type(ref.Name)
	fields, ok := v.(map[string]any)
	if t == nil || t.Kind != schema.InputObject || !ok {
		if n, isNumber := v.(json.Number); isNumber && ref.Name != "ID" {
			f, _ := n.Float64()
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return fmt.Sprint(v)
	}
	var parts []string
	for _, f := range t.Fields {
		value, given := fields[f.Name]
		if !given && f.Default != nil {
			value, given = schemaConstant(f.Default), true
		}
		if given {
			parts = append(parts, f.Name+":"+o.canonical(value, f.Type))
		}
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

// constant evaluates a value of the document; ok is false for a variable without a value.
func (o *oracle) constant(v *ast.Value) (value any, ok bool) {
	switch v.Kind {
	case ast.Variable:
		value, ok = o.variables[v.Raw]
		return value, ok
	case ast.NullValue:
		return nil, true
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw), true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.ListValue:
		list := []any{}
		for _, c := range v.Children {
			e, _ := o.constant(c.Value)
			list = append(list, e)
		}
		return list, true
	case ast.ObjectValue:
		fields := map[string]any{}
		for _, c := range v.Children {
			if e, given := o.constant(c.Value); given {
				fields[c.Name] = e
			}
		}
		return fields, true
	}
	return v.Raw, true
}

func schemaConstant(v *schema.Value) any {
	switch v.Kind {
	case schema.Null:
		return nil
	case schema.Int, schema.Float:
		return json.Number(v.Raw)
	case schema.Boolean:
		return v.Raw == "true"
	case schema.ListValue:
		list := []any{}
		for i := range v.Items {
			list = append(list, schemaConstant(&v.Items[i]))
		}
		return list
	case schema.ObjectValue:
		fields := map[string]any{}
		for i := range v.Fields {
			fields[v.Fields[i].Name] = schemaConstant(&v.Fields[i].Value)
		}
		return fields
	}
	return v.Raw
}
