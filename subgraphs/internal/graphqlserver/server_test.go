package graphqlserver

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

func TestBodiesThatGqlgenWouldMisread(t *testing.T) {
	for body, want := range map[string]string{
		`{"query":"{a}"}`: "",
		`{"query":"{a}","variables":null,"operationName":null,"extensions":null}`: "",
		` {"query":"{a}","variables":{"a":[1]},"extensions":{"x":{}},"more":1} `:  "",
		`{"query":"{a}","query":"{b}"}`:                                           "twice",
		`{"Query":"{a}"}`:                                                         "almost like query",
		`{"query":"{a}","VARIABLES":{}}`:                                          "almost like variables",
		`{"query":"{a}"}{"query":"{b}"}`:                                          "follows",
		`{"query":"{a}"} x`:                                                       "follows",
		`{"query":"{a}"`:                                                          "too early",
		`{"query":"{a}",}`:                                                        "cannot be read",
		`{"query":1}`:                                                             "wrong JSON type",
		`{"query":null}`:                                                          "wrong JSON type",
		`{"query":"{a}","variables":[]}`:                                          "wrong JSON type",
		`{"query":"{a}","operationName":1}`:                                       "wrong JSON type",
		`{"variables":{}}`:                                                        "no query",
		`[{"query":"{a}"}]`:                                                       "not a JSON object",
		``:                                                                        "not a JSON object",
		`"x"`:                                                                     "not a JSON object",
		"{\"query\":\"{a}\",\"variables\":{\"a\":\"\xff\"}}": "not UTF-8",
	} {
		err := check([]byte(body))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestPagesAreReadAndGarbageIsNamed(t *testing.T) {
	type position struct{ A, B string }
	want := position{"x", "ü/+"}
	cursor := EncodeCursor(want)
	if size, got, err := ReadPage[position](nil, &cursor); err != nil || size != DefaultPage || *got != want {
		t.Errorf("%d, %+v, %v", size, got, err)
	}
	type another struct{ A string }
	for _, cursor := range []string{"", "!", "bm8", EncodeCursor(another{"x"}), EncodeCursor(struct{}{}), EncodeCursor(nil), cursor + "="} {
		if _, _, err := ReadPage[position](nil, &cursor); !fail.Is(err, fail.BadInput) {
			t.Errorf("%q: %v", cursor, err)
		}
	}
	for first, ok := range map[int]bool{0: false, 1: true, 100: true, 101: false, -1: false} {
		if size, got, err := ReadPage[position](&first, nil); (err == nil) != ok || got != nil || ok && size != first {
			t.Errorf("first %d: %d, %v, %v", first, size, got, err)
		}
	}
	if info := NewPageInfo(nil, nil, false); *info != (PageInfo{}) {
		t.Errorf("of nothing: %+v", info)
	}
	if info := NewPageInfo(&cursor, []string{"a", "b"}, true); !info.HasPreviousPage || !info.HasNextPage || *info.StartCursor != "a" || *info.EndCursor != "b" {
		t.Errorf("of two: %+v", info)
	}
}

func TestShapesTellRepresentationsApart(t *testing.T) {
	user := func(members ...any) map[string]any {
		made := map[string]any{"__typename": "User"}
		for i := 0; i < len(members); i += 2 {
			made[members[i].(string)] = members[i+1]
		}
		return made
	}
	all := []map[string]any{
		user("id", "a"), user("id", "b"), user("username", "a"), user("id", nil), user("id", map[string]any{"x": "y"}),
		user("id", "c"), user("username", "b"), {"__typename": "Order", "id": "a"}, user("id", map[string]any{"x": nil}), user(),
	}
	var got []string
	for _, group := range groupByShape(all) {
		got = append(got, fmt.Sprint(group.indexes))
	}
	if !slices.Equal(got, []string{"[0 1 5]", "[2 6]", "[3]", "[4]", "[7]", "[8]", "[9]"}) {
		t.Errorf("%v", got)
	}
}

// TestDirectivesOnFieldsAndTypes reads requirements out of SDL and asks them about callers.
func TestDirectivesOnFieldsAndTypes(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		directive @authenticated on FIELD_DEFINITION | OBJECT | SCALAR | ENUM
		directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | SCALAR | ENUM
		scalar Secret @requiresScopes(scopes: [["secret"]])
		type Staff @requiresScopes(scopes: [["staff"]]) { name: String pay: Int @requiresScopes(scopes: [["pay", "read"], ["boss"]]) }
		type Query { open: Int mine: Int @authenticated staff: Staff secret: [Secret!]! }
	`})
	rules := newAuthorizer(schema)
	for _, c := range []struct{ field, scopes, want string }{
		{"Query.open", "-", ""},
		{"Query.mine", "-", "UNAUTHENTICATED"},
		{"Query.mine", "", ""},
		{"Query.staff", "-", "UNAUTHENTICATED"},
		{"Query.staff", "pay", "FORBIDDEN"},
		{"Query.staff", "staff", ""},
		{"Query.secret", "staff", "FORBIDDEN"},
		{"Query.secret", "secret", ""},
		{"Staff.name", "", "FORBIDDEN"},
		{"Staff.pay", "staff pay", "FORBIDDEN"},
		{"Staff.pay", "staff pay read", ""},
		{"Staff.pay", "boss", "FORBIDDEN"},
		{"Staff.pay", "staff boss", ""},
	} {
		ctx := t.Context()
		if c.scopes != "-" {
			ctx = auth.WithIdentity(ctx, auth.Identity{Subject: "ann", Permissions: strings.Fields(c.scopes)})
		}
		typeName, fieldName, _ := strings.Cut(c.field, ".")
		got := ""
		if need, isNeeded := rules[objectField{typeName, fieldName}]; isNeeded {
			if err := need.check(ctx); err != nil {
				got, _, _ = strings.Cut(err.Error(), ":")
			}
		}
		if got != c.want {
			t.Errorf("%s for %q: %s, want %s", c.field, c.scopes, got, c.want)
		}
	}
}

// TestDirectivesHoldThroughAnInterface: a field that is selected on an interface is one of the object's all the same.
func TestDirectivesHoldThroughAnInterface(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE
		interface Person { name: String pay: Int age: Int @authenticated }
		type Clerk implements Person { name: String pay: Int @authenticated age: Int }
		type Guest implements Person { name: String pay: Int age: Int }
		type Query { person: Person }
	`})
	rules := newAuthorizer(schema)
	for _, c := range []struct {
		object, on, field string
		ok                bool
	}{
		{"Clerk", "Person", "pay", false},
		{"Clerk", "Clerk", "pay", false},
		{"Clerk", "Clerk", "age", false},
		{"Clerk", "Person", "name", true},
		{"Guest", "Person", "pay", true},
		{"Guest", "Guest", "age", false},
	} {
		field := &ast.Field{Name: c.field, Definition: schema.Types[c.on].Fields.ForName(c.field)}
		ctx := graphql.WithFieldContext(t.Context(), &graphql.FieldContext{Object: c.object, Field: graphql.CollectedField{Field: field}})
		_, err := rules.aroundField(ctx, func(context.Context) (any, error) { return nil, nil })
		if (err == nil) != c.ok {
			t.Errorf("%s of a %s, selected on %s: %v", c.field, c.object, c.on, err)
		}
	}
}

func TestMistakesInRepresentations(t *testing.T) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: `
		directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
		type Query { a: Int }
		type User @key(fields: "id") @key(fields: "realm name") { id: ID realm: String name: String }
		type Stub @key(fields: "id", resolvable: false) { id: ID }
	`})
	if err != nil {
		t.Fatal(err)
	}
	known := newEntities(schema)
	for text, want := range map[string]string{
		`{"__typename": "User", "id": "x"}`:                             "",
		`{"__typename": "User", "id": 7}`:                               "",
		`{"__typename": "User", "realm": "r", "name": "n"}`:             "",
		`{"__typename": "User", "id": null, "realm": "r", "name": "n"}`: "",
		`{"__typename": "User", "realm": "r"}`:                          "User needs id",
		`{"__typename": "User"}`:                                        "User needs id",
		`{"__typename": "User", "id": null}`:                            "User needs id",
		`{"__typename": "User", "id": ["x"]}`:                           "User needs id",
		`{"__typename": "User", "id": {"x": 1}}`:                        "User needs id",
		`{"__typename": "User", "id": true}`:                            "User needs id",
		`{"__typename": "Stub", "id": "x"}`:                             `no entity "Stub"`,
		`{"__typename": "Ghost", "id": "x"}`:                            `no entity "Ghost"`,
		`{"__typename": "Query"}`:                                       `no entity "Query"`,
		`{"__typename": 1, "id": "x"}`:                                  "__typename",
		`{"id": "x"}`:                                                   "__typename",
	} {
		var representation map[string]any
		if err := json.Unmarshal([]byte(text), &representation); err != nil {
			t.Fatal(err)
		}
		if got := known.mistake(representation); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
