package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	stopTimeout       = 15 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Main is the whole of a subgraph's main function: it reads the configuration by configure, ends the process with
// every mistake named if there is one, and otherwise calls run with a context that ends on SIGTERM or SIGINT. C is the
// service's own configuration, which holds a Config. With the argument --variables the process prints the variables
// that it reads, one a line, and ends.
func Main[C any](configure func(*Environment) (C, Config), run func(context.Context, C) error) {
	environment := NewEnvironment(os.Getenv)
	config, shared := configure(environment)
	if slices.Equal(os.Args[1:], []string{"--variables"}) {
		fmt.Println(strings.Join(environment.Names(), "\n"))
		return
	}
	if err := environment.Err(); err != nil {
		exitWith(fmt.Errorf("%s: %w", shared.Service, err))
	}
	slog.SetDefault(newLog(os.Stdout, shared.Service, shared.LogLevel))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, config); err != nil {
		slog.Error("stopped by an error", "error", err.Error())
		os.Exit(1)
	}
	slog.Info("stopped")
}

// Server is what Run serves.
type Server struct {
	// Listen is the host:port to serve on; port 0 takes a free one.
	Listen string
	// Handler answers everything but /healthz and /readyz.
	Handler http.Handler
	// Checks say whether the stores are reachable, for /readyz.
	Checks []Check
	// Background runs beside the server until its context ends; an error or a panic stops the process.
	Background []func(context.Context) error
	// Ready, if set, is called with the address once the server listens.
	Ready func(address string)
}

// Run serves until ctx ends, then lets the requests that are under way finish. It returns nil after a graceful stop.
func Run(ctx context.Context, s Server) error {
	listener, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	server := &http.Server{
		Handler:           withHealth(ctx, s.Checks, observe(s.Handler)),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := server.Shutdown(stopping); err != nil {
			return fmt.Errorf("stop gracefully: %w", err)
		}
		return nil
	})
	for _, task := range s.Background {
		group.Go(guarded(ctx, task))
	}
	slog.InfoContext(ctx, "ready", "address", listener.Addr().String())
	if s.Ready != nil {
		s.Ready(listener.Addr().String())
	}
	return group.Wait()
}

// guarded turns a panic of a background task into its error.
func guarded(ctx context.Context, task func(context.Context) error) func() error {
	return func() (err error) {
		defer func() {
			if panicked := recover(); panicked != nil {
				err = fmt.Errorf("a background task panicked: %v\n%s", panicked, debug.Stack())
			}
		}()
		return task(ctx)
	}
}
