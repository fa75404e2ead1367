package events

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/redisurl"
)

// Config is what a service takes from its environment for events.
type Config struct {
	// RedisURL is REDIS_URL; empty for no Redis.
	RedisURL string
	// PeerKey is PEER_KEY, the HMAC key that the services share.
	PeerKey []byte
	// MetricsListen is METRICS_LISTEN, the host:port that answers /metrics without a signature, and Go's profiles under
	// /debug/pprof/; empty for none.
	MetricsListen string
}

// Configure reads REDIS_URL, PEER_KEY and METRICS_LISTEN.
func Configure(environment *boot.Environment) Config {
	config := Config{
		RedisURL:      environment.Text("REDIS_URL", ""),
		PeerKey:       environment.Key("PEER_KEY", "the other services'"),
		MetricsListen: environment.Text("METRICS_LISTEN", ""),
	}
	environment.Check("REDIS_URL", redisurl.Check(config.RedisURL))
	if config.MetricsListen != "" {
		if _, _, err := net.SplitHostPort(config.MetricsListen); err != nil {
			environment.Check("METRICS_LISTEN", errors.New("expected host:port such as 127.0.0.1:9100, or nothing for no metrics"))
		}
	}
	return config
}

// Open returns the bus of a service whose database has the tables of Migrations. Redis is not connected to yet. Close
// ends what it holds.
func (c Config) Open(service string, db *database.DB) (*Bus, error) {
	client, err := OpenRedis(c.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return &Bus{Service: service, DB: db, Redis: client, PeerKey: c.PeerKey, metricsListen: c.MetricsListen}, nil
}

// Close closes the connections to Redis.
func (b *Bus) Close() {
	if b.Redis != nil {
		_ = b.Redis.Close() // nothing that was answered depends on it
	}
}

// Handler adds the snapshot for peers to a service's handler.
func (b *Bus) Handler(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(SnapshotPath, b.Snapshot())
	mux.Handle("/", next)
	return mux
}

// Background returns what has to run beside the server: the relay, a follower of each source, and the metrics where they
// are asked for.
func (b *Bus) Background(sources ...Source) []func(context.Context) error {
	tasks := []func(context.Context) error{b.Relay}
	for _, source := range sources {
		b.sources = append(b.sources, source.Service)
		tasks = append(tasks, func(ctx context.Context) error { return b.Follow(ctx, source) })
	}
	if b.metricsListen != "" {
		tasks = append(tasks, b.serveMetrics)
	}
	return tasks
}

const (
	metricsTimeout = 5 * time.Second
	metricsStop    = time.Second
)

func (b *Bus) serveMetrics(ctx context.Context) error {
	listener, err := net.Listen("tcp", b.metricsListen)
	if err != nil {
		return fmt.Errorf("listen on METRICS_LISTEN %s: %w", b.metricsListen, err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", boot.Methods(b.metrics(process()), http.MethodGet, http.MethodHead))
	mux.Handle("/debug/pprof/", boot.Methods(http.HandlerFunc(pprof.Index), http.MethodGet, http.MethodHead))
	mux.Handle("/debug/pprof/profile", boot.Methods(http.HandlerFunc(pprof.Profile), http.MethodGet, http.MethodHead))
	server := &http.Server{Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: 2 * metricsTimeout}
	return boot.Parallel(ctx, 2, 2, func(ctx context.Context, i int) error {
		if i == 0 {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve metrics: %w", err)
			}
			return nil
		}
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), metricsStop)
		defer cancel()
		_ = server.Shutdown(stopping) // a scrape that is cut off harms nobody
		return nil
	})
}
