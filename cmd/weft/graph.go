package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/router/signature"
	"github.com/weft-graph/weft/router/source"
)

// graphFile is the graph that a command works on.
type graphFile struct {
	File       string `arg:"" help:"A supergraph.yaml, whose subgraphs are composed, or supergraph SDL." placeholder:"FILE"`
	SigningKey string `env:"WEFT_SIGNING_KEY" placeholder:"KEY" help:"The key that running subgraphs (subgraph_url) share with their router, if they want signed requests."`
}

// read reads the graph, composing it if need be. The Version comes also with an error, to say what composition had to
// say; a *source.CompositionError is told by that.
func (f *graphFile) read(ctx context.Context) (*source.Version, error) {
	var options source.Options
	if f.SigningKey != "" {
		key, err := signature.NewKey(f.SigningKey)
		if err != nil {
			return nil, fmt.Errorf("--signing-key: %w", err)
		}
		options.Key = key
	}
	return source.Load(ctx, f.File, options)
}

// load reads the graph and reports what composition had to say, as far as it is at least so severe. errReported stands
// for errors that were among it.
func (f *graphFile) load(ctx context.Context, least diag.Severity) (*source.Version, error) {
	version, err := f.read(ctx)
	if version != nil {
		reportDiagnostics(os.Stderr, version.Diagnostics, least)
	}
	if isComposition(err) {
		return nil, errReported
	}
	return version, err
}

// isComposition reports whether the subgraphs do not compose, which the diagnostics tell.
func isComposition(err error) bool {
	var composition *source.CompositionError
	return errors.As(err, &composition)
}

// open loads the graph and makes it ready to plan.
func (f *graphFile) open(ctx context.Context, least diag.Severity) (*graph.Graph, error) {
	version, err := f.load(ctx, least)
	if err != nil {
		return nil, err
	}
	return graph.New(version.Supergraph, graph.Options{})
}
