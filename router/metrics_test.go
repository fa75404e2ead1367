package router_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/config"
)

// TestRequestMetrics: what was answered, how fast, and which subgraph had no answer is counted, and what a client sends is
// no label.
func TestRequestMetrics(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Server.MetricsListen = "127.0.0.1:0" })
	url := s.awaitLog(t, `"msg":"metrics","url":"`, `"`)
	s.post(t, `{"query":"query FromClient { hello }"}`)
	s.post(t, `{`)
	s.people.reply(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	s.post(t, `{"query":"{ hello }"}`)
	s.people.reply(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	s.post(t, `{"query":"{ hello }"}`)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/profile"} {
		response, err := http.Post(strings.Replace(url, "/metrics", path, 1), "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s answers %s, Allow %q", path, response.Status, response.Header.Get("Allow"))
		}
	}
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`weft_requests_total{status="200"} 3`, `weft_requests_total{status="400"} 1`, `weft_requests_with_errors_total 3`,
		`weft_request_seconds_bucket{le="+Inf"} 4`, `weft_request_seconds_count 4`,
		`weft_subgraph_failures_total{reason="unreachable",subgraph="people"} 1`,
		`weft_subgraph_failures_total{reason="bad_status",subgraph="people"} 1`,
	} {
		if !strings.Contains(string(body), line+"\n") {
			t.Errorf("%s\nlacks %s", body, line)
		}
	}
	if strings.Contains(string(body), "FromClient") {
		t.Error("the name of an operation is a label")
	}
}
