package graphqlserver

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// strictVariables holds the values of variables to the GraphQL spec (3.5, 3.9 and 3.10). What gqlgen takes beyond it
// would reach the stores: a text for an Int, a number for a String, an enum's value in the wrong case.
type strictVariables struct{ schema *ast.Schema }

// ExtensionName is the name by which gqlgen knows this extension.
func (strictVariables) ExtensionName() string { return "StrictVariables" }

// Validate accepts every schema.
func (strictVariables) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses the operation if a variable has a value that its type does not have.
func (s strictVariables) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation == nil {
		return nil
	}
	for _, definition := range op.Operation.VariableDefinitions {
		if failure := s.check(definition.Variable, definition.Type, op.Variables[definition.Variable]); failure != nil {
			return &gqlerror.Error{Message: failure.Message, Extensions: failure.Extensions()}
		}
	}
	return nil
}

// check returns what is wrong with a value that came under a name. That null is allowed, that lists are lists and that
// input objects have the right members has been checked before.
func (s strictVariables) check(name string, t *ast.Type, value any) *fail.Error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		list := reflect.ValueOf(value)
		if list.Kind() != reflect.Slice {
			return s.check(name, t.Elem, value) // one value stands for a list of it
		}
		for i := range list.Len() {
			if failure := s.check(name, t.Elem, list.Index(i).Interface()); failure != nil {
				return failure
			}
		}
		return nil
	}
	definition := s.schema.Types[t.NamedType]
	switch definition.Kind {
	case ast.InputObject:
		members, _ := value.(map[string]any)
		for _, field := range definition.Fields {
			if failure := s.check(field.Name, field.Type, members[field.Name]); failure != nil {
				return failure
			}
		}
		return nil
	case ast.Enum:
		if text, isText := value.(string); isText && definition.EnumValues.ForName(text) != nil {
			return nil
		}
		return fail.Input(name, "%s must be a value of %s.", name, definition.Name)
	default:
		return checkScalar(name, definition.Name, value)
	}
}

// checkScalar checks the scalars of the spec, and that a file is one; others have their own rules.
func checkScalar(name, scalar string, value any) *fail.Error {
	_, isText := value.(string)
	_, isBoolean := value.(bool)
	whole, isWhole := wholeNumber(value)
	switch scalar {
	case "String":
		if !isText {
			return fail.Input(name, "%s must be a text.", name)
		}
	case "Boolean":
		if !isBoolean {
			return fail.Input(name, "%s must be true or false.", name)
		}
	case "ID":
		if !isText && !isWhole {
			return fail.Input(name, "%s must be an id: a text or a whole number.", name)
		}
	case "Int":
		if !isWhole || whole < math.MinInt32 || whole > math.MaxInt32 {
			return fail.Input(name, "%s must be a whole number from %d to %d.", name, math.MinInt32, math.MaxInt32)
		}
	case "Float":
		if isText || isBoolean {
			return fail.Input(name, "%s must be a number.", name)
		}
	case "Upload":
		if _, isFile := value.(graphql.Upload); !isFile {
			return fail.Input(name, "%s must be a file that comes with the request, by the GraphQL multipart request specification.", name)
		}
	}
	return nil
}

func wholeNumber(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case json.Number:
		whole, err := strconv.ParseInt(v.String(), 10, 64)
		return whole, err == nil
	default:
		return 0, false
	}
}
