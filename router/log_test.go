package router_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestLogLinesAreBounded: what a client or a subgraph sends fills no disk with a line of megabytes.
func TestLogLinesAreBounded(t *testing.T) {
	const most = 20 << 10
	long := strings.Repeat("a", 100<<10)
	s := start(t, nil)
	s.people.reply(func(w http.ResponseWriter, r *http.Request) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(buffered, "HTTP/1.1 %s\r\n\r\n", long)
		buffered.Flush()
	})
	if got := s.post(t, fmt.Sprintf(`{"query":"query %s { hello }"}`, long)); got.status != 200 || !strings.Contains(got.body, "DOWNSTREAM_SERVICE_ERROR") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	s.awaitLog(t, `"msg":"request"`, "}")
	if text := s.awaitLog(t, `"operation":"`, `"`); !strings.HasPrefix(text, "aaaa") || !strings.HasSuffix(text, "…") {
		t.Errorf("the operation is %q", text)
	}
	for line := range strings.Lines(s.log.String()) {
		if len(line) > most {
			t.Errorf("a line of %d bytes: %.300s", len(line), line)
		}
	}
}

// TestAFailedCallIsLoggedWithItsPlace: the line alone is enough to find the subgraph.
func TestAFailedCallIsLoggedWithItsPlace(t *testing.T) {
	s := start(t, nil)
	s.people.reply(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	s.post(t, `{"query":"{ hello }"}`)
	s.awaitLog(t, `"msg":"request"`, "}")
	for lines := bufio.NewScanner(strings.NewReader(s.log.String())); lines.Scan(); {
		var line struct{ Msg, Subgraph, URL, Error string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line.Msg != "a subgraph call failed" {
			continue
		}
		if line.Subgraph != "people" || line.URL != s.people.URL+"/" || line.Error == "" {
			t.Errorf("the line says %+v", line)
		}
		return
	}
	t.Errorf("no line: %s", s.log)
}
