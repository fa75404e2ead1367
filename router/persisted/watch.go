package persisted

import (
	"context"
	"crypto/sha256"

	"github.com/weft-graph/weft/router/watch"
)

// digest tells the states of a manifest apart.
type digest [sha256.Size]byte

// Watch calls changed for every state of the manifest after last: with its Documents, or with the error of Open, until
// ctx ends. What was read and found to be the same is no news, so a broken manifest is told once. It blocks.
func Watch(ctx context.Context, c Config, last *Documents, changed func(*Documents, error)) {
	if c.Manifest == "" {
		return
	}
	w := watch.New()
	defer w.Close()
	files, seen := []string{c.Manifest}, last.digest
	for w.Next(ctx, files, false) {
		text, err := readFile(c.Manifest)
		now := digest(sha256.Sum256(text))
		if err != nil {
			now = sha256.Sum256([]byte(err.Error()))
		}
		if now == seen {
			continue
		}
		seen = now
		var documents *Documents
		if err == nil {
			documents, err = parse(c, text)
		}
		changed(documents, err)
	}
}
