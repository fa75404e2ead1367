package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// hangGuard ends a test that waits for what never comes.
const hangGuard = time.Minute

// stream answers with events until the client has gone, and says so.
type stream struct {
	events chan string
	gone   chan struct{}
}

func newStream() *stream { return &stream{events: make(chan string), gone: make(chan struct{})} }

func (s *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer close(s.gone)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	_, _ = fmt.Fprintf(w, ":%s %s %s\n\n", r.Method, r.URL.RawQuery, r.Header.Get("Cookie"))
	for {
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case event := <-s.events:
			_, _ = fmt.Fprintf(w, "data: %s\n\n", event) // the next flush says whether anybody is there
		}
	}
}

// subscribe opens a stream and returns its lines.
func subscribe(t *testing.T, ctx context.Context, method, address string) *bufio.Scanner {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Cookie", "session=mine")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream answers %s", res.Status)
	}
	return bufio.NewScanner(res.Body)
}

func wantLine(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	for lines.Scan() {
		if lines.Text() == want {
			return
		}
	}
	t.Fatalf("the stream ended before %q: %v", want, lines.Err())
}

func within(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(hangGuard):
		t.Fatal(what)
	}
}

// TestEventStream: each event passes when it comes, also to an EventSource, and the router hears that a client has gone.
func TestEventStream(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			source := newStream()
			shop := start(t, source.ServeHTTP)
			ctx, leave := context.WithTimeout(t.Context(), hangGuard)
			defer leave()
			lines := subscribe(t, ctx, method, shop+"/graphql?query=q")
			wantLine(t, lines, ":"+method+" query=q session=mine")
			for _, event := range []string{"one", "two"} {
				source.events <- event
				wantLine(t, lines, "data: "+event)
			}
			leave()
			within(t, "the router does not hear that the client has gone", source.gone)
		})
	}
}

// TestStopWithStreams: a storefront that stops ends streams and WebSockets, which would not end by themselves.
func TestStopWithStreams(t *testing.T) {
	source, closed := newStream(), make(chan struct{})
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isSocket(r) {
			defer close(closed)
			echo(w, r)
			return
		}
		source.ServeHTTP(w, r)
	}))
	defer behind.Close()
	router, err := url.Parse(behind.URL + "/graphql")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := background(func() error {
		return serve(ctx, listener, newHandler(ctx, config{Router: router, Product: router}, &site{}, discard), discard)
	})
	shop := listener.Addr().String()
	lines := subscribe(t, t.Context(), http.MethodPost, "http://"+shop+"/graphql")
	wantLine(t, lines, ":POST  session=mine")
	socket, _, err := websocket.Dial(t.Context(), "ws://"+shop+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.CloseNow() }()
	stop()
	within(t, "the stream goes on", source.gone)
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("the stream ends with %q", lines.Text())
		}
	}
	if lines.Err() != nil {
		t.Errorf("the stream breaks off: %v", lines.Err())
	}
	within(t, "the WebSocket goes on", closed)
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(hangGuard):
		t.Error("the storefront does not stop")
	}
}

// echo is a WebSocket that says what it hears.
func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return // it has written why
	}
	defer func() { _ = conn.CloseNow() }()
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if err := conn.Write(r.Context(), kind, append([]byte(r.Header.Get("Cookie")+" says "), message...)); err != nil {
			return
		}
	}
}

// TestSocket: WebSockets of the storefront's own pages and of programs pass, with the session's cookie; those of other
// sites, which browsers open with the cookie too, do not.
func TestSocket(t *testing.T) {
	shop := start(t, echo)
	ctx, cancel := context.WithTimeout(t.Context(), hangGuard)
	defer cancel()
	for name, c := range map[string]struct {
		header  http.Header
		refused bool
	}{
		"a program":            {header: http.Header{}},
		"our page":             {header: http.Header{"Origin": {shop}}},
		"our page, newer":      {header: http.Header{"Origin": {shop}, "Sec-Fetch-Site": {"same-origin"}}},
		"another page":         {header: http.Header{"Origin": {"https://elsewhere.example"}}, refused: true},
		"another page, newer":  {header: http.Header{"Origin": {shop}, "Sec-Fetch-Site": {"cross-site"}}, refused: true},
		"a page of no origin":  {header: http.Header{"Origin": {"null"}}, refused: true},
		"a page of our domain": {header: http.Header{"Origin": {shop}, "Sec-Fetch-Site": {"same-site"}}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			c.header.Set("Cookie", "session=mine")
			conn, res, err := websocket.Dial(ctx, strings.Replace(shop, "http", "ws", 1)+"/graphql",
				&websocket.DialOptions{HTTPHeader: c.header, Subprotocols: []string{"graphql-transport-ws"}})
			if c.refused {
				if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
					t.Fatalf("it is not refused: %v, %v", res, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			if conn.Subprotocol() != "graphql-transport-ws" {
				t.Errorf("the subprotocol is %q", conn.Subprotocol())
			}
			if err := conn.Write(ctx, websocket.MessageText, []byte("hello")); err != nil {
				t.Fatal(err)
			}
			if _, answer, err := conn.Read(ctx); err != nil || string(answer) != "session=mine says hello" {
				t.Errorf("it answers %q, %v", answer, err)
			}
		})
	}
}

// TestEventSourceElsewhere: an EventSource of another site gets nothing, though its GET has the user's cookie.
func TestEventSourceElsewhere(t *testing.T) {
	shop := start(t, func(http.ResponseWriter, *http.Request) { t.Error("it has reached the router") })
	res, body := ask(t, http.MethodGet, shop+"/graphql?query=q", "", "Accept", "text/event-stream", "Sec-Fetch-Site", "cross-site")
	if res.StatusCode != http.StatusForbidden || !strings.Contains(body, "FORBIDDEN") {
		t.Errorf("%s %s", res.Status, body)
	}
}

// TestStreamThatBeginsEarly: a stream that begins before the request has come to its end goes on after that.
func TestStreamThatBeginsEarly(t *testing.T) {
	shop := start(t, func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.EnableFullDuplex()
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: begun\n\n")
		_ = control.Flush()
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "data: %s %v\n\n", body, err)
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(shop, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(hangGuard)); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nha")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(conn)
	wantLine(t, lines, "data: begun")
	if _, err := io.WriteString(conn, "lf"); err != nil {
		t.Fatal(err)
	}
	wantLine(t, lines, "data: half <nil>")
}

// TestStreamBreaks: when the router goes away in the middle of a stream the page hears it, and can open it again.
func TestStreamBreaks(t *testing.T) {
	shop := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: one\n\n")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	lines := subscribe(t, t.Context(), http.MethodPost, shop+"/graphql")
	wantLine(t, lines, "data: one")
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the break comes %q", lines.Text())
		}
	}
	if !errors.Is(lines.Err(), io.ErrUnexpectedEOF) {
		t.Errorf("the stream ends with %v, want a break", lines.Err())
	}
}
