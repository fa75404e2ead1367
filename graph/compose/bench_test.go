package compose

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
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

// BenchmarkCompose composes graphs that nobody has seen, beside what parsing their SDL with gqlparser takes.
// Processor time is reported too, as another process may have the machine.
func BenchmarkCompose(b *testing.B) {
	for _, n := range []int{10, 50, 150, 400} {
		subgraphs := manySubgraphs(n)
		b.Run(fmt.Sprintf("parse/subgraphs=%d", n), func(b *testing.B) {
			measure(b, func() {
				for _, s := range subgraphs {
					if err := schema.ParseOnly(s.Name, s.SDL); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
		b.Run(fmt.Sprintf("compose/subgraphs=%d", n), func(b *testing.B) {
			measure(b, func() {
				if s, diags := Compose(subgraphs); s == nil {
					b.Fatal(diags[0])
				}
			})
		})
	}
}

// measure runs one thing again and again, and reports processor time and the process's peak of memory beside
// what is usual.
func measure(b *testing.B, run func()) {
	b.ReportAllocs()
	runtime.GC()
	before, _ := used(b)
	for b.Loop() {
		run()
	}
	after, peak := used(b)
	b.ReportMetric(float64(after-before)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
}

// used is what the process has used so far: processor time in nanoseconds, and the most memory at one time,
// in bytes.
func used(b *testing.B) (nanoseconds, peak int64) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano(), usage.Maxrss << 10
}

// BenchmarkConnected composes graphs in which every subgraph has every entity, with several keys.
func BenchmarkConnected(b *testing.B) {
	for _, n := range []int{10, 20, 40, 80} {
		subgraphs := connectedSubgraphs(n, 40)
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			measure(b, func() {
				if s, diags := Compose(subgraphs); s == nil {
					b.Fatal(diags[0])
				}
			})
		})
	}
}

// connectedSubgraphs makes n subgraphs that all have the same entities, with several keys.
func connectedSubgraphs(n, entities int) []Subgraph {
	var out []Subgraph
	for i := range n {
		var b strings.Builder
		b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\", \"@requires\", \"@external\"])\n")
		fmt.Fprintf(&b, "type Query { q%d: [E0] }\n", i)
		for e := range entities {
			fmt.Fprintf(&b, "type E%d @key(fields: \"id\") @key(fields: \"a b\") @key(fields: \"sub { id }\") { id: ID! a: Int @shareable b: Int @shareable sub: E%d @shareable f%d: Int g%d: E%d }\n",
				e, (e+1)%entities, i, i, (e+3)%entities)
		}
		out = append(out, Subgraph{Name: fmt.Sprintf("s%02d", i), SDL: b.String()})
	}
	return out
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

// BenchmarkWalk walks connected graphs as if nothing of them were proven type by type.
func BenchmarkWalk(b *testing.B) {
	for _, n := range []int{10, 20, 40} {
		m, s := mergeGraph(b, connectedSubgraphs(n, 40))
		b.Run(fmt.Sprintf("subgraphs=%d", n), func(b *testing.B) {
			measure(b, func() {
				if diags := walkQueries(m, s); diags.HasErrors() {
					b.Fatal(diags[0])
				}
			})
		})
	}
}
