package router

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/config"
)

// TestAPanicFailsOneRequest: a broken invariant is a 500 with the request's id in the log, and the router goes on.
func TestAPanicFailsOneRequest(t *testing.T) {
	var log bytes.Buffer
	r, err := New(config.Default(), slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.current.Store(&snapshot{}) // no graph in it
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/graphql?query=%7Ba%7D", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "INTERNAL_SERVER_ERROR") || strings.Contains(w.Body.String(), "nil") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "nil pointer") || !strings.Contains(log.String(), "request.go") {
		t.Errorf("the log has no stack: %s", log.String())
	}
}
