package compose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// manySubgraphs makes n subgraphs of 40 types with 10 fields each, whose entities are linked to
// those of two neighbours.
func manySubgraphs(n int) []Subgraph {
	const types, fields = 40, 10
	var out []Subgraph
	for i := range n {
		var b strings.Builder
		b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\"])\n")
		fmt.Fprintf(&b, "type Query { s%d: S%dT0 }\n", i, i)
		for t := range types {
			fmt.Fprintf(&b, "type S%dT%d @key(fields: \"id\") { id: ID! next: S%dT%d other: S%dT%d\n", i, t, i, (t+1)%types, (i+1)%n, t)
			for f := range fields {
				fmt.Fprintf(&b, "  f%d(a: Int): String\n", f)
			}
			b.WriteString("}\n")
		}
		for _, neighbour := range []int{(i + 1) % n, (i + 2) % n} {
			for t := range types {
				fmt.Fprintf(&b, "type S%dT%d @key(fields: \"id\") { id: ID! by%d: Int }\n", neighbour, t, i)
			}
		}
		out = append(out, Subgraph{Name: fmt.Sprintf("s%d", i), SDL: b.String()})
	}
	return out
}

func BenchmarkCompose(b *testing.B) {
	for _, n := range []int{10, 50, 150, 400} {
		subgraphs := manySubgraphs(n)
		b.Run(fmt.Sprintf("parse/subgraphs=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range subgraphs {
					if err := schema.ParseOnly(s.Name, s.SDL); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("compose/subgraphs=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if s, diags := Compose(subgraphs); s == nil {
					b.Fatal(diags[0])
				}
			}
		})
	}
}

// BenchmarkLoad reads back what was composed.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10, 200} {
		s, _ := Compose(manySubgraphs(n))
		printed := supergraph.Print(s)
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := supergraph.Load(printed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
