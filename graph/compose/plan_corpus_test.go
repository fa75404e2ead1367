//go:build corpus

package compose_test

import (
	"testing"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/internal/corpus"
)

// TestCorpusGraphsCanBePlanned is TestAcceptedGraphsCanBePlanned for the cases of a corpus.
func TestCorpusGraphsCanBePlanned(t *testing.T) {
	planned := 0
	corpus.Each(t, "open.jsonl", func(c struct {
		ID        string
		Subgraphs []compose.Subgraph
	}) {
		planned += planRandomly(t, c.ID, c.Subgraphs)
	})
	t.Logf("%d operations planned", planned)
}
