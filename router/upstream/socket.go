package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/graphqlws"
	"github.com/weft-graph/weft/router/telemetry"
)

// sockets are the WebSockets to one subgraph, each for the subscriptions that send the same headers: the same
// credential above all.
type sockets struct {
	mu    sync.Mutex
	byKey map[string]*socket
}

// socket is one WebSocket to a subgraph that speaks graphql-transport-ws and carries many subscriptions. It closes when
// the last one leaves.
type socket struct {
	client   *Client
	subgraph *subgraph
	key      string
	header   http.Header
	// users is guarded by sockets.mu.
	users int

	// ready is closed when the subgraph has acknowledged the connection, or when openEnding says why not.
	ready      chan struct{}
	openEnding ending
	conn       *websocket.Conn
	// giveUp ends the attempt to open it.
	giveUp context.CancelFunc

	mu    sync.Mutex
	links map[string]*link
	last  int
	// isClosed is set when nothing can be subscribed to any more.
	isClosed bool
}

// link is one subscription on a socket.
type link struct {
	id           string
	subscription *Subscription
	// ended has room for the one ending.
	ended chan ending
}

// ownHeaders are of one request; a connection is shared by the requests of many.
var ownHeaders = []string{"Content-Type", "Accept", "Accept-Encoding", "X-Forwarded-For", telemetry.RequestIDHeader}

// readSocket subscribes over the socket for the subscription's headers, which others may have opened.
func (s *Subscription) readSocket(ctx context.Context) ending {
	header := s.header.Clone()
	for _, name := range ownHeaders {
		delete(header, name)
	}
	k := s.subgraph.sockets.acquire(ctx, s.client, s.subgraph, header)
	defer s.subgraph.sockets.release(ctx, k)
	select {
	case <-k.ready:
	case <-ctx.Done():
		return ending{err: ctx.Err()}
	}
	if k.openEnding.err != nil {
		return k.openEnding
	}
	l, err := k.subscribe(ctx, s)
	if err != nil {
		// The connection was there a moment ago, so that the subgraph is worth another attempt.
		return lost(true, err)
	}
	defer k.unsubscribe(ctx, l)
	select {
	case end := <-l.ended:
		return end
	case <-ctx.Done():
		return ending{err: ctx.Err(), hasBegun: true}
	}
}

// acquire returns the socket for the headers, and begins to open it if there is none. Each is to be released once.
func (p *sockets) acquire(ctx context.Context, c *Client, s *subgraph, header http.Header) *socket {
	key := string(headerKey(header))
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.byKey[key]; k != nil {
		k.users++
		return k
	}
	k := &socket{client: c, subgraph: s, key: key, header: header, users: 1, ready: make(chan struct{}), links: map[string]*link{}}
	if p.byKey == nil {
		p.byKey = map[string]*socket{}
	}
	p.byKey[key] = k
	// It belongs to all who will share it, and not to the request that came first.
	ctx = context.WithoutCancel(ctx)
	opening, giveUp := context.WithTimeout(ctx, s.config.Timeout)
	k.giveUp = giveUp
	telemetry.Go(ctx, c.options.Log, "subgraph socket", func() error { k.run(ctx, opening); return nil }, func(err error) {
		giveUp()
		p.forget(k)
		k.close(lost(true, err)) // without effect unless it has crashed
	})
	return k
}

// release closes a socket that nobody uses any more.
func (p *sockets) release(ctx context.Context, k *socket) {
	p.mu.Lock()
	k.users--
	isLast := k.users == 0
	if isLast && p.byKey[k.key] == k {
		delete(p.byKey, k.key)
	}
	p.mu.Unlock()
	if !isLast {
		return
	}
	k.giveUp()
	<-k.ready
	if k.conn == nil {
		return
	}
	telemetry.Go(context.WithoutCancel(ctx), k.client.options.Log, "close a subgraph socket", func() error {
		k.conn.Close(websocket.StatusNormalClosure, "") // it may be closed already
		return nil
	}, nil)
}

// forget lets the next subscription open another socket.
func (p *sockets) forget(k *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byKey[k.key] == k {
		delete(p.byKey, k.key)
	}
}

// run opens the socket and reads it until it closes.
func (k *socket) run(ctx, opening context.Context) {
	if k.openFirst(opening); k.openEnding.err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	beating := make(chan struct{})
	telemetry.Go(ctx, k.client.options.Log, "subgraph heartbeat", func() error { k.beat(ctx); return nil }, func(error) { close(beating) })
	end := k.read(ctx)
	k.subgraph.sockets.forget(k)
	k.close(end)
	k.conn.CloseNow() // it may be closed already
	cancel()
	<-beating
}

// openFirst lets those go on who wait for the connection, also when opening it crashes.
func (k *socket) openFirst(ctx context.Context) {
	defer close(k.ready)
	k.openEnding = lost(false, errCrashed)
	k.openEnding = k.open(ctx)
}

// open connects, introduces the router and waits until the subgraph takes it.
func (k *socket) open(ctx context.Context) ending {
	request := &http.Request{Method: http.MethodGet, URL: k.subgraph.streams, Header: k.header.Clone()}
	if k.subgraph.key != nil {
		k.subgraph.key.Sign(request, nil, time.Now())
	}
	conn, response, err := websocket.Dial(ctx, k.subgraph.streams.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     k.client.options.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader: request.Header, Subprotocols: []string{graphqlws.Subprotocol},
	})
	if err != nil {
		if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
			return badStatus(response.StatusCode)
		}
		return lost(false, err)
	}
	conn.SetReadLimit(k.subgraph.config.MaxAnswerBytes)
	if conn.Subprotocol() != graphqlws.Subprotocol {
		conn.Close(websocket.StatusProtocolError, "") // what matters is returned
		return refusedSocket("it does not speak " + graphqlws.Subprotocol)
	}
	if err := k.introduce(ctx, conn); err != nil {
		conn.CloseNow()
		return k.socketEnding(false, err)
	}
	k.conn = conn
	return ending{}
}

// introduce sends the token, for subgraphs that read it there instead of in the headers, and waits for the answer.
func (k *socket) introduce(ctx context.Context, conn *websocket.Conn) error {
	hello := graphqlws.Message{Type: graphqlws.ConnectionInit, Payload: json.RawMessage("{}")}
	if values := k.header["Authorization"]; len(values) > 0 {
		hello.Payload, _ = json.Marshal(map[string]string{"Authorization": values[0]}) // strings always can be written
	}
	if err := conn.Write(ctx, websocket.MessageText, hello.Append(nil)); err != nil {
		return err
	}
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		m, err := graphqlws.Parse(data)
		switch {
		case err != nil:
			return err
		case m.Type == graphqlws.ConnectionAck:
			return nil
		case m.Type == graphqlws.Ping:
			if err := conn.Write(ctx, websocket.MessageText, graphqlws.Message{Type: graphqlws.Pong}.Append(nil)); err != nil {
				return err
			}
		case m.Type != graphqlws.Pong:
			return fmt.Errorf("the message %q came before the connection was acknowledged", m.Type)
		}
	}
}

// read hands messages to the subscriptions until the socket closes, and says how.
func (k *socket) read(ctx context.Context) ending {
	for {
		_, data, err := k.conn.Read(ctx)
		if err != nil {
			return k.socketEnding(true, err)
		}
		m, err := graphqlws.Parse(data)
		if err != nil {
			k.conn.Close(graphqlws.BadMessage, err.Error()) // what matters is returned
			return lost(true, err)
		}
		switch m.Type {
		case graphqlws.Ping:
			err = k.write(ctx, graphqlws.Message{Type: graphqlws.Pong, Payload: m.Payload})
		case graphqlws.Next:
			k.next(m.ID, bytes.Clone(m.Payload))
		case graphqlws.Error:
			k.next(m.ID, append(append([]byte(`{"errors":`), m.Payload...), '}'))
			k.end(m.ID, ending{hasBegun: true})
		case graphqlws.Complete:
			k.end(m.ID, ending{hasBegun: true})
		default: // a pong, or what only a client says
		}
		if err != nil {
			return lost(true, err)
		}
	}
}

// next gives a subscription an event. A message for one that has left is late and no mistake.
func (k *socket) next(id string, event []byte) {
	k.mu.Lock()
	l := k.links[id]
	k.mu.Unlock()
	if l != nil && !l.subscription.push(event) {
		k.end(id, ending{err: ErrTooSlow, hasBegun: true})
	}
}

// end tells a subscription that there are no more events.
func (k *socket) end(id string, end ending) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l := k.links[id]; l != nil {
		delete(k.links, id)
		l.ended <- end
		if errors.Is(end.err, ErrTooSlow) {
			k.links[id] = nil // the subgraph does not know yet, and unsubscribe will say so
		}
	}
}

// close ends all subscriptions, and takes no more.
func (k *socket) close(end ending) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.isClosed = true
	for id, l := range k.links {
		delete(k.links, id)
		if l != nil {
			l.ended <- end
		}
	}
}

var errSocketClosed = errors.New("the connection was closed")

// subscribe begins a subscription.
func (k *socket) subscribe(ctx context.Context, s *Subscription) (*link, error) {
	k.mu.Lock()
	if k.isClosed {
		k.mu.Unlock()
		return nil, errSocketClosed
	}
	k.last++
	l := &link{id: strconv.Itoa(k.last), subscription: s, ended: make(chan ending, 1)}
	k.links[l.id] = l
	k.mu.Unlock()
	err := k.write(ctx, graphqlws.Message{Type: graphqlws.Subscribe, ID: l.id, Payload: s.body})
	if err != nil {
		k.mu.Lock()
		delete(k.links, l.id)
		k.mu.Unlock()
	}
	return l, err
}

// unsubscribe tells the subgraph that nobody listens any more, unless it has ended the subscription itself.
func (k *socket) unsubscribe(ctx context.Context, l *link) {
	k.mu.Lock()
	_, isOpen := k.links[l.id]
	delete(k.links, l.id)
	k.mu.Unlock()
	if isOpen {
		_ = k.write(ctx, graphqlws.Message{Type: graphqlws.Complete, ID: l.id}) // a connection that is lost has ended it too
	}
}

// write sends a message within the subgraph's timeout. A client that goes must not take the connection of others with
// it, so ctx is for its values only.
func (k *socket) write(ctx context.Context, m graphqlws.Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.subgraph.config.Timeout)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, m.Append(nil))
}

// beat asks the subgraph at intervals whether it is there, and cuts the connection when it is not.
func (k *socket) beat(ctx context.Context) {
	interval := k.subgraph.config.Subscriptions.Heartbeat
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		asking, cancel := context.WithTimeout(ctx, interval)
		err := k.conn.Ping(asking)
		cancel()
		if err != nil {
			k.conn.CloseNow()
			return
		}
	}
}

// socketEnding says what an error of the connection means. Who closes with a code of the protocol will do so again.
func (k *socket) socketEnding(hasBegun bool, err error) ending {
	switch code := websocket.CloseStatus(err); {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return ending{err: &graph.FetchError{Reason: graph.TooLarge, Err: err}, hasBegun: hasBegun}
	case code >= 4400 && code < 4500, code == websocket.StatusPolicyViolation, code == websocket.StatusUnsupportedData:
		return refusedSocket(fmt.Sprintf("it closed the connection with code %d", code))
	}
	return lost(hasBegun, err)
}

func refusedSocket(why string) ending {
	return ending{err: &graph.FetchError{
		Reason: graph.BadAnswer, Message: "the subgraph refused the subscription", Err: errors.New("the subgraph refused the subscription: " + why),
	}}
}
