package introspect_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/introspect"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/internal/golden"
)

// ask answers the root fields of a query that selects nothing but introspection.
func ask(t *testing.T, sdl, query, variables string) ([]byte, gqlerr.List) {
	t.Helper()
	api, err := schema.Load("schema.graphql", sdl)
	if err != nil {
		t.Fatal(err)
	}
	p, err := operation.NewParser(api, nil, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	op, errs := p.Parse(query, "")
	if errs != nil {
		t.Fatal(errs[0])
	}
	values, errs := p.Coerce(op, []byte(variables))
	if errs != nil {
		t.Fatal(errs[0])
	}
	out := []byte{'{'}
	for i, f := range op.Root.Fields {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `"`+f.Key+`":`...)
		var failed *gqlerr.Error
		if out, failed = introspect.Append(out, api, f, values); failed != nil {
			return nil, gqlerr.List{failed}
		}
	}
	return append(out, '}'), nil
}

// TestAppend prints the answer to each query, indented.
func TestAppend(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		variables := ""
		if c.Has("variables.json") {
			variables = string(c.Input("variables.json"))
		}
		for _, input := range c.Inputs(".op") {
			answer, errs := ask(t, string(c.Input("schema.graphql")), string(input.Data), variables)
			if errs != nil {
				t.Fatal(errs[0])
			}
			var out bytes.Buffer
			if err := json.Indent(&out, answer, "", " "); err != nil {
				t.Fatalf("%s: %v in %s", input.Name, err, answer)
			}
			c.Compare(strings.TrimSuffix(input.Name, ".op"), out.String())
		}
	})
}

const everything = `"The whole." schema { query: Q mutation: M }
directive @mark(why: String = "because", n: [Int!]! = [1, 2]) repeatable on FIELD | OBJECT
"Root."
type Q { a(x: In = {a: 1, c: RED}, y: [Int!]! = [3]): [[I!]!] @deprecated  u: U  s: Stamp! }
type M { set(in: One!, old: Int @deprecated(reason: "gone")): A }
interface I { id: ID! }
interface J implements I { id: ID! n: Float }
type A implements I & J { id: ID! n: Float "Deep." deep: [String] @deprecated(reason: "shallow now") }
type B implements I { id: ID! }
union U = A | B
input In { a: Int! b: [In!] = [] c: Color = GREEN  d: String = "x\"y" @deprecated(reason: "unused") }
input One @oneOf { a: Int b: ID }
enum Color { "Hot." RED GREEN BLUE @deprecated(reason: "faded") }
scalar Stamp @specifiedBy(url: "https://example.com/stamp")
`

// TestAgainstGqlgen holds the description of every type of a schema against gqlgen's.
func TestAgainstGqlgen(t *testing.T) {
	answer, errs := ask(t, everything, `{ __schema { types { ...T } } }
fragment T on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...R } args(includeDeprecated: true) { ...V } }
  inputFields(includeDeprecated: true) { ...V }
  interfaces { name } possibleTypes { name }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
}
fragment V on __InputValue { name description defaultValue isDeprecated deprecationReason type { ...R } }
fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }`, "")
	if errs != nil {
		t.Fatal(errs[0])
	}
	var got struct {
		Schema struct{ Types []typeJSON } `json:"__schema"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	tree := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: everything})
	seen := map[string]bool{}
	for _, gotType := range got.Schema.Types {
		seen[gotType.Name] = true
		want := describe(introspection.WrapTypeFromDef(tree, tree.Types[gotType.Name]))
		if diff := cmp.Diff(want, gotType.describe()); diff != "" {
			t.Errorf("%s (-gqlgen +weft):\n%s", gotType.Name, diff)
		}
	}
	for name := range tree.Types {
		if !seen[name] {
			t.Errorf("type %s is missing", name)
		}
	}
}

type typeJSON struct {
	Kind, Name, Description, SpecifiedByURL string
	IsOneOf                                 bool
	Fields, InputFields, EnumValues         []elementJSON
	Interfaces, PossibleTypes               []struct{ Name string }
	OfType                                  *typeJSON
}

type elementJSON struct {
	Name, Description, DeprecationReason string
	DefaultValue                         *string
	IsDeprecated                         bool
	Type                                 *typeJSON
	Args                                 []elementJSON
}

// reference prints a reference by kinds, innermost last: "NON_NULL LIST Int".
func (t *typeJSON) reference() string {
	if t.OfType != nil {
		return t.Kind + " " + t.OfType.reference()
	}
	return t.Name
}

func (e *elementJSON) describe(b *strings.Builder, what string) {
	fmt.Fprintf(b, "%s %s %q deprecated=%v %q", what, e.Name, e.Description, e.IsDeprecated, e.DeprecationReason)
	if e.Type != nil {
		fmt.Fprintf(b, " : %s", e.Type.reference())
	}
	if e.DefaultValue != nil {
		fmt.Fprintf(b, " = %s", withoutSpaces(*e.DefaultValue))
	}
	b.WriteByte('\n')
	for _, a := range e.Args {
		a.describe(b, "  arg")
	}
}

func (t *typeJSON) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %q %q oneOf=%v\n", t.Kind, t.Name, t.Description, t.SpecifiedByURL, t.IsOneOf)
	for _, f := range t.Fields {
		f.describe(&b, "field")
	}
	for _, f := range t.InputFields {
		f.describe(&b, "input")
	}
	for _, v := range t.EnumValues {
		v.describe(&b, "value")
	}
	for _, i := range t.Interfaces {
		fmt.Fprintf(&b, "implements %s\n", i.Name)
	}
	for _, p := range t.PossibleTypes {
		fmt.Fprintf(&b, "possible %s\n", p.Name)
	}
	return b.String()
}

// withoutSpaces makes default values comparable: both are GraphQL, printed with other spaces.
func withoutSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func referenceOf(t *introspection.Type) string {
	if t.OfType() != nil {
		return t.Kind() + " " + referenceOf(t.OfType())
	}
	return text(t.Name())
}

func describeInput(b *strings.Builder, what string, v *introspection.InputValue) {
	fmt.Fprintf(b, "%s %s %q deprecated=%v %q : %s", what, v.Name, text(v.Description()), v.IsDeprecated(), text(v.DeprecationReason()), referenceOf(v.Type))
	if v.DefaultValue != nil {
		fmt.Fprintf(b, " = %s", withoutSpaces(*v.DefaultValue))
	}
	b.WriteByte('\n')
}

// describe prints gqlgen's description of a type as typeJSON.describe does ours.
func describe(t *introspection.Type) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %q %q oneOf=%v\n", t.Kind(), text(t.Name()), text(t.Description()), text(t.SpecifiedByURL()), t.IsOneOf())
	for _, f := range t.Fields(true) {
		fmt.Fprintf(&b, "field %s %q deprecated=%v %q : %s\n", f.Name, text(f.Description()), f.IsDeprecated(), text(f.DeprecationReason()), referenceOf(f.Type))
		for i := range f.Args {
			describeInput(&b, "  arg", &f.Args[i])
		}
	}
	for _, f := range t.InputFields() {
		describeInput(&b, "input", &f)
	}
	for _, v := range t.EnumValues(true) {
		fmt.Fprintf(&b, "value %s %q deprecated=%v %q\n", v.Name, text(v.Description()), v.IsDeprecated(), text(v.DeprecationReason()))
	}
	for _, i := range t.Interfaces() {
		fmt.Fprintf(&b, "implements %s\n", text(i.Name()))
	}
	for _, p := range t.PossibleTypes() {
		if p.Kind() == "OBJECT" { // gqlgen lists interfaces too, which GraphQL spec 4.2.2 does not
			fmt.Fprintf(&b, "possible %s\n", text(p.Name()))
		}
	}
	return b.String()
}

// TestBounded shows that aliases cannot make an answer of any size.
func TestBounded(t *testing.T) {
	var sdl, query strings.Builder
	sdl.WriteString("type Query { q: Int }\n")
	for i := range 400 {
		fmt.Fprintf(&sdl, "\"%s\" type T%d { a: Int }\n", strings.Repeat("long ", 200), i)
	}
	query.WriteString("{ __schema {")
	for i := range 200 {
		fmt.Fprintf(&query, " a%d: types { name description }", i)
	}
	query.WriteString("} }")
	if _, errs := ask(t, sdl.String(), query.String(), ""); errs == nil || errs[0].Code != gqlerr.LimitExceeded {
		t.Errorf("errors = %v, want one with code %s", errs, gqlerr.LimitExceeded)
	}
}
