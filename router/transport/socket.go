package transport

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/graphqlws"
	"github.com/weft-graph/weft/router/telemetry"
)

// IsUpgrade reports whether the request wants to become a WebSocket.
func IsUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// CheckOrigin refuses a WebSocket that a page of another site opens: browsers let every page open one, and send the
// user's cookies with it. A page's origin must be the router's own or one of the origins, exactly. Programs that are no
// browsers send no origin.
func CheckOrigin(r *http.Request, origins []string) *Refusal {
	values := r.Header["Origin"]
	if len(values) == 0 {
		return nil
	}
	if len(values) == 1 {
		for _, origin := range origins {
			if values[0] == origin {
				return nil
			}
		}
		if u, err := url.Parse(values[0]); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
			return nil
		}
	}
	return refuse(http.StatusForbidden, gqlerr.ForgeryPrevented,
		"A page of another origin may not open a WebSocket: add its exact origin to cors.origins in the router's configuration.")
}

// CloseError says why the router closes a WebSocket, as the cause of its context's end.
type CloseError struct {
	// Code is the close code, Reason a sentence of at most 123 bytes.
	Code   int
	Reason string
	// Patience is how long operations may take to finish before.
	Patience time.Duration
}

// Error names the code and the reason.
func (e *CloseError) Error() string {
	return "closed with code " + strconv.Itoa(e.Code) + ": " + e.Reason
}

// SocketOptions are what a WebSocket needs of the router.
type SocketOptions struct {
	Config StreamConfig
	// MaxMessageBytes is the longest message that is read.
	MaxMessageBytes int64
	Log             *slog.Logger
	// Init says whether the connection is accepted; payload is a JSON object, or nil.
	Init func(ctx context.Context, payload []byte) *Refusal
	// Run answers one operation. It returns when the operation is over, and soon after ctx has ended.
	Run func(ctx context.Context, request *Request, out *SocketStream)
}

// socket is one WebSocket of a client that speaks graphql-transport-ws.
type socket struct {
	conn    *websocket.Conn
	options SocketOptions
	// hasInit and isReady belong to the goroutine that reads; acknowledged is closed with isReady.
	hasInit, isReady bool
	acknowledged     chan struct{}

	mu      sync.Mutex
	streams map[string]*SocketStream
	// running counts the operations whose goroutines have not ended. While isDraining no further one begins, and idle is
	// closed when the last one ends.
	running    int
	isDraining bool
	idle       chan struct{}
}

// ServeSocket makes a WebSocket of the request and answers its operations until one side closes it. When ctx ends with a
// *CloseError for its cause, the client is told so.
func ServeSocket(ctx context.Context, w http.ResponseWriter, r *http.Request, options SocketOptions) {
	// CheckOrigin has looked at the origin.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{graphqlws.Subprotocol}, InsecureSkipVerify: true})
	if err != nil {
		return // it has written why
	}
	defer conn.CloseNow()
	if conn.Subprotocol() != graphqlws.Subprotocol {
		conn.Close(graphqlws.SubprotocolNotAcceptable, "Subprotocol not acceptable: use "+graphqlws.Subprotocol)
		return
	}
	conn.SetReadLimit(options.MaxMessageBytes)
	k := &socket{conn: conn, options: options, acknowledged: make(chan struct{}), idle: make(chan struct{}), streams: map[string]*SocketStream{}}
	keeping := make(chan struct{})
	// Reading must not end with ctx, or the connection would break before the client was told why.
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	telemetry.Go(inner, options.Log, "socket keeper", func() error { k.keep(ctx, inner); return nil }, func(error) { close(keeping) })
	if closing := k.read(inner); closing != nil {
		conn.Close(websocket.StatusCode(closing.Code), closing.Reason) // the client may be gone
	}
	cancel()
	<-keeping
	<-k.drain()
}

// drain takes no further operations. The channel is closed when those that run have ended.
func (k *socket) drain() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.isDraining && k.running == 0 {
		close(k.idle)
	}
	k.isDraining = true
	return k.idle
}

// begin counts an operation, unless it may not run any more.
func (k *socket) begin() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.isDraining {
		return false
	}
	k.running++
	return true
}

// finish is called when an operation that began has ended.
func (k *socket) finish() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running--; k.isDraining && k.running == 0 {
		close(k.idle)
	}
}

// keep closes a connection that the router has to end, one that does not introduce itself, and one that does not answer.
func (k *socket) keep(outer, inner context.Context) {
	init := time.NewTimer(k.options.Config.InitTimeout)
	defer init.Stop()
	ticks := time.NewTicker(k.options.Config.Heartbeat)
	defer ticks.Stop()
	acknowledged := k.acknowledged
	for {
		select {
		case <-inner.Done():
			return
		case <-outer.Done():
			k.goAway(context.Cause(outer), inner)
			return
		case <-acknowledged:
			init.Stop()
			acknowledged = nil
		case <-init.C:
			k.conn.Close(graphqlws.InitTimeout, "Connection initialisation timeout")
			return
		case <-ticks.C:
			// While an answer is waited for the router may have to end the connection.
			asking, cancel := context.WithTimeout(outer, k.options.Config.Heartbeat)
			err := k.conn.Ping(asking)
			cancel()
			if err != nil && outer.Err() == nil {
				k.conn.CloseNow()
				return
			}
		}
	}
}

// goAway closes the connection when the operations that run have ended: a client would run a mutation again.
func (k *socket) goAway(cause error, inner context.Context) {
	closing := &CloseError{Code: int(websocket.StatusGoingAway), Reason: "The connection is over."}
	errors.As(cause, &closing)
	patience := time.NewTimer(closing.Patience)
	defer patience.Stop()
	select {
	case <-k.drain():
	case <-patience.C:
	case <-inner.Done():
	}
	k.conn.Close(websocket.StatusCode(closing.Code), closing.Reason) // the client may be gone
}

// read takes the client's messages until the connection is over. It returns how to close it, or nil if it is closed.
func (k *socket) read(ctx context.Context) *CloseError {
	for {
		kind, data, err := k.conn.Read(ctx)
		if err != nil {
			return nil
		}
		if kind != websocket.MessageText {
			return &CloseError{Code: graphqlws.BadMessage, Reason: "Messages must be text"}
		}
		m, err := graphqlws.Parse(data)
		if err != nil {
			return &CloseError{Code: graphqlws.BadMessage, Reason: "Invalid message: " + err.Error()}
		}
		if closing := k.handle(ctx, m); closing != nil {
			return closing
		}
	}
}

// handle does what a message asks for.
func (k *socket) handle(ctx context.Context, m graphqlws.Message) *CloseError {
	switch m.Type {
	case graphqlws.ConnectionInit:
		return k.init(ctx, m.Payload)
	case graphqlws.Ping:
		k.write(graphqlws.Message{Type: graphqlws.Pong, Payload: m.Payload})
	case graphqlws.Pong:
	case graphqlws.Subscribe:
		return k.subscribe(ctx, m)
	case graphqlws.Complete:
		k.mu.Lock()
		out := k.streams[m.ID]
		delete(k.streams, m.ID)
		k.mu.Unlock()
		if out != nil {
			out.cancel()
		}
	default:
		return &CloseError{Code: graphqlws.BadMessage, Reason: "A client may not send this type of message"}
	}
	return nil
}

func (k *socket) init(ctx context.Context, payload []byte) *CloseError {
	if k.hasInit {
		return &CloseError{Code: graphqlws.TooManyInits, Reason: "Too many initialisation requests"}
	}
	k.hasInit = true
	if refusal := k.options.Init(ctx, payload); refusal != nil {
		return &CloseError{Code: graphqlws.Forbidden, Reason: clipReason(refusal.Message)}
	}
	k.isReady = true
	close(k.acknowledged)
	k.write(graphqlws.Message{Type: graphqlws.ConnectionAck})
	return nil
}

// maxReasonBytes is what RFC 6455, 5.5 leaves for the reason of a close.
const maxReasonBytes = 123

func clipReason(text string) string {
	if len(text) <= maxReasonBytes {
		return text
	}
	return strings.ToValidUTF8(text[:maxReasonBytes], "")
}

// subscribe starts an operation.
func (k *socket) subscribe(ctx context.Context, m graphqlws.Message) *CloseError {
	if !k.isReady {
		return &CloseError{Code: graphqlws.Unauthorized, Reason: "Unauthorized"}
	}
	// Of a refused operation nothing may be left: a connection can live long and bring many.
	ctx, cancel := context.WithCancel(ctx)
	out := &SocketStream{socket: k, id: m.ID, cancel: cancel}
	k.mu.Lock()
	exists := k.streams[m.ID] != nil
	most := k.options.Config.MaxPerConnection
	// What the client has ended may take a moment to stop. Without a bound of its own that moment would admit any number.
	isFull := len(k.streams) >= most || k.running >= 2*most
	if !exists {
		k.streams[m.ID] = out
	}
	k.mu.Unlock()
	request, refusal := ParseRequest(m.Payload)
	switch {
	case exists:
		cancel()
		return &CloseError{Code: graphqlws.SubscriberExists, Reason: clipReason("Subscriber for " + m.ID + " already exists")}
	case isFull:
		refusal = refuse(http.StatusTooManyRequests, gqlerr.TooManySubscriptions, "Too many operations run on this connection.")
		fallthrough
	case refusal != nil:
		cancel()
		out.Refuse(refusal)
		return nil
	}
	if !k.begin() {
		cancel()
		out.Refuse(refuse(http.StatusServiceUnavailable, gqlerr.Unavailable, "The router is stopping: connect again."))
		return nil
	}
	telemetry.Go(ctx, k.options.Log, "socket operation", func() error {
		k.options.Run(ctx, request, out)
		return nil
	}, func(err error) {
		if err != nil { // it has crashed
			out.Fail(gqlerr.List{{Message: "The router failed.", Code: gqlerr.Internal}})
		}
		out.leave()
		cancel()
		k.finish()
	})
	return nil
}

// write sends a message. When the client does not take it in time the connection is closed, which ends read.
func (k *socket) write(m graphqlws.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), k.options.Config.WriteTimeout)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, m.Append(nil))
}

// SocketStream writes the responses of one operation of a WebSocket.
type SocketStream struct {
	socket *socket
	id     string
	cancel context.CancelFunc
}

// Next writes a response. The error says that the client did not take it, or has ended the operation.
func (s *SocketStream) Next(body []byte) error {
	if !s.isOpen() {
		return errOver
	}
	return s.socket.write(graphqlws.Message{Type: graphqlws.Next, ID: s.id, Payload: body})
}

// Fail ends the operation with errors, unless it is over.
func (s *SocketStream) Fail(errs gqlerr.List) {
	if s.leave() {
		_ = s.socket.write(graphqlws.Message{Type: graphqlws.Error, ID: s.id, Payload: errs.Append(nil)}) // or the client is gone
	}
}

// Refuse ends the operation with a refusal.
func (s *SocketStream) Refuse(refusal *Refusal) {
	s.Fail(gqlerr.List{{Message: refusal.Message, Code: refusal.Code}})
}

// GoAway ends the operation without a word: the connection is about to close, and clients open it and their
// subscriptions again then, which they do not after an error.
func (s *SocketStream) GoAway(gqlerr.List) { s.leave() }

// End says that there are no further responses, unless the operation is over.
func (s *SocketStream) End() {
	if s.leave() {
		_ = s.socket.write(graphqlws.Message{Type: graphqlws.Complete, ID: s.id}) // or the client is gone
	}
}

func (s *SocketStream) isOpen() bool {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	return s.socket.streams[s.id] == s
}

// leave makes the id free for another operation, before the client is told that it is.
func (s *SocketStream) leave() bool {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	isOpen := s.socket.streams[s.id] == s
	if isOpen {
		delete(s.socket.streams, s.id)
	}
	return isOpen
}
