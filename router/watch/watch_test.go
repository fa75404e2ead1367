package watch_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/watch"
)

// next reports whether Next returns true before the test gives up.
func next(t *testing.T, w *watch.Watcher, poll bool, files ...string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return w.Next(ctx, files, poll)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNext(t *testing.T) {
	dir := t.TempDir()
	file, later := filepath.Join(dir, "file"), filepath.Join(dir, "later", "file")
	write(t, file, "1")
	w := watch.New()
	t.Cleanup(w.Close)
	if !next(t, w, false, file) {
		t.Error("what changed before the folder was watched is not looked at")
	}
	write(t, file, "2")
	if !next(t, w, false, file) {
		t.Error("written in place: not seen")
	}
	write(t, file+".new", "3")
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
	if !next(t, w, false, file) {
		t.Error("replaced: not seen")
	}
	// A folder that is not there cannot be watched, and so is looked for now and then.
	if !next(t, w, false, file, later) {
		t.Error("another file: not looked at")
	}
	if err := os.Mkdir(filepath.Dir(later), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, later, "1")
	if !next(t, w, false, file, later) {
		t.Error("a folder that has come: not seen")
	}
}

func TestNextEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	w := watch.New()
	t.Cleanup(w.Close)
	if !next(t, w, false, file) {
		t.Fatal("a new folder is not looked at")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool, 1)
	go func() { ended <- w.Next(ctx, []string{file}, false) }()
	cancel()
	if <-ended {
		t.Error("Next reports a change when its context has ended")
	}
	if w.Next(ctx, []string{filepath.Join(t.TempDir(), "other")}, false) {
		t.Error("Next reports a new folder when its context has ended")
	}
}
