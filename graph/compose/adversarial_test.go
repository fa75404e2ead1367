package compose

import (
	"fmt"
	"strings"
	"testing"
	"time"
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
	start := time.Now()
	s, diags := Compose(subgraphs)
	if s == nil {
		t.Fatal(diags[0])
	}
	if took := time.Since(start); took > hangs {
		t.Errorf("took %v", took)
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
