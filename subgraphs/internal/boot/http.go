package boot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	requestIDHeader    = "X-Request-Id"
	maxRequestIDLength = 128
	checkTimeout       = 2 * time.Second
)

// Check is one thing that a service needs before it can answer.
type Check struct {
	Name string
	Try  func(context.Context) error
}

// withHealth answers /healthz (the process is up) and /readyz (its stores answer and it is not stopping).
func withHealth(running context.Context, checks []Check, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/healthz", Methods(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeStatus(w, http.StatusOK, map[string]string{"status": "up"})
	}), http.MethodGet, http.MethodHead))
	mux.Handle("/readyz", Methods(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		status, answer := http.StatusOK, map[string]string{"status": "ready"}
		for _, check := range checks {
			if err := check.Try(ctx); err != nil {
				status, answer["status"], answer[check.Name] = http.StatusServiceUnavailable, "not ready", err.Error()
			}
		}
		if running.Err() != nil {
			status, answer["status"] = http.StatusServiceUnavailable, "stopping"
		}
		writeStatus(w, status, answer)
	}), http.MethodGet, http.MethodHead))
	mux.Handle("/", next)
	return mux
}

func writeStatus(w http.ResponseWriter, status int, answer map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the caller has gone if this fails
}

// NotFound answers a request for a path at which there is nothing.
func NotFound(w http.ResponseWriter, r *http.Request) {
	fail.Write(w, http.StatusNotFound, fail.New(fail.NotFound, "There is nothing at %.256s.", r.URL.Path))
}

// Unread answers a request for something that could not be read, which is logged: 503 UNAVAILABLE while the database is
// away, else 500 INTERNAL.
func Unread(w http.ResponseWriter, r *http.Request, what string, err error) {
	slog.ErrorContext(r.Context(), what+" could not be read", "path", r.URL.Path, "error", err.Error())
	if outage := database.Outage(err); outage != nil {
		fail.Write(w, http.StatusServiceUnavailable, outage)
		return
	}
	fail.Write(w, http.StatusInternalServerError, fail.New(fail.Internal, "%s could not be read.", what))
}

// Methods answers a request by any other method with 405 and the Allow header.
func Methods(next http.Handler, allowed ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(allowed, r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		fail.Write(w, http.StatusMethodNotAllowed,
			fail.New(fail.BadInput, "%s does not take %s.", r.URL.Path, r.Method))
	})
}

// observe gives each request its id, recovers a panic of the handler and logs what was answered.
func observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if id == "" || len(id) > maxRequestIDLength {
			id = rand.Text()
		}
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		w.Header().Set(requestIDHeader, id)
		answer := &recorder{ResponseWriter: w}
		start := time.Now()
		defer func() {
			if panicked := recover(); panicked != nil {
				if panicked == http.ErrAbortHandler {
					panic(panicked)
				}
				slog.ErrorContext(ctx, "the handler panicked",
					"panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
				if answer.status == 0 {
					fail.Write(answer, http.StatusInternalServerError, fail.New(fail.Internal, "Something went wrong."))
				}
			}
			slog.DebugContext(ctx, "answered", "method", r.Method, "path", r.URL.Path, "status", answer.status,
				"took", time.Since(start).String())
		}()
		next.ServeHTTP(answer, r.WithContext(ctx))
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(body []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
