// Package telemetry is what the router tells its operators: structured logs, one record for each request, the id that
// ties a request's lines together across processes, and the goroutine helper that turns a panic into a logged failure.
//
// It takes values from the request function and writes lines; no logic depends on it. Metrics and traces belong here
// too. It knows neither GraphQL nor subgraphs.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Config says how the router logs.
type Config struct {
	// Level is the lowest level that is written: debug, info, warn or error.
	Level string `yaml:"level"`
	// Requests writes one line for each request.
	Requests bool `yaml:"requests"`
}

// Defaults are one line for each request, at level info.
func Defaults() Config { return Config{Level: "info", Requests: true} }

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	if _, err := level(c.Level); err != nil {
		report("level", err.Error())
	}
}

func level(name string) (slog.Level, error) {
	switch strings.ToLower(name) {
	case "debug":
		return slog.LevelDebug, nil
	case "info", "":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("unknown level %q: use debug, info, warn or error", name)
}

// NewLogger returns a logger that writes JSON lines to w, each with the request id of its context.
func NewLogger(w io.Writer, c Config) *slog.Logger {
	lowest, err := level(c.Level)
	if err != nil {
		lowest = slog.LevelInfo // Validate has refused it already
	}
	return slog.New(requestHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: lowest})})
}

// maxTextBytes is the longest text in a line: a panic's stack fits, and what clients and subgraphs send fills no disk.
const maxTextBytes = 16 << 10

// requestHandler adds the request id to every line written in the course of a request, and bounds the line.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, line slog.Record) error {
	if hasLongText(line) {
		line = shortened(line)
	}
	if id := RequestID(ctx); id != "" {
		line.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, line)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

func hasLongText(line slog.Record) bool {
	found := false
	line.Attrs(func(a slog.Attr) bool {
		found = a.Value.Kind() == slog.KindString && len(a.Value.String()) > maxTextBytes
		return !found
	})
	return found
}

// shortened returns the line with every text clipped.
func shortened(line slog.Record) slog.Record {
	out := slog.NewRecord(line.Time, line.Level, line.Message, line.PC)
	line.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindString {
			a.Value = slog.StringValue(clip(a.Value.String(), maxTextBytes))
		}
		out.AddAttrs(a)
		return true
	})
	return out
}

// clip shortens a text that is longer than most bytes, and shows that it did.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
