package router

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/transport"
	"github.com/weft-graph/weft/router/upstream"
)

// debugHeader asks, in development, for facts about the request in the answer's extensions: "plan" for the query plan,
// "trace" for the timing of each fetch, "dry-run" for nothing to be run. Any other word, such as "none", asks for nothing.
const debugHeader = "Weft-Debug"

// debug collects what somebody has asked to see of one request. Nil collects nothing. In production it collects at most
// the plan, for those who send the header that the configuration names.
type debug struct {
	wantsPlan, wantsTrace, isDryRun bool
	started                         time.Time

	mu      sync.Mutex
	fetches []tracedFetch
}

// tracedFetch is one call of a subgraph. Times are milliseconds since the router began with the request.
type tracedFetch struct {
	// ID is the fetch's number in the plan.
	ID         int     `json:"id"`
	Subgraph   string  `json:"subgraph"`
	StartMs    float64 `json:"startMs"`
	DurationMs float64 `json:"durationMs"`
	// Bytes is the length of the answer, unpacked; Entities is the number of representations that were sent.
	Bytes    int `json:"bytes"`
	Entities int `json:"entities"`
	// Status is the HTTP status, 0 when there was no answer; Shared says that another request's answer was taken.
	Status int    `json:"status"`
	Shared bool   `json:"shared"`
	Error  string `json:"error,omitempty"`
}

// debugging reads the header that asks for plans, and in development the debug header.
func (r *Router) debugging(req *http.Request) *debug {
	name := r.config.Planning.Header
	wantsPlan := name != "" && req.Header.Get(name) == "true"
	if !wantsPlan && !r.config.Development {
		return nil
	}
	d := &debug{started: time.Now(), wantsPlan: wantsPlan}
	if r.config.Development {
		d.read(req)
	}
	if !d.wantsPlan && !d.wantsTrace && !d.isDryRun {
		return nil
	}
	return d
}

// read reads the words of the debug header.
func (d *debug) read(req *http.Request) {
	for _, value := range req.Header[debugHeader] {
		for word := range strings.SplitSeq(value, ",") {
			switch strings.TrimSpace(word) {
			case "plan":
				d.wantsPlan = true
			case "trace":
				d.wantsTrace = true
			case "dry-run":
				d.isDryRun = true
			}
		}
	}
}

// isDeveloper reports whether a developer's tool sent the request, such as the playground: in development, with the
// debug header, whatever it asks for.
func (r *Router) isDeveloper(req *http.Request) bool {
	return r.config.Development && req.Header[debugHeader] != nil
}

// skips reports whether the operation must not run.
func (d *debug) skips() bool { return d != nil && d.isDryRun }

// watch returns next, watched if the developer wants it.
func (d *debug) watch(next graph.Fetcher) graph.Fetcher {
	if d == nil || !d.wantsTrace {
		return next
	}
	return &tracer{next: next, debug: d}
}

// tracer is a graph.Fetcher that notes when each fetch was made and how it ended.
type tracer struct {
	next  graph.Fetcher
	debug *debug
}

// Fetch implements graph.Fetcher.
func (t *tracer) Fetch(ctx context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	var outcome upstream.Outcome
	started := time.Now()
	response, err := t.next.Fetch(upstream.WithOutcome(ctx, &outcome), req)
	traced := tracedFetch{
		ID: req.Fetch, Subgraph: req.Subgraph,
		StartMs: milliseconds(started.Sub(t.debug.started)), DurationMs: milliseconds(time.Since(started)),
		Bytes: len(response.Body), Status: outcome.Status, Shared: outcome.IsShared,
	}
	for _, batch := range req.Entities {
		traced.Entities += len(batch.Representations)
	}
	if err != nil {
		traced.Error = err.Error()
	}
	t.debug.mu.Lock()
	defer t.debug.mu.Unlock()
	t.debug.fetches = append(t.debug.fetches, traced)
	return response, err
}

// milliseconds rounds to microseconds, which is as exact as a developer can use.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

// extend adds what was asked for to a response: extensions.weft. All fetches have ended.
func (d *debug) extend(ctx context.Context, body []byte, prepared *graph.Prepared, fallen graph.Fallen) []byte {
	if d == nil {
		return body
	}
	var facts struct {
		Plan  *graph.Plan `json:"plan,omitempty"`
		Trace *trace      `json:"trace,omitempty"`
	}
	if d.wantsPlan {
		facts.Plan, _ = prepared.Plan(ctx, fallen) // why there is none, the response says already
	}
	if d.wantsTrace {
		facts.Trace = d.trace()
	}
	text, err := json.Marshal(facts)
	if err != nil {
		return body // a plan and numbers always are JSON
	}
	body = append(body[:len(body)-1], `,"extensions":{"weft":`...) // over the closing brace of the response
	return append(append(body, text...), "}}"...)
}

// trace is the timing of a request, of its fetches in the order in which they began.
type trace struct {
	DurationMs float64       `json:"durationMs"`
	Fetches    []tracedFetch `json:"fetches"`
}

func (d *debug) trace() *trace {
	slices.SortFunc(d.fetches, func(a, b tracedFetch) int {
		return cmp.Or(cmp.Compare(a.StartMs, b.StartMs), cmp.Compare(a.ID, b.ID))
	})
	return &trace{DurationMs: milliseconds(time.Since(d.started)), Fetches: append([]tracedFetch{}, d.fetches...)}
}

// dryRun answers with the plan of an operation that does not run, or with why it cannot be planned.
func (d *debug) dryRun(ctx context.Context, out *transport.Responder, prepared *graph.Prepared, fallen graph.Fallen) {
	var failure *gqlerr.Error
	if _, err := prepared.Plan(ctx, fallen); errors.As(err, &failure) {
		out.RequestErrors(gqlerr.List{failure})
		return
	}
	out.Result(d.extend(ctx, []byte(`{"data":null}`), prepared, fallen), true)
}
