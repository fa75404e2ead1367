package router_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/upstream"
)

// supergraphSDL is a graph of two subgraphs; %[1]s and %[2]s are their addresses, %[3]s a field of Query.
const supergraphSDL = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY) { query: Query mutation: Mutation }
directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
scalar requiresScopes__Scope
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { ORDERS @join__graph(name: "orders", url: "%[2]s") PEOPLE @join__graph(name: "people", url: "%[1]s") }
type Query @join__type(graph: ORDERS) @join__type(graph: PEOPLE) {
  hello: String @join__field(graph: PEOPLE)
  echo(n: Int!): Int @join__field(graph: PEOPLE)
  many: String @join__field(graph: PEOPLE)
  me: User @join__field(graph: PEOPLE) @authenticated
  all: [User!] @join__field(graph: PEOPLE) @requiresScopes(scopes: [["admin"]])
  %[3]s: String @join__field(graph: PEOPLE)
}
type Mutation @join__type(graph: PEOPLE) {
  login: String @join__field(graph: PEOPLE)
  refresh: String @join__field(graph: PEOPLE)
}
type User @join__type(graph: ORDERS, key: "id") @join__type(graph: PEOPLE, key: "id") {
  id: ID!
  name: String @join__field(graph: PEOPLE)
  total: Int @join__field(graph: ORDERS)
  friend: User @join__field(graph: ORDERS)
}
`

// everything is an answer to every operation: the engine skips members that it has not asked for.
const everything = `{"data":{"hello":"world","echo":7,"many":"%s","me":{"__typename":"User","id":"1","name":"Walter"},` +
	`"all":[],"login":"in","refresh":"again","extra":"1","added":"new","_entities":[{"__typename":"User","name":"Walter","total":42,"friend":{"__typename":"User","id":"1"}}]}}`

// subgraph is a fake subgraph on a real socket that keeps the requests that it got.
type subgraph struct {
	*httptest.Server
	mu     sync.Mutex
	header http.Header
	body   string
	// answer replaces everything.
	answer func(w http.ResponseWriter, r *http.Request)
}

func newSubgraph(t *testing.T) *subgraph {
	s := &subgraph{}
	text := fmt.Sprintf(everything, strings.Repeat("many words ", 1000))
	s.answer = func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) }
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.header, s.body = r.Header, string(body)
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *subgraph) last() http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.header
}

func (s *subgraph) reply(answer func(w http.ResponseWriter, r *http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// logBuffer is a log that is read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// server is a router on a real socket before two subgraphs.
type server struct {
	*router.Router
	url            string
	people, orders *subgraph
	log            *logBuffer
	// stop ends Serve and returns its error.
	stop func() error
}

func (s *server) sdl(field string) string {
	return fmt.Sprintf(supergraphSDL, s.people.URL, s.orders.URL, field)
}

// start starts a router; change may be nil.
func start(t *testing.T, change func(*config.Config)) *server {
	t.Helper()
	c := config.Default()
	if change != nil {
		change(&c)
	}
	s := &server{people: newSubgraph(t), orders: newSubgraph(t), log: &logBuffer{}}
	var err error
	if s.Router, err = router.New(c, telemetry.NewLogger(s.log, telemetry.Defaults())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Router.Close)
	s.swap(t, s.sdl("extra"))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *server) swap(t *testing.T, sdl string) {
	t.Helper()
	loaded, err := supergraph.Load(sdl)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Swap(t.Context(), loaded); err != nil {
		t.Fatal(err)
	}
}

// reply is an answer of the router.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request to a path of the router; headers are pairs, a pair with an empty value removes a default.
func (s *server) send(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Del(headers[i]); headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	response, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{status: response.StatusCode, header: response.Header, body: string(text)}
}

func (s *server) post(t *testing.T, body string, headers ...string) reply {
	t.Helper()
	return s.send(t, http.MethodPost, "/graphql", body, headers...)
}

// short returns a time that is short, and yet enough for a request on this machine, as busy as it is now.
func short(t *testing.T) time.Duration {
	t.Helper()
	s := start(t, nil)
	began := time.Now()
	for range 5 {
		s.post(t, `{"query":"{ hello }"}`)
	}
	return max(200*time.Millisecond, 4*time.Since(began))
}

// exposed shows clients the errors of subgraphs.
func exposed(c *config.Config) { c.AllSubgraphs.Errors = upstream.ErrorsExposed }

// get asks a handler without a socket and returns the status.
func get(handler http.Handler, path string) int {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code
}
