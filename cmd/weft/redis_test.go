package main

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/cmd/weft/internal/task"
)

// TestRedisExpires shows that keys of the in-process Redis live as long as they were given, no more and no less.
func TestRedisExpires(t *testing.T) {
	url, tick, stop, err := startRedis()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	ctx, cancel := context.WithCancel(t.Context())
	group, ctx := task.NewGroup(ctx)
	group.Go("redis", tick)
	t.Cleanup(func() {
		cancel()
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	began := time.Now()
	for name, life := range map[string]time.Duration{"short": 300 * time.Millisecond, "long": time.Hour} {
		if err := client.Set(ctx, name, "walter", life).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for client.Get(ctx, "short").Err() != redis.Nil {
		if time.Since(began) > time.Minute {
			t.Fatal("a key outlives its life")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if passed := time.Since(began); passed < 300*time.Millisecond-redisTick {
		t.Errorf("a key for 300 ms was gone after %s", passed)
	}
	if left := client.PTTL(ctx, "long").Val(); left > time.Hour-200*time.Millisecond || left < time.Hour-2*time.Since(began)-time.Second {
		t.Errorf("of an hour %s are left after %s", left, time.Since(began))
	}
}
