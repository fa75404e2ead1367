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

	// onlyPlans takes also a graph that weft could not serve, because it cannot decide who may see what.
	onlyPlans bool
}

// read reads the graph, composing it if need be, and the part that a contract leaves of it if one is named. The Version comes also with an error, to say what composition had to
// say; a *source.InvalidError is told by that.
func (f *graphFile) read(ctx context.Context, contract string) (*source.Version, error) {
	options := source.Options{OnlyPlans: f.onlyPlans, Contract: contract}
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
	version, err := f.read(ctx, "")
	if version != nil {
		reportDiagnostics(os.Stderr, version.Diagnostics, least)
	}
	if isInvalid(err) {
		return nil, errReported
	}
	return version, err
}

// isInvalid reports whether there is no graph, which the diagnostics tell.
func isInvalid(err error) bool {
	var invalid *source.InvalidError
	return errors.As(err, &invalid)
}

// open loads the graph and makes it ready to plan.
func (f *graphFile) open(ctx context.Context, least diag.Severity) (*graph.Graph, error) {
	f.onlyPlans = true
	version, err := f.load(ctx, least)
	if err != nil {
		return nil, err
	}
	return graph.New(version.Supergraph, planningOptions())
}

// planningOptions are for planning in a tool: whoever calls it is no stranger, so that documents may be larger than
// those a router takes.
func planningOptions() graph.Options {
	const large = 10_000_000
	return graph.Options{OnlyPlans: true, Operation: graph.OperationLimits{
		MaxTokens: large, MaxHeight: large, MaxAliases: large, MaxRootFields: large, MaxDirectives: large,
	}}
}
