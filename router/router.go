// Package router is the server around one graph: sockets, requests, reload, shutdown.
//
// A Router holds the graph that is served now; Swap puts another in its place and no request notices. One request is
// one function, answer, which lists its stages: decode, authenticate, prepare, authorise, coerce, execute, write. The
// parts lie in the packages below; this one only wires them, and knows no schema and no subgraph of its own.
package router

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router/auth"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/persisted"
	"github.com/weft-graph/weft/router/upstream"
)

// Router serves one graph at a time. It is safe for concurrent use.
type Router struct {
	config    config.Config
	log       *slog.Logger
	auth      *auth.Authenticator
	transport *http.Transport
	epoch     upstream.Epoch
	trusted   []netip.Prefix
	handler   http.Handler
	// current is what is served; nil until the first Swap.
	current atomic.Pointer[snapshot]
	// documents are the trusted ones of the manifest as it was read last and found good.
	documents atomic.Pointer[persisted.Documents]
	// streams are the subscriptions and WebSockets that are open, requests how those were answered that are over.
	streams  *streams
	requests *requests
	// isStopping is set when the router takes no further work.
	isStopping atomic.Bool
}

// snapshot is a graph and the way to its subgraphs. A request loads it once.
type snapshot struct {
	graph     *graph.Graph
	client    *upstream.Client
	overrides *overrides
}

// New returns a Router for a valid Config. It has no graph yet: until Swap it is not ready. Close it after use.
func New(c config.Config, log *slog.Logger) (*Router, error) {
	r := &Router{config: c, log: log, streams: newStreams(), requests: newRequests()}
	for _, text := range c.Server.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("server.trusted_proxies: %w", err)
		}
		r.trusted = append(r.trusted, network.Masked())
	}
	documents, err := persisted.Open(c.Persisted)
	if err != nil {
		return nil, fmt.Errorf("persisted.manifest: %w", err)
	}
	r.documents.Store(documents)
	if r.auth, err = auth.New(c.Auth, log); err != nil {
		return nil, fmt.Errorf("start authentication: %w", err)
	}
	r.transport = upstream.NewTransport()
	r.handler = r.routes()
	return r, nil
}

// Close frees connections and memory. Nothing may be served any more.
func (r *Router) Close() {
	r.streams.stop(r.goingAway())
	r.auth.Close()
	r.transport.CloseIdleConnections()
}

// Swap serves the supergraph from the next request on; requests that have begun finish on the graph that they began
// with, and subscriptions end with an error that tells the client to subscribe again. With an error the graph that was served before stays.
func (r *Router) Swap(ctx context.Context, s *supergraph.Supergraph) error {
	g, err := graph.New(s, r.graphOptions())
	if err != nil {
		return fmt.Errorf("load the supergraph: %w", err)
	}
	var targets []upstream.Target
	var names []string
	for _, subgraph := range g.Subgraphs() {
		targets = append(targets, upstream.Target{Name: subgraph.Name, URL: subgraph.URL})
		names = append(names, subgraph.Name)
	}
	client, err := upstream.NewClient(upstream.Options{
		All: r.config.AllSubgraphs, Subgraphs: r.config.Subgraphs, ExposeErrors: r.config.Development,
		Transport: r.transport, Epoch: &r.epoch, Reopened: &r.streams.reopened, Log: r.log,
	}, targets)
	if err != nil {
		return err
	}
	for _, name := range upstream.Unused(r.config.Subgraphs, targets) {
		r.log.WarnContext(ctx, "the configuration names a subgraph that the supergraph does not have", "subgraph", name, "subgraphs", names)
	}
	now := &snapshot{graph: g, client: client, overrides: newOverrides(r.config.Overrides, g.OverrideLabels())}
	for _, label := range now.overrides.unused(r.config.Overrides) {
		r.log.WarnContext(ctx, "the configuration names a label of @override that the supergraph does not have", "label", label, "labels", g.OverrideLabels())
	}
	r.current.Store(now)
	r.streams.reload(now)
	r.log.InfoContext(ctx, "serving a new graph", "subgraphs", names)
	return nil
}

// graphOptions are the engine's. How long an answer may be, how many representations a call may have, and what clients
// see of errors differs between subgraphs and is decided in upstream, so the engine gets the widest of each.
func (r *Router) graphOptions() graph.Options {
	limits := r.config.Limits.Operation
	options := graph.Options{
		Operation: graph.OperationLimits{
			MaxTokens: limits.MaxTokens, MaxDepth: limits.MaxDepth, MaxHeight: limits.MaxFields,
			MaxAliases: limits.MaxAliases, MaxRootFields: limits.MaxRootFields, MaxDirectives: limits.MaxDirectives,
		},
		Budget:               graph.Budget{MaxStates: r.config.Planning.MaxStates, MaxBytes: int(r.config.Planning.MaxBytes)},
		DisableReuse:         !r.config.Planning.ReuseEntities,
		DisableIntrospection: !r.config.Introspection && !r.config.Development,
		ShowSubgraphErrors:   r.config.Development,
	}
	widen := func(c upstream.Config) {
		options.ShowSubgraphErrors = options.ShowSubgraphErrors || c.Errors == upstream.ErrorsExposed
		options.Execution.MaxAnswerBytes = max(options.Execution.MaxAnswerBytes, int(c.MaxAnswerBytes))
		options.Execution.MaxRepresentations = max(options.Execution.MaxRepresentations, c.MaxRepresentations)
	}
	widen(r.config.AllSubgraphs)
	for _, c := range r.config.Subgraphs {
		widen(c)
	}
	return options
}

// IsReady reports whether the router answers operations: it has a graph and is not stopping.
func (r *Router) IsReady() bool { return r.current.Load() != nil && !r.isStopping.Load() }
