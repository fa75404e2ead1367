// Package watch waits until files may have changed.
//
// In come the files; out comes the moment at which to read them again. Whether they have changed is for who reads them
// to say: events tell too much (a neighbour in the folder), and content alone tells it exactly. The package reads no
// file and knows no format.
package watch

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long nothing may change before a change is looked at: editors write in steps.
	settle = 100 * time.Millisecond
	// maxSettle bounds the wait when something changes all the time.
	maxSettle = time.Second
	// pollEvery is how often to look where the system does not report changes.
	pollEvery = 5 * time.Second
)

// Watcher waits for changes of files. It watches their folders, because a file that is replaced by renaming another
// over it is a new file. It is for one goroutine; the zero value is not usable.
type Watcher struct {
	notify  *fsnotify.Watcher // nil when the system has none left
	folders []string
	// isBlind is set when a folder cannot be watched.
	isBlind bool
}

// New returns a Watcher. Close it after use.
func New() *Watcher {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return &Watcher{isBlind: true}
	}
	return &Watcher{notify: notify}
}

// Close frees what the system keeps for the Watcher.
func (w *Watcher) Close() {
	if w.notify != nil {
		w.notify.Close()
	}
}

// Next returns true when one of the files, which need not exist, may have changed since they were read last, false when
// ctx has ended. What changed before a folder was watched is not reported, so for a new folder it returns at once. With
// poll it returns every few seconds at the latest.
func (w *Watcher) Next(ctx context.Context, files []string, poll bool) bool {
	if w.follow(files) {
		return ctx.Err() == nil
	}
	return w.wait(ctx, poll || w.isBlind)
}

// follow watches the folders of files, and those that links lead to: a mounted configuration is replaced by turning a
// link. It returns true when one of them was not watched until now.
func (w *Watcher) follow(files []string) bool {
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
	wasBlind := w.isBlind
	w.isBlind = false
	for _, folder := range folders {
		if w.notify.Add(folder) != nil {
			w.isBlind = true
		}
	}
	isNew := !slices.Equal(folders, w.folders) || wasBlind && !w.isBlind
	w.folders = folders
	return isNew
}

// wait returns true when something may have changed, false when ctx has ended.
func (w *Watcher) wait(ctx context.Context, poll bool) bool {
	var tick <-chan time.Time
	if poll {
		timer := time.NewTimer(pollEvery)
		defer timer.Stop()
		tick = timer.C
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
		case <-tick:
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
func (w *Watcher) settle(ctx context.Context) bool {
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
