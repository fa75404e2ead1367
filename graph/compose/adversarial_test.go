package compose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// TestManyImplementations composes graphs of a kind on which walking paths explodes: an interface of
// many entities that lead to the interface again, in several subgraphs that each add fields. Walking
// sets must not notice.
func TestManyImplementations(t *testing.T) {
	const types, graphs = 70, 6
	var subgraphs []Subgraph
	for g := range graphs {
		var b strings.Builder
		b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\"])\n")
		fmt.Fprintf(&b, "type Query { n%d: [N!]! shared: [N!]! @shareable }\ninterface N { id: ID! }\n", g)
		for i := range types {
			fmt.Fprintf(&b, "type T%d implements N @key(fields: \"id\") { id: ID! own%d: N near%d: T%d }\n", i, g, g, (i+1)%types)
		}
		subgraphs = append(subgraphs, Subgraph{Name: fmt.Sprintf("g%d", g), SDL: b.String()})
	}
	m, s := mergeGraph(t, subgraphs)
	if m == nil {
		t.Fatal("the graph does not merge")
	}
	w := newWalk(m, querygraph.Build(s))
	w.walkRoots()
	if len(m.diags) > 0 {
		t.Fatal(m.diags[0])
	}
	// An object of each type is read alone, where it is near another, or as one of many: a few ways, whatever
	// led there.
	if most := 4 * graphs * types; w.states < types || w.states > most {
		t.Errorf("%d states were walked, want at least one for each of the %d types and at most %d", w.states, types, most)
	}
}

// TestKeyChain composes a chain of subgraphs in which each key is found one jump further: it is long,
// and legal.
func TestKeyChain(t *testing.T) {
	const length = 60
	var subgraphs []Subgraph
	for i := range length {
		sdl := "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\n"
		if i == 0 {
			sdl += "type Query { t: T }\n"
		}
		sdl += fmt.Sprintf("type T @key(fields: \"k%d\") @key(fields: \"k%d\") { k%d: ID! k%d: ID! f%d: Int }\n", i, i+1, i, i+1, i)
		subgraphs = append(subgraphs, Subgraph{Name: fmt.Sprintf("s%02d", i), SDL: sdl})
	}
	if s, diags := Compose(subgraphs); s == nil {
		t.Fatal(diags)
	}
	// Without a link in the middle what lies behind it cannot be reached.
	broken := append(append([]Subgraph{}, subgraphs[:30]...), subgraphs[31:]...)
	s, diags := Compose(broken)
	if s != nil || !strings.Contains(diags.String(), "SATISFIABILITY_ERROR \"T.f45\"") {
		t.Errorf("a broken chain is accepted, or refused for another reason:\n%s", diags)
	}
}
