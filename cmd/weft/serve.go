package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/weft-graph/weft/cmd/weft/internal/process"
	"github.com/weft-graph/weft/cmd/weft/internal/task"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/router"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/source"
	"github.com/weft-graph/weft/router/telemetry"
)

type serveCommand struct {
	Config     string `placeholder:"FILE" help:"The router's configuration; without it every setting has its default."`
	Supergraph string `placeholder:"FILE" help:"Supergraph SDL, or a supergraph.yaml that is composed; comes before the configuration's."`
	contractFlag
	Listen    string `placeholder:"HOST:PORT" help:"The address to serve at; comes before the configuration's (default 127.0.0.1:4000)."`
	Reference bool   `help:"Print a configuration with every setting, its meaning and its default, and end."`
}

// Run serves until a signal ends it.
func (c *serveCommand) Run(ctx context.Context, restoreSignals stopSignals) error {
	if c.Reference {
		_, err := os.Stdout.WriteString(config.Reference)
		return err
	}
	settings := config.Default()
	if c.Config != "" {
		var err error
		if settings, err = config.Load(c.Config); err != nil {
			return err
		}
	}
	if c.Supergraph != "" {
		settings.Supergraph = c.Supergraph
	}
	if c.Contract != "" {
		settings.Contract = c.Contract
	}
	if c.Listen != "" {
		settings.Listen = c.Listen
	}
	serving, served := context.WithCancel(ctx)
	group, _ := task.NewGroup(serving)
	group.Go("signals", restoreSignals.after)
	err := router.Run(ctx, settings, telemetry.NewLogger(os.Stdout, settings.Log))
	served()
	return reported(errors.Join(err, group.Wait()))
}

// reported tells the diagnostics of a graph that does not compose, which its error only counts.
func reported(err error) error {
	var invalid *source.InvalidError
	if errors.As(err, &invalid) {
		reportDiagnostics(os.Stderr, invalid.Diagnostics, diag.Error)
		return errReported
	}
	return err
}

// server is the router of weft dev: its address is taken before anything else is started.
type server struct {
	settings config.Config
	listener net.Listener
	logs     io.Writer
}

// openRouter reads the router's configuration and takes its address.
func (d *development) openRouter(ctx context.Context) (*server, error) {
	settings := config.Default()
	if d.file.Router != "" {
		path := d.path(d.file.Router)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the router's configuration: %w", err)
		}
		if settings, err = config.Parse(path, text, d.lookup); err != nil {
			return nil, err
		}
	}
	settings.Supergraph = d.path(d.file.Supergraph)
	if err := (process.Spec{Name: "the router", Listen: settings.Listen}).CheckPort(); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", settings.Listen)
	if err != nil {
		return nil, fmt.Errorf("the router cannot listen on %s: %w", settings.Listen, err)
	}
	return &server{settings: settings, listener: listener, logs: d.console.Writer("router")}, nil
}

// close gives the address back if nothing was served.
func (s *server) close() { _ = s.listener.Close() } // after serving it is closed already

// tell says what became of a changed graph, for who has just changed it.
func (s *server) tell(version *source.Version, err error) {
	reportDiagnostics(s.logs, version.Diagnostics, diag.Warn)
	if err == nil {
		return
	}
	text := "the changed graph is refused, the old one stays"
	if !isInvalid(err) {
		text += ": " + err.Error()
	}
	_, _ = fmt.Fprintln(s.logs, text) // a terminal that is gone leaves nobody to tell
}

// serve composes, calls ready with the endpoint's URL, and serves and recomposes until ctx ends.
func (s *server) serve(ctx context.Context, lookup func(string) (string, bool), ready func(url string)) error {
	options, err := router.SourceOptions(s.settings)
	if err != nil {
		return err
	}
	options.Lookup = lookup
	version, err := source.Load(ctx, s.settings.Supergraph, options)
	if err != nil {
		return reported(err)
	}
	reportDiagnostics(s.logs, version.Diagnostics, diag.Warn)
	r, err := router.New(s.settings, telemetry.NewLogger(s.logs, s.settings.Log))
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.Swap(ctx, version.Supergraph); err != nil {
		return err
	}
	group, _ := task.NewGroup(ctx)
	group.Go("router", func(ctx context.Context) error { return r.Serve(ctx, s.listener) })
	group.Go("supergraph", func(ctx context.Context) error {
		return r.Follow(ctx, s.settings.Supergraph, version, options, s.tell)
	})
	ready(fmt.Sprintf("http://%s%s", s.listener.Addr(), s.settings.Path))
	return group.Wait()
}
