package attempts

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/redistest"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
)

func newCounter(t *testing.T, url string) *Counter {
	t.Helper()
	link, err := redislink.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	return New(link)
}

// eachCounter runs a test on every kind of Redis and without one.
func eachCounter(t *testing.T, test func(t *testing.T, url string)) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) { test(t, server.URL) })
	t.Run("none", func(t *testing.T) { test(t, "") })
}

var three = Limit{Name: "login", Max: 3, Per: time.Hour}

func TestParse(t *testing.T) {
	if got, err := Parse("x", "10/15m"); err != nil || got != (Limit{"x", 10, 15 * time.Minute}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "10", "/1m", "0/1m", "-1/1m", "10/0s", "10/-1m", "10/m", "a/1m", "10/1m/2", "1.5/1m"} {
		if got, err := Parse("x", text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestPastTheLimitNothingIsLetThrough(t *testing.T) {
	eachCounter(t, func(t *testing.T, url string) {
		c := newCounter(t, url)
		use, other := Use{three, "walter"}, Use{three, "jack"}
		for i := range 3 {
			if wait := c.Blocked(t.Context(), use); wait != 0 {
				t.Fatalf("attempt %d waits %v", i, wait)
			}
			if wait := c.Take(t.Context(), use); wait != 0 {
				t.Fatalf("attempt %d was refused for %v", i, wait)
			}
		}
		for _, wait := range []time.Duration{c.Blocked(t.Context(), use), c.Take(t.Context(), other, use), c.Blocked(t.Context(), other, use)} {
			if wait <= 0 || wait > time.Hour {
				t.Errorf("past the limit it waits %v", wait)
			}
		}
		if wait := c.Blocked(t.Context(), other); wait != 0 {
			t.Errorf("another key waits %v", wait)
		}
		if wait := c.Blocked(t.Context(), Use{Limit{"register", 3, time.Hour}, "walter"}); wait != 0 {
			t.Errorf("another limit waits %v", wait)
		}
	})
}

func TestWindowEnds(t *testing.T) {
	// miniredis' clock stands still.
	for name, url := range map[string]func(t *testing.T) string{
		"redis-server": func(t *testing.T) string { return redistest.Real(t).URL },
		"none":         func(*testing.T) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			c, use := newCounter(t, url(t)), Use{Limit{"x", 1, 20 * time.Millisecond}, "k"}
			for end := time.Now().Add(time.Minute); c.Take(t.Context(), use) == 0; { // until two are in one window
				if time.Now().After(end) {
					t.Fatal("nothing is refused")
				}
			}
			for end := time.Now().Add(time.Minute); c.Blocked(t.Context(), use) != 0; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("the window does not end")
				}
			}
		})
	}
}

func TestAtOnceNoMoreAreLetThrough(t *testing.T) {
	eachCounter(t, func(t *testing.T, url string) {
		replicas := []*Counter{newCounter(t, url), newCounter(t, url)}
		if url == "" {
			replicas = replicas[:1] // each counts for itself
		}
		var let atomic.Int32
		var group errgroup.Group
		for i := range 40 {
			group.Go(func() error {
				if replicas[i%len(replicas)].Take(t.Context(), Use{three, "k"}) == 0 {
					let.Add(1)
				}
				return nil
			})
		}
		if _ = group.Wait(); let.Load() != 3 {
			t.Errorf("%d were let through", let.Load())
		}
	})
}

func TestRedisGoesAndComesBack(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		c, use := newCounter(t, server.URL), Use{three, "k"}
		server.Stop(t)
		for range 3 {
			c.Take(t.Context(), use)
		}
		if c.Blocked(t.Context(), use) == 0 {
			t.Error("while Redis is down nothing is limited")
		}
		server.Start(t)
		for end := time.Now().Add(time.Minute); c.Blocked(t.Context(), use) != 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the empty Redis is not asked again")
			}
		}
	})
}

// TestKeysAreNotWrittenOut: whoever reads Redis learns neither names nor addresses.
func TestKeysAreNotWrittenOut(t *testing.T) {
	server := redistest.InProcess(t)
	newCounter(t, server.URL).Take(t.Context(), Use{three, "walter"})
	keys, err := server.Client.Keys(t.Context(), "*walter*").Result()
	all, allErr := server.Client.Keys(t.Context(), "attempts:login:*").Result()
	if err != nil || allErr != nil || len(keys) != 0 || len(all) != 1 {
		t.Errorf("%v %v, %v %v", keys, all, err, allErr)
	}
	if left := server.Client.PTTL(t.Context(), all[0]).Val(); left <= 0 || left > time.Hour {
		t.Errorf("the count lives for %v", left)
	}
}

func TestLocalCountsAreBounded(t *testing.T) {
	c := newCounter(t, "")
	for i := range 2 * MaxLocal {
		c.readLocal(Use{Limit{"x", 1, time.Duration(i+1) * time.Second}, fmt.Sprint(i)}, 1)
	}
	if len(c.local) > MaxLocal {
		t.Errorf("%d windows", len(c.local))
	}
	if c.readLocal(Use{Limit{"x", 1, time.Hour}, fmt.Sprint(2*MaxLocal - 1)}, 0).count != 1 {
		t.Error("the newest was dropped")
	}
}
