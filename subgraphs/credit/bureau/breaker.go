package bureau

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrOpen means that the bureau was not asked, because it has not answered lately.
var ErrOpen = errors.New("the credit bureau has not answered lately and is left alone for a while")

const (
	// maxFailures in a row open the breaker for restFor; then one call may try.
	maxFailures = 5
	restFor     = 10 * time.Second
)

// breaker keeps calls from a bureau that does not answer: closed until maxFailures in a row, then open for restFor, then
// one call at a time until one succeeds. The zero value is closed.
type breaker struct {
	mu        sync.Mutex
	failures  int
	openUntil time.Time
	isTrying  bool
}

// allow says whether a call may be made; note has to follow if so.
func (b *breaker) allow(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < maxFailures {
		return true
	}
	if b.isTrying || now.Before(b.openUntil) {
		return false
	}
	b.isTrying = true
	return true
}

// note says how a call has ended.
func (b *breaker) note(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isTrying = false
	switch {
	case err == nil:
		b.failures = 0
	case errors.Is(err, context.Canceled): // the caller has gone, which says nothing of the bureau
	default:
		b.failures++
		b.openUntil = now.Add(restFor)
	}
}
