package task

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestFailureEndsTheOthers(t *testing.T) {
	group, ctx := NewGroup(context.Background())
	broken := errors.New("broken")
	group.Go("waits", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	})
	group.Go("fails", func(context.Context) error { return broken })
	if err := group.Wait(); !errors.Is(err, broken) {
		t.Errorf("Wait gave %v, want the failure", err)
	}
	if context.Cause(ctx) != broken {
		t.Errorf("the context ended by %v, want the failure", context.Cause(ctx))
	}
}

func TestPanicIsAFailure(t *testing.T) {
	group, _ := NewGroup(context.Background())
	group.Go("loader", func(context.Context) error { panic("no such thing") })
	err := group.Wait()
	if err == nil || !strings.Contains(err.Error(), "loader: panic: no such thing") || !strings.Contains(err.Error(), "task_test.go") {
		t.Errorf("Wait gave %v, want an error with the task's name, the panic and the stack", err)
	}
}
