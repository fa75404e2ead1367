package graph_test

import (
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestSubscribe opens a source stream and answers one event, each with canned answers of the rest of the plan.
func TestSubscribe(t *testing.T) {
	golden.Run(t, "testdata/subscribe", func(t *testing.T, c *golden.Case) {
		prepared, variables := prepare(t, c)
		fallen := authorized(c, prepared)
		source, only := prepared.Source(t.Context(), variables, fallen)
		if source == nil {
			c.Compare("response.json", indent(t, only.Body))
			only.Release()
			return
		}
		c.Compare("source", source.Subgraph+" "+string(source.Body))
		fetcher := &canned{c: c}
		for _, event := range c.Inputs(".event") {
			result := prepared.ExecuteEvent(t.Context(), variables, fallen, fetcher, graph.FetchResponse{Body: event.Data})
			c.Compare(event.Name+".json", indent(t, result.Body))
			result.Release()
		}
		c.Compare("requests", fetcher.requests())
	})
}
