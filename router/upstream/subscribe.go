package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
)

// ErrTooSlow is the error of a Subscription whose events came faster than Next was called.
var ErrTooSlow = errors.New("events came faster than they were taken")

// Subscription is the source stream of one client's subscription: the events of one subgraph, in order. A stream that
// breaks is opened again, after a pause that grows, for as long as the client stays; what happened meanwhile is the
// subgraph's to tell in the first event. One that cannot be opened at first has failed.
type Subscription struct {
	client   *Client
	subgraph *subgraph
	// header is that of the request, without signature; body is the GraphQL request.
	header http.Header
	body   []byte

	// events has room for the events that may wait.
	events chan []byte
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set
	err    error
}

// ending says how one attempt to read a stream ended.
type ending struct {
	// err is nil when the subgraph has completed the stream.
	err error
	// hasBegun is set when the subgraph took the subscription; mayReturn when another attempt makes sense.
	hasBegun, mayReturn bool
}

// Subscribe opens the source stream that req asks for. Close the Subscription after use.
func (c *Call) Subscribe(ctx context.Context, req *graph.FetchRequest) (*Subscription, error) {
	s := c.client.subgraphs[req.Subgraph]
	if s == nil {
		return nil, &graph.FetchError{Reason: graph.Crashed, Err: fmt.Errorf("no subgraph %q", req.Subgraph)}
	}
	c.fetches.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	sub := &Subscription{
		client: c.client, subgraph: s, header: c.header(s), body: req.Body, cancel: cancel,
		events: make(chan []byte, s.config.Subscriptions.MaxWaiting), done: make(chan struct{}),
	}
	telemetry.Go(ctx, c.client.options.Log, "subscription", func() error { return sub.run(ctx) }, func(err error) {
		sub.err = err
		close(sub.done)
	})
	return sub, nil
}

// Next waits for the next event, a GraphQL response. The error is io.EOF when the subgraph has completed the stream,
// ErrTooSlow, a *graph.FetchError when there can be no further event, or the cause for which ctx ended.
func (s *Subscription) Next(ctx context.Context) (graph.FetchResponse, error) {
	select {
	case event := <-s.events:
		return s.response(ctx, event), nil
	case <-ctx.Done():
		return graph.FetchResponse{}, context.Cause(ctx)
	case <-s.done:
	}
	select {
	case event := <-s.events: // which came before the end
		return s.response(ctx, event), nil
	default:
	}
	if ctx.Err() != nil { // which has ended the stream too, and the cause says more
		return graph.FetchResponse{}, context.Cause(ctx)
	}
	var failure *graph.FetchError
	if errors.As(s.err, &failure) {
		return graph.FetchResponse{}, s.client.explain(failure)
	}
	return graph.FetchResponse{}, s.err
}

// Close ends the subscription at the subgraph.
func (s *Subscription) Close() {
	s.cancel()
	<-s.done
}

// response masks the errors of an event that clients must not see.
func (s *Subscription) response(ctx context.Context, event []byte) graph.FetchResponse {
	if bytes.Contains(event, errorsKey) {
		event = s.client.handleErrors(ctx, s.subgraph, event)
	}
	return graph.FetchResponse{Body: event}
}

// push keeps an event for Next. It reports false when too many wait already: who reads the connection must not wait for
// one slow client, as others share it.
func (s *Subscription) push(event []byte) bool {
	select {
	case s.events <- event:
		return true
	default:
		return false
	}
}

// minBackoff is the first pause before a lost stream is opened again; each further one is twice as long.
const minBackoff = 100 * time.Millisecond

// run reads the stream, and opens it again as often as it breaks.
func (s *Subscription) run(ctx context.Context) error {
	config := s.subgraph.config.Subscriptions
	hasBegun := false
	for pause := minBackoff; ; {
		started := time.Now()
		end := s.read(ctx)
		hasBegun = hasBegun || end.hasBegun
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case end.err == nil:
			return io.EOF
		case !end.mayReturn || !hasBegun:
			return end.err
		}
		if end.hasBegun && time.Since(started) > config.MaxBackoff {
			pause = minBackoff
		}
		level := slog.LevelDebug // of further attempts
		if end.hasBegun {
			level = slog.LevelWarn
		}
		s.client.options.Log.Log(ctx, level, "a subscription was cut off from its subgraph and is opened again",
			"subgraph", s.subgraph.name, "url", s.subgraph.streams.Redacted(), "after", pause.String(), "error", end.err.Error())
		// Of many that were cut off at once not all return at once.
		wait := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-wait.C:
		}
		pause = min(2*pause, config.MaxBackoff)
		s.client.options.Reopened.Add(1)
	}
}

// read opens the stream once and reads it to its end.
func (s *Subscription) read(ctx context.Context) ending {
	if s.subgraph.config.Subscriptions.Protocol == EventStream {
		return s.readStream(ctx)
	}
	return s.readSocket(ctx)
}

// lost is the ending of a stream that broke, or that could not be opened now.
func lost(hasBegun bool, err error) ending {
	return ending{err: &graph.FetchError{Reason: graph.Unreachable, Err: err}, hasBegun: hasBegun, mayReturn: true}
}

// badStatus is the ending of a stream that the subgraph refused to open. One that is overloaded or starting may take it
// later.
func badStatus(status int) ending {
	later := status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
	return ending{err: &graph.FetchError{Reason: graph.BadStatus, Status: status}, mayReturn: later}
}
