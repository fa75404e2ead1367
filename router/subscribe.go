package router

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/transport"
	"github.com/weft-graph/weft/router/upstream"
)

// stream is where the responses of one subscription go: an event stream, or an operation of a WebSocket.
type stream interface {
	// Next writes a response. The error says that nobody takes it.
	Next(body []byte) error
	// Fail ends the stream with errors, GoAway because the router stops, End without.
	Fail(errs gqlerr.List)
	GoAway(errs gqlerr.List)
	End()
}

// answerStream answers a subscription that came by HTTP, with an event stream.
func (r *Router) answerStream(ctx context.Context, op operation, out *transport.Responder, record *telemetry.Record) *transport.Refusal {
	if !transport.AcceptsEvents(op.req.Header["Accept"]) {
		return &transport.Refusal{
			Status: http.StatusNotAcceptable, Code: gqlerr.NotAcceptable,
			Message: "A subscription is answered with a stream: accept text/event-stream, or subscribe over a WebSocket.",
		}
	}
	// A stream has no deadline, unlike other requests.
	ctx, leave, refusal := r.subscribe(telemetry.WithRequestID(op.req.Context(), telemetry.RequestID(ctx)), op)
	if refusal != nil {
		return refusal
	}
	defer leave()
	events := out.Stream(ctx, r.config.Subscriptions, r.log)
	r.runSubscription(ctx, op, events, record)
	return nil
}

// subscribe counts a subscription and bounds its time: by the caller's token, by the graph that it runs on, by the
// router's.
func (r *Router) subscribe(ctx context.Context, op operation) (context.Context, func(), *transport.Refusal) {
	ctx, leave, ok := r.streams.subscribe(ctx, op.now, r.config.Subscriptions.Max)
	if !ok {
		return ctx, nil, &transport.Refusal{
			Status: http.StatusServiceUnavailable, Code: gqlerr.TooManySubscriptions,
			Message: "Too many subscriptions are open: try again later.", Header: http.Header{"Retry-After": {"10"}},
		}
	}
	if r.current.Load() != op.now { // it has changed since the operation was prepared, and before the stream was counted
		leave()
		return ctx, nil, unavailable("The graph has changed just now: try again.")
	}
	if op.identity.Expires.IsZero() {
		return ctx, leave, nil
	}
	ctx, cancel := context.WithDeadlineCause(ctx, op.identity.Expires, errExpired)
	return ctx, func() { cancel(); leave() }, nil
}

// runSubscription opens the source stream and answers its events until one side ends it. ctx is subscribe's.
func (r *Router) runSubscription(ctx context.Context, op operation, out stream, record *telemetry.Record) {
	source, only := op.prepared.Source(ctx, op.variables, op.fallen)
	if source == nil {
		record.Errors = only.Errors
		_ = out.Next(only.Body) // or the client is gone
		only.Release()
		r.streams.ended[endedComplete].Add(1)
		out.End()
		return
	}
	call := op.call(ctx, record)
	defer func() { record.Fetches += call.Fetches() }()
	subscription, err := call.Subscribe(ctx, source)
	if err != nil {
		r.endSubscription(ctx, source.Subgraph, out, err)
		return
	}
	defer subscription.Close()
	for {
		event, err := subscription.Next(ctx)
		if err == nil {
			err = r.answerEvent(ctx, op, out, event, record)
		}
		if err != nil {
			r.endSubscription(ctx, source.Subgraph, out, err)
			return
		}
	}
}

// clientError is the reason for which a subscription ends, as the client is told.
type clientError struct{ told *gqlerr.Error }

func (e clientError) Error() string { return e.told.Message }

// errClientGone is the reason for which a subscription ends that nobody listens to.
var errClientGone = errors.New("the client is gone")

// answerEvent runs the rest of the plan on one event. Who the caller is is asked anew: a session that has ended gets no
// further event.
func (r *Router) answerEvent(ctx context.Context, op operation, out stream, event graph.FetchResponse, record *telemetry.Record) error {
	if op.identity.Authenticated {
		switch identity, refusal := r.identify(ctx, op.req); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case refusal != nil:
			return clientError{&gqlerr.Error{Message: refusal.Message, Code: refusal.Code}}
		case identity.Outdated != "":
			return clientError{&gqlerr.Error{Message: identity.Outdated, Code: gqlerr.Unauthenticated}}
		case identity.Unchecked:
			return clientError{&gqlerr.Error{Message: "The token cannot be checked now: subscribe again later.", Code: gqlerr.Unavailable}}
		}
	}
	running, cancel := context.WithTimeout(ctx, r.config.Server.RequestTimeout)
	defer cancel()
	call := op.call(ctx, record)
	result := op.prepared.ExecuteEvent(running, op.variables, op.fallen, call, event)
	defer result.Release()
	if ctx.Err() != nil {
		return context.Cause(ctx) // what was fetched is half an answer
	}
	r.tellFailures(ctx, op.now, result.Failures)
	record.Events++
	record.Errors += result.Errors
	record.Fetches += call.Fetches()
	r.streams.events.Add(1)
	if err := out.Next(result.Body); err != nil {
		return errClientGone
	}
	return nil
}

// endSubscription tells the client why there are no further responses.
func (r *Router) endSubscription(ctx context.Context, subgraph string, out stream, err error) {
	why, told := reason(subgraph, err)
	r.streams.ended[why].Add(1)
	switch why {
	case endedComplete, endedByClient: // nobody may read it any more, but what writes to the client ends
		out.End()
		return
	case endedStop:
		out.GoAway(gqlerr.List{told})
		return
	case endedTooSlow, endedBySubgraph:
		r.log.WarnContext(ctx, "a subscription was ended", "subgraph", subgraph, "error", err.Error())
	case endedCrash:
		r.log.ErrorContext(ctx, "a subscription has failed", "subgraph", subgraph, "error", err.Error())
	case endedUnauthorized, endedReload:
	}
	out.Fail(gqlerr.List{told})
}

// reason says why a subscription ends with an error, and what the client is told.
func reason(subgraph string, err error) (ending, *gqlerr.Error) {
	var failure *graph.FetchError
	var told clientError
	switch {
	case errors.Is(err, io.EOF):
		return endedComplete, nil
	case errors.Is(err, errClientGone), errors.Is(err, context.Canceled):
		return endedByClient, nil
	case errors.Is(err, errStopping):
		return endedStop, &gqlerr.Error{Message: "The router is stopping: subscribe again.", Code: gqlerr.SubscriptionEnded}
	case errors.Is(err, errReloaded):
		return endedReload, &gqlerr.Error{Message: "The graph has changed: subscribe again.", Code: gqlerr.SubscriptionEnded}
	case errors.Is(err, errExpired):
		return endedUnauthorized, &gqlerr.Error{Message: "The token has expired: renew it and subscribe again.", Code: gqlerr.Unauthenticated}
	case errors.As(err, &told):
		return endedUnauthorized, told.told
	case errors.Is(err, upstream.ErrTooSlow):
		return endedTooSlow, &gqlerr.Error{Message: "Events came faster than they were taken: subscribe again.", Code: gqlerr.SubscriptionTooSlow}
	case errors.As(err, &failure):
		return endedBySubgraph, failure.ClientError(subgraph)
	}
	return endedCrash, &gqlerr.Error{Message: "The router failed.", Code: gqlerr.Internal}
}

// answerSocket answers an operation of a WebSocket. req is the handshake's request with the credential of the client.
func (r *Router) answerSocket(ctx context.Context, req *http.Request, request *transport.Request, out *transport.SocketStream) {
	started := time.Now()
	requestID := telemetry.NewRequestID()
	ctx = telemetry.WithRequestID(ctx, requestID)
	record := &telemetry.Record{
		Method: "WEBSOCKET", Path: req.URL.Path, Client: transport.ClientAddress(req, r.trusted), Status: http.StatusOK,
	}
	if refusal := r.runSocketOperation(ctx, req, request, out, record); refusal != nil {
		record.Status, record.Errors = refusal.Status, 1
		out.Refuse(refusal)
	}
	r.tell(ctx, record, time.Since(started))
}

// runSocketOperation is answer for an operation of a WebSocket: the stages are the same.
func (r *Router) runSocketOperation(ctx context.Context, req *http.Request, request *transport.Request, out *transport.SocketStream, record *telemetry.Record) *transport.Refusal {
	identity, refusal := r.identify(ctx, req)
	if refusal != nil {
		return refusal
	}
	op, errs, refusal := r.resolve(req, request, identity, record)
	if refusal != nil {
		return refusal
	}
	if errs == nil {
		op.variables, errs = op.prepared.Variables(request.Variables)
	}
	if errs != nil {
		record.Errors = len(errs)
		out.Fail(errs)
		return nil
	}
	if op.prepared.Kind() == graph.Subscription {
		ctx, leave, refusal := r.subscribe(ctx, op)
		if refusal == nil {
			defer leave()
			r.runSubscription(ctx, op, out, record)
		}
		return refusal
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.Server.RequestTimeout)
	defer cancel()
	call := op.call(ctx, record)
	result := op.prepared.Execute(ctx, op.variables, op.fallen, call)
	defer result.Release()
	r.tellFailures(ctx, op.now, result.Failures)
	record.Errors, record.Fetches, record.Bytes = result.Errors, call.Fetches(), len(result.Body)
	_ = out.Next(result.Body) // or the client is gone
	out.End()
	return nil
}
