package execute

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/weft-graph/weft/graph/internal/plan"
)

// outcome is how a call ended.
type outcome struct {
	fetch    int
	response FetchResponse
	err      error
}

// schedule runs every fetch of the plan. A fetch starts when those that it depends on have ended,
// whatever became of them; one that nobody needs ends at once.
func (x *Execution) schedule(ctx context.Context) {
	for i := range x.calls {
		if x.plan.fetches[i].precedents == 0 {
			x.start(i)
		}
	}
	for running := 0; running+len(x.ready) > 0; running-- {
		o := x.next(ctx, running)
		running += len(x.ready)
		x.ready = x.ready[:0]
		x.receive(&x.plan.fetches[o.fetch], &x.calls[o.fetch], o.response, o.err)
		x.end(o.fetch)
	}
}

// next sends what is ready and waits until a call has ended. A call that is alone is made right
// here: there is nothing else to do meanwhile.
func (x *Execution) next(ctx context.Context, running int) outcome {
	if s, ok := x.in.Fetcher.(Sequencer); ok {
		return x.nextOf(ctx, s)
	}
	if running == 0 && len(x.ready) == 1 {
		return fetchSafely(ctx, x.in.Fetcher, &x.calls[x.ready[0]].request)
	}
	for _, i := range x.ready {
		goFetch(ctx, x.in.Fetcher, &x.calls[i].request, x.results)
	}
	return <-x.results
}

// nextOf makes the call that a Sequencer wants to end next. The others wait to be sent.
func (x *Execution) nextOf(ctx context.Context, s Sequencer) outcome {
	x.waiting = append(x.waiting, x.ready...)
	requests := make([]*FetchRequest, len(x.waiting))
	for i, fetch := range x.waiting {
		requests[i] = &x.calls[fetch].request
	}
	chosen := s.Next(requests)
	x.waiting = slices.Delete(x.waiting, chosen, chosen+1)
	return fetchSafely(ctx, s, requests[chosen])
}

// start makes a fetch ready, or ends it if nobody needs it.
func (x *Execution) start(i int) {
	f, c := &x.plan.fetches[i], &x.calls[i]
	switch {
	case !x.isOn(f.When) || !x.prepare(f, c):
		x.end(i)
	case x.in.Event != nil && f.Operation == plan.Subscription:
		x.receive(f, c, *x.in.Event, nil)
		x.end(i)
	default:
		x.ready = append(x.ready, i)
	}
}

// end is called when fetch i has ended; it starts those that waited for it last.
func (x *Execution) end(i int) {
	for _, d := range x.plan.fetches[i].dependents {
		c := &x.calls[d]
		if c.waiting--; c.waiting == 0 {
			x.start(d)
		}
	}
}

// goFetch calls a subgraph in a goroutine of its own: the only place of the engine that starts one.
// results has room for every call of a run, so that the goroutine never waits for its owner.
func goFetch(ctx context.Context, fetcher Fetcher, request *FetchRequest, results chan<- outcome) {
	go func() { results <- fetchSafely(ctx, fetcher, request) }()
}

// fetchSafely calls a subgraph; a panic fails the call and nothing else.
func fetchSafely(ctx context.Context, fetcher Fetcher, request *FetchRequest) (o outcome) {
	o.fetch = request.Fetch
	defer func() {
		if p := recover(); p != nil {
			o.err = &FetchError{Reason: Crashed, Err: fmt.Errorf("panic while calling subgraph %s: %v\n%s", request.Subgraph, p, debug.Stack())}
		}
	}()
	o.response, o.err = fetcher.Fetch(ctx, request)
	return o
}

// asFetchError finds what a Fetcher's error says, and gives other errors a reason.
func asFetchError(err error) *FetchError {
	var fetch *FetchError
	if errors.As(err, &fetch) {
		return fetch
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &FetchError{Reason: Timeout, Err: err}
	}
	return &FetchError{Reason: Unreachable, Err: err}
}
