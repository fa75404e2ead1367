package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/telemetry"
)

func TestRequestIDOf(t *testing.T) {
	for sent, kept := range map[string]bool{
		"":                       false,
		"a1B2-c_d.e:f":           true,
		"two words":              false,
		"line\nbreak":            false,
		strings.Repeat("a", 128): true,
		strings.Repeat("a", 129): false,
	} {
		r := &http.Request{Header: http.Header{"X-Request-Id": {sent}}}
		id := telemetry.RequestIDOf(r)
		if (id == sent) != kept {
			t.Errorf("RequestIDOf(%q) = %q, kept should be %v", sent, id, kept)
		}
		if !kept && len(id) != 32 {
			t.Errorf("RequestIDOf(%q) made %q, want 32 hex digits", sent, id)
		}
	}
}

func TestGoFailsItsWorkOnPanic(t *testing.T) {
	done := make(chan error, 1)
	telemetry.Go(t.Context(), slog.New(slog.DiscardHandler), "test", func() error { panic("broken") }, func(err error) { done <- err })
	var failure *telemetry.PanicError
	if err := <-done; !errors.As(err, &failure) || failure.Value != "broken" || len(failure.Stack) == 0 {
		t.Errorf("done got %v, want the panic with its stack", err)
	}
}

func TestLinesCarryTheRequestID(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, telemetry.Defaults())
	ctx := telemetry.WithRequestID(context.Background(), "abc")
	record := telemetry.Record{Method: "POST", Path: "/graphql", Status: 200, Operation: "Q", Errors: 2}
	record.Log(ctx, log.With("a", 1), 1500*time.Microsecond)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("not a JSON line: %v: %s", err, out.String())
	}
	for key, want := range map[string]any{"request_id": "abc", "operation": "Q", "errors": 2.0, "ms": 1.5, "a": 1.0, "level": "INFO"} {
		if line[key] != want {
			t.Errorf("%s = %v, want %v", key, line[key], want)
		}
	}
	if _, has := line["subject"]; has {
		t.Error("an empty member was written")
	}
}
