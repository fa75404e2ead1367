package bureau

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
)

// start runs a bureau that answers with handle and counts its calls.
func start(t *testing.T, timeout time.Duration, handle http.HandlerFunc) (*Client, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	return New(server.URL, "secret", timeout), &calls
}

func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   financing.Status
		calls  int64
	}{
		"good":                 {200, `{"status":"GOOD"}`, financing.Good, 1},
		"bad":                  {200, `{"status":"BAD"}`, financing.Bad, 1},
		"never heard of":       {404, ``, financing.Unknown, 1},
		"a status of its own":  {200, `{"status":"EXCELLENT"}`, "", maxTries},
		"no JSON":              {200, `<html>`, "", maxTries},
		"out of order":         {503, ``, "", maxTries},
		"somewhere else":       {302, ``, "", maxTries},
		"nothing of the kinds": {200, `{}`, "", maxTries},
	} {
		client, calls := start(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.EscapedPath() != "/people/a%2Fb" || r.Header.Get("Authorization") != "Bearer secret" {
				t.Errorf("%s: asked for %s as %q", name, r.URL, r.Header.Get("Authorization"))
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		})
		got, err := client.Status(t.Context(), "a/b")
		if got != test.want || (err == nil) != (test.want != "") || calls.Load() != test.calls {
			t.Errorf("%s: %q, %v after %d calls", name, got, err, calls.Load())
		}
	}
}

func TestAFailureIsTriedAgain(t *testing.T) {
	var failed atomic.Bool
	client, calls := start(t, time.Minute, func(w http.ResponseWriter, _ *http.Request) {
		if !failed.Swap(true) {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = w.Write([]byte(`{"status":"GOOD"}`))
	})
	if got, err := client.Status(t.Context(), "ann"); got != financing.Good || err != nil || calls.Load() != 2 {
		t.Errorf("%q, %v after %d calls", got, err, calls.Load())
	}
}

// TestASlowBureau: each try ends by its timeout, and soon nobody asks any more.
func TestASlowBureau(t *testing.T) {
	client, calls := start(t, 10*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for range 4 {
		if _, err := client.Status(t.Context(), "ann"); err == nil {
			t.Fatal("a bureau that never answers has answered")
		}
	}
	if _, err := client.Status(t.Context(), "ann"); !errors.Is(err, ErrOpen) || calls.Load() > maxFailures {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestACallerWhoHasGoneIsNotWaitedFor(t *testing.T) {
	client, _ := start(t, time.Minute, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Status(ctx, "ann"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestCallersWhoHaveGoneSayNothingOfTheBureau: however many give up, who still waits gets an answer.
func TestCallersWhoHaveGoneSayNothingOfTheBureau(t *testing.T) {
	client, _ := start(t, time.Minute, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"GOOD"}`)) })
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range maxFailures {
		if _, err := client.Status(gone, "ann"); err == nil {
			t.Fatal("who has gone got an answer")
		}
	}
	if got, err := client.Status(t.Context(), "ann"); got != financing.Good || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTheBreaker(t *testing.T) {
	var b breaker
	now, failed := time.Now(), errors.New("no answer")
	for range maxFailures {
		if !b.allow(now) {
			t.Fatal("opened too early")
		}
		b.note(now, failed)
	}
	later := now.Add(restFor)
	if b.allow(later.Add(-1)) {
		t.Error("closed too early")
	}
	first, second := b.allow(later), b.allow(later)
	if !first || second {
		t.Error("not exactly one call may try")
	}
	b.note(later, context.Canceled)
	if !b.allow(later) {
		t.Error("a caller who has gone keeps the others from trying")
	}
	b.note(later, failed)
	if b.allow(later) || !b.allow(later.Add(restFor)) {
		t.Error("a try that failed does not open it again")
	}
	b.note(later, nil)
	first, second = b.allow(later), b.allow(later)
	if !first || !second {
		t.Error("a try that succeeded does not close it")
	}
}
