//go:build !race

package execute

import (
	"context"
	"testing"
)

// TestAllocations is the ceiling for one run: per fetch a goroutine with its closure, and nothing
// that grows with the answers.
func TestAllocations(t *testing.T) {
	compiled := Compile(parseScript(t, benchPlan))
	for _, items := range []int{2, 100} {
		fetcher, _ := benchFetcher(items, "x")
		got := testing.AllocsPerRun(200, func() {
			Run(context.Background(), Input{Plan: compiled, Fetcher: fetcher}).Release()
		})
		if got > 4 {
			t.Errorf("%d items: %v allocations, want at most 4", items, got)
		}
	}
}
