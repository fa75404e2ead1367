package graphqlserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/plugin/federation/fedruntime"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// MaxRepresentations is the longest list that _entities takes.
const MaxRepresentations = 5000

const representationsArgument = "representations"

// entities has the fields of each @key by which an entity is resolved here, by the name of the entity's type.
type entities map[string][][]string

func newEntities(schema *ast.Schema) entities {
	keys := entities{}
	for name, definition := range schema.Types {
		for _, key := range definition.Directives.ForNames("key") {
			fields, resolvable := key.Arguments.ForName("fields"), key.Arguments.ForName("resolvable")
			if fields != nil && (resolvable == nil || resolvable.Value.Raw != "false") {
				keys[name] = append(keys[name], strings.Fields(fields.Value.Raw))
			}
		}
	}
	return keys
}

// mistake says what is wrong with a representation; it is empty if gqlgen can look its entity up. What it cannot, it would
// answer as if the mistake were ours.
func (e entities) mistake(representation map[string]any) string {
	name, _ := representation["__typename"].(string)
	if name == "" {
		return "A representation needs a __typename."
	}
	keys, isEntity := e[name]
	if !isEntity {
		return fmt.Sprintf("There is no entity %.64q here.", name)
	}
	for _, key := range keys {
		isWhole := true
		for _, field := range key {
			isWhole = isWhole && isScalar(representation[field])
		}
		if isWhole {
			return ""
		}
	}
	return fmt.Sprintf("A representation of %s needs %s, a text or a number.", name, strings.Join(keys[0], " and "))
}

func isScalar(value any) bool {
	switch value.(type) {
	case string, json.Number, int64, float64:
		return true
	}
	return false
}

// around resolves representations of different shapes apart from each other. gqlgen takes the shape of the first one of a
// type for all of that type, so one that is malformed, or keyed by another @key, would spoil the rest.
func (e entities) around(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if field.Field.Name != "_entities" || field.Object != "Query" {
		return next(ctx)
	}
	all, isList := field.Args[representationsArgument].([]map[string]any)
	if !isList {
		return next(ctx)
	}
	if len(all) > MaxRepresentations {
		return nil, fail.New(fail.BadInput, "_entities takes at most %d representations, and these are %d.",
			MaxRepresentations, len(all))
	}
	groups := groupByShape(all)
	if len(groups) == 0 || len(groups) == 1 && e.mistake(groups[0].members[0]) == "" {
		return next(ctx)
	}
	// Fields below _entities read the representations by index, so the whole list must be back when they run.
	defer func() { field.Args[representationsArgument] = all }()
	found := make([]fedruntime.Entity, len(all))
	for _, group := range groups {
		if mistake := e.mistake(group.members[0]); mistake != "" {
			for _, index := range group.indexes {
				graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(index)),
					fail.Input(representationsArgument, "%s", mistake))
			}
			continue
		}
		if err := group.resolve(ctx, next, found); err != nil {
			return nil, err
		}
	}
	// The fields below run in the context of the last call of next. A call for no representations makes that the
	// response's own again; in a group's context their errors would be lost.
	field.Args[representationsArgument] = []map[string]any{}
	if _, err := next(ctx); err != nil {
		return nil, err
	}
	return found, nil
}

// shapeGroup is the representations of one shape with their places in the whole list.
type shapeGroup struct {
	members []map[string]any
	indexes []int
}

// resolve lets gqlgen resolve one group and puts entities and errors where they belong in the whole list.
func (g shapeGroup) resolve(ctx context.Context, next graphql.Resolver, entities []fedruntime.Entity) error {
	graphql.GetFieldContext(ctx).Args[representationsArgument] = g.members
	fresh := graphql.WithFreshResponseContext(ctx)
	result, err := next(fresh)
	for _, failure := range graphql.GetErrors(fresh) {
		g.addError(ctx, failure)
	}
	if err != nil {
		return err
	}
	resolved, isList := result.([]fedruntime.Entity)
	if !isList || len(resolved) != len(g.members) {
		return errors.New("gqlgen resolved another number of entities than it was asked for")
	}
	for i, entity := range resolved {
		entities[g.indexes[i]] = entity
	}
	return nil
}

// addError reports an error of the group: at the place of its entity, or of every entity if it concerns them all.
func (g shapeGroup) addError(ctx context.Context, failure *gqlerror.Error) {
	root := graphql.GetFieldContext(ctx).Path()
	if len(failure.Path) > len(root) {
		if index, isIndex := failure.Path[len(root)].(ast.PathIndex); isIndex && int(index) < len(g.indexes) {
			failure.Path[len(root)] = ast.PathIndex(g.indexes[index])
			graphql.AddError(ctx, failure)
			return
		}
	}
	for _, index := range g.indexes {
		one := *failure
		one.Path = append(append(ast.Path{}, root...), ast.PathIndex(index))
		graphql.AddError(ctx, &one)
	}
}

// groupByShape keeps the order of the first representation of each shape.
func groupByShape(all []map[string]any) []*shapeGroup {
	var groups []*shapeGroup
	for i, representation := range all {
		var home *shapeGroup
		for _, group := range groups {
			if sameShape(group.members[0], representation) {
				home = group
				break
			}
		}
		if home == nil {
			home = &shapeGroup{}
			groups = append(groups, home)
		}
		home.members = append(home.members, representation)
		home.indexes = append(home.indexes, i)
	}
	return groups
}

// sameShape says whether two representations have the same type and the same members with the same kinds of values.
func sameShape(left, right map[string]any) bool {
	if len(left) != len(right) {
		return false
	}
	leftName, _ := left["__typename"].(string)
	rightName, _ := right["__typename"].(string)
	if leftName != rightName {
		return false
	}
	for name, value := range left {
		other, isThere := right[name]
		if !isThere || !sameKind(value, other) {
			return false
		}
	}
	return true
}

func sameKind(left, right any) bool {
	switch l := left.(type) {
	case nil:
		return right == nil
	case map[string]any:
		r, isObject := right.(map[string]any)
		return isObject && sameShape(l, r)
	case []any:
		_, isList := right.([]any)
		return isList
	case string:
		_, isText := right.(string)
		return isText
	case bool:
		_, isBool := right.(bool)
		return isBool
	case json.Number, int64, float64:
		switch right.(type) {
		case json.Number, int64, float64:
			return true
		}
		return false
	default:
		return false
	}
}
