package graph_test

import (
	"context"
	"testing"

	"github.com/weft-graph/weft/graph"
)

// constant answers every fetch with the same body.
type constant []byte

func (body constant) Fetch(context.Context, *graph.FetchRequest) (graph.FetchResponse, error) {
	return graph.FetchResponse{Body: body}, nil
}

const (
	oneFetchSDL   = "type Query { product(id: ID!): Product } type Product { id: ID! name: String price: Int }"
	oneFetchQuery = `query Q($id: ID!) { product(id: $id) { id name price } }`
)

// oneFetch is everything that a request of one fetch costs the engine, once its plan is cached.
func oneFetch(tb testing.TB, g *graph.Graph, f graph.Fetcher, variables []byte) {
	p, errs := g.Prepare(oneFetchQuery, "Q")
	if errs != nil {
		tb.Fatal(errorsJSON(errs))
	}
	vars, errs := p.Variables(variables)
	if errs != nil {
		tb.Fatal(errorsJSON(errs))
	}
	result := p.Execute(tb.Context(), vars, p.Authorize(false, nil), f)
	if result.Errors != 0 {
		tb.Fatalf("%s", result.Body)
	}
	result.Release()
}

var (
	oneFetchVariables = []byte(`{"id": "1"}`)
	oneFetchAnswer    = constant(`{"data":{"product":{"id":"1","name":"A name","price":12}}}`)
)

func BenchmarkOneFetch(b *testing.B) {
	g := graphOf(b, graph.Options{}, oneFetchSDL)
	b.ReportAllocs()
	for b.Loop() {
		oneFetch(b, g, oneFetchAnswer, oneFetchVariables)
	}
}

func BenchmarkPrepare(b *testing.B) {
	g := graphOf(b, graph.Options{MaxCacheBytes: 1}, oneFetchSDL)
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := g.Prepare(oneFetchQuery, "Q"); errs != nil {
			b.Fatal(errorsJSON(errs))
		}
	}
}
