//go:build !race

package graph_test

import (
	"testing"

	"github.com/weft-graph/weft/graph"
)

// TestOneFetchAllocs holds the hot path to a number of allocations.
func TestOneFetchAllocs(t *testing.T) {
	const most = 12
	g := graphOf(t, graph.Options{}, oneFetchSDL)
	got := testing.AllocsPerRun(200, func() { oneFetch(t, g, oneFetchAnswer, oneFetchVariables) })
	if got > most {
		t.Errorf("%.0f allocations, more than %d", got, most)
	}
	t.Logf("%.0f allocations", got)
}
