// Command storefront serves the shop's pages, and passes their GraphQL requests, streams and WebSockets on to the router
// and those for files to the product service, so that all are one origin and the session's cookie needs no exception from
// SameSite. It holds no state and asks nobody before it shows a page: the pages come up whatever the state of the services
// is.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/weft-graph/weft/web/storefront"
)

const (
	readHeaderTimeout = 5 * time.Second
	idleTimeout       = 2 * time.Minute
	stopTimeout       = 15 * time.Second
	maxHeaderBytes    = 64 << 10
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "storefront:", err)
		os.Exit(1)
	}
}

func run() error {
	if slices.Equal(os.Args[1:], []string{"--variables"}) {
		fmt.Println(strings.Join(variables(), "\n"))
		return nil
	}
	config, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: config.LogLevel})).With("service", "storefront")
	files, built := storefront.Files()
	pages, err := newSite(files)
	if err != nil {
		return err
	}
	if !built {
		log.Warn("the pages are not built: serving one that says how to build them")
	}
	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another address by LISTEN", config.Listen, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log.Info("ready", "address", listener.Addr().String(), "router", config.Router.String())
	if err := serve(ctx, listener, newHandler(ctx, config, pages, log), log); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// serve serves until ctx ends, then lets the requests that are under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	served := background(func() error { return server.Serve(listener) })
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return fmt.Errorf("stop gracefully: %w", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// background runs f in a goroutine and sends its error, or its panic as one.
func background(f func() error) <-chan error {
	ended := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if panicked := recover(); panicked != nil {
				err = fmt.Errorf("panic: %v", panicked)
			}
			ended <- err
		}()
		err = f()
	}()
	return ended
}
