package graphqlserver

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// requirement is what the directives on a field ask of the caller.
type requirement struct {
	// anyOf are alternatives; a caller needs every scope of one of them. Empty asks only that somebody is logged in.
	anyOf [][]string
}

// authorizer enforces @authenticated and @requiresScopes before a field's resolver runs. The router enforces them too;
// here they hold whatever the router does.
type authorizer map[objectField]requirement

// objectField is a field of an object type, by which it is known also when it was selected on an interface.
type objectField struct{ object, field string }

// newAuthorizer collects the directives of every field: its own, those of the types that it belongs to, of the same
// field of their interfaces, and of the type that it returns.
func newAuthorizer(schema *ast.Schema) authorizer {
	required := authorizer{}
	for _, object := range schema.Types {
		if object.Kind != ast.Object {
			continue
		}
		for _, field := range object.Fields {
			lists := []ast.DirectiveList{field.Directives, object.Directives}
			for _, name := range object.Interfaces {
				if inherited := schema.Types[name].Fields.ForName(field.Name); inherited != nil {
					lists = append(lists, inherited.Directives, schema.Types[name].Directives)
				}
			}
			if returned := schema.Types[field.Type.Name()]; returned != nil && !isFederationField(field.Name) {
				lists = append(lists, returned.Directives)
			}
			if need, isNeeded := requirementOf(lists); isNeeded {
				required[objectField{object.Name, field.Name}] = need
			}
		}
	}
	return required
}

// requirementOf combines the directives of several places: all of them must hold, so alternatives are multiplied.
func requirementOf(lists []ast.DirectiveList) (need requirement, isNeeded bool) {
	for _, list := range lists {
		isNeeded = isNeeded || list.ForName("authenticated") != nil
		scopes := list.ForName("requiresScopes")
		if scopes == nil {
			continue
		}
		isNeeded = true
		need.anyOf = conjunction(need.anyOf, scopesOf(scopes))
	}
	return need, isNeeded
}

func conjunction(left, right [][]string) [][]string {
	if len(left) == 0 {
		return right
	}
	var both [][]string
	for _, l := range left {
		for _, r := range right {
			both = append(both, append(append([]string{}, l...), r...))
		}
	}
	return both
}

func scopesOf(directive *ast.Directive) [][]string {
	var anyOf [][]string
	argument := directive.Arguments.ForName("scopes")
	if argument == nil {
		return nil
	}
	for _, all := range argument.Value.Children {
		var scopes []string
		for _, scope := range all.Value.Children {
			scopes = append(scopes, scope.Value.Raw)
		}
		anyOf = append(anyOf, scopes)
	}
	return anyOf
}

func (a authorizer) aroundField(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if need, isNeeded := a[objectField{field.Object, field.Field.Name}]; isNeeded {
		if err := need.check(ctx); err != nil {
			return nil, err
		}
	}
	return next(ctx)
}

func (r requirement) check(ctx context.Context) error {
	caller, err := auth.Require(ctx)
	if err != nil || len(r.anyOf) == 0 {
		return err
	}
	texts := make([]string, len(r.anyOf))
	for i, all := range r.anyOf {
		if hasAll(caller, all) {
			return nil
		}
		texts[i] = strings.Join(all, " and ")
	}
	return fail.New(fail.Forbidden, "This needs the permission %s.", strings.Join(texts, ", or "))
}

func hasAll(caller auth.Identity, scopes []string) bool {
	for _, scope := range scopes {
		if !caller.Has(scope) {
			return false
		}
	}
	return true
}
