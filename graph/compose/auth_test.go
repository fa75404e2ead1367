package compose

import (
	"fmt"
	"strings"
	"testing"
)

// TestManyRequirements composes an interface whose 70 types each have two alternatives: multiplied
// out they would be 2 to the power of 70. The interface must ask for no less than every type does.
func TestManyRequirements(t *testing.T) {
	var sdl strings.Builder
	sdl.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes"])
type Query { i: I } interface I { a: Int }
`)
	for i := range 70 {
		fmt.Fprintf(&sdl, "type T%d implements I { a: Int @requiresScopes(scopes: [[\"a%d\"], [\"b%d\"]]) }\n", i, i, i)
	}
	s, diags := Compose([]Subgraph{{Name: "a", SDL: sdl.String()}})
	if s == nil {
		t.Fatal(diags)
	}
	whole := readRequirement(s.Schema.Type("I").Field("a").Applied)
	for i := range 70 {
		one := readRequirement(s.Schema.Type(fmt.Sprintf("T%d", i)).Field("a").Applied)
		if !whole.implies(one) {
			t.Fatalf("the interface asks for %v, which does not imply %v", whole.scopes, one.scopes)
		}
	}
}

func TestConjunction(t *testing.T) {
	for _, c := range []struct{ a, b, want [][]string }{
		{[][]string{nil}, [][]string{{"x"}, {"y"}}, [][]string{{"x"}, {"y"}}},
		{[][]string{{"x"}}, [][]string{{"x", "y"}, {"x"}}, [][]string{{"x"}}},
		{[][]string{{"x"}, {"y"}}, [][]string{{"z"}}, [][]string{{"x", "z"}, {"y", "z"}}},
		{[][]string{{"b", "a"}}, [][]string{{"c", "a"}}, [][]string{{"a", "b", "c"}}},
	} {
		if got := conjunction(c.a, c.b); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v and %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
