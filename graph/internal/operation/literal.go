package operation

import (
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/internal/rawjson"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// checkValue implements "Values of Correct Type" (GraphQL spec 5.6.1). Variables inside are checked
// by VariablesInAllowedPosition.
func (v *validator) checkValue(value *ast.Value, t *schema.TypeRef) {
	if v.isFull() {
		v.dropped++
		return
	}
	switch {
	case value.Kind == ast.Variable:
	case value.Kind == ast.NullValue:
		if t.NonNull {
			v.add(value.Position, "Expected a value of type %q, found null.", t.String())
		}
	case t.Elem != nil:
		if value.Kind != ast.ListValue {
			v.checkValue(value, t.Elem) // one value stands for a list of it
			return
		}
		for _, item := range value.Children {
			v.checkValue(item.Value, t.Elem)
		}
	default:
		v.checkNamedValue(value, v.api.Type(t.Name))
	}
}

func (v *validator) checkNamedValue(value *ast.Value, t *schema.Type) {
	switch t.Kind {
	case schema.InputObject:
		if value.Kind == ast.ObjectValue {
			v.checkObjectValue(value, t)
			return
		}
	case schema.Enum:
		if value.Kind == ast.EnumValue {
			v.checkEnumValue(value, t)
			return
		}
	case schema.Scalar:
		if !isBuiltInScalar(t.Name) || fitsScalar(value, t.Name) {
			return
		}
	case schema.Object, schema.Interface, schema.Union:
		return // not an input type: reported by VariablesAreInputTypes
	}
	v.add(value.Position, "%s cannot be %s.%s", t.Name, clip(value.String()), expectation(t))
}

// expectation says what a type takes, where its name does not say it.
func expectation(t *schema.Type) string {
	switch {
	case t.Name == "Int":
		return " It takes whole numbers of 32 bits."
	case t.Name == "ID":
		return " It takes strings and whole numbers."
	case t.Kind == schema.Enum:
		return " It takes one of its values, without quotes in a document."
	}
	return ""
}

func isBuiltInScalar(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID":
		return true
	}
	return false
}

// fitsScalar implements the input coercion of the built-in scalars (GraphQL spec 3.5) for literals.
func fitsScalar(value *ast.Value, scalar string) bool {
	switch scalar {
	case "Int":
		_, err := strconv.ParseInt(value.Raw, 10, 32)
		return value.Kind == ast.IntValue && err == nil
	case "Float":
		_, err := strconv.ParseFloat(value.Raw, 64) // an error means that the number is out of range
		return (value.Kind == ast.IntValue || value.Kind == ast.FloatValue) && err == nil
	case "String":
		return value.Kind == ast.StringValue || value.Kind == ast.BlockValue
	case "Boolean":
		return value.Kind == ast.BooleanValue
	case "ID":
		return value.Kind == ast.IntValue || value.Kind == ast.StringValue || value.Kind == ast.BlockValue
	}
	return false
}

func (v *validator) checkEnumValue(value *ast.Value, t *schema.Type) {
	names := make([]string, len(t.Values))
	for i, known := range t.Values {
		if known.Name == value.Raw {
			return
		}
		names[i] = known.Name
	}
	v.add(value.Position, "Enum %q has no value %q.%s", t.Name, clip(value.Raw), suggest(value.Raw, names))
}

// checkObjectValue implements "Input Object Field Names", "Input Object Required Fields" and the
// rule of @oneOf (GraphQL spec 5.6.2, 5.6.4 and 3.10.1).
func (v *validator) checkObjectValue(value *ast.Value, t *schema.Type) {
	for _, child := range value.Children {
		if v.isFull() {
			v.dropped++
			return
		}
		def := t.Field(child.Name)
		if def == nil {
			names := make([]string, len(t.Fields))
			for i, f := range t.Fields {
				names[i] = f.Name
			}
			v.add(child.Position, "Input type %q has no field %q.%s", t.Name, clip(child.Name), suggest(child.Name, names))
			continue
		}
		v.checkValue(child.Value, def.Type)
	}
	for _, f := range t.Fields {
		if f.Type.NonNull && f.Default == nil && value.Children.ForName(f.Name) == nil {
			v.add(value.Position, "Field \"%s.%s\" of required type %q was not given.", t.Name, f.Name, f.Type.String())
		}
	}
	if isOneOf(t) && (len(value.Children) != 1 || value.Children[0].Value.Kind == ast.NullValue) {
		v.add(value.Position, "Input type %q takes exactly one field, and that not null.", t.Name)
	}
}

func isOneOf(t *schema.Type) bool {
	for _, d := range t.Applied {
		if d.Name == "oneOf" {
			return true
		}
	}
	return false
}

// hasVariable reports whether a value is or holds a variable.
func hasVariable(value *ast.Value) bool {
	if value.Kind == ast.Variable {
		return true
	}
	for _, child := range value.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// appendLiteral appends a valid literal without variables as JSON, coerced to its type: one value
// becomes a list, a number for an ID becomes a string. t is nil inside custom scalars.
func (p *Parser) appendLiteral(dst []byte, value *ast.Value, t *schema.TypeRef) []byte {
	if value.Kind == ast.NullValue {
		return append(dst, "null"...)
	}
	if t != nil && t.Elem != nil && value.Kind != ast.ListValue {
		dst = append(dst, '[')
		dst = p.appendLiteral(dst, value, t.Elem)
		return append(dst, ']')
	}
	switch value.Kind {
	case ast.ListValue:
		var elem *schema.TypeRef
		if t != nil {
			elem = t.Elem
		}
		dst = append(dst, '[')
		for i, item := range value.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = p.appendLiteral(dst, item.Value, elem)
		}
		return append(dst, ']')
	case ast.ObjectValue:
		var def *schema.Type
		if t != nil {
			def = p.api.Type(t.Name)
		}
		dst = append(dst, '{')
		for i, child := range value.Children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(rawjson.AppendString(dst, child.Name), ':')
			var childType *schema.TypeRef
			if def != nil && def.Kind == schema.InputObject {
				childType = def.Field(child.Name).Type
			}
			dst = p.appendLiteral(dst, child.Value, childType)
		}
		return append(dst, '}')
	case ast.IntValue, ast.FloatValue:
		if t != nil && t.Name == "ID" {
			return rawjson.AppendString(dst, value.Raw)
		}
		return append(dst, value.Raw...)
	case ast.BooleanValue:
		return append(dst, value.Raw...)
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return rawjson.AppendString(dst, value.Raw)
	case ast.Variable, ast.NullValue:
	}
	panic("operation: a literal holds " + value.String())
}

// wholeNumber returns the canonical digits of a JSON number that is whole, such as 10 for 1e1, and
// false for others. Numbers are read as JSON's readers do, as 64-bit floats.
func wholeNumber(number string) (string, bool) {
	if _, err := strconv.ParseInt(number, 10, 64); err == nil && number != "-0" {
		return number, true
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}
