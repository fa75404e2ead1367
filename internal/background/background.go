// Package background runs in tests what a program runs beside its server.
package background

import (
	"context"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
)

// Run runs tasks until the test ends or stop is called, and waits for their end. An error of one ends the others and fails
// the test.
func Run(t testing.TB, tasks ...func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	group, running := errgroup.WithContext(ctx)
	for _, task := range tasks {
		group.Go(func() error { return task(running) })
	}
	stop = sync.OnceFunc(func() {
		cancel()
		if err := group.Wait(); err != nil {
			t.Errorf("a background task ended: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}
