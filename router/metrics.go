package router

import (
	"errors"
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/router/telemetry"
)

// metrics answers in Prometheus's text format, and with Go's profiles. It is for operators only, and so has a socket of
// its own.
func (r *Router) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(r.requests.collectors()...)
	registry.MustRegister(r.streams.collectors()...)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		getOnly(w, req, func() { mux.ServeHTTP(w, req) })
	})
}

// requests counts how requests were answered since the start. No label comes from a client, so their number is bounded.
type requests struct {
	byStatus   *prometheus.CounterVec
	withErrors prometheus.Counter
	took       prometheus.Histogram
	failed     *prometheus.CounterVec
}

func newRequests() *requests {
	return &requests{
		byStatus: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_requests_total", Help: "Requests that were answered, by HTTP status; an operation on a WebSocket counts as one.",
		}, []string{"status"}),
		withErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "weft_requests_with_errors_total", Help: "Requests whose answer had GraphQL errors.",
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "weft_request_seconds", Help: "How long requests took that are no subscriptions.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weft_subgraph_failures_total", Help: "Calls of subgraphs that had no answer, by subgraph and reason.",
		}, []string{"subgraph", "reason"}),
	}
}

func (q *requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{q.byStatus, q.withErrors, q.took, q.failed}
}

// answered counts a request. How long a subscription is open says nothing about the router.
func (q *requests) answered(record *telemetry.Record, took time.Duration) {
	if record.Status > 0 { // or the client has gone
		q.byStatus.WithLabelValues(strconv.Itoa(record.Status)).Inc()
	}
	if record.Errors > 0 {
		q.withErrors.Inc()
	}
	if record.Kind != kindNames[graph.Subscription] {
		q.took.Observe(took.Seconds())
	}
}

// reasons name the kinds of failures. A subgraph that answered with errors is none of them.
var reasons = map[graph.FailureReason]string{
	graph.Unreachable: "unreachable", graph.Timeout: "timeout", graph.TooLarge: "too_large", graph.BadStatus: "bad_status",
	graph.BadAnswer: "bad_answer", graph.TooManyRepresentations: "too_many_representations", graph.Crashed: "crashed",
}

// callFailed counts a call of a subgraph that had no answer.
func (q *requests) callFailed(subgraph string, err error) {
	if failure := (*graph.FetchError)(nil); errors.As(err, &failure) {
		q.failed.WithLabelValues(subgraph, reasons[failure.Reason]).Inc()
	}
}

// collectors tell what is open, and what was.
func (s *streams) collectors() []prometheus.Collector {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	counter := func(opts prometheus.CounterOpts, value func() uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(opts, func() float64 { return float64(value()) })
	}
	list := []prometheus.Collector{
		gauge("weft_subscriptions", "Subscriptions of clients that are open.", func() int { open, _ := s.count(); return open }),
		gauge("weft_websockets", "WebSockets of clients that are open.", func() int { _, open := s.count(); return open }),
		counter(prometheus.CounterOpts{Name: "weft_subscriptions_begun_total", Help: "Subscriptions that were begun."}, s.begun.Load),
		counter(prometheus.CounterOpts{Name: "weft_subscription_events_total", Help: "Events that were answered to clients."}, s.events.Load),
		counter(prometheus.CounterOpts{
			Name: "weft_subscriptions_reopened_total", Help: "Attempts to open a lost stream of a subgraph again.",
		}, s.reopened.Load),
	}
	for why, name := range endings {
		list = append(list, counter(prometheus.CounterOpts{
			Name: "weft_subscriptions_ended_total", Help: "Subscriptions that have ended, by reason.",
			ConstLabels: prometheus.Labels{"reason": name},
		}, s.ended[why].Load))
	}
	return list
}
