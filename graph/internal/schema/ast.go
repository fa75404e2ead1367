package schema

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// AST returns the schema as gqlparser's, for parsing and validating operations. It is made anew at
// each call; the caller owns it. The error says that the schema breaks a rule of plain GraphQL.
func (s *Schema) AST() (*ast.Schema, error) {
	out, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: Print(s)})
	if err != nil {
		return nil, fmt.Errorf("make a schema to validate operations with: %w", err)
	}
	return out, nil
}
