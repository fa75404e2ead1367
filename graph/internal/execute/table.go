package execute

import (
	"bytes"
	"hash/maphash"
)

// table finds equal representations. Its seed differs between processes; what it finds does not.
type table struct {
	seed maphash.Seed
	// slots are numbers of representations plus one, by hash; 0 is empty. Their number is a power of
	// two and at least twice that of the representations.
	slots []uint32
	// marks has room for a mark on each representation.
	marks []bool
}

func (t *table) clear(representations int) {
	size := 16
	for size < 2*representations {
		size *= 2
	}
	if size > cap(t.slots) {
		t.slots = make([]uint32, size)
		return
	}
	t.slots = t.slots[:size]
	clear(t.slots)
}

// find returns the number of the representation among spans that equals the one at s; if there is
// none it is len(spans), which s must become.
func (t *table) find(body []byte, spans []span, s span) int {
	b := body[s.start:s.end]
	for i := maphash.Bytes(t.seed, b); ; i++ {
		slot := &t.slots[i&uint64(len(t.slots)-1)]
		if *slot == 0 {
			*slot = uint32(len(spans) + 1)
			return len(spans)
		}
		if other := spans[*slot-1]; bytes.Equal(b, body[other.start:other.end]) {
			return int(*slot - 1)
		}
	}
}

// unmarked returns n marks, none of them set. They are valid until the next call.
func (t *table) unmarked(n int) []bool {
	if n > cap(t.marks) {
		t.marks = make([]bool, n)
	}
	t.marks = t.marks[:n]
	clear(t.marks)
	return t.marks
}

func (t *table) reset() { t.slots, t.marks = kept(t.slots, 4), kept(t.marks, 1) }
