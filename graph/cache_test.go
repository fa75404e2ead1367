package graph

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func TestCacheIsBounded(t *testing.T) {
	c := newCache[string, int](100)
	for i := range 1000 {
		c.put(fmt.Sprint(i), i, 10)
		if _, ok := c.get("0"); !ok {
			t.Fatalf("what is asked for all the time is gone after %d others", i)
		}
	}
	if len(c.entries) > 10 || c.bytes > 100 || len(c.ring) != len(c.entries) {
		t.Errorf("%d entries of %d bytes, %d in the ring", len(c.entries), c.bytes, len(c.ring))
	}
	c.put("large", 1, 26)
	if _, ok := c.get("large"); ok {
		t.Error("a value of more than a quarter of the cache is kept")
	}
}

func TestCacheMakesOnce(t *testing.T) {
	c := newCache[string, int](100)
	var made atomic.Int32
	release := make(chan struct{})
	var wait sync.WaitGroup
	for range 10 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			v, err := c.getOrMake(t.Context(), "key", func() (int, int, error) {
				made.Add(1)
				<-release
				return 7, 1, nil
			})
			if v != 7 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		}()
	}
	close(release)
	wait.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

// TestCacheFailures: an error is not kept; where the one who made a value was only out of time,
// those who wait make it themselves; one whose own time has ended waits no longer.
func TestCacheFailures(t *testing.T) {
	c := newCache[string, string](100)
	fail := func() (string, int, error) { return "", 0, errors.New("no way") }
	succeed := func() (string, int, error) { return "made", 1, nil }
	if _, err := c.getOrMake(t.Context(), "a", fail); err == nil {
		t.Error("no error")
	}
	if v, err := c.getOrMake(t.Context(), "a", succeed); v != "made" || err != nil {
		t.Errorf("after an error: %q, %v", v, err)
	}

	started, release := make(chan struct{}), make(chan struct{})
	first, second := make(chan error, 1), make(chan string, 1)
	go func() {
		_, err := c.getOrMake(t.Context(), "b", func() (string, int, error) {
			close(started)
			<-release
			return "", 0, context.DeadlineExceeded
		})
		first <- err
	}()
	<-started
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := c.getOrMake(ended, "b", succeed); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	go func() {
		v, err := c.getOrMake(t.Context(), "b", succeed)
		if err != nil {
			v = err.Error()
		}
		second <- v
	}()
	close(release)
	if err := <-first; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the first got %v", err)
	}
	if v := <-second; v != "made" {
		t.Errorf("the second got %q", v)
	}
}

// TestCachePanic: who waits for a value whose making panics is not left waiting.
func TestCachePanic(t *testing.T) {
	c := newCache[string, int](100)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not go on")
			}
		}()
		_, _ = c.getOrMake(t.Context(), "key", func() (int, int, error) { panic("broken") })
	}()
	if v, err := c.getOrMake(t.Context(), "key", func() (int, int, error) { return 1, 1, nil }); v != 1 || err != nil {
		t.Errorf("afterwards: %d, %v", v, err)
	}
}
