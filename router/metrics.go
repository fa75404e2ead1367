package router

import (
	"fmt"
	"net/http"
	"net/http/pprof"
	"strings"
)

// metrics answers in Prometheus's text format, and with Go's profiles. It is for operators only, and so has a socket of
// its own.
func (r *Router) metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, req *http.Request) {
		getOnly(w, req, func() {
			w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
			_, _ = w.Write([]byte(r.streams.metrics())) // the scraper has gone if this fails
		})
	})
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return mux
}

// metrics writes what is open, and what was.
func (s *streams) metrics() string {
	var out strings.Builder
	head := func(name, kind, help string) {
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	subscriptions, sockets := s.count()
	head("weft_subscriptions", "gauge", "Subscriptions of clients that are open.")
	fmt.Fprintf(&out, "weft_subscriptions %d\n", subscriptions)
	head("weft_websockets", "gauge", "WebSockets of clients that are open.")
	fmt.Fprintf(&out, "weft_websockets %d\n", sockets)
	head("weft_subscriptions_begun_total", "counter", "Subscriptions that were begun.")
	fmt.Fprintf(&out, "weft_subscriptions_begun_total %d\n", s.begun.Load())
	head("weft_subscription_events_total", "counter", "Events that were answered to clients.")
	fmt.Fprintf(&out, "weft_subscription_events_total %d\n", s.events.Load())
	head("weft_subscriptions_reopened_total", "counter", "Attempts to open a lost stream of a subgraph again.")
	fmt.Fprintf(&out, "weft_subscriptions_reopened_total %d\n", s.reopened.Load())
	head("weft_subscriptions_ended_total", "counter", "Subscriptions that have ended, by reason.")
	for why, name := range endings {
		fmt.Fprintf(&out, "weft_subscriptions_ended_total{reason=%q} %d\n", name, s.ended[why].Load())
	}
	return out.String()
}
