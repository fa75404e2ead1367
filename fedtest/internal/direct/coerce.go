package direct

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// coerceVariables implements CoerceVariableValues (GraphQL spec 6.1.2).
func coerceVariables(schema *ast.Schema, defs ast.VariableDefinitionList, given map[string]any) (map[string]any, error) {
	out := map[string]any{}
	e := &execution{}
	for _, def := range defs {
		value, ok := given[def.Variable]
		if !ok && def.DefaultValue != nil {
			value, ok = e.literal(def.DefaultValue)
		}
		if !ok {
			if def.Type.NonNull {
				return nil, fmt.Errorf("the variable $%s of type %s has no value", def.Variable, def.Type)
			}
			continue
		}
		coerced, err := coerce(schema, def.Type, value)
		if err != nil {
			return nil, fmt.Errorf("the variable $%s: %w", def.Variable, err)
		}
		out[def.Variable] = coerced
	}
	return out, nil
}

// Arguments coerces the constant arguments of a field in a field set.
func Arguments(schema *ast.Schema, def *ast.FieldDefinition, f *ast.Field) (map[string]any, error) {
	return (&execution{schema: schema}).arguments(def, f)
}

// arguments implements CoerceArgumentValues (GraphQL spec 6.4.1).
func (e *execution) arguments(def *ast.FieldDefinition, f *ast.Field) (map[string]any, error) {
	out := map[string]any{}
	for _, arg := range def.Arguments {
		value, ok := any(nil), false
		if given := f.Arguments.ForName(arg.Name); given != nil {
			value, ok = e.literal(given.Value)
		}
		if !ok && arg.DefaultValue != nil {
			value, ok = e.literal(arg.DefaultValue)
		}
		if !ok && !arg.Type.NonNull {
			continue
		}
		coerced, err := coerce(e.schema, arg.Type, value)
		if err != nil {
			return nil, fmt.Errorf("the argument %s of %s: %w", arg.Name, f.Name, err)
		}
		out[arg.Name] = coerced
	}
	return out, nil
}

// literal is the JSON value of a literal; false for a variable without a value.
func (e *execution) literal(v *ast.Value) (any, bool) {
	switch v.Kind {
	case ast.Variable:
		value, ok := e.variables[v.Raw]
		return value, ok
	case ast.IntValue, ast.FloatValue:
		return json.Number(v.Raw), true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.NullValue:
		return nil, true
	case ast.ListValue:
		items := []any{}
		for _, child := range v.Children {
			item, _ := e.literal(child.Value)
			items = append(items, item)
		}
		return items, true
	case ast.ObjectValue:
		members := map[string]any{}
		for _, child := range v.Children {
			if member, ok := e.literal(child.Value); ok {
				members[child.Name] = member
			}
		}
		return members, true
	default: // ast.StringValue, ast.BlockValue, ast.EnumValue
		return v.Raw, true
	}
}

// coerce implements the input coercion of each type (GraphQL spec 3.5 to 3.11). Numbers and IDs come out in one spelling,
// so that equal values are equal as JSON.
func coerce(schema *ast.Schema, ref *ast.Type, v any) (any, error) {
	if v == nil {
		if ref.NonNull {
			return nil, fmt.Errorf("null for %s", ref)
		}
		return nil, nil
	}
	if ref.Elem != nil {
		items, isList := v.([]any)
		if !isList {
			items = []any{v}
		}
		out := make([]any, len(items))
		for i, item := range items {
			var err error
			if out[i], err = coerce(schema, ref.Elem, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	def := schema.Types[ref.NamedType]
	switch {
	case def == nil:
		return nil, fmt.Errorf("unknown type %s", ref)
	case def.Kind == ast.InputObject:
		return coerceObject(schema, def, v)
	case def.Kind == ast.Enum:
		if name, ok := v.(string); ok && def.EnumValues.ForName(name) != nil {
			return v, nil
		}
		return nil, fmt.Errorf("%v is no %s", v, ref)
	}
	return coerceScalar(def.Name, v)
}

func coerceObject(schema *ast.Schema, def *ast.Definition, v any) (any, error) {
	members, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%v is no %s", v, def.Name)
	}
	for name := range members {
		if def.Fields.ForName(name) == nil {
			return nil, fmt.Errorf("%s has no field %q", def.Name, name)
		}
	}
	out := map[string]any{}
	e := &execution{}
	for _, f := range def.Fields {
		value, ok := members[f.Name]
		if !ok && f.DefaultValue != nil {
			value, ok = e.literal(f.DefaultValue)
		}
		if !ok && !f.Type.NonNull {
			continue
		}
		coerced, err := coerce(schema, f.Type, value)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", def.Name, f.Name, err)
		}
		out[f.Name] = coerced
	}
	return out, nil
}

func coerceScalar(name string, v any) (any, error) {
	number, isNumber := v.(json.Number)
	text, isText := v.(string)
	_, isBoolean := v.(bool)
	switch name {
	case "Int":
		if n, err := strconv.ParseInt(number.String(), 10, 32); isNumber && err == nil {
			return json.Number(strconv.FormatInt(n, 10)), nil
		}
	case "Float":
		if f, err := number.Float64(); isNumber && err == nil {
			return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), nil
		}
	case "ID":
		if isText || isNumber {
			return text + number.String(), nil
		}
	case "String":
		if isText {
			return text, nil
		}
	case "Boolean":
		if isBoolean {
			return v, nil
		}
	default: // a custom scalar takes anything
		return v, nil
	}
	return nil, fmt.Errorf("%v is no %s", v, name)
}
