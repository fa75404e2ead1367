package router

import "testing"

// maxRequestAllocs is what one request with one fetch may allocate, the test's own request and answer (about 20)
// included and net/http's connections left out. Raise it only for a reason that stands in the same change.
const maxRequestAllocs = 72

func TestRequestAllocations(t *testing.T) {
	r := newBenchRouter(t, nil)
	got := testing.AllocsPerRun(500, func() { once(t, r) })
	if limit := float64(maxRequestAllocs * raceFactor); got > limit {
		t.Errorf("%.0f allocations, at most %.0f are allowed", got, limit)
	}
}
