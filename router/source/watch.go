package source

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/weft-graph/weft/graph/compose"
)

const (
	// settle is how long nothing may change before a change is looked at: editors write in steps.
	settle = 100 * time.Millisecond
	// maxSettle bounds the wait when something changes all the time.
	maxSettle = time.Second
	// pollEvery is how often running subgraphs are asked, and files are read where the system does not report changes.
	pollEvery = 5 * time.Second
)

// Watch calls changed for every Version after last, with the error of Load, until ctx ends. What was read and found to
// be the same is no new Version, so a bad change is told once. It blocks.
func Watch(ctx context.Context, path string, last *Version, options Options, changed func(*Version, error)) error {
	w := newWatcher()
	defer w.close()
	var composer compose.Composer
	for {
		// What changed before a folder was watched is not reported, so a new folder is looked at once more.
		if isNew := w.follow(last.files); !isNew && !w.wait(ctx, last.isRemote) {
			return nil
		}
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
}

// watcher waits for changes of files. It watches their folders, because a file that is replaced by renaming another
// over it is a new file; which of the folder's files changed does not matter, the digest decides.
type watcher struct {
	notify  *fsnotify.Watcher // nil when the system has none left
	folders []string
	// isBlind is set when a folder cannot be watched.
	isBlind bool
}

func newWatcher() *watcher {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return &watcher{isBlind: true}
	}
	return &watcher{notify: notify}
}

func (w *watcher) close() {
	if w.notify != nil {
		w.notify.Close()
	}
}

// follow watches the folders of files, and those that links lead to: a mounted configuration is replaced by turning a
// link. It returns true when they are not those that were watched before.
func (w *watcher) follow(files []string) bool {
	if w.notify == nil {
		return false
	}
	var folders []string
	for _, file := range files {
		folders = append(folders, filepath.Dir(file))
		if target, err := filepath.EvalSymlinks(file); err == nil {
			folders = append(folders, filepath.Dir(target))
		}
	}
	slices.Sort(folders)
	folders = slices.Compact(folders)
	for _, old := range w.folders {
		if !slices.Contains(folders, old) {
			w.notify.Remove(old) // it may be gone, and its watch with it
		}
	}
	w.isBlind = false
	for _, folder := range folders {
		if w.notify.Add(folder) != nil {
			w.isBlind = true
		}
	}
	isNew := !slices.Equal(folders, w.folders)
	w.folders = folders
	return isNew
}

// wait returns true when something may have changed, false when ctx has ended.
func (w *watcher) wait(ctx context.Context, isRemote bool) bool {
	var poll <-chan time.Time
	if isRemote || w.isBlind {
		timer := time.NewTimer(pollEvery)
		defer timer.Stop()
		poll = timer.C
	}
	var events chan fsnotify.Event
	var failures chan error
	if w.notify != nil {
		events, failures = w.notify.Events, w.notify.Errors
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-poll:
			return true
		case <-failures: // events were lost
			return true
		case event := <-events:
			if event.Op == fsnotify.Chmod {
				continue
			}
			return w.settle(ctx)
		}
	}
}

// settle waits until the events have stopped.
func (w *watcher) settle(ctx context.Context) bool {
	end := time.After(maxSettle)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-end:
			return true
		case <-time.After(settle):
			return true
		case <-w.notify.Events:
		}
	}
}
