package router

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
)

// metrics answers in Prometheus's text format, and with Go's profiles. It is for operators only, and so has a socket of
// its own.
func (r *Router) metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		var out exposition
		r.requests.write(&out)
		r.streams.write(&out)
		_, _ = w.Write([]byte(out.String())) // the scraper has gone if this fails
	})
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		getOnly(w, req, func() { mux.ServeHTTP(w, req) })
	})
}

// exposition is a text in Prometheus's format.
type exposition struct{ strings.Builder }

func (e *exposition) head(name, kind, help string) {
	fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// one writes a metric that has no labels.
func (e *exposition) one(name, kind, help string, value any) {
	e.head(name, kind, help)
	fmt.Fprintf(e, "%s %v\n", name, value)
}

// requests counts how requests were answered since the start. No label comes from a client, so their number is bounded.
type requests struct {
	// byStatus is indexed by HTTP status.
	byStatus   [600]atomic.Uint64
	withErrors atomic.Uint64
	// took counts answers by the first of durations that they kept within, the last those that kept within none.
	took        [len(durations) + 1]atomic.Uint64
	nanoseconds atomic.Int64

	mu     sync.Mutex
	failed map[failedCall]uint64
}

// durations are the bounds of the histogram, in seconds.
var durations = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// failedCall is how a call of a subgraph can fail.
type failedCall struct{ subgraph, reason string }

// reasons name the kinds of failures. A subgraph that answered with errors is none of them.
var reasons = map[graph.FailureReason]string{
	graph.Unreachable: "unreachable", graph.Timeout: "timeout", graph.TooLarge: "too_large", graph.BadStatus: "bad_status",
	graph.BadAnswer: "bad_answer", graph.TooManyRepresentations: "too_many_representations", graph.Crashed: "crashed",
}

// answered counts a request. How long a subscription is open says nothing about the router.
func (q *requests) answered(record *telemetry.Record, took time.Duration) {
	if record.Status > 0 && record.Status < len(q.byStatus) {
		q.byStatus[record.Status].Add(1)
	}
	if record.Errors > 0 {
		q.withErrors.Add(1)
	}
	if record.Kind == kindNames[graph.Subscription] {
		return
	}
	within := 0
	for within < len(durations) && took.Seconds() > durations[within] {
		within++
	}
	q.took[within].Add(1)
	q.nanoseconds.Add(int64(took))
}

// callFailed counts a call of a subgraph that had no answer.
func (q *requests) callFailed(subgraph string, err error) {
	var failure *graph.FetchError
	if !errors.As(err, &failure) {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil {
		q.failed = map[failedCall]uint64{}
	}
	q.failed[failedCall{subgraph, reasons[failure.Reason]}]++
}

func (q *requests) write(out *exposition) {
	out.head("weft_requests_total", "counter", "Requests that were answered, by HTTP status; an operation on a WebSocket counts as one.")
	for status := range q.byStatus {
		if n := q.byStatus[status].Load(); n > 0 {
			fmt.Fprintf(out, "weft_requests_total{status=\"%d\"} %d\n", status, n)
		}
	}
	out.one("weft_requests_with_errors_total", "counter", "Requests whose answer had GraphQL errors.", q.withErrors.Load())
	out.head("weft_request_seconds", "histogram", "How long requests took that are no subscriptions.")
	var n uint64
	for i := range q.took {
		n += q.took[i].Load()
		bound := "+Inf"
		if i < len(durations) {
			bound = fmt.Sprint(durations[i])
		}
		fmt.Fprintf(out, "weft_request_seconds_bucket{le=%q} %d\n", bound, n)
	}
	fmt.Fprintf(out, "weft_request_seconds_sum %g\nweft_request_seconds_count %d\n", time.Duration(q.nanoseconds.Load()).Seconds(), n)
	out.head("weft_subgraph_failures_total", "counter", "Calls of subgraphs that had no answer, by subgraph and reason.")
	q.mu.Lock()
	defer q.mu.Unlock()
	var calls []failedCall
	for call := range q.failed {
		calls = append(calls, call)
	}
	slices.SortFunc(calls, func(a, b failedCall) int {
		return cmp.Or(strings.Compare(a.subgraph, b.subgraph), strings.Compare(a.reason, b.reason))
	})
	for _, call := range calls {
		fmt.Fprintf(out, "weft_subgraph_failures_total{subgraph=%q,reason=%q} %d\n", call.subgraph, call.reason, q.failed[call])
	}
}

// write writes what is open, and what was.
func (s *streams) write(out *exposition) {
	subscriptions, sockets := s.count()
	out.one("weft_subscriptions", "gauge", "Subscriptions of clients that are open.", subscriptions)
	out.one("weft_websockets", "gauge", "WebSockets of clients that are open.", sockets)
	out.one("weft_subscriptions_begun_total", "counter", "Subscriptions that were begun.", s.begun.Load())
	out.one("weft_subscription_events_total", "counter", "Events that were answered to clients.", s.events.Load())
	out.one("weft_subscriptions_reopened_total", "counter", "Attempts to open a lost stream of a subgraph again.", s.reopened.Load())
	out.head("weft_subscriptions_ended_total", "counter", "Subscriptions that have ended, by reason.")
	for why, name := range endings {
		fmt.Fprintf(out, "weft_subscriptions_ended_total{reason=%q} %d\n", name, s.ended[why].Load())
	}
}
