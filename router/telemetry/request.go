package telemetry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"time"
)

// RequestIDHeader carries the request id between client, router and subgraphs.
const RequestIDHeader = "X-Request-Id"

// MaxRequestIDBytes is the longest request id that is taken from a client.
const MaxRequestIDBytes = 128

// maxNameBytes is how much of an operation's name is logged: the client may give it any.
const maxNameBytes = 128

type requestIDKey struct{}

// WithRequestID returns a context whose log lines carry the id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// RequestIDOf returns the id that the client sent if it is well-formed (letters, digits and "-_.:", at most
// MaxRequestIDBytes), else a new one: what is logged and forwarded never holds what a client made up to break a log.
func RequestIDOf(r *http.Request) string {
	if id := r.Header.Get(RequestIDHeader); isRequestID(id) {
		return id
	}
	return NewRequestID()
}

// NewRequestID returns an id for what no client has named.
func NewRequestID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(id[:])
}

func isRequestID(id string) bool {
	if id == "" || len(id) > MaxRequestIDBytes {
		return false
	}
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}

// Record is what one request's line says. The request function fills it in as it goes; a zero value is left out.
type Record struct {
	// Method and Path are the HTTP request's.
	Method, Path string
	// Client is the client's address.
	Client string
	// Operation and Kind are the GraphQL operation's name and kind.
	Operation, Kind string
	// Subject is who is calling.
	Subject string
	// Status is the HTTP status of the answer, Bytes the length of its body before compression.
	Status, Bytes int
	// Errors is the number of GraphQL errors in the answer, Fetches the number of subgraph calls, Events the number of
	// responses of a subscription.
	Errors, Fetches, Events int
}

// Log writes the record as one line. Its level is error when the router failed, else info.
func (r *Record) Log(ctx context.Context, log *slog.Logger, took time.Duration) {
	severity := slog.LevelInfo
	if r.Status >= http.StatusInternalServerError {
		severity = slog.LevelError
	}
	if !log.Enabled(ctx, severity) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs, slog.String("method", r.Method), slog.String("path", r.Path), slog.Int("status", r.Status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int("bytes", r.Bytes), slog.String("client", r.Client))
	for _, text := range []slog.Attr{slog.String("operation", clip(r.Operation, maxNameBytes)), slog.String("kind", r.Kind), slog.String("subject", r.Subject)} {
		if text.Value.String() != "" {
			attrs = append(attrs, text)
		}
	}
	if r.Events > 0 {
		attrs = append(attrs, slog.Int("events", r.Events))
	}
	if r.Fetches > 0 {
		attrs = append(attrs, slog.Int("fetches", r.Fetches))
	}
	if r.Errors > 0 {
		attrs = append(attrs, slog.Int("errors", r.Errors))
	}
	log.LogAttrs(ctx, severity, "request", attrs...)
}
