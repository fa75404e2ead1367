package execute

import (
	"bytes"
	"hash/maphash"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// reuse is a plan.Reuse, compiled.
type reuse struct {
	*plan.Reuse
	// key has one element, in the form that appendRepresentation takes.
	key []representation
}

// readObjects are the objects of one source, by their keys. Equal keys are equal bytes: a key that
// two subgraphs write differently is only asked for once more.
type readObjects struct {
	gathered bool
	keys     []byte
	spans    []span
	objects  []rawjson.Ref
	table    table
	// key is the key that is looked up.
	key []byte
}

// takeRead fills the objects of which all that the batch asks for has been read elsewhere, and
// returns the others. Values are copied, the source's object is not shared: a later fetch fills only
// one of the two.
func (x *Execution) takeRead(b *batch, objects []rawjson.Ref) []rawjson.Ref {
	left := objects[:0]
	for _, object := range objects {
		taken := false
		for i := 0; i < len(b.reuse) && !taken; i++ {
			taken = x.take(&b.reuse[i], object)
		}
		if !taken {
			left = append(left, object)
		}
	}
	return left
}

// take fills one object from a source, if there is one with its key and all of the values.
func (x *Execution) take(r *reuse, object rawjson.Ref) bool {
	if !fits(r.key[0].on, x.doc.Type(object)) {
		return false
	}
	read := &x.sources[r.Source]
	if !read.gathered {
		x.gather(read, r.Source)
	}
	var state representable
	read.key, state = x.appendRepresentation(read.key[:0], r.key, object)
	if state != represented {
		return false
	}
	i := read.table.lookup(read.keys, read.spans, read.key)
	if i < 0 {
		return false
	}
	source := read.objects[i]
	for _, c := range r.Copies {
		if x.isOn(c.When) && !x.isValue(x.doc.Slot(source, c.From)) {
			return false
		}
	}
	for _, c := range r.Copies {
		if x.isOn(c.When) && x.doc.Slot(object, c.To) == rawjson.AbsentRef {
			x.doc.SetSlot(object, c.To, x.doc.Slot(source, c.From))
		}
	}
	return true
}

// isValue reports whether a value may stand in another place too. A null may be due to an error,
// which belongs to its own place.
func (x *Execution) isValue(v rawjson.Ref) bool {
	if v.Kind() != rawjson.Leaf {
		return false
	}
	raw := x.doc.Bytes(v)
	return raw[0] != '[' || !bytes.Contains(raw, []byte("null"))
}

// gather makes the table of a source's objects. The plan lets a fetch look at a source only when
// all that fill it have ended.
func (x *Execution) gather(read *readObjects, source int) {
	read.gathered = true
	objects := x.collect(read.objects[:0], x.plan.plan.Sources[source].Path)
	read.table.seed = x.seen.seed
	read.table.clear(len(objects))
	left := objects[:0]
	for _, object := range objects {
		s := span{start: len(read.keys)}
		var state representable
		if read.keys, state = x.appendRepresentation(read.keys, x.plan.sources[source], object); state != represented {
			read.keys = read.keys[:s.start]
			continue
		}
		s.end = len(read.keys)
		if read.table.find(read.keys, read.spans, s) < len(read.spans) {
			read.keys = read.keys[:s.start]
			continue
		}
		read.spans = append(read.spans, s)
		left = append(left, object)
	}
	read.objects = left
}

func (r *readObjects) reset() {
	r.gathered = false
	r.keys, r.spans, r.objects, r.key = kept(r.keys, 1), kept(r.spans, 16), kept(r.objects, 4), kept(r.key, 1)
	r.table.reset()
}

// lookup returns the number of the representation among spans that equals key, or -1.
func (t *table) lookup(body []byte, spans []span, key []byte) int {
	for i := maphash.Bytes(t.seed, key); ; i++ {
		slot := t.slots[i&uint64(len(t.slots)-1)]
		if slot == 0 {
			return -1
		}
		if s := spans[slot-1]; bytes.Equal(key, body[s.start:s.end]) {
			return int(slot - 1)
		}
	}
}
