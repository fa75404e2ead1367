package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/signature"
	"github.com/weft-graph/weft/router/source"
	"github.com/weft-graph/weft/router/telemetry"
)

// Run loads the supergraph that the Config names, serves it at the configured address, follows its changes, and stops
// gracefully when ctx ends. The error says why it could not start, or what did not stop in time.
func Run(ctx context.Context, c config.Config, log *slog.Logger) error {
	if c.Supergraph == "" {
		return errors.New("no supergraph: name a file with --supergraph or in the configuration")
	}
	options, err := SourceOptions(c)
	if err != nil {
		return err
	}
	version, err := source.Load(ctx, c.Supergraph, options)
	if err != nil {
		return err
	}
	r, err := New(c, log)
	if err != nil {
		return err
	}
	defer r.Close()
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return fmt.Errorf("%w; name another address with --listen or in the configuration", err)
	}
	defer listener.Close() // for who does not come to serving
	r.logHints(ctx, version)
	if err := r.Swap(ctx, version.Supergraph); err != nil {
		return err
	}
	log.InfoContext(ctx, "listening", "url", "http://"+listener.Addr().String()+c.Path)
	return r.serving(ctx, listener, func(ctx context.Context) error {
		if !c.Watch {
			return nil
		}
		return r.Follow(ctx, c.Supergraph, version, options, func(version *source.Version, err error) {
			if err != nil {
				r.logRefused(ctx, c.Supergraph, err)
				return
			}
			r.logHints(ctx, version)
		})
	})
}

// listen opens a socket. The error names the address once.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	var failed *net.OpError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", address, err)
	}
	return listener, nil
}

// SourceOptions are the Config's part in loading a supergraph: its contract, and the keys with which subgraphs are asked.
func SourceOptions(c config.Config) (source.Options, error) {
	options := source.Options{Contract: c.Contract, Keys: map[string]*signature.Key{}}
	var err error
	if c.AllSubgraphs.SigningKey != "" {
		if options.Key, err = signature.NewKey(c.AllSubgraphs.SigningKey); err != nil {
			return options, fmt.Errorf("all_subgraphs.signing_key: %w", err)
		}
	}
	for name, subgraph := range c.Subgraphs {
		if subgraph.SigningKey == "" {
			continue
		}
		if options.Keys[name], err = signature.NewKey(subgraph.SigningKey); err != nil {
			return options, fmt.Errorf("subgraphs.%s.signing_key: %w", name, err)
		}
	}
	return options, nil
}

// Serve answers requests at the listener until ctx ends. Then it is no longer ready, takes no connections, and waits
// for the requests that have begun, at most the configured time.
func (r *Router) Serve(ctx context.Context, listener net.Listener) error {
	return r.serving(ctx, listener, func(context.Context) error { return nil })
}

// serving is Serve beside background, which ends with ctx.
func (r *Router) serving(ctx context.Context, listener net.Listener, background func(context.Context) error) error {
	server := r.server()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 5)
	done := func(err error) {
		ended <- err
		if err != nil {
			cancel() // one part that cannot go on ends the others
		}
	}
	telemetry.Go(ctx, r.log, "router: session store", func() error { return r.auth.Watch(ctx) }, done)
	telemetry.Go(ctx, r.log, "router: trusted documents", func() error { r.followDocuments(ctx); return nil }, done)
	telemetry.Go(ctx, r.log, "router: source", func() error { return background(ctx) }, done)
	telemetry.Go(ctx, r.log, "router: metrics", func() error { return r.serveMetrics(ctx) }, done)
	telemetry.Go(ctx, r.log, "router: server", func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	}, done)
	<-ctx.Done()
	err := r.drain(ctx, server)
	for range cap(ended) {
		err = errors.Join(err, <-ended)
	}
	return err
}

// serveMetrics answers at the socket for metrics until ctx ends, if there is one.
func (r *Router) serveMetrics(ctx context.Context) error {
	address := r.config.Server.MetricsListen
	if address == "" {
		return nil
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return fmt.Errorf("server.metrics_listen: %w; name another address in the configuration", err)
	}
	server := r.server()
	server.Handler = r.metrics()
	r.log.InfoContext(ctx, "metrics", "url", "http://"+listener.Addr().String()+"/metrics")
	served := make(chan error, 1)
	telemetry.Go(ctx, r.log, "router: metrics server", func() error { return server.Serve(listener) }, func(err error) { served <- err })
	select {
	case err := <-served:
		return fmt.Errorf("serve metrics: %w", err)
	case <-ctx.Done():
		server.Close() // a scraper comes again
		<-served
		return nil
	}
}

// server bounds every step of a connection, so that nobody can hold one for nothing.
func (r *Router) server() *http.Server {
	c := r.config.Server
	return &http.Server{
		Handler:           r.handler,
		ReadHeaderTimeout: c.ReadTimeout,
		ReadTimeout:       c.ReadTimeout,
		WriteTimeout:      c.ReadTimeout + c.RequestTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    int(r.config.Limits.MaxHeaderBytes),
		ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelWarn),
	}
}

// drain lets the requests that have begun finish.
func (r *Router) drain(ctx context.Context, server *http.Server) error {
	r.isStopping.Store(true)
	r.log.InfoContext(ctx, "stopping: waiting for the requests that have begun")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.config.Server.DrainTimeout)
	defer cancel()
	r.streams.stop(r.goingAway())
	if err := errors.Join(server.Shutdown(ctx), r.streams.wait(ctx)); err != nil {
		server.Close()
		return fmt.Errorf("requests did not end within %s and were cut off: %w", r.config.Server.DrainTimeout, err)
	}
	return nil
}
