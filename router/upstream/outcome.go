package upstream

import "context"

// Outcome is what is known of a fetch besides its answer, for who watches: see WithOutcome.
type Outcome struct {
	// Status is the HTTP status of the answer; 0 when there was none.
	Status int
	// IsShared is set when another request had asked the same and its answer was taken.
	IsShared bool
}

type outcomeKey struct{}

// WithOutcome returns a context with which Fetch fills in the Outcome of one fetch before it returns. The context is
// for one call of Fetch.
func WithOutcome(ctx context.Context, outcome *Outcome) context.Context {
	return context.WithValue(ctx, outcomeKey{}, outcome)
}

// record fills in the Outcome that ctx may hold.
func record(ctx context.Context, status int, isShared bool) {
	if outcome, ok := ctx.Value(outcomeKey{}).(*Outcome); ok {
		*outcome = Outcome{Status: status, IsShared: isShared}
	}
}
