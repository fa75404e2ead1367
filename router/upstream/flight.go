package upstream

import (
	"bytes"
	"context"
	"errors"
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

// flight is one request to a subgraph for all who want the same. The first caller sends it and the others wait, each
// until its own deadline. When the first has to leave, one of the others sends it again: that is rare, and cheaper for
// everybody else than a goroutine for each flight.
//
// A write to any subgraph begins a new epoch when it is sent and another when it has ended: only flights of the current
// epoch are joined, so that nobody reads a state from before their own write.
type flight struct {
	hash, epoch uint64
	// header and body are compared in full. body is the first caller's, which keeps it until the flight has landed.
	header, body []byte
	// waiting is guarded by flights.mu.
	waiting int

	done chan struct{} // closed when the fields below are set
	got  *answer
	err  error
	// isAbandoned is set when the first caller left before there was an answer.
	isAbandoned bool
}

var seed = maphash.MakeSeed()

// notInKey are headers that differ between requests that mean the same: they trace one request, and the subgraph's
// answer does not depend on them. The client's address is none of them: a subgraph may count calls by it, or answer by
// the country.
var notInKey = []string{telemetry.RequestIDHeader, "Traceparent", "Tracestate"}

// headerKey writes the headers that an answer may depend on. The URL is that of the subgraph, which owns its flights.
func headerKey(header http.Header) []byte {
	names := make([]string, 0, 16)
	size := 0
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
	return key
}

// join sends a query, or waits for an identical one that is in flight. An answer that is for one caller only is not
// handed to the others: they send their own.
func (c *Client) join(ctx context.Context, s *subgraph, out outgoing) (*answer, error) {
	header := headerKey(out.header)
	hash := maphash.Bytes(seed, header) ^ maphash.Bytes(seed, out.body)
	for {
		f, isFirst := s.flights.enter(flight{header: header, body: out.body, hash: hash, epoch: c.options.Epoch.writes.Load()})
		if isFirst {
			return c.lead(ctx, s, f, out)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			s.flights.leave(f)
			return nil, callFailed(ctx, ctx.Err())
		}
		switch {
		case f.isAbandoned:
			continue
		case f.err != nil:
			record(ctx, 0, true)
			return nil, f.err
		case f.got.isPrivate:
			f.got.release()
			return c.roundTrip(ctx, s, graph.Query, out)
		}
		record(ctx, f.got.httpStatus, true)
		return f.got, nil
	}
}

var errCrashed = errors.New("the call that was joined has failed")

// lead sends the request of a flight and hands the answer to those who wait, also when it panics.
func (c *Client) lead(ctx context.Context, s *subgraph, f *flight, out outgoing) (got *answer, err error) {
	err = errCrashed
	defer func() { s.flights.land(f, got, err, ctx.Err() != nil) }()
	return c.roundTrip(ctx, s, graph.Query, out)
}

// enter returns the flight that is under way for the same, or begins it.
func (f *flights) enter(mine flight) (joined *flight, isFirst bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, other := range f.byHash[mine.hash] {
		if other.epoch == mine.epoch && bytes.Equal(other.header, mine.header) && bytes.Equal(other.body, mine.body) {
			other.waiting++
			return other, false
		}
	}
	mine.waiting, mine.done = 1, make(chan struct{})
	if f.byHash == nil {
		f.byHash = map[uint64][]*flight{}
	}
	f.byHash[mine.hash] = append(f.byHash[mine.hash], &mine)
	return &mine, true
}

// leave is called by who cannot wait any longer.
func (f *flights) leave(left *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	left.waiting--
	if left.got != nil { // its answer came at the same moment
		left.got.release()
	}
}

// land takes a flight off the list and hands its answer to those who wait.
func (f *flights) land(landed *flight, got *answer, err error, isAbandoned bool) {
	f.mu.Lock()
	list := slices.DeleteFunc(f.byHash[landed.hash], func(other *flight) bool { return other == landed })
	if len(list) == 0 {
		delete(f.byHash, landed.hash)
	} else {
		f.byHash[landed.hash] = list
	}
	if err == nil {
		got.users.Store(int32(landed.waiting))
		landed.got = got
	}
	landed.err, landed.isAbandoned = err, err != nil && isAbandoned
	landed.header, landed.body = nil, nil
	f.mu.Unlock()
	close(landed.done)
}
