package router_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/coder/websocket"

	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/graphqlws"
	"github.com/weft-graph/weft/router/upstream"
)

const (
	watchOrder = `subscription { orderUpdated(id: "o1") { state limit } }`
	watchBody  = `{"query":"subscription { orderUpdated(id: \"o1\") { state limit } }"}`
)

func answered(state string) string {
	return `{"data":{"orderUpdated":{"state":"` + state + `","limit":42}}}`
}

// overSSE makes the router ask subgraphs for server-sent events.
func overSSE(c *config.Config) { c.AllSubgraphs.Subscriptions.Protocol = upstream.EventStream }

// TestEventStream: every event runs the rest of the plan, whichever way the subgraph streams.
func TestEventStream(t *testing.T) {
	for name, change := range map[string]func(*config.Config){"websocket": nil, "sse": overSSE} {
		t.Run(name, func(t *testing.T) {
			s := startStreams(t, change)
			c := s.events(t, watchBody)
			if got := c.response.Header; c.response.StatusCode != 200 || got.Get("Content-Type") != "text/event-stream" || got.Get("Cache-Control") != "no-cache, no-store" {
				t.Fatalf("%d %v", c.response.StatusCode, got)
			}
			s.feed.awaitListeners(t, 1)
			for _, state := range []string{"OPEN", "PLACED"} {
				s.feed.publish(state)
				c.want("next", answered(state))
			}
			s.feed.each(graphqlws.Complete, "")
			c.want("complete", "")
			if _, err := c.reader.Next(); err != io.EOF {
				t.Errorf("behind the end: %v", err)
			}
		})
	}
}

// TestEventStreamOfAQuery: distinct connections mode is for every operation, and errors are events too.
func TestEventStreamOfAQuery(t *testing.T) {
	s := startStreams(t, nil)
	c := s.events(t, `{"query":"{ a }"}`)
	c.want("next", `{"data":{"a":1}}`)
	c.want("complete", "")
	c = s.events(t, `{"query":"subscription { nothing }"}`)
	c.want("next", `GRAPHQL_VALIDATION_FAILED`)
	c.want("complete", "")
	if got := s.post(t, watchBody); got.status != http.StatusNotAcceptable || !strings.Contains(got.body, "text/event-stream") {
		t.Errorf("a subscription as JSON: %d %s", got.status, got.body)
	}
	c = s.events(t, `{"query":`)
	if body, _ := io.ReadAll(c.response.Body); c.response.StatusCode != 400 || !strings.Contains(string(body), "BAD_REQUEST") {
		t.Errorf("no JSON: %d %s", c.response.StatusCode, body)
	}
}

func TestSocket(t *testing.T) {
	s := startStreams(t, nil)
	c := s.dial(t, `{}`)
	c.send(`{"type":"ping","payload":{"a":1}}`)
	c.want(`{"type":"pong","payload":{"a":1}}`)
	c.send(`{"type":"pong"}`)
	c.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 1)
	s.feed.publish("OPEN")
	c.want(`{"type":"next","id":"1","payload":` + answered("OPEN") + `}`)
	c.subscribe("q", `{ a }`)
	c.want(`{"type":"next","id":"q","payload":{"data":{"a":1}}}`)
	c.want(`{"type":"complete","id":"q"}`)
	c.subscribe("bad", `{ nothing }`)
	c.want(`{"type":"error","id":"bad","payload":[{"message":…`)
	c.subscribe("bad", `{ a }`) // the id is free again, and no complete comes
	c.want(`{"type":"next","id":"bad","payload":{"data":{"a":1}}}`)
	c.want(`{"type":"complete","id":"bad"}`)
	c.send(`{"type":"subscribe","id":"x","payload":{"query":7}}`)
	c.want(`{"type":"error","id":"x","payload":[{"message":"\"query\" must be a string.","extensions":{"code":"BAD_REQUEST"}}]}`)
	c.send(`{"type":"complete","id":"unknown"}`)
	s.feed.each(graphqlws.Complete, "")
	c.want(`{"type":"complete","id":"1"}`)
}

// TestSocketCodes: what breaks the protocol closes the connection, with the code that the protocol has for it.
func TestSocketCodes(t *testing.T) {
	s := startStreams(t, nil)
	const init = `{"type":"connection_init"}`
	const subscribe = `{"type":"subscribe","id":"1","payload":{"query":"subscription { orderUpdated { state } }"}}`
	for _, c := range []struct {
		name string
		sent []string
		code int
	}{
		{"no JSON", []string{"hello"}, 4400},
		{"unknown type", []string{`{"type":"start","id":"1","payload":{}}`}, 4400},
		{"a server's message", []string{init, `{"type":"next","id":"1","payload":{}}`}, 4400},
		{"no id", []string{init, `{"type":"subscribe","payload":{"query":"{a}"}}`}, 4400},
		{"before init", []string{subscribe}, 4401},
		{"init twice", []string{init, init}, 4429},
		{"same id", []string{init, subscribe, subscribe}, 4409},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := s.dial(t, "")
			client.send(`{"type":"ping"}`)
			client.want(`{"type":"pong"}`)
			for _, text := range c.sent {
				client.send(text)
				if text == init && c.code != 4429 {
					client.want(`{"type":"connection_ack"}`)
				}
			}
			if c.code == 4429 {
				client.want(`{"type":"connection_ack"}`)
			}
			client.wantClosed(c.code)
		})
	}
	startStreams(t, func(c *config.Config) { c.Subscriptions.InitTimeout = 50 * time.Millisecond }).dial(t, "").wantClosed(4408)
	conn, _, err := websocket.Dial(t.Context(), s.url+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-ws"}, HTTPClient: &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	(&socketClient{t: t, conn: conn}).wantClosed(4406)
	binary := s.dial(t, "")
	binary.conn.Write(t.Context(), websocket.MessageBinary, []byte(init))
	binary.wantClosed(4400)
	long := s.dial(t, "")
	long.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"ping","payload":{"a":"`+strings.Repeat("a", 3<<20)+`"}}`))
	long.wantClosed(int(websocket.StatusMessageTooBig))
}

// TestSharedSocket: subscriptions of one credential share a connection to the subgraph, others have one of their own,
// and a connection that nobody uses is closed.
func TestSharedSocket(t *testing.T) {
	s := startStreams(t, func(c *config.Config) {
		c.AllSubgraphs.Headers = []upstream.HeaderRule{{Forward: "X-Tenant"}}
	})
	a, b := s.dial(t, `{}`, "X-Tenant", "a"), s.dial(t, `{}`, "X-Tenant", "b")
	a.subscribe("1", watchOrder)
	a.subscribe("2", watchOrder)
	c := s.events(t, watchBody, "X-Tenant", "a")
	b.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 4)
	s.feed.await(t, "two connections", func() bool { return len(s.feed.sockets) == 2 })
	a.send(`{"type":"complete","id":"1"}`)
	s.feed.awaitListeners(t, 3)
	s.feed.publish("OPEN")
	a.want(`{"type":"next","id":"2","payload":` + answered("OPEN") + `}`)
	b.want(`{"type":"next","id":"1","payload":` + answered("OPEN") + `}`)
	c.want("next", answered("OPEN"))
	b.conn.Close(websocket.StatusNormalClosure, "")
	s.feed.await(t, "one connection", func() bool { return len(s.feed.sockets) == 1 && len(s.feed.listeners) == 2 })
	a.conn.CloseNow() // a client that is lost
	c.close()
	s.feed.await(t, "no connection", func() bool { return len(s.feed.sockets) == 0 && len(s.feed.listeners) == 0 })
}

// TestReconnect: the client's stream outlives the subgraph's.
func TestReconnect(t *testing.T) {
	for name, change := range map[string]func(*config.Config){"websocket": nil, "sse": overSSE} {
		t.Run(name, func(t *testing.T) {
			s := startStreams(t, change)
			c, w := s.events(t, watchBody), s.dial(t, `{}`)
			w.subscribe("1", watchOrder)
			s.feed.awaitListeners(t, 2)
			for _, state := range []string{"OPEN", "PLACED"} {
				s.feed.publish(state)
				c.want("next", answered(state))
				w.want(`{"type":"next","id":"1","payload":` + answered(state) + `}`)
				s.feed.change(func() { s.feed.refuses, s.feed.upgrades = 503, nil })
				s.feed.drop()
				s.feed.await(t, "attempts", func() bool { return len(s.feed.upgrades) > 2 })
				s.feed.change(func() { s.feed.refuses = 0 })
				s.feed.awaitListeners(t, 2)
			}
			s.feed.publish("CANCELLED")
			c.want("next", answered("CANCELLED"))
			w.want(`{"type":"next","id":"1","payload":` + answered("CANCELLED") + `}`)
		})
	}
}

// TestSourceFails: a stream that cannot be opened, or that the subgraph ends with errors, ends the client's.
func TestSourceFails(t *testing.T) {
	for name, change := range map[string]func(*config.Config){"websocket": nil, "sse": overSSE} {
		t.Run(name, func(t *testing.T) {
			s := startStreams(t, change)
			s.feed.refuses = 403
			w := s.dial(t, `{}`)
			w.subscribe("1", watchOrder)
			w.want(`{"type":"error","id":"1","payload":[{"message":"the subgraph answered with status 403","extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","subgraph":"order"}}]}`)
			s.feed.change(func() { s.feed.refuses = 0 })
			c := s.events(t, watchBody)
			s.feed.awaitListeners(t, 1)
			s.feed.change(func() { s.feed.refuses = 403 })
			s.feed.drop()
			c.want("next", `DOWNSTREAM_SERVICE_ERROR`)
			c.want("complete", "")
		})
	}
	s := startStreams(t, nil)
	c := s.events(t, watchBody)
	s.feed.awaitListeners(t, 1)
	s.feed.each(graphqlws.Error, `[{"message":"secret","extensions":{"code":"NOT_FOUND"}}]`)
	c.want("next", `"code":"NOT_FOUND"`)
	c.want("complete", "")
	if strings.Contains(s.log.String(), `"in":`) {
		t.Errorf("something has crashed: %s", s.log)
	}
}

// TestEndsOfTheRouter: a reload and a stop end streams so that clients know to come back.
func TestEndsOfTheRouter(t *testing.T) {
	s := startStreams(t, nil)
	c, w := s.events(t, watchBody), s.dial(t, `{}`)
	w.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 2)
	if err := s.Swap(t.Context(), s.compose(t)); err != nil {
		t.Fatal(err)
	}
	c.want("next", `SUBSCRIPTION_ENDED`)
	c.want("complete", "")
	w.want(`{"type":"error","id":"1","payload":[{"message":"The graph has changed: subscribe again.","extensions":{"code":"SUBSCRIPTION_ENDED"}}]}`)
	s.feed.awaitListeners(t, 0)

	w.subscribe("2", watchOrder)
	c = s.events(t, watchBody)
	s.feed.awaitListeners(t, 2)
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	c.want("next", `SUBSCRIPTION_ENDED`)
	c.want("complete", "")
	w.wantClosed(int(websocket.StatusGoingAway))
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	s.feed.await(t, "no connection", func() bool { return len(s.feed.sockets) == 0 && len(s.feed.listeners) == 0 })
}

// TestSlowClient: a client that does not read loses its stream, and nobody else's waits for it.
func TestSlowClient(t *testing.T) {
	s := startStreams(t, func(c *config.Config) {
		c.AllSubgraphs.Subscriptions.MaxWaiting = 4
		c.Subscriptions.WriteTimeout = patience
	})
	slow, quick := s.events(t, watchBody), s.dial(t, `{}`)
	s.feed.awaitListeners(t, 1)
	quick.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 2)
	long := strings.Repeat("long ", 50_000)
	for sent := 0; ; sent++ {
		s.feed.mu.Lock()
		left := len(s.feed.listeners)
		s.feed.mu.Unlock()
		if left == 1 {
			break
		}
		if sent > 1000 {
			t.Fatal("nothing bounds what waits for a client")
		}
		s.feed.publish(long)
		quick.conn.SetReadLimit(1 << 20)
		quick.want(`{"type":"next","id":"1"…`)
	}
	for {
		event, err := slow.reader.Next()
		if err != nil || event.Name != "next" {
			t.Fatalf("the slow client was not told: %s %v", event.Name, err)
		}
		if strings.Contains(string(event.Data), "SUBSCRIPTION_TOO_SLOW") {
			break
		}
	}
	slow.want("complete", "")
}

func TestSubscriptionLimits(t *testing.T) {
	s := startStreams(t, func(c *config.Config) {
		c.Subscriptions.Max, c.Subscriptions.MaxPerConnection, c.Subscriptions.MaxConnections = 3, 2, 2
	})
	a, b := s.dial(t, `{}`), s.dial(t, `{}`)
	a.subscribe("1", watchOrder)
	a.subscribe("2", watchOrder)
	s.feed.awaitListeners(t, 2)
	a.subscribe("3", watchOrder)
	a.want(`{"type":"error","id":"3","payload":[{"message":"Too many operations run on this connection.","extensions":{"code":"TOO_MANY_SUBSCRIPTIONS"}}]}`)
	b.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 3)
	b.subscribe("2", watchOrder)
	b.want(`{"type":"error","id":"2","payload":[{"message":"Too many subscriptions are open: try again later.",…`)
	b.subscribe("q", `{ a }`)
	b.want(`{"type":"next","id":"q","payload":{"data":{"a":1}}}`)
	b.want(`{"type":"complete","id":"q"}`)
	if c := s.events(t, watchBody); c.response.StatusCode != http.StatusServiceUnavailable || c.response.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d", c.response.StatusCode)
	}
	_, response, err := websocket.Dial(t.Context(), s.url+"/graphql", nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a connection too many: %v", err)
	}
	a.conn.CloseNow()
	s.feed.awaitListeners(t, 1)
	c := s.events(t, watchBody)
	s.feed.awaitListeners(t, 2)
	s.feed.publish("OPEN")
	c.want("next", answered("OPEN"))
}

// TestSocketOrigin: a page of another site must not use the user's cookie.
func TestSocketOrigin(t *testing.T) {
	s := startStreams(t, func(c *config.Config) { c.CORS.Origins = []string{"https://shop.example"} })
	host := strings.TrimPrefix(s.url, "http://")
	for origin, ok := range map[string]bool{
		"":                              true,
		"https://shop.example":          true,
		"http://" + host:                true,
		"https://shop.example.evil.org": false,
		"https://evil.example":          false,
		"http://shop.example":           false,
		"https://SHOP.example":          false,
		"null":                          false,
		"https://" + host + ".evil.org": false,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, response, err := websocket.Dial(t.Context(), s.url+"/graphql", &websocket.DialOptions{
			HTTPHeader: header, Subprotocols: []string{graphqlws.Subprotocol}, HTTPClient: &http.Client{Transport: &http.Transport{}},
		})
		if (err == nil) != ok || !ok && response.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: %v", origin, err)
		}
		if conn != nil {
			conn.CloseNow()
		}
	}
}

// TestSubscriptionAccess: a token lets in, by header, cookie or first message; it is asked again before every event and
// ends the stream when it expires.
func TestSubscriptionAccess(t *testing.T) {
	i := newIssuer(t)
	store := miniredis.RunT(t)
	s := startStreams(t, func(c *config.Config) {
		c.Auth.JWKS, c.Auth.Cookies, c.Auth.Leeway = []string{i.URL + "/jwks"}, []string{"session"}, 0
		c.Auth.Session.RedisURL = "redis://" + store.Addr()
		c.Auth.Introspection.URL = i.URL + "/introspect"
		c.AllSubgraphs.Token = true
		c.AllSubgraphs.SigningKey = strings.Repeat("k", 32)
	})
	t.Cleanup(i.CloseClientConnections) // the keys' connection is the router's until the process ends
	const mine = `subscription { mine { state } }`
	s.dial(t, `{}`).expect(mine, `UNAUTHORIZED_FIELD_OR_TYPE`)
	refused := s.dial(t, "")
	refused.send(`{"type":"connection_init","payload":{"Authorization":"Bearer nonsense"}}`)
	refused.wantClosed(4403)

	token := i.token(t, "", time.Hour)
	for _, c := range []*socketClient{
		s.dial(t, `{}`, "Authorization", "Bearer "+token),
		s.dial(t, `{"authorization":"Bearer `+token+`"}`),
		s.dial(t, `{"headers":{"Authorization":"Bearer `+token+`"}}`),
		s.dial(t, `{}`, "Cookie", "session="+token, "Origin", s.url),
	} {
		c.subscribe("1", mine)
		s.feed.awaitListeners(t, 1)
		s.feed.each(graphqlws.Next, `{"data":{"mine":{"state":"OPEN"}}}`)
		c.want(`{"type":"next","id":"1","payload":{"data":{"mine":{"state":"OPEN"}}}}`)
		c.conn.Close(websocket.StatusNormalClosure, "")
		s.feed.awaitListeners(t, 0)
	}
	s.feed.mu.Lock()
	upgrade, init := s.feed.upgrades[0], s.feed.inits[0]
	s.feed.mu.Unlock()
	mac := hmac.New(sha256.New, []byte(strings.Repeat("k", 32)))
	fmt.Fprintf(mac, "weft-v1\n%s\nGET\n/graphql\n", upgrade.Header.Get("Weft-Signature-Time"))
	if got := upgrade.Header.Get("Weft-Signature"); got != "v1="+hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("the handshake's signature is %q", got)
	}
	if upgrade.Header.Get("Authorization") != "Bearer "+token || !strings.Contains(init, token) || upgrade.Header.Get("Cookie") != "" {
		t.Errorf("the subgraph got %v and %s", upgrade.Header, init)
	}

	// A page of another site can make a browser ask for events with the cookie; a page of the same may.
	get := s.url + "/graphql?query=" + "subscription%7Bmine%7Bstate%7D%7D"
	for site, status := range map[string]int{"": 403, "cross-site": 403, "same-site": 403, "same-origin": 200} {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, get, nil)
		request.Header.Set("Accept", "text/event-stream")
		request.Header.Set("Cookie", "session="+token)
		request.Header.Set("Sec-Fetch-Site", site)
		response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != status {
			t.Errorf("GET by a page %q: %d, want %d", site, response.StatusCode, status)
		}
		response.Body.Close()
	}
	s.feed.awaitListeners(t, 0)

	ended := s.events(t, `{"query":"subscription { mine { state } }"}`, "Authorization", "Bearer "+token)
	s.feed.awaitListeners(t, 1)
	store.Set("session:s1", "revoked")
	s.feed.each(graphqlws.Next, `{"data":{"mine":{"state":"SECRET"}}}`)
	ended.want("next", `UNAUTHENTICATED`)
	ended.want("complete", "")
	store.Del("session:s1")

	var expiring *eventClient
	for lifetime := 2 * time.Second; expiring == nil || expiring.response.StatusCode != 200; lifetime *= 2 { // on a machine that is that slow
		expiring = s.events(t, `{"query":"subscription { mine { state } }"}`, "Authorization", "Bearer "+i.token(t, "", lifetime))
	}
	expiring.want("next", `The token has expired`)
	expiring.want("complete", "")
	s.feed.awaitListeners(t, 0)
}

// expect subscribes and reads one response with this in it, and its end.
func (c *socketClient) expect(query, part string) {
	c.t.Helper()
	c.subscribe("e", query)
	if got := c.read(); !strings.Contains(got, part) {
		c.t.Errorf("got %s, want %s", got, part)
	}
	c.want(`{"type":"complete","id":"e"}`)
}

// TestHeartbeats: a silent client gets signs of life, and a dead one is let go.
func TestHeartbeats(t *testing.T) {
	beat := short(t)
	s := startStreams(t, func(c *config.Config) {
		c.Subscriptions.Heartbeat, c.AllSubgraphs.Subscriptions.Heartbeat = beat, beat
	})
	c := s.events(t, watchBody)
	s.feed.awaitListeners(t, 1)
	beats := make([]byte, 4*len(":\n\n"))
	if _, err := io.ReadFull(c.response.Body, beats); err != nil || string(beats) != strings.Repeat(":\n\n", 4) {
		t.Errorf("%q %v", beats, err)
	}
	dead := s.dial(t, `{}`) // which reads nothing any more, and so answers no ping
	dead.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 2)
	s.feed.awaitListeners(t, 1)
}

// TestMetrics: what is open and what has ended is counted, at a socket of its own.
func TestMetrics(t *testing.T) {
	s := startStreams(t, func(c *config.Config) { c.Server.MetricsListen = "127.0.0.1:0" })
	url := s.awaitLog(t, `"msg":"metrics","url":"`, `"`)
	get := func(url string) (int, string) {
		response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(must(http.NewRequest(http.MethodGet, url, nil)))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	metrics := func() string {
		_, body := get(url)
		return body
	}
	if status, _ := get(strings.Replace(url, "/metrics", "/debug/pprof/profile?seconds=1", 1)); status != http.StatusOK {
		t.Errorf("a CPU profile answers %d", status)
	}
	c, w := s.events(t, watchBody), s.dial(t, `{}`)
	s.feed.awaitListeners(t, 1)
	s.feed.publish("OPEN")
	c.want("next", answered("OPEN"))
	w.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 2)
	got := metrics()
	for _, line := range []string{"weft_subscriptions 2\n", "weft_websockets 1\n", "weft_subscriptions_begun_total 2\n", "weft_subscription_events_total 1\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("%s\nlacks %s", got, line)
		}
	}
	s.feed.each(graphqlws.Complete, "")
	c.want("complete", "")
	w.want(`{"type":"complete","id":"1"}`)
	if got := metrics(); !strings.Contains(got, `weft_subscriptions_ended_total{reason="complete"} 2`) {
		t.Error(got)
	}
	if got := s.send(t, http.MethodGet, "/metrics", ""); got.status != http.StatusNotFound {
		t.Errorf("clients see metrics: %d", got.status)
	}
}

func must(r *http.Request, err error) *http.Request {
	if err != nil {
		panic(err)
	}
	return r
}

// TestStreamsOutliveTimeouts: what bounds a request does not bound a stream.
func TestStreamsOutliveTimeouts(t *testing.T) {
	bound := short(t)
	s := startStreams(t, func(c *config.Config) {
		c.Server.ReadTimeout, c.Server.RequestTimeout, c.Server.IdleTimeout = bound, patience, bound
		c.AllSubgraphs.Timeout = patience
	})
	c, w := s.events(t, watchBody), s.dial(t, `{}`)
	w.subscribe("1", watchOrder)
	s.feed.awaitListeners(t, 2)
	for range 2 {
		time.Sleep(2 * bound)
		s.feed.publish("OPEN")
		c.want("next", answered("OPEN"))
		w.want(`{"type":"next","id":"1","payload":` + answered("OPEN") + `}`)
	}
}
