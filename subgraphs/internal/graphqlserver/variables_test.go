package graphqlserver

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func TestVariablesHaveTheirTypes(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		scalar Time
		scalar Upload
		enum Role { CLERK ADMIN }
		input Person { name: String! age: Int role: Role tags: [String!] friends: [Person!] }
		type Query { ask(s: String, i: Int, f: Float, b: Boolean, id: ID, r: Role, t: Time, p: Person, l: [Int], ll: [[Role!]], u: Upload): Int }
	`})
	query := gqlparser.MustLoadQueryWithRules(schema, `query($s: String, $i: Int = 7, $f: Float, $b: Boolean, $id: ID, $r: Role = ADMIN, $t: Time, $p: Person, $l: [Int], $ll: [[Role!]], $u: Upload) {
		ask(s: $s, i: $i, f: $f, b: $b, id: $id, r: $r, t: $t, p: $p, l: $l, ll: $ll, u: $u) }`, rules.NewDefaultRules())
	for variables, field := range map[string]string{
		`{}`: "",
		`{"s":"x","i":1,"f":1.5,"b":true,"id":"a","r":"CLERK","t":"2020","p":{"name":"x","age":3,"role":"ADMIN","tags":["a"],"friends":[{"name":"y"}]},"l":[1,null],"ll":[["CLERK"],null]}`: "",
		`{"s":null,"i":null,"p":null,"l":null}`:                         "",
		`{"id":7,"f":2,"l":3,"ll":"CLERK","p":{"name":"x","tags":"a"}}`: "",
		`{"s":1}`:                           "s",
		`{"s":true}`:                        "s",
		`{"i":"1"}`:                         "i",
		`{"i":2147483648}`:                  "i",
		`{"i":-2147483649}`:                 "i",
		`{"b":"true"}`:                      "b",
		`{"b":1}`:                           "b",
		`{"f":"1.5"}`:                       "f",
		`{"id":true}`:                       "id",
		`{"id":1.5}`:                        "id",
		`{"u":"poster.png"}`:                "u",
		`{"u":7}`:                           "u",
		`{"u":["poster.png"]}`:              "u",
		`{"u":{"filename":"poster.png"}}`:   "u",
		`{"r":"clerk"}`:                     "r",
		`{"r":"Admin"}`:                     "r",
		`{"l":[1,"2"]}`:                     "l",
		`{"ll":[["CLERK","admin"]]}`:        "ll",
		`{"p":{"name":1}}`:                  "name",
		`{"p":{"name":"x","age":"3"}}`:      "age",
		`{"p":{"name":"x","role":"admin"}}`: "role",
		`{"p":{"name":"x","tags":["a",1]}}`: "tags",
		`{"p":{"name":"x","friends":[{"name":"y","age":4000000000}]}}`:     "age",
		`{"p":{"name":"x","friends":[{"name":"y","friends":{"name":1}}]}}`: "name",
	} {
		var given map[string]any
		decoder := json.NewDecoder(bytes.NewReader([]byte(variables)))
		decoder.UseNumber() // as gqlgen does
		if err := decoder.Decode(&given); err != nil {
			t.Fatal(err)
		}
		coerced, err := validator.VariableValues(schema, query.Operations[0], given)
		if err != nil {
			if field == "" {
				t.Errorf("%s: gqlgen refuses it: %v", variables, err)
			}
			continue // as good as refused here
		}
		op := &graphql.OperationContext{Operation: query.Operations[0], Variables: coerced}
		got := ""
		if failure := (strictVariables{schema}).MutateOperationContext(t.Context(), op); failure != nil {
			got, _ = failure.Extensions["field"].(string)
			if failure.Extensions["code"] != "BAD_INPUT" {
				t.Errorf("%s: %v", variables, failure.Extensions)
			}
		}
		if got != field {
			t.Errorf("%s: refused is %q, want %q", variables, got, field)
		}
	}
}
