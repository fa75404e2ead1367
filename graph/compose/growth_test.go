package compose

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestGrowth composes graphs of one kind in two sizes: what it takes must not grow faster than they do, but
// for a logarithm. Work is counted in what is allocated, which no other process disturbs.
func TestGrowth(t *testing.T) {
	unproven := func(n int) []Subgraph { // graphs that must be walked
		graph := manySubgraphs(n)
		for i := range graph {
			graph[i].SDL = strings.Replace(graph[i].SDL, "import: [\"@key\"]", "import: [\"@key\", \"@shareable\"]", 1) +
				fmt.Sprintf("type Holder @shareable { id: ID! }\ntype Inner @key(fields: \"holder { id }\") { in%d: Int holder: Holder @shareable }\nextend type Query { inner%d: Inner }\n", i, i)
		}
		return graph
	}
	for _, c := range []struct {
		name string
		make func(n int) []Subgraph
		n    int
	}{
		{"many subgraphs", manySubgraphs, 20},
		{"every entity in every subgraph", func(n int) []Subgraph { return connectedSubgraphs(n, 20) }, 10},
		{"nested keys", unproven, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			const times = 4
			small, large := c.make(c.n), c.make(times*c.n)
			growth := float64(allocated(t, large)) / float64(allocated(t, small))
			size := float64(lengthOf(large)) / float64(lengthOf(small))
			if growth > 1.5*size {
				t.Errorf("the SDL is %.1f times as long, composing takes %.1f times the memory", size, growth)
			}
		})
	}
}

// allocated is what composing the subgraphs allocates, in bytes.
func allocated(t *testing.T, subgraphs []Subgraph) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if s, diags := Compose(subgraphs); s == nil {
		t.Fatal(diags[0])
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func lengthOf(subgraphs []Subgraph) int {
	n := 0
	for _, s := range subgraphs {
		n += len(s.SDL)
	}
	return n
}
