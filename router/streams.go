package router

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// The causes for which the router ends what is open.
var (
	errStopping = errors.New("the router is stopping")
	errReloaded = errors.New("the router serves another graph now")
	errExpired  = errors.New("the token has expired")
)

// streams are the subscriptions and WebSockets that are open. The server knows neither how to end a stream nor that a
// WebSocket is open.
type streams struct {
	mu            sync.Mutex
	isStopping    bool
	subscriptions map[*openStream]struct{}
	sockets       map[*openStream]struct{}
	// empty is closed when the last socket is gone after stop.
	empty chan struct{}
	// begun, events and ended count subscriptions, their responses, and why they ended, by endings' index; reopened counts
	// attempts to open a lost stream of a subgraph again.
	begun, events, reopened atomic.Uint64
	ended                   [len(endings)]atomic.Uint64
}

// openStream is a subscription, with the graph that it runs on, or a WebSocket, without one.
type openStream struct {
	now *snapshot
	end context.CancelCauseFunc
}

// ending is why a subscription has ended, for the metrics.
type ending int

const (
	endedComplete ending = iota
	endedByClient
	endedBySubgraph
	endedTooSlow
	endedUnauthorized
	endedReload
	endedStop
	endedCrash
)

// endings are their names.
var endings = [...]string{
	endedComplete: "complete", endedByClient: "client", endedBySubgraph: "subgraph", endedTooSlow: "too_slow",
	endedUnauthorized: "unauthorized", endedReload: "reload", endedStop: "stop", endedCrash: "crash",
}

func newStreams() *streams {
	return &streams{
		subscriptions: map[*openStream]struct{}{}, sockets: map[*openStream]struct{}{}, empty: make(chan struct{}),
	}
}

// subscribe counts a subscription. It reports false when there are max already. The context ends with the cause for which
// the router ends the subscription; leave is to be called once it has ended.
func (s *streams) subscribe(ctx context.Context, now *snapshot, most int) (streaming context.Context, leave func(), ok bool) {
	ctx, end := context.WithCancelCause(ctx)
	stream := &openStream{now: now, end: end}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.subscriptions) >= most {
		end(nil)
		return ctx, nil, false
	}
	s.subscriptions[stream] = struct{}{}
	s.begun.Add(1)
	if s.isStopping {
		end(errStopping)
	}
	return ctx, func() {
		end(nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subscriptions, stream)
	}, true
}

// connect counts a WebSocket; like subscribe. The context ends with stop.
func (s *streams) connect(ctx context.Context, most int) (connected context.Context, leave func(), ok bool) {
	ctx, end := context.WithCancelCause(ctx)
	stream := &openStream{end: end}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) >= most || s.isStopping {
		end(nil)
		return ctx, nil, false
	}
	s.sockets[stream] = struct{}{}
	return ctx, func() {
		end(nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sockets, stream)
		if s.isStopping && len(s.sockets) == 0 {
			close(s.empty)
		}
	}, true
}

// reload ends the subscriptions that run on another graph than now.
func (s *streams) reload(now *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for stream := range s.subscriptions {
		if stream.now != now {
			stream.end(errReloaded)
		}
	}
}

// stop ends all subscriptions, and WebSockets with the cause closing.
func (s *streams) stop(closing error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isStopping {
		return
	}
	s.isStopping = true
	for stream := range s.subscriptions {
		stream.end(errStopping)
	}
	for stream := range s.sockets {
		stream.end(closing)
	}
	if len(s.sockets) == 0 {
		close(s.empty)
	}
}

// wait waits for the last WebSocket after stop, or for the end of ctx.
func (s *streams) wait(ctx context.Context) error {
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// count returns how many subscriptions and WebSockets are open.
func (s *streams) count() (subscriptions, sockets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.subscriptions), len(s.sockets)
}
