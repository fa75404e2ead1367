package source

import (
	"context"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/router/watch"
)

// Watch calls changed for every Version after last, with the error of Load, until ctx ends. Running subgraphs are asked
// every few seconds. What was read and found to be the same is no new Version, so a bad change is told once. It blocks.
func Watch(ctx context.Context, path string, last *Version, options Options, changed func(*Version, error)) error {
	w := watch.New()
	defer w.Close()
	var composer compose.Composer
	for w.Next(ctx, last.files, last.isRemote) {
		in, err := read(ctx, path, options)
		if ctx.Err() != nil {
			return nil
		}
		if in.version.digest == last.digest {
			last.files = in.version.files
			continue
		}
		if err == nil {
			err = in.build(&composer)
		}
		last = in.version
		changed(last, err)
	}
	return nil
}
