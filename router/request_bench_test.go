package router

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/upstream"
)

const benchSDL = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "http://a/graphql") }
type Query @join__type(graph: A) { hello(name: String): String }
`

// answering is a subgraph without a socket.
type answering struct{}

func (answering) RoundTrip(r *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, r.Body)
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(benchAnswer)),
		Body: io.NopCloser(strings.NewReader(benchAnswer)),
	}, nil
}

// expecting is a ResponseWriter that wants one answer. What it costs is not the router's.
type expecting struct {
	testing.TB
	header http.Header
	answer string
}

func (e *expecting) Header() http.Header { return e.header }
func (e *expecting) WriteHeader(int)     {}

func (e *expecting) Write(p []byte) (int, error) {
	if string(p) != e.answer {
		e.Errorf("answered with %s, want %s", p, e.answer)
	}
	return len(p), nil
}

// newBenchRouter is a router before a subgraph without a socket.
func newBenchRouter(t testing.TB, change func(*config.Config)) *Router {
	c := config.Default()
	c.Log.Requests = false
	if change != nil {
		change(&c)
	}
	r, err := New(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	g, err := graph.Load(benchSDL, r.graphOptions())
	if err != nil {
		t.Fatal(err)
	}
	client, err := upstream.NewClient(upstream.Options{
		All: c.AllSubgraphs, Transport: answering{}, Log: r.log,
	}, []upstream.Target{{Name: "a", URL: "http://a/graphql"}})
	if err != nil {
		t.Fatal(err)
	}
	r.current.Store(&snapshot{graph: g, client: client, overrides: newOverrides(c.Overrides, g.OverrideLabels())})
	return r
}

// once sends one request through the handler, and wants its answer: what is measured must be what works.
func once(t testing.TB, r *Router) {
	req := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(benchBody))
	req.Header.Set("Content-Type", "application/json")
	r.Handler().ServeHTTP(&expecting{t, http.Header{}, benchAnswer}, req)
}

const benchBody = `{"query":"query Hello($name: String) { hello(name: $name) }","variables":{"name":"Walter"}}`

const benchAnswer = `{"data":{"hello":"world"}}`

func BenchmarkRequest(b *testing.B) {
	for _, deduplicate := range []bool{true, false} {
		b.Run(fmt.Sprintf("deduplicate=%v", deduplicate), func(b *testing.B) {
			r := newBenchRouter(b, func(c *config.Config) { c.AllSubgraphs.Deduplicate = deduplicate })
			b.ReportAllocs()
			for b.Loop() {
				once(b, r)
			}
		})
	}
}
