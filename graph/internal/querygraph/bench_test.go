package querygraph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/supergraph"
)

// chain is the supergraph of n subgraphs with 40 types of 10 fields each, in which every entity is
// linked to two neighbours.
func chain(n int) string {
	var b strings.Builder
	b.WriteString(`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
`)
	for i := range n {
		fmt.Fprintf(&b, "  S%d_ @join__graph(name: \"s%d\", url: \"\")\n", i, i)
	}
	b.WriteString("}\ntype Query")
	for i := range n {
		fmt.Fprintf(&b, " @join__type(graph: S%d_)", i)
	}
	b.WriteString(" {\n")
	for i := range n {
		fmt.Fprintf(&b, "  r%d: T%d_0 @join__field(graph: S%d_)\n", i, i, i)
	}
	b.WriteString("}\n")
	for i := range n {
		next := (i + 1) % n
		for j := range 40 {
			fmt.Fprintf(&b, "type T%d_%d @join__type(graph: S%d_, key: \"id\") @join__type(graph: S%d_, key: \"id\") {\n  id: ID!\n", i, j, i, next)
			for k := range 8 {
				fmt.Fprintf(&b, "  f%d: Int @join__field(graph: S%d_)\n", k, i)
			}
			fmt.Fprintf(&b, "  a: T%d_%d @join__field(graph: S%d_)\n", i, (j+1)%40, i)
			fmt.Fprintf(&b, "  b: T%d_%d @join__field(graph: S%d_)\n}\n", next, j, next)
		}
	}
	return b.String()
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{50, 200} {
		sg, err := supergraph.Load(chain(n))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("graph/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Build(sg)
			}
		})
		g := Build(sg)
		b.Run(fmt.Sprint("reach/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewReach(g, nil)
			}
		})
	}
}
