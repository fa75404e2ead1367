package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// PanicError is a panic that became the failure of one unit of work.
type PanicError struct {
	// Value is what was given to panic.
	Value any
	// Stack is the goroutine's stack at the panic.
	Stack []byte
}

// Error names the value of the panic.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Go runs work in a goroutine of its own and then calls done (if it is not nil) with its error. A panic in work is
// logged under name with its stack and reaches done as a *PanicError: it fails this unit of work and nothing else.
// This is the one place of the router that starts goroutines.
func Go(ctx context.Context, log *slog.Logger, name string, work func() error, done func(error)) {
	go func() {
		err := Recover(ctx, log, name, work)
		if done != nil {
			done(err)
		}
	}()
}

// Recover calls work and turns a panic into a logged *PanicError.
func Recover(ctx context.Context, log *slog.Logger, name string, work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			failure := &PanicError{Value: value, Stack: debug.Stack()}
			log.ErrorContext(ctx, "panic", "in", name, "panic", failure.Error(), "stack", string(failure.Stack))
			err = failure
		}
	}()
	return work()
}
