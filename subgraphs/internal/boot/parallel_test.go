package boot_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
)

func TestParallelDoesAllAndNoMoreAtOnceThanAllowed(t *testing.T) {
	const n, limit = 50, 4
	var done [n]bool
	var running, most atomic.Int64
	err := boot.Parallel(context.Background(), n, limit, func(_ context.Context, i int) error {
		now := running.Add(1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		done[i] = true
		running.Add(-1)
		return nil
	})
	if err != nil || most.Load() > limit {
		t.Errorf("%d at once, error %v", most.Load(), err)
	}
	for i, isDone := range done {
		if !isDone {
			t.Errorf("%d was left out", i)
		}
	}
}

func TestParallelReturnsTheFirstErrorAndEndsTheOthers(t *testing.T) {
	broken := errors.New("broken")
	err := boot.Parallel(context.Background(), 3, 3, func(ctx context.Context, i int) error {
		if i == 1 {
			return broken
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestParallelTurnsAPanicIntoAnError(t *testing.T) {
	err := boot.Parallel(context.Background(), 1, 1, func(context.Context, int) error { panic("a defect") })
	if err == nil || !strings.Contains(err.Error(), "a defect") {
		t.Errorf("got %v", err)
	}
}
