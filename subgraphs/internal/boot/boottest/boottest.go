// Package boottest runs what services run beside their server, in tests without one.
package boottest

import (
	"context"
	"sync"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
)

// Background runs tasks until the test ends or stop is called, and waits for their end. An error of theirs fails the test.
func Background(t testing.TB, tasks ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		err := boot.Parallel(ctx, len(tasks), len(tasks), func(ctx context.Context, i int) error { return tasks[i](ctx) })
		if err != nil {
			t.Errorf("a background task ended: %v", err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}
