package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/eventstream"
	"github.com/weft-graph/weft/router/graphqlws"
	"github.com/weft-graph/weft/router/telemetry"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// feed is a fake subgraph whose field orderUpdated is a stream, over WebSockets and as server-sent events. It answers
// entity fetches of the limit of an order too, as another subgraph.
type feed struct {
	*httptest.Server
	mu sync.Mutex
	// listeners are the open subscriptions, in the order in which they came.
	listeners []*listener
	sockets   map[*websocket.Conn]http.Header
	// inits are the payloads of the connections; upgrades are the requests.
	inits    []string
	upgrades []*http.Request
	// refuses is a status for every attempt to open a stream, unless 0.
	refuses int
	// changed is closed, and replaced, with every change.
	changed chan struct{}
}

// listener is one subscription at a feed.
type listener struct {
	query string
	send  func(m graphqlws.Message) error
	drop  func()
}

func newFeed(t *testing.T) *feed {
	f := &feed{sockets: map[*websocket.Conn]http.Header{}, changed: make(chan struct{})}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(func() {
		f.drop()
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

func (f *feed) change(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	close(f.changed)
	f.changed = make(chan struct{})
}

// await waits until the feed is as wanted.
func (f *feed) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		f.mu.Lock()
		ok, changed := is(), f.changed
		f.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// awaitListeners waits until there are n subscriptions.
func (f *feed) awaitListeners(t *testing.T, n int) {
	t.Helper()
	f.await(t, fmt.Sprintf("%d subscriptions", n), func() bool { return len(f.listeners) == n })
}

// publish sends an event to all subscriptions.
func (f *feed) publish(state string) {
	f.each(graphqlws.Next, `{"data":{"orderUpdated":{"__typename":"Order","id":"o1","state":"`+state+`"}}}`)
}

// each sends a message to all subscriptions; a payload may be empty.
func (f *feed) each(kind graphqlws.Type, payload string) {
	f.mu.Lock()
	all := append([]*listener(nil), f.listeners...)
	f.mu.Unlock()
	for _, l := range all {
		l.send(graphqlws.Message{Type: kind, Payload: json.RawMessage(payload)})
	}
}

// drop cuts all streams off.
func (f *feed) drop() {
	f.mu.Lock()
	all := append([]*listener(nil), f.listeners...)
	f.mu.Unlock()
	for _, l := range all {
		l.drop()
	}
}

func (f *feed) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	refuses := f.refuses
	f.mu.Unlock()
	isStream := strings.Contains(r.Header.Get("Accept"), eventstream.MediaType)
	switch {
	case r.Header.Get("Upgrade") == "" && !isStream:
		io.WriteString(w, `{"data":{"a":1,"_entities":[{"__typename":"Order","limit":42}]}}`)
	case refuses != 0:
		f.change(func() { f.upgrades = append(f.upgrades, r) })
		w.WriteHeader(refuses)
	case isStream:
		f.serveEvents(w, r)
	default:
		f.serveSocket(w, r)
	}
}

func (f *feed) add(l *listener) {
	f.change(func() { f.listeners = append(f.listeners, l) })
}

func (f *feed) remove(gone *listener) {
	f.change(func() {
		for i, l := range f.listeners {
			if l == gone {
				f.listeners = append(f.listeners[:i:i], f.listeners[i+1:]...)
				return
			}
		}
	})
}

func (f *feed) serveSocket(w http.ResponseWriter, r *http.Request) {
	f.change(func() { f.upgrades = append(f.upgrades, r) })
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{graphqlws.Subprotocol}})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	f.change(func() { f.sockets[conn] = r.Header })
	defer f.change(func() { delete(f.sockets, conn) })
	mine := map[string]*listener{}
	defer func() {
		for _, l := range mine {
			f.remove(l)
		}
	}()
	write := func(m graphqlws.Message) error {
		return conn.Write(context.Background(), websocket.MessageText, m.Append(nil))
	}
	for {
		_, data, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		m, err := graphqlws.Parse(data)
		if err != nil {
			conn.Close(graphqlws.BadMessage, err.Error())
			return
		}
		switch m.Type {
		case graphqlws.ConnectionInit:
			f.change(func() { f.inits = append(f.inits, string(m.Payload)) })
			write(graphqlws.Message{Type: graphqlws.Ping})
			write(graphqlws.Message{Type: graphqlws.ConnectionAck})
		case graphqlws.Subscribe:
			l := &listener{query: string(m.Payload), drop: func() { conn.CloseNow() }}
			l.send = func(event graphqlws.Message) error {
				event.ID = m.ID
				return write(event)
			}
			mine[m.ID] = l
			f.add(l)
		case graphqlws.Complete:
			if l := mine[m.ID]; l != nil {
				delete(mine, m.ID)
				f.remove(l)
			}
		}
	}
}

func (f *feed) serveEvents(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.change(func() { f.upgrades = append(f.upgrades, r) })
	w.Header().Set("Content-Type", eventstream.MediaType)
	io.WriteString(w, ":\n\n")
	w.(http.Flusher).Flush()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	lines := make(chan []byte)
	l := &listener{query: string(body), drop: cancel}
	l.send = func(m graphqlws.Message) error {
		line := []byte("event: complete\n\n") // as gqlgen writes it
		if m.Type == graphqlws.Next {
			line = eventstream.Append(nil, "next", m.Payload)
		}
		select {
		case lines <- line:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f.add(l)
	defer f.remove(l)
	for {
		select {
		case <-ctx.Done():
			return
		case line := <-lines:
			w.Write(line)
			w.(http.Flusher).Flush()
			if bytes.Contains(line, []byte("complete")) {
				return
			}
		}
	}
}

// streamServer is a router before a feed that is two subgraphs.
type streamServer struct {
	*server
	feed *feed
}

const orderSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@authenticated"])
type Query { a: Int }
type Mutation { a: Int }
type Subscription { orderUpdated(id: ID): Order  mine: Order @authenticated }
type Order @key(fields: "id") { id: ID! state: String }`

const creditSDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Order @key(fields: "id") { id: ID! limit: Int }`

// compose makes the supergraph of the two.
func (s *streamServer) compose(t *testing.T) *supergraph.Supergraph {
	t.Helper()
	super, diags := compose.Compose([]compose.Subgraph{
		{Name: "order", File: "order.graphqls", SDL: orderSDL, URL: s.feed.URL + "/graphql"},
		{Name: "credit", File: "credit.graphqls", SDL: creditSDL, URL: s.feed.URL + "/graphql"},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return super
}

// startStreams starts a router; when the test ends it has stopped without leaving a goroutine.
func startStreams(t *testing.T, change func(*config.Config)) *streamServer {
	t.Helper()
	c := config.Default()
	c.AllSubgraphs.Subscriptions.MaxBackoff = 200 * time.Millisecond
	if change != nil {
		change(&c)
	}
	s := &streamServer{server: &server{log: &logBuffer{}}, feed: newFeed(t)}
	before := runtime.NumGoroutine()
	var err error
	if s.Router, err = router.New(c, telemetry.NewLogger(s.log, telemetry.Defaults())); err != nil {
		t.Fatal(err)
	}
	if err := s.Swap(t.Context(), s.compose(t)); err != nil {
		t.Fatal(err)
	}
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
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		s.Close()
		s.feed.drop()
		s.feed.CloseClientConnections()
		awaitGoroutines(t, before)
	})
	return s
}

// awaitGoroutines fails if there stay more goroutines than there were.
func awaitGoroutines(t *testing.T, before int) {
	t.Helper()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines are left, there were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// eventClient reads an event stream of the router.
type eventClient struct {
	t        *testing.T
	response *http.Response
	reader   *eventstream.Reader
	cancel   context.CancelFunc
}

// events sends an operation and reads the answer as events.
func (s *streamServer) events(t *testing.T, body string, headers ...string) *eventClient {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", eventstream.MediaType)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	c := &eventClient{t: t, response: response, reader: eventstream.NewReader(response.Body, 1<<20), cancel: cancel}
	t.Cleanup(c.close)
	return c
}

func (c *eventClient) close() {
	c.cancel()
	c.response.Body.Close()
}

// want reads an event and compares it: its name and its data.
func (c *eventClient) want(name, data string) {
	c.t.Helper()
	event, err := c.reader.Next()
	if err != nil {
		c.t.Fatalf("want %s %s: %v", name, data, err)
	}
	if event.Name != name || !strings.Contains(string(event.Data), data) || data == "" && len(event.Data) > 0 {
		c.t.Fatalf("got %s %s, want %s %s", event.Name, event.Data, name, data)
	}
}

// socketClient is a client of graphql-transport-ws.
type socketClient struct {
	t    *testing.T
	conn *websocket.Conn
}

// dial opens a WebSocket, and introduces the client unless payload is empty.
func (s *streamServer) dial(t *testing.T, payload string, headers ...string) *socketClient {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	conn, _, err := websocket.Dial(t.Context(), s.url+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{graphqlws.Subprotocol}, HTTPHeader: header,
		HTTPClient: &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &socketClient{t: t, conn: conn}
	t.Cleanup(func() { conn.CloseNow() })
	if payload != "" {
		c.send(`{"type":"connection_init","payload":` + payload + `}`)
		c.want(`{"type":"connection_ack"}`)
	}
	return c
}

func (c *socketClient) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *socketClient) subscribe(id, query string) {
	c.t.Helper()
	c.send(fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query))
}

// read returns the next message.
func (c *socketClient) read() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, data, err := c.conn.Read(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(data)
}

// want reads a message and compares it; with an ending "…" only its beginning.
func (c *socketClient) want(text string) {
	c.t.Helper()
	got := c.read()
	if prefix, isPrefix := strings.CutSuffix(text, "…"); got != text && !(isPrefix && strings.HasPrefix(got, prefix)) {
		c.t.Fatalf("got %s, want %s", got, text)
	}
}

// wantClosed waits until the router closes the connection, with this code.
func (c *socketClient) wantClosed(code int) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		_, data, err := c.conn.Read(ctx)
		if err == nil {
			c.t.Errorf("got %s, want it closed", data)
			continue
		}
		if got := websocket.CloseStatus(err); int(got) != code {
			c.t.Errorf("closed with %d (%v), want %d", got, err, code)
		}
		return
	}
}
