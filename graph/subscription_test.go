package graph_test

import (
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestSubscribe opens a source stream and answers one event, each with canned answers of the rest of the plan.
func TestSubscribe(t *testing.T) {
	golden.Run(t, "testdata/subscribe", func(t *testing.T, c *golden.Case) {
		g, err := graph.New(composed(t, c.Inputs(".graphqls")), graph.Options{ShowSubgraphErrors: true})
		if err != nil {
			t.Fatal(err)
		}
		prepared, errs := g.Prepare(string(c.Input("op.graphql")), "")
		if errs != nil {
			t.Fatal(errorsJSON(errs))
		}
		var raw []byte
		if c.Has("variables.json") {
			raw = c.Input("variables.json")
		}
		variables, errs := prepared.Variables(raw)
		if errs != nil {
			t.Fatal(errorsJSON(errs))
		}
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
