package execute

import (
	"bytes"
	"slices"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// writer is the response's data being written from front to back, the place in it, and the errors
// found on the way.
type writer struct {
	out     []byte
	path    gqlerr.Path
	errors  gqlerr.List
	dropped int
	limits  Limits
	// tooLarge is set when the output is over its limit: nothing more is completed.
	tooLarge bool
	// entries are what was completed of objects and lists that stand in several places. Their ends
	// ascend, and none ends past out. entryOf finds them.
	entries []memo
	entryOf map[uint64]int
}

// memo is one completed object or list: the range of its bytes and of its errors. Without ok it made
// its place null.
type memo struct {
	key                uint64
	start, end         int
	firstError, errors int
	dropped            int
	// depth is the length of the path at which it was completed; the paths of its errors are the
	// same below that.
	depth int
	ok    bool
}

// memoKey is an object or list, completed in one way.
func memoKey(v rawjson.Ref, c *completion) uint64 { return uint64(v)<<32 | uint64(c.number) }

// add adds an error, or counts it when the list is full.
func (w *writer) add(e *gqlerr.Error) {
	if len(w.errors) >= w.limits.MaxErrors {
		w.dropped++
		return
	}
	w.errors = append(w.errors, e)
}

// truncate cuts the output off, and forgets what was completed in the part that goes.
func (w *writer) truncate(n int) {
	w.out = w.out[:n]
	for len(w.entries) > 0 && w.entries[len(w.entries)-1].end > n {
		delete(w.entryOf, w.entries[len(w.entries)-1].key)
		w.entries = w.entries[:len(w.entries)-1]
	}
}

// remember begins the completion of something shared.
func (w *writer) remember(key uint64) memo {
	return memo{key: key, start: len(w.out), firstError: len(w.errors), dropped: w.dropped, depth: len(w.path)}
}

// remembered ends it.
func (w *writer) remembered(m memo, ok bool) {
	if m.ok = ok; !ok {
		w.truncate(m.start)
	}
	m.end, m.errors, m.dropped = len(w.out), len(w.errors)-m.firstError, w.dropped-m.dropped
	if w.entryOf == nil {
		w.entryOf = map[uint64]int{}
	}
	w.entryOf[m.key] = len(w.entries)
	w.entries = append(w.entries, m)
}

// recall writes what was completed before, with its errors at the current place. again is false if
// there is nothing.
func (w *writer) recall(key uint64) (m memo, again bool) {
	i, again := w.entryOf[key]
	if !again {
		return memo{}, false
	}
	m = w.entries[i]
	if !w.hasRoom(m.end - m.start) {
		return memo{}, true
	}
	w.out = append(w.out, w.out[m.start:m.end]...)
	for _, e := range w.errors[m.firstError : m.firstError+m.errors] {
		moved := *e
		moved.Path = append(append(gqlerr.Path(nil), w.path...), e.Path[m.depth:]...)
		w.add(&moved)
	}
	w.dropped += m.dropped
	return m, true
}

// says reports whether an error is listed already at a path.
func (w *writer) says(e *gqlerr.Error, path gqlerr.Path) bool {
	return slices.ContainsFunc(w.errors, func(old *gqlerr.Error) bool {
		return old.Message == e.Message && old.Subgraph == e.Subgraph && old.Code == e.Code &&
			bytes.Equal(old.Extensions, e.Extensions) && old.Path.Equal(path)
	})
}

// hasRoom reports whether n more bytes may be written.
func (w *writer) hasRoom(n int) bool {
	w.tooLarge = w.tooLarge || len(w.out)+n > w.limits.MaxResponseBytes
	return !w.tooLarge
}

// reset forgets the response. Its errors belong to the caller of Run.
func (w *writer) reset() {
	w.out, w.entries = kept(w.out, 1), kept(w.entries, 72)
	clear(w.path)
	w.path, w.errors, w.dropped, w.tooLarge = w.path[:0], nil, 0, false
	clear(w.entryOf)
}
