package boot

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Parallel calls work for 0 to n-1, at most limit at once, and waits for all. The first error ends the context of the
// others and is returned; a panic counts as an error.
func Parallel(ctx context.Context, n, limit int, work func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i := range n {
		group.Go(guarded(ctx, func(ctx context.Context) error { return work(ctx, i) }))
	}
	return group.Wait()
}
