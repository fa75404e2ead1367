// Package rawjson is the response under construction, on raw bytes.
//
// In: the bodies that subgraphs answered, and a Scan for each that says which keys are expected.
// Out: a Doc, in which an object is a run of slots and a leaf is a place in a body. Every body is
// scanned once (scan.go) by stateless Consume functions (wire.go); values are merged by moving
// 32-bit refs; bytes are copied once, on the way out. It knows no GraphQL types and no plan.
package rawjson

import "errors"

// Kind is the kind of a Ref.
type Kind uint32

const (
	// Absent: nothing has been put into the slot.
	Absent Kind = iota
	// Null is null.
	Null
	// Failed is a null that an error explains: its cause.
	Failed
	// Conflict is a value on which subgraphs disagree in a way that cannot be merged.
	Conflict
	// Leaf is a piece of a body: any JSON value but null that is read no further.
	Leaf
	// Object is a run of slots.
	Object
	// List is a run of elements.
	List
	// longLeaf is a Leaf whose length or body does not fit into two words; Kind calls it Leaf.
	longLeaf
)

// Ref is a value of a Doc: a kind and, for leaves, objects and lists, a place in the arena. The
// zero Ref is Absent. Refs are valid until the Doc is reset.
type Ref uint32

// kindBits are the low bits of a Ref that hold its kind.
const kindBits = 3

// Refs that need no place.
const (
	AbsentRef = Ref(Absent)
	NullRef   = Ref(Null)
	// GoneRef is a Null that no subgraph answered: the entity that would have the value does not exist.
	GoneRef     = Ref(1<<kindBits) | NullRef
	ConflictRef = Ref(Conflict)
)

// withheldBit marks a Failed that its cause does not name.
const withheldBit = 1 << kindBits

// FailedRef returns the Failed of a cause, a number of the caller's, that names this very place.
func FailedRef(cause int) Ref { return makeRef(Failed, cause<<1) }

// WithheldRef returns the Failed of a cause that names another place, or none: the value was not
// answered, or nobody asked for it, because of it.
func WithheldRef(cause int) Ref { return FailedRef(cause) | withheldBit }

// Cause returns the number of a Failed's cause, and whether the cause names another place.
func (r Ref) Cause() (cause int, isWithheld bool) { return r.place() >> 1, r&withheldBit != 0 }

// Kind returns the kind of r.
func (r Ref) Kind() Kind {
	if k := Kind(r & (1<<kindBits - 1)); k != longLeaf {
		return k
	}
	return Leaf
}

// IsComposite reports whether r is an object or a list.
func (r Ref) IsComposite() bool { return r.Kind() == Object || r.Kind() == List }

func (r Ref) place() int { return int(r >> kindBits) }

func makeRef(k Kind, place int) Ref { return Ref(place)<<kindBits | Ref(k) }

// Runtime types of an object that are no number of a type.
const (
	// TypeNone: nobody asked for the type.
	TypeNone = -1
	// TypeInvalid: the type's name was asked for and is missing, or names no type of the graph.
	TypeInvalid = -2
	// TypeFailed: an error kept the type away.
	TypeFailed = -3
	// TypeNull: the type was asked for, and there is no such object.
	TypeNull = -4
)

// The arena's records, in words of 32 bits:
//
//	leaf       offset in the body, body<<bodyShift | length
//	long leaf  offset in the body, body, length
//	object     type+typeBase | shared, mark, slots
//	list       length | shared, mark, elements
const (
	bodyShift   = 20
	maxLeaf     = 1<<bodyShift - 1
	maxBodies   = 1 << (32 - bodyShift)
	maxArena    = 1 << (32 - kindBits)
	sharedBit   = 1 << 31
	typeBase    = 4
	headerWords = 2
)

// Errors of a Doc that is used up.
var (
	ErrFull       = errors.New("the response is too large")
	ErrBodyTooBig = errors.New("the answer is too large")
)

// Doc is the response under construction: the bodies and one arena of records that refer to them.
// It is a DAG: an object may stand in several places. One goroutine owns it.
type Doc struct {
	arena  []uint32
	bodies [][]byte
	// elements is the stack on which lists are gathered while they are scanned.
	elements []Ref
	// mark is the number of the last walk; see Visit.
	mark uint32
}

// Reset empties the document and keeps its memory, unless that is more than maxBytes.
func (d *Doc) Reset(maxBytes int) {
	clear(d.bodies)
	d.arena, d.bodies, d.elements, d.mark = d.arena[:0], d.bodies[:0], d.elements[:0], 0
	if 4*cap(d.arena) > maxBytes {
		d.arena = nil
	}
	if 4*cap(d.elements) > maxBytes {
		d.elements = nil
	}
}

// AddBody gives the document a body. The body must not change until Reset.
func (d *Doc) AddBody(b []byte) (body int, err error) {
	if uint64(len(b)) >= 1<<32 {
		return 0, ErrBodyTooBig
	}
	if len(d.bodies) == 1<<31-1 {
		return 0, ErrFull
	}
	d.bodies = append(d.bodies, b)
	return len(d.bodies) - 1, nil
}

// alloc appends n zero words and returns the place of the first.
func (d *Doc) alloc(n int) (place int, err error) {
	place = len(d.arena)
	if place+n > maxArena {
		return 0, ErrFull
	}
	if place+n <= cap(d.arena) {
		d.arena = d.arena[:place+n]
		clear(d.arena[place:])
		return place, nil
	}
	d.arena = append(d.arena, make([]uint32, n)...)
	return place, nil
}

// NewObject makes an object of a runtime type (a number or one of the constants) with empty slots.
func (d *Doc) NewObject(slots, typ int) (Ref, error) {
	place, err := d.alloc(headerWords + slots)
	if err != nil {
		return AbsentRef, err
	}
	d.arena[place] = uint32(typ + typeBase)
	return makeRef(Object, place), nil
}

// NewList makes a list of elements.
func (d *Doc) NewList(elements []Ref) (Ref, error) {
	place, err := d.alloc(headerWords + len(elements))
	if err != nil {
		return AbsentRef, err
	}
	d.arena[place] = uint32(len(elements))
	for i, e := range elements {
		d.arena[place+headerWords+i] = uint32(e)
	}
	return makeRef(List, place), nil
}

// newLeaf makes a leaf of a body's bytes from start to end.
func (d *Doc) newLeaf(body, start, end int) (Ref, error) {
	if end-start <= maxLeaf && body < maxBodies {
		place, err := d.alloc(2)
		if err != nil {
			return AbsentRef, err
		}
		d.arena[place], d.arena[place+1] = uint32(start), uint32(body<<bodyShift|(end-start))
		return makeRef(Leaf, place), nil
	}
	place, err := d.alloc(3)
	if err != nil {
		return AbsentRef, err
	}
	d.arena[place], d.arena[place+1], d.arena[place+2] = uint32(start), uint32(body), uint32(end-start)
	return makeRef(longLeaf, place), nil
}

// Bytes returns the JSON of a leaf. It is part of the body.
func (d *Doc) Bytes(leaf Ref) []byte {
	p := leaf.place()
	start := d.arena[p]
	if Kind(leaf&(1<<kindBits-1)) == longLeaf {
		return d.bodies[d.arena[p+1]][start : start+d.arena[p+2]]
	}
	word := d.arena[p+1]
	return d.bodies[word>>bodyShift][start : start+word&maxLeaf]
}

// Slot returns the value in an object's slot.
func (d *Doc) Slot(object Ref, slot int) Ref {
	return Ref(d.arena[object.place()+headerWords+slot])
}

// SetSlot puts a value into an object's slot.
func (d *Doc) SetSlot(object Ref, slot int, v Ref) {
	d.arena[object.place()+headerWords+slot] = uint32(v)
}

// Type returns an object's runtime type: a number or one of the constants.
func (d *Doc) Type(object Ref) int { return int(d.arena[object.place()]&^sharedBit) - typeBase }

// SetType sets an object's runtime type.
func (d *Doc) SetType(object Ref, typ int) {
	p := object.place()
	d.arena[p] = d.arena[p]&sharedBit | uint32(typ+typeBase)
}

// Len returns the length of a list.
func (d *Doc) Len(list Ref) int { return int(d.arena[list.place()] &^ sharedBit) }

// Element returns the element i of a list.
func (d *Doc) Element(list Ref, i int) Ref { return d.Slot(list, i) }

// SetElement replaces the element i of a list.
func (d *Doc) SetElement(list Ref, i int, v Ref) { d.SetSlot(list, i, v) }

// Share marks an object or list as one that stands in more than one place.
func (d *Doc) Share(composite Ref) { d.arena[composite.place()] |= sharedBit }

// IsShared reports whether Share was called for an object or list.
func (d *Doc) IsShared(composite Ref) bool { return d.arena[composite.place()]&sharedBit != 0 }

// BeginWalk begins a walk in which Visit tells new objects and lists from those already seen.
func (d *Doc) BeginWalk() { d.mark++ }

// Visit reports whether the current walk comes to an object or list for the first time.
func (d *Doc) Visit(composite Ref) bool {
	p := composite.place() + 1
	if d.arena[p] == d.mark {
		return false
	}
	d.arena[p] = d.mark
	return true
}
