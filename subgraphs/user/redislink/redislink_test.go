package redislink_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/redistest"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
)

func open(t *testing.T, url string) *redislink.Link {
	t.Helper()
	link, err := redislink.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	return link
}

func ping(t *testing.T, link *redislink.Link) error {
	return link.Do(t.Context(), func(ctx context.Context, client *redis.Client) error { return client.Ping(ctx).Err() })
}

func TestOutageIsLoggedOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		var log bytes.Buffer
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		t.Cleanup(func() { slog.SetDefault(before) })
		link := open(t, server.URL)
		if err := ping(t, link); err != nil {
			t.Fatal(err)
		}
		server.Stop(t)
		for range 50 {
			if err := ping(t, link); !errors.Is(err, redislink.ErrDown) {
				t.Fatalf("a call while Redis is down: %v", err)
			}
		}
		if n := strings.Count(log.String(), "does not answer"); n != 1 {
			t.Errorf("logged %d times: %s", n, log.String())
		}
		server.Start(t)
		deadline := time.Now().Add(time.Minute)
		for ping(t, link) != nil {
			if time.Now().After(deadline) {
				t.Fatal("the link does not come back")
			}
			time.Sleep(50 * time.Millisecond)
		}
		if !strings.Contains(log.String(), "answers again") {
			t.Errorf("the log does not tell that Redis is back: %s", log.String())
		}
	})
}

// TestCallersWhoHaveGoneAreNoOutage: their calls are done all the same, and Redis is not left alone for them.
func TestCallersWhoHaveGoneAreNoOutage(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		link := open(t, server.URL)
		gone, leave := context.WithCancel(t.Context())
		leave()
		err := link.Do(gone, func(ctx context.Context, client *redis.Client) error { return client.Set(ctx, "a", "b", 0).Err() })
		if got, readErr := server.Client.Get(t.Context(), "a").Result(); err != nil || readErr != nil || got != "b" {
			t.Errorf("%v; Redis has %q, %v", err, got, readErr)
		}
		if err := ping(t, link); err != nil {
			t.Errorf("who comes after: %v", err)
		}
	})
}

// TestOutageCostsEachCallNothing: a Redis that is down is asked now and then, not by each call.
func TestOutageCostsEachCallNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var attempts atomic.Int64
	var accepting errgroup.Group
	accepting.Go(func() error {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return nil // the test has ended
			}
			attempts.Add(1)
			_ = connection.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); _ = accepting.Wait() })
	link, start := open(t, "redis://"+listener.Addr().String()), time.Now()
	const calls = 1000
	for range calls {
		if err := ping(t, link); !errors.Is(err, redislink.ErrDown) {
			t.Fatalf("a call while Redis is down: %v", err)
		}
	}
	// Once, and again after each pause of a second that the calls took on this machine; a connection that breaks at once
	// is opened a second time.
	if got, most := attempts.Load(), 2*(1+int64(time.Since(start)/time.Second)); got == 0 || got > most {
		t.Errorf("%d calls made %d connections in %v, want at most %d", calls, got, time.Since(start), most)
	}
}

func TestWithoutRedisEveryCallIsDown(t *testing.T) {
	if err := ping(t, open(t, "")); !errors.Is(err, redislink.ErrDown) {
		t.Errorf("got %v", err)
	}
	if _, err := redislink.Open("http://x"); err == nil {
		t.Error("a URL that is none was taken")
	}
}
