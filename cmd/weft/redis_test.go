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
	if err := client.Set(ctx, "session:1", "walter", 600*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(250 * time.Millisecond)
	if got := client.Get(ctx, "session:1").Val(); got != "walter" {
		t.Errorf("after a part of its life the key is %q", got)
	}
	time.Sleep(650 * time.Millisecond)
	if got := client.Get(ctx, "session:1").Err(); got != redis.Nil {
		t.Errorf("after its life the key gives %v, want redis.Nil", got)
	}
}
