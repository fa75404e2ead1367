package execute

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

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
	running := 0
	for i := range x.calls {
		if len(x.plan.fetches[i].DependsOn) == 0 {
			running += x.start(ctx, i)
		}
	}
	for ; running > 0; running-- {
		o := <-x.results
		x.receive(&x.plan.fetches[o.fetch], &x.calls[o.fetch], o.response, o.err)
		running += x.end(ctx, o.fetch)
	}
}

// start starts one fetch and returns how many calls are running because of it.
func (x *Execution) start(ctx context.Context, i int) int {
	f, c := &x.plan.fetches[i], &x.calls[i]
	if !x.isOn(f.When) || !x.prepare(f, c) {
		return x.end(ctx, i)
	}
	if x.in.Event != nil && f.Operation == plan.Subscription {
		x.receive(f, c, *x.in.Event, nil)
		return x.end(ctx, i)
	}
	goFetch(ctx, x.in.Fetcher, &c.request, x.results)
	return 1
}

// end is called when fetch i has ended; it starts those that waited for it last.
func (x *Execution) end(ctx context.Context, i int) int {
	running := 0
	for _, d := range x.plan.fetches[i].dependents {
		c := &x.calls[d]
		if c.waiting--; c.waiting == 0 {
			running += x.start(ctx, d)
		}
	}
	return running
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
