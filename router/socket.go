package router

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/transport"
)

// serveSocket makes a WebSocket of a request and answers the operations that come over it.
func (r *Router) serveSocket(w http.ResponseWriter, req *http.Request) {
	requestID := telemetry.RequestIDOf(req)
	w.Header()[telemetry.RequestIDHeader] = []string{requestID}
	ctx := telemetry.WithRequestID(req.Context(), requestID)
	if refusal := transport.CheckOrigin(req, r.config.CORS.Origins); refusal != nil {
		refuse(w, req, refusal)
		return
	}
	ctx, leave, ok := r.streams.connect(ctx, r.config.Subscriptions.MaxConnections)
	if !ok {
		refuse(w, req, &transport.Refusal{
			Status: http.StatusServiceUnavailable, Code: gqlerr.TooManySubscriptions,
			Message: "Too many WebSockets are open, or the router is stopping: try again later.", Header: http.Header{"Retry-After": {"10"}},
		})
		return
	}
	defer leave()
	// What a client says in its first message counts for all operations of the connection.
	caller := req.Clone(ctx)
	_ = telemetry.Recover(ctx, r.log, "socket", func() error {
		transport.ServeSocket(ctx, w, req, transport.SocketOptions{
			Config: r.config.Subscriptions, MaxMessageBytes: r.config.Limits.MaxBodyBytes, Log: r.log,
			Init: func(ctx context.Context, payload []byte) *transport.Refusal {
				return r.initSocket(ctx, caller, payload)
			},
			Run: func(ctx context.Context, request *transport.Request, out *transport.SocketStream) {
				r.answerSocket(ctx, caller, request, out)
			},
		})
		return nil
	})
}

// initSocket takes the credential of a connection, and refuses one that is not good before anything is asked with it.
func (r *Router) initSocket(ctx context.Context, caller *http.Request, payload []byte) *transport.Refusal {
	if credential := authorizationIn(payload); credential != "" {
		caller.Header.Set("Authorization", credential)
	}
	_, refusal := r.identify(ctx, caller)
	return refusal
}

// authorizationIn finds the credential in the payload of a connection's first message: a member Authorization, as pages
// cannot set headers of a WebSocket. Some clients put their headers into a member of their own.
func authorizationIn(payload []byte) string {
	var members map[string]json.RawMessage
	if len(payload) == 0 || json.Unmarshal(payload, &members) != nil {
		return ""
	}
	var nested string
	for name, value := range members {
		var text string
		switch {
		case strings.EqualFold(name, "Authorization") && json.Unmarshal(value, &text) == nil && text != "":
			return text
		case name == "headers" && len(value) > 0 && value[0] == '{':
			nested = authorizationIn(dropHeaders(value))
		}
	}
	return nested
}

// dropHeaders keeps an object in "headers" from having headers of its own, and so on for as deep as somebody likes.
func dropHeaders(object []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	delete(members, "headers")
	left, _ := json.Marshal(members) // what was JSON still is
	return left
}

// goingAway closes the WebSockets of a router that stops, when their operations have ended.
func (r *Router) goingAway() error {
	return &transport.CloseError{
		Code: int(websocket.StatusGoingAway), Reason: "The router is stopping: connect again.", Patience: r.config.Server.DrainTimeout,
	}
}
