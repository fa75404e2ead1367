package bureau

import (
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
func (b *breaker) note(now time.Time, isAnswered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isTrying = false
	if isAnswered {
		b.failures = 0
		return
	}
	b.failures++
	b.openUntil = now.Add(restFor)
}
