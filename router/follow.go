package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/router/persisted"
	"github.com/weft-graph/weft/router/settings"
	"github.com/weft-graph/weft/router/source"
	"github.com/weft-graph/weft/router/telemetry"
)

// Follow swaps in every good version of the source after last, until ctx ends, and calls tell for each version, with why
// it is refused if it is. Then what was served before stays; so it does when we crash on one. It blocks.
func (r *Router) Follow(ctx context.Context, path string, last *source.Version, options source.Options, tell func(*source.Version, error)) error {
	changed := func(version *source.Version, err error) {
		last = version
		if err == nil {
			err = r.Swap(ctx, version.Supergraph)
		}
		tell(version, err)
	}
	return r.following(ctx, "follow the source", func() error {
		return source.Watch(ctx, path, last, options, changed)
	})
}

// followDocuments takes over every good state of the manifest of trusted documents, until ctx ends. Requests that have
// begun have their document already. A bad state is logged, and the documents that were trusted before stay.
func (r *Router) followDocuments(ctx context.Context) {
	if !r.config.Watch {
		return
	}
	path := r.config.Persisted.Manifest
	changed := func(documents *persisted.Documents, err error) {
		if err != nil {
			r.log.ErrorContext(ctx, "the changed manifest of trusted documents is refused, the old one stays", "manifest", path, "error", err.Error())
			return
		}
		r.documents.Store(documents)
		r.log.InfoContext(ctx, "serving a new manifest of trusted documents", "manifest", path, "documents", documents.Len())
	}
	_ = r.following(ctx, "follow the trusted documents", func() error {
		persisted.Watch(ctx, r.config.Persisted, r.documents.Load(), changed)
		return nil
	})
}

// followAgain is how long after a panic what is followed is looked at again.
const followAgain = time.Second

// following calls watch, and again after a panic: what we crash on is the end of one change, not of all further ones.
func (r *Router) following(ctx context.Context, name string, watch func() error) error {
	for {
		err := telemetry.Recover(ctx, r.log, name, watch)
		var panicked *telemetry.PanicError
		if !errors.As(err, &panicked) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followAgain):
		}
	}
}

// logHints says what composition holds for a mistake although the graph can be served.
func (r *Router) logHints(ctx context.Context, version *source.Version) {
	r.logDiagnostics(ctx, "composition hint", version.Diagnostics, diag.Warn)
}

// logRefused says everything that is wrong with a version, a line each.
func (r *Router) logRefused(ctx context.Context, path string, err error) {
	const refused = "the changed supergraph is refused, the old one stays"
	var invalid *source.InvalidError
	var mistakes settings.Mistakes
	switch {
	case errors.As(err, &invalid):
		r.logDiagnostics(ctx, refused, invalid.Diagnostics, diag.Error)
	case errors.As(err, &mistakes):
		for _, mistake := range mistakes {
			r.log.ErrorContext(ctx, refused, "source", path, "error", mistake.String())
		}
	default:
		r.log.ErrorContext(ctx, refused, "source", path, "error", err.Error())
	}
}

// logDiagnostics writes the diagnostics of one severity, a line each.
func (r *Router) logDiagnostics(ctx context.Context, message string, list diag.List, severity diag.Severity) {
	level := slog.LevelWarn
	if severity == diag.Error {
		level = slog.LevelError
	}
	for _, d := range list {
		if d.Severity != severity {
			continue
		}
		places := make([]string, len(d.Positions))
		for i, at := range d.Positions {
			places[i] = fmt.Sprintf("%s:%d:%d", at.File, at.Line, at.Column)
		}
		r.log.Log(ctx, level, message, "code", string(d.Code), "says", d.Message, "places", places, "fix", d.Fix)
	}
}
