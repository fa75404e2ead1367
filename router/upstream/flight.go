package upstream

import (
	"bytes"
	"context"
	"hash/maphash"
	"net/http"
	"slices"
	"sync"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
)

// flights are the queries to one subgraph that are under way and may be joined.
type flights struct {
	mu     sync.Mutex
	byHash map[uint64][]*flight
}

// flight is one request to a subgraph for all who want the same. It lives for as long as one of them waits, and each
// waits until its own deadline.
//
// A write to any subgraph begins a new epoch when it is sent and another when it has ended: only flights of the current
// epoch are joined, so that nobody reads a state from before their own write.
type flight struct {
	key   []byte
	epoch uint64
	hash  uint64
	done  chan struct{} // closed when got and err are set

	cancel  context.CancelFunc
	waiting int // guarded by flights.mu; 0 cancels the flight

	got *answer
	err error
}

var seed = maphash.MakeSeed()

// notInKey are headers that differ between requests that mean the same: they trace one request, and the subgraph's
// answer does not depend on them.
var notInKey = []string{telemetry.RequestIDHeader, "X-Forwarded-For", "Traceparent", "Tracestate"}

// flightKey writes everything that an answer may depend on. The URL is that of the subgraph, which owns its flights.
func flightKey(header http.Header, body []byte) []byte {
	names := make([]string, 0, len(header))
	size := len(body) + 1
	for name, values := range header {
		if !slices.Contains(notInKey, name) {
			names = append(names, name)
			for _, value := range values {
				size += len(name) + len(value) + 2
			}
		}
	}
	slices.Sort(names)
	key := make([]byte, 0, size)
	for _, name := range names {
		for _, value := range header[name] {
			key = append(append(append(append(key, name...), ':'), value...), '\n')
		}
	}
	return append(append(key, '\n'), body...)
}

// join sends a query, or waits for an identical one that is in flight. An answer that is for one caller only is not
// handed to the others: they send their own.
func (c *Client) join(ctx context.Context, s *subgraph, out outgoing) (*answer, error) {
	key := flightKey(out.header, out.body)
	hash := maphash.Bytes(seed, key)
	f, isFirst := s.flights.enter(key, hash, c.epoch.Load())
	if isFirst {
		c.launch(ctx, s, f, out)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		s.flights.leave(f)
		return nil, callFailed(ctx, ctx.Err())
	}
	if f.err != nil {
		return nil, f.err
	}
	if !isFirst && f.got.isPrivate {
		f.got.release()
		return c.roundTrip(ctx, s, graph.Query, out)
	}
	return f.got, nil
}

// enter returns the flight for a key, a new one if none of this epoch is under way.
func (f *flights) enter(key []byte, hash, epoch uint64) (joined *flight, isFirst bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, other := range f.byHash[hash] {
		if other.epoch == epoch && other.waiting > 0 && bytes.Equal(other.key, key) {
			other.waiting++
			return other, false
		}
	}
	mine := &flight{key: key, hash: hash, epoch: epoch, done: make(chan struct{}), waiting: 1}
	if f.byHash == nil {
		f.byHash = map[uint64][]*flight{}
	}
	f.byHash[hash] = append(f.byHash[hash], mine)
	return mine, true
}

// leave is called by who cannot wait any longer. The flight ends with the last.
func (f *flights) leave(left *flight) {
	f.mu.Lock()
	left.waiting--
	isLast, landed := left.waiting == 0, left.got != nil
	f.mu.Unlock()
	switch {
	case landed:
		left.got.release() // its answer came at the same moment
	case isLast:
		left.cancel()
	}
}

// land takes a flight off the list and hands its answer to those who wait.
func (f *flights) land(landed *flight, got *answer, err error) {
	f.mu.Lock()
	list := slices.DeleteFunc(f.byHash[landed.hash], func(other *flight) bool { return other == landed })
	if len(list) == 0 {
		delete(f.byHash, landed.hash)
	} else {
		f.byHash[landed.hash] = list
	}
	if got != nil {
		if landed.waiting == 0 { // all have gone
			got.users.Store(1)
			got.release()
			got = nil
		} else {
			got.users.Store(int32(landed.waiting))
		}
	}
	landed.got, landed.err = got, err
	f.mu.Unlock()
	close(landed.done)
}

// launch sends the request of a flight in a goroutine of its own: its first caller may leave before the others. The
// body belongs to the caller, so the flight takes its copy from the key.
func (c *Client) launch(ctx context.Context, s *subgraph, f *flight, out outgoing) {
	flying, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel = cancel
	out = outgoing{header: out.header.Clone(), body: f.key[len(f.key)-len(out.body):]}
	var got *answer
	telemetry.Go(flying, c.options.Log, "upstream: fetch from "+s.name, func() (err error) {
		got, err = c.roundTrip(flying, s, graph.Query, out)
		return err
	}, func(err error) {
		cancel()
		s.flights.land(f, got, err)
	})
}
