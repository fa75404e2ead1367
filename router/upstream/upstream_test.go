package upstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/upstream"
)

// newClient returns a Client for one subgraph "a" behind handler, and the logged lines.
func newClient(t *testing.T, config upstream.Config, expose bool, handler http.HandlerFunc) (*upstream.Client, *syncBuffer) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config.Validate(func(path, message string) { t.Errorf("%s: %s", path, message) })
	log := &syncBuffer{}
	transport := upstream.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	client, err := upstream.NewClient(upstream.Options{
		All: config, ExposeErrors: expose, Transport: transport, Log: slog.New(slog.NewJSONHandler(log, nil)),
	}, []upstream.Target{{Name: "a", URL: server.URL + "/graphql?x=y"}})
	if err != nil {
		t.Fatal(err)
	}
	return client, log
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func query(body string) *graph.FetchRequest {
	return &graph.FetchRequest{Subgraph: "a", Kind: graph.Query, Body: []byte(body)}
}

func mutation(body string) *graph.FetchRequest {
	return &graph.FetchRequest{Subgraph: "a", Kind: graph.Mutation, Body: []byte(body)}
}

// fetch returns the answer's text.
func fetch(t *testing.T, call *upstream.Call, req *graph.FetchRequest) (string, error) {
	t.Helper()
	got, err := call.Fetch(t.Context(), req)
	if err != nil {
		return "", err
	}
	defer got.Release()
	return string(got.Body), nil
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) }
}

func TestRequestHeaders(t *testing.T) {
	config := upstream.Defaults()
	config.Token = true
	config.SigningKey = "0123456789abcdef0123456789abcdef"
	config.Headers = []upstream.HeaderRule{
		{Forward: "x-tenant"}, {Forward: "X-Lang", As: "X-Language"}, {Forward: "X-Missing", Default: "none"}, {Forward: "X-Gone"},
		{Insert: "X-Region", Value: "eu"}, {Remove: "X-Gone"}, {Forward: "X-Script", WithoutCookie: true},
	}
	var got http.Header
	var body, uri string
	client, _ := newClient(t, config, false, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body, uri = r.Header, string(b), r.RequestURI
		io.WriteString(w, `{"data":{}}`)
	})
	call := client.Call(upstream.Incoming{
		Header: http.Header{
			"X-Tenant": {"t1", "t2"}, "X-Lang": {"de"}, "X-Gone": {"1"}, "X-Script": {"1"}, "X-Other": {"secret"}, "Cookie": {"session=token"},
			"Authorization": {"Bearer raw"}, "X-Forwarded-For": {"6.6.6.6"}, "Weft-Signature": {"v1=forged"},
			"User-Agent": {"a browser"},
		},
		Token: "verified", ByCookie: true, RequestID: "id-1", ClientAddress: "10.0.0.1",
	})
	if _, err := fetch(t, call, query(`{"query":"{a}"}`)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"X-Tenant": {"t1", "t2"}, "X-Language": {"de"}, "X-Missing": {"none"}, "X-Region": {"eu"}, "X-Gone": nil, "X-Lang": nil, "X-Script": nil,
		"X-Other": nil, "Cookie": nil, "Authorization": {"Bearer verified"}, "X-Request-Id": {"id-1"}, "X-Forwarded-For": {"10.0.0.1"},
		"Content-Type": {"application/json"}, "Idempotency-Key": nil, "Accept-Encoding": {"gzip"},
		"User-Agent": {"weft"},
	} {
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	mac := hmac.New(sha256.New, []byte(config.SigningKey))
	io.WriteString(mac, "weft-v1\n"+got.Get("Weft-Signature-Time")+"\nPOST\n"+uri+"\n"+body)
	if want := "v1=" + hex.EncodeToString(mac.Sum(nil)); got.Get("Weft-Signature") != want || uri != "/graphql?x=y" {
		t.Errorf("signature %s of %s, want %s", got.Get("Weft-Signature"), uri, want)
	}
}

// TestUserAgentCanBeForwarded: a subgraph that tells people on which device they are signed in needs the client's.
func TestUserAgentCanBeForwarded(t *testing.T) {
	config := upstream.Defaults()
	config.Headers = []upstream.HeaderRule{{Forward: "User-Agent"}}
	var got []string
	client, _ := newClient(t, config, false, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("User-Agent"))
		io.WriteString(w, `{"data":{}}`)
	})
	for _, incoming := range []http.Header{{"User-Agent": {"a browser"}}, {}} {
		if _, err := fetch(t, client.Call(upstream.Incoming{Header: incoming}), query(`{"query":"{a}"}`)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a browser", "weft"}; !slices.Equal(got, want) {
		t.Errorf("the subgraph saw %q, want %q", got, want)
	}
}

func TestTokenGoesOnlyToListedSubgraphs(t *testing.T) {
	client, _ := newClient(t, upstream.Defaults(), false, func(w http.ResponseWriter, r *http.Request) {
		if r.Header["Authorization"] != nil || r.Header["Weft-Signature"] != nil {
			t.Errorf("headers %v", r.Header)
		}
		io.WriteString(w, `{"data":{}}`)
	})
	call := client.Call(upstream.Incoming{Header: http.Header{"Authorization": {"Bearer raw"}}, Token: "verified"})
	if _, err := fetch(t, call, query(`{}`)); err != nil {
		t.Fatal(err)
	}
}

func TestFailures(t *testing.T) {
	packed := func(text string) string {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		io.WriteString(w, text)
		w.Close()
		return out.String()
	}
	gzipped := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		reason  graph.FailureReason
		want    string // the body, when there is no failure
		status  int
	}{
		{name: "good", handler: answer(`{"data":{}}`), want: `{"data":{}}`},
		{name: "gzip", handler: gzipped(packed(`{"data":{}}`)), want: `{"data":{}}`},
		{name: "no gzip", handler: gzipped(`{"data":{}}`), reason: graph.BadAnswer},
		{name: "unknown encoding", handler: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "x")
		}, reason: graph.BadAnswer},
		{name: "too long", handler: answer(strings.Repeat(" ", 1001)), reason: graph.TooLarge},
		{name: "too long in pieces", handler: func(w http.ResponseWriter, r *http.Request) {
			for range 20 {
				io.WriteString(w, strings.Repeat(" ", 100))
				w.(http.Flusher).Flush()
			}
		}, reason: graph.TooLarge},
		{name: "bomb", handler: gzipped(packed(strings.Repeat(" ", 100_000))), reason: graph.TooLarge},
		{name: "slow", handler: func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, reason: graph.Timeout},
		{name: "slow body", handler: func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, reason: graph.Timeout},
		{name: "broken connection", handler: func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }, reason: graph.Unreachable},
		{name: "redirect", handler: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, status: 307},
		{name: "status with a body", handler: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			io.WriteString(w, `{"data":null}`)
		}, want: `{"data":null}`, status: 500},
	} {
		for _, deduplicate := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/%v", c.name, deduplicate), func(t *testing.T) {
				config := upstream.Defaults()
				config.MaxAnswerBytes, config.Timeout, config.Deduplicate = 1000, time.Minute, deduplicate
				if c.reason == graph.Timeout {
					config.Timeout = 200 * time.Millisecond
				}
				client, _ := newClient(t, config, false, func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					c.handler(w, r)
				})
				got, err := client.Call(upstream.Incoming{}).Fetch(t.Context(), query(`{}`))
				var failure *graph.FetchError
				switch {
				case c.want != "" || c.status != 0:
					if err != nil || c.want != "" && string(got.Body) != c.want || got.Status != c.status {
						t.Errorf("%s, status %d, error %v", got.Body, got.Status, err)
					}
				case !errors.As(err, &failure) || failure.Reason != c.reason:
					t.Errorf("error %v, want reason %d", err, c.reason)
				case failure.Message != "":
					t.Errorf("the client is told %q", failure.Message)
				case failure.Err == nil:
					t.Error("the operator is not told why")
				}

			})
		}
	}
}

func TestUnreachable(t *testing.T) {
	for _, expose := range []bool{false, true} {
		transport := upstream.NewTransport()
		client, err := upstream.NewClient(upstream.Options{
			All: upstream.Defaults(), ExposeErrors: expose, Transport: transport, Log: slog.New(slog.DiscardHandler),
		}, []upstream.Target{{Name: "a", URL: "http://127.0.0.1:1/"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Call(upstream.Incoming{}).Fetch(t.Context(), query(`{}`))
		var failure *graph.FetchError
		if !errors.As(err, &failure) || failure.Reason != graph.Unreachable || (failure.Message != "") != expose {
			t.Errorf("expose %v: %#v", expose, err)
		}
	}
}

func TestMaxRepresentations(t *testing.T) {
	config := upstream.Defaults()
	config.MaxRepresentations = 3
	client, _ := newClient(t, config, false, answer(`{"data":{}}`))
	two := graph.EntityBatch{Representations: [][]byte{{}, {}}}
	req := query(`{}`)
	req.Entities = []graph.EntityBatch{two, two}
	var failure *graph.FetchError
	if _, err := fetch(t, client.Call(upstream.Incoming{}), req); !errors.As(err, &failure) || failure.Reason != graph.TooManyRepresentations ||
		!strings.Contains(failure.Message, "4 entities") {
		t.Errorf("error %v", err)
	}
}

func TestErrorsAreMasked(t *testing.T) {
	const secret = `{"message":"pq: secret","path":["a",0],"locations":[{"line":1,"column":2}],"extensions":{"code":"X","stack":"secret"}}`
	const masked = `{"message":"The subgraph reported an error.","path":["a",0],"extensions":{"code":"X"}}`
	for _, c := range []struct{ name, body, want string }{
		{"list", `{"data":{"a":1},"errors":[` + secret + `],"extensions":{"trace":"secret"}}`, `{"data":{"a":1},"errors":[` + masked + `]}`},
		{"no data", `{"errors":[{"message":"secret"}]}`, `{"errors":[{"message":"The subgraph reported an error.","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}]}`},
		{"no list", `{"data":null,"errors":"secret"}`, `{"data":null,"errors":[{"message":"The subgraph reported an error.","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR"}}]}`},
		{"empty list", `{"data":{"a":1},"errors":[]}`, `{"data":{"a":1},"errors":[]}`},
		{"in the data only", `{"data":{"errors":["fine"]}}`, `{"data":{"errors":["fine"]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := upstream.Defaults()
			client, log := newClient(t, config, false, answer(c.body))
			got, err := fetch(t, client.Call(upstream.Incoming{}), query(`{}`))
			if err != nil || got != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
			if strings.Contains(c.body, "secret") && !strings.Contains(log.String(), "secret") {
				t.Errorf("the operator is not told: %s", log)
			}
			config.Errors = upstream.ErrorsExposed
			exposed, _ := newClient(t, config, false, answer(c.body))
			if got, _ := fetch(t, exposed.Call(upstream.Incoming{}), query(`{}`)); got != c.body {
				t.Errorf("exposed: %s", got)
			}
			development, _ := newClient(t, upstream.Defaults(), true, answer(c.body))
			if got, _ := fetch(t, development.Call(upstream.Incoming{}), query(`{}`)); got != c.body {
				t.Errorf("development: %s", got)
			}
		})
	}
}

func TestSetCookieComesBackFromMutationsOnly(t *testing.T) {
	config := upstream.Defaults()
	config.SetCookie = true
	cookie := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		io.WriteString(w, `{"data":{}}`)
	}
	client, _ := newClient(t, config, false, cookie)
	call := client.Call(upstream.Incoming{})
	fetch(t, call, query(`{}`))
	if len(call.Cookies()) != 0 {
		t.Errorf("a query set %q", call.Cookies())
	}
	fetch(t, call, mutation(`{}`))
	if got := call.Cookies(); !slices.Equal(got, []string{"a=1", "b=2"}) {
		t.Errorf("cookies %q", got)
	}
	if call.Fetches() != 2 {
		t.Errorf("%d fetches", call.Fetches())
	}
	unlisted, _ := newClient(t, upstream.Defaults(), false, cookie)
	call = unlisted.Call(upstream.Incoming{})
	fetch(t, call, mutation(`{}`))
	if len(call.Cookies()) != 0 {
		t.Errorf("a subgraph that may not set cookies set %q", call.Cookies())
	}
}

// gate is a subgraph whose answers wait until the test opens it.
type gate struct {
	arrived chan string
	open    chan struct{}
	count   atomic.Int64
	header  http.Header
}

func newGate() *gate { return &gate{arrived: make(chan string, 100), open: make(chan struct{})} }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := g.count.Add(1)
	body, _ := io.ReadAll(r.Body)
	g.arrived <- string(body)
	select {
	case <-g.open:
	case <-r.Context().Done():
		return
	}
	for name, values := range g.header {
		w.Header()[name] = values
	}
	fmt.Fprintf(w, `{"data":{"n":%d}}`, n)
}

// awaitWaiting waits until so many callers wait for an answer of the subgraph.
func awaitWaiting(t *testing.T, client *upstream.Client, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); upstream.Waiting(client, "a") != n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d callers wait, want %d", upstream.Waiting(client, "a"), n)
		}
	}
}

// fetchAsync fetches in a goroutine and sends the answer.
func fetchAsync(ctx context.Context, call *upstream.Call, req *graph.FetchRequest) chan string {
	out := make(chan string, 1)
	go func() {
		got, err := call.Fetch(ctx, req)
		if err != nil {
			out <- "error: " + err.Error()
			return
		}
		text := string(got.Body)
		got.Release()
		out <- text
	}()
	return out
}

func TestIdenticalQueriesAreSentOnce(t *testing.T) {
	g := newGate()
	client, _ := newClient(t, upstream.Defaults(), false, g.ServeHTTP)
	var answers []chan string
	for i := range 10 {
		call := client.Call(upstream.Incoming{RequestID: fmt.Sprint(i), ClientAddress: "10.0.0.1", Token: "ignored: not listed"})
		answers = append(answers, fetchAsync(t.Context(), call, query(`{"query":"{a}"}`)))
	}
	<-g.arrived
	other := fetchAsync(t.Context(), client.Call(upstream.Incoming{}), query(`{"query":"{b}"}`))
	<-g.arrived
	awaitWaiting(t, client, 11)
	close(g.open)
	for _, got := range answers {
		if text := <-got; text != `{"data":{"n":1}}` {
			t.Errorf("joiner got %s", text)
		}
	}
	if text := <-other; text != `{"data":{"n":2}}` {
		t.Errorf("another query got %s", text)
	}
	if n := g.count.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestWhatIsNotJoined(t *testing.T) {
	token := upstream.Defaults()
	token.Token = true
	off := upstream.Defaults()
	off.Deduplicate = false
	for _, c := range []struct {
		name      string
		config    upstream.Config
		header    http.Header // of the answer
		callers   [2]upstream.Incoming
		requests  [2]*graph.FetchRequest
		mutations bool // one between the two
	}{
		{name: "another caller", config: token, callers: [2]upstream.Incoming{{Token: "walter"}, {Token: "jack"}}},
		{name: "another address", config: upstream.Defaults(), callers: [2]upstream.Incoming{{ClientAddress: "10.0.0.1"}, {ClientAddress: "10.0.0.2"}}},
		{name: "switched off", config: off},
		{name: "mutations", config: upstream.Defaults(), requests: [2]*graph.FetchRequest{mutation(`{}`), mutation(`{}`)}},
		{name: "an answer with a cookie", config: upstream.Defaults(), header: http.Header{"Set-Cookie": {"a=1"}}},
		{name: "an answer that is not to be stored", config: upstream.Defaults(), header: http.Header{"Cache-Control": {"private, No-Store"}}},
		{name: "a mutation in between", config: upstream.Defaults(), mutations: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate()
			g.header = c.header
			client, _ := newClient(t, c.config, false, g.ServeHTTP)
			if c.requests[0] == nil {
				c.requests = [2]*graph.FetchRequest{query(`{}`), query(`{}`)}
			}
			first := fetchAsync(t.Context(), client.Call(c.callers[0]), c.requests[0])
			<-g.arrived
			var wrote chan string
			if c.mutations {
				wrote = fetchAsync(t.Context(), client.Call(upstream.Incoming{}), mutation(`{}`))
				<-g.arrived
			}
			second := fetchAsync(t.Context(), client.Call(c.callers[1]), c.requests[1])
			time.Sleep(20 * time.Millisecond)
			close(g.open)
			if a, b := <-first, <-second; a == b {
				t.Errorf("both got %s", a)
			}
			if wrote != nil {
				<-wrote
			}
		})
	}
}

// TestJoinersOfAFailureEachGetTheirOwn: in development each caller's failure is explained, and a flight has one.
func TestJoinersOfAFailureEachGetTheirOwn(t *testing.T) {
	for range 20 {
		g := newGate()
		client, _ := newClient(t, upstream.Defaults(), true, func(w http.ResponseWriter, r *http.Request) {
			g.arrived <- ""
			<-g.open
			panic(http.ErrAbortHandler)
		})
		var answers []chan string
		for range 8 {
			answers = append(answers, fetchAsync(t.Context(), client.Call(upstream.Incoming{}), query(`{}`)))
		}
		<-g.arrived
		awaitWaiting(t, client, 8)
		close(g.open)
		for _, got := range answers {
			if text := <-got; !strings.HasPrefix(text, "error: ") || strings.Contains(text, "could not be reached") {
				t.Fatalf("a caller got %q", text)
			}
		}
	}
}

// TestAWriteBeforeASwapEndsFlightsAfterIt: a write that was sent for the supergraph before is a write all the same.
func TestAWriteBeforeASwapEndsFlightsAfterIt(t *testing.T) {
	reads, writes := newGate(), newGate()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Request-Id") == "write" {
			writes.ServeHTTP(w, r)
			return
		}
		reads.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	options := upstream.Options{
		All: upstream.Defaults(), Transport: upstream.NewTransport(), Log: slog.New(slog.DiscardHandler), Epoch: new(upstream.Epoch),
	}
	var clients [2]*upstream.Client
	for i := range clients {
		var err error
		if clients[i], err = upstream.NewClient(options, []upstream.Target{{Name: "a", URL: server.URL}}); err != nil {
			t.Fatal(err)
		}
	}
	wrote := fetchAsync(t.Context(), clients[0].Call(upstream.Incoming{RequestID: "write"}), mutation(`{}`))
	<-writes.arrived
	before := fetchAsync(t.Context(), clients[1].Call(upstream.Incoming{}), query(`{}`))
	<-reads.arrived
	close(writes.open)
	<-wrote
	after := fetchAsync(t.Context(), clients[1].Call(upstream.Incoming{}), query(`{}`))
	time.Sleep(20 * time.Millisecond)
	close(reads.open)
	if a, b := <-before, <-after; a == b {
		t.Errorf("a query of after the write joined one of before: both got %s", a)
	}
}

func TestAJoinerOutlivesTheFirst(t *testing.T) {
	g := newGate()
	client, _ := newClient(t, upstream.Defaults(), false, g.ServeHTTP)
	ctx, cancel := context.WithCancel(t.Context())
	req := query(`{"query":"{a}"}`)
	first := fetchAsync(ctx, client.Call(upstream.Incoming{}), req)
	<-g.arrived
	second := fetchAsync(t.Context(), client.Call(upstream.Incoming{}), query(`{"query":"{a}"}`))
	awaitWaiting(t, client, 2)
	cancel()
	if text := <-first; !strings.HasPrefix(text, "error") {
		t.Errorf("the one that left got %s", text)
	}
	copy(req.Body, "xxxxxxxxxxxxxxx") // the first caller's bytes are its own again
	<-g.arrived                       // the joiner has sent it again
	close(g.open)
	if text := <-second; text != `{"data":{"n":2}}` {
		t.Errorf("the joiner got %s", text)
	}
}

func TestALeaverEndsItsCall(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	client, _ := newClient(t, upstream.Defaults(), false, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		close(begun)
		<-r.Context().Done()
		close(ended)
	})
	ctx, cancel := context.WithCancel(t.Context())
	got := fetchAsync(ctx, client.Call(upstream.Incoming{}), query(`{}`))
	<-begun
	cancel()
	<-got
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the subgraph still works for nobody")
	}
}

// TestADeadIdleConnectionIsNoFailure: a subgraph that restarts must not cost a query.
func TestADeadIdleConnectionIsNoFailure(t *testing.T) {
	client, _ := newClient(t, upstream.Defaults(), false, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.Header.Get("X-Request-Id") == "close" {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			conn.Close() // and does not say so
			return
		}
		io.WriteString(w, `{"data":{}}`)
	})
	for i := range 50 {
		fetch(t, client.Call(upstream.Incoming{RequestID: "close"}), query(`{}`))
		if _, err := fetch(t, client.Call(upstream.Incoming{}), query(fmt.Sprintf(`{"a":%d}`, i))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConcurrentCalls(t *testing.T) {
	client, _ := newClient(t, upstream.Defaults(), false, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
	})
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 200 {
				body := fmt.Sprintf(`{"n":%d}`, (i+j)%5)
				got, err := fetch(t, client.Call(upstream.Incoming{}), query(body))
				if err != nil || got != body {
					t.Errorf("sent %s, got %s, %v", body, got, err)
				}
			}
		})
	}
	group.Wait()
}

func TestConfigValidate(t *testing.T) {
	for _, rule := range []upstream.HeaderRule{
		{}, {Forward: "A", Remove: "A"}, {Forward: "Cookie"}, {Forward: "A", As: "cookie"}, {Insert: "X-Forwarded-For", Value: "1"},
		{Insert: "A"}, {Insert: "A", Value: "a\nb"}, {Forward: "a b"}, {Remove: "A", Default: "x"}, {Remove: "A", WithoutCookie: true}, {Forward: "A", Value: "x"},
	} {
		config := upstream.Defaults()
		config.Headers = []upstream.HeaderRule{rule}
		found := ""
		config.Validate(func(path, message string) { found = path })
		if found != "headers[0]" {
			t.Errorf("%+v was taken", rule)
		}
	}
	if _, err := upstream.NewClient(upstream.Options{All: upstream.Defaults()}, []upstream.Target{{Name: "a"}}); err == nil ||
		!strings.Contains(err.Error(), "subgraphs.a.url") {
		t.Errorf("no address: %v", err)
	}
}

// cutting is a connection pool whose first connections break in the middle of a write.
type cutting struct {
	cuts, sent int
	err        error
}

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent++
	if c.sent <= c.cuts {
		r.Body.Read(make([]byte, 3))
		return nil, fmt.Errorf("write tcp: %w", c.err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(bytes.NewReader(body))}, nil
}

// TestACutConnection: a query is sent again, whole; a mutation never, because the subgraph may have run it.
func TestACutConnection(t *testing.T) {
	for _, c := range []struct {
		name string
		pool cutting
		req  *graph.FetchRequest
		sent int
		ok   bool
	}{
		{"a query", cutting{cuts: 1, err: syscall.EPIPE}, query(`{"a":1}`), 2, true},
		{"a query, reset", cutting{cuts: 1, err: syscall.ECONNRESET}, query(`{"a":1}`), 2, true},
		{"a query, closed by the reader", cutting{cuts: 2, err: net.ErrClosed}, query(`{"a":1}`), 3, true},
		{"a query, cut again and again", cutting{cuts: 3, err: syscall.EPIPE}, query(`{"a":1}`), 3, false},
		{"a query, nobody there", cutting{cuts: 1, err: syscall.ECONNREFUSED}, query(`{"a":1}`), 1, false},
		{"a mutation", cutting{cuts: 1, err: syscall.EPIPE}, mutation(`{"a":1}`), 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, err := upstream.NewClient(upstream.Options{
				All: upstream.Defaults(), Transport: &c.pool, Log: slog.New(slog.DiscardHandler),
			}, []upstream.Target{{Name: "a", URL: "http://a/"}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := fetch(t, client.Call(upstream.Incoming{}), c.req)
			if (err == nil) != c.ok || c.ok && got != `{"a":1}` || c.pool.sent != c.sent {
				t.Errorf("got %s, %v after %d sent, want %d", got, err, c.pool.sent, c.sent)
			}
		})
	}
}
