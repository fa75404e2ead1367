// Package task runs the pieces of a command side by side: each in a goroutine that recovers, all ended together.
//
// It is the only place under cmd/weft that starts a goroutine.
package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Group is a set of tasks that live and end together: the first that fails cancels the others.
type Group struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	wait   sync.WaitGroup
	once   sync.Once
	err    error
}

// NewGroup returns an empty group and the context of its tasks, which ends with ctx or with the first failure.
func NewGroup(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{ctx: ctx, cancel: cancel}, ctx
}

// Go runs f. Its error, or its panic as an error that carries the stack, fails the group.
func (g *Group) Go(name string, f func(ctx context.Context) error) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		if err := recovered(name, func() error { return f(g.ctx) }); err != nil {
			g.once.Do(func() { g.err = err })
			g.cancel(err)
		}
	}()
}

// Wait returns when every task has ended, with the first failure.
func (g *Group) Wait() error {
	g.wait.Wait()
	g.cancel(nil)
	return g.err
}

func recovered(name string, f func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s: panic: %v\n%s", name, cause, debug.Stack())
		}
	}()
	return f()
}
