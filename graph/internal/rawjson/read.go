package rawjson

import (
	"bytes"
	"errors"
	"fmt"
)

// Answer is a GraphQL response that was read.
type Answer struct {
	// Data is Absent when there is no "data", Null, an Object, or a Leaf for a value of a wrong kind.
	Data Ref
	// Errors is the JSON of "errors", nil when there is none. It is part of the body.
	Errors []byte
}

// SyntaxError says where a body is not what it must be.
type SyntaxError struct {
	Offset int
	Err    error
}

// Error names the offset and the problem.
func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the problem.
func (e *SyntaxError) Unwrap() error { return e.Err }

// reader reads one body into a document.
type reader struct {
	doc  *Doc
	body []byte
	id   int
	// depth is how many objects and lists lie around the current place.
	depth int
	// name and typ are the last runtime type met: the next object often has the same.
	name []byte
	typ  int
	// again is set inside an object that is read a second time. There types are looked for before anything is read: what
	// is read twice at each of many levels is read without end.
	again bool
}

// ReadAnswer reads a body, a whole GraphQL response, into new objects; data tells how to read the
// object in "data". Of a key that stands twice the last value counts. When it fails nothing in the
// document refers to what was read.
func (d *Doc) ReadAnswer(body int, data *Scan) (Answer, error) {
	r := reader{doc: d, body: d.bodies[body], id: body, depth: 1}
	before, elements := len(d.arena), len(d.elements)
	answer, i, err := r.answer(data)
	if err != nil {
		d.arena, d.elements = d.arena[:before], d.elements[:elements]
		return Answer{}, &SyntaxError{Offset: i, Err: err}
	}
	return answer, nil
}

func (r *reader) answer(data *Scan) (a Answer, i int, err error) {
	i = ConsumeSpace(r.body)
	if i >= len(r.body) {
		return a, i, ErrEnd
	}
	if r.body[i] != '{' {
		return a, i, ErrValue
	}
	more := false
	for i, more, err = r.first(i); more; i, more, err = r.next(i) {
		var key []byte
		if key, i, err = r.key(i); err != nil {
			return a, i, err
		}
		start := i
		switch string(key) {
		case "data":
			a.Data, i, err = r.value(data, i)
		case "errors":
			i, err = r.skip(i)
			a.Errors = r.body[start:i]
		default:
			i, err = r.skip(i)
		}
		if err != nil {
			return a, i, err
		}
	}
	if err != nil {
		return a, i, err
	}
	if i += ConsumeSpace(r.body[i:]); i < len(r.body) {
		return a, i, ErrTrailer
	}
	return a, i, nil
}

// first goes from the start of an object to its first key; more is false at the end of the object.
func (r *reader) first(i int) (at int, more bool, err error) {
	i++
	i += ConsumeSpace(r.body[i:])
	if i < len(r.body) && r.body[i] == '}' {
		return i + 1, false, nil
	}
	return i, true, nil
}

// next goes from behind a member to the next key; more is false at the end of the object.
func (r *reader) next(i int) (at int, more bool, err error) {
	b := r.body
	if i < len(b) && b[i] <= ' ' {
		i += ConsumeSpace(b[i:])
	}
	switch {
	case i >= len(b):
		return i, false, ErrEnd
	case b[i] == '}':
		return i + 1, false, nil
	case b[i] != ',':
		return i, false, ErrComma
	}
	i++
	if i < len(b) && b[i] <= ' ' {
		i += ConsumeSpace(b[i:])
	}
	return i, true, nil
}

// key reads a key and its colon, and returns where the value begins.
func (r *reader) key(i int) (key []byte, at int, err error) {
	if i >= len(r.body) {
		return nil, i, ErrEnd
	}
	if r.body[i] != '"' {
		return nil, i, ErrKey
	}
	n, err := ConsumeString(r.body[i:])
	if err != nil {
		return nil, i + n, err
	}
	key = r.body[i+1 : i+n-1]
	if bytes.IndexByte(key, '\\') >= 0 {
		key = AppendUnquoted(nil, r.body[i:i+n])
	}
	k, err := consumeColon(r.body[i+n:])
	return key, i + n + k, err
}

// keyIs reads a key and its colon if it stands there without escapes.
func (r *reader) keyIs(i int, want string) (at int, ok bool, err error) {
	end := i + 1 + len(want)
	if end >= len(r.body) || r.body[i] != '"' || r.body[end] != '"' || string(r.body[i+1:end]) != want {
		return i, false, nil
	}
	k, err := consumeColon(r.body[end+1:])
	return end + 1 + k, true, err
}

func (r *reader) skip(i int) (at int, err error) {
	n, err := ConsumeValue(r.body[i:], r.depth)
	return i + n, err
}

// value reads a value: a leaf when child is nil, else objects through any depth of lists. A value
// of a wrong kind becomes a leaf.
func (r *reader) value(child *Scan, i int) (v Ref, at int, err error) {
	if i >= len(r.body) {
		return AbsentRef, i, ErrEnd
	}
	switch c := r.body[i]; {
	case c == 'n':
		n, err := ConsumeLiteral(r.body[i:], "null")
		return NullRef, i + n, err
	case (c == '{' || c == '[') && child != nil:
		if r.depth++; r.depth > MaxDepth {
			return AbsentRef, i, ErrDepth
		}
		if c == '{' {
			v, at, err = r.object(child, i)
		} else {
			v, at, err = r.list(child, i)
		}
		r.depth--
		return v, at, err
	}
	n, err := ConsumeValue(r.body[i:], r.depth)
	if err != nil {
		return AbsentRef, i + n, err
	}
	v, err = r.doc.newLeaf(r.id, i, i+n)
	return v, i + n, err
}

func (r *reader) list(child *Scan, i int) (v Ref, at int, err error) {
	b := r.body
	base := len(r.doc.elements)
	i++
	i += ConsumeSpace(b[i:])
	for i >= len(b) || b[i] != ']' {
		if v, i, err = r.value(child, i); err != nil {
			return AbsentRef, i, err
		}
		r.doc.elements = append(r.doc.elements, v)
		i += ConsumeSpace(b[i:])
		switch {
		case i >= len(b):
			return AbsentRef, i, ErrEnd
		case b[i] == ']':
			continue
		case b[i] != ',':
			return AbsentRef, i, ErrComma
		}
		i++
		i += ConsumeSpace(b[i:])
		if i < len(b) && b[i] == ']' {
			return AbsentRef, i, ErrValue
		}
	}
	v, err = r.doc.NewList(r.doc.elements[base:])
	r.doc.elements = r.doc.elements[:base]
	return v, i + 1, err
}

// object reads an object into a new run of slots.
func (r *reader) object(s *Scan, i int) (v Ref, at int, err error) {
	start := i
	i, more, err := r.first(i)
	if err != nil {
		return AbsentRef, i, err
	}
	if s.TypeKey == "" {
		return r.fields(s, s.Type, i, more)
	}
	after, typ, ok, err := r.firstType(s, i, more)
	if err != nil {
		return AbsentRef, after, err
	}
	if ok = ok && !r.again; ok {
		if after, more, err = r.next(after); err != nil {
			return AbsentRef, after, err
		}
		if v, at, err = r.fields(s, typ, after, more); err != errTypeAgain {
			return v, at, err
		}
	}
	if typ, err = r.lastType(s, start); err != nil {
		return AbsentRef, start, err
	}
	// From here on a type key is only skipped: its last value is known.
	last := *s
	last.TypeKey = ""
	if i, more, err = r.first(start); err != nil {
		return AbsentRef, i, err
	}
	r.again = r.again || ok
	v, at, err = r.fields(&last, typ, i, more)
	r.again = r.again && !ok
	return v, at, err
}

// errTypeAgain means that a second type name came after fields had been read by the first one.
var errTypeAgain = errors.New("a second type name")

// noFields is the case of an object of which nothing is wanted.
var noFields = Case{}

// fields reads the members of an object of a runtime type, the first of which begins at i. The next
// expected key is compared first; any other key is looked up, and skipped when nobody wants it. A
// key that stands twice overwrites.
func (r *reader) fields(s *Scan, typ, i int, more bool) (object Ref, at int, err error) {
	c := &noFields
	if number := s.caseOf(typ); number >= 0 {
		c = &s.Cases[number]
	}
	if object, err = r.doc.NewObject(s.Slots, typ); err != nil {
		return AbsentRef, i, err
	}
	expected := 0
	for ; more; i, more, err = r.next(i) {
		found, ok := expected, false
		if expected < len(c.Fields) {
			if i, ok, err = r.keyIs(i, c.Fields[expected].Key); err != nil {
				return AbsentRef, i, err
			}
		}
		if !ok {
			if found, i, err = r.lookUp(s, c, i); err != nil {
				return AbsentRef, i, err
			}
			if found < 0 {
				continue
			}
		}
		expected = found + 1
		f := &c.Fields[found]
		var v Ref
		if v, i, err = r.value(f.Child, i); err != nil {
			return AbsentRef, i, err
		}
		r.doc.SetSlot(object, f.Slot, v)
	}
	return object, i, err
}

// lookUp reads a key that was not the expected one. When nobody wants it, found is -1 and its value
// has been skipped.
func (r *reader) lookUp(s *Scan, c *Case, i int) (found, at int, err error) {
	key, i, err := r.key(i)
	if err != nil {
		return -1, i, err
	}
	if found = c.find(key); found >= 0 {
		return found, i, nil
	}
	if s.TypeKey != "" && string(key) == s.TypeKey {
		return -1, i, errTypeAgain
	}
	i, err = r.skip(i)
	return -1, i, err
}

// firstType reads the type name if it is the first member, as it is selected first.
func (r *reader) firstType(s *Scan, i int, more bool) (at, typ int, ok bool, err error) {
	if !more {
		return i, TypeInvalid, false, nil
	}
	at, ok, err = r.keyIs(i, s.TypeKey)
	if err != nil || !ok || at >= len(r.body) || r.body[at] != '"' {
		return at, TypeInvalid, false, err
	}
	n, err := ConsumeString(r.body[at:])
	if err != nil {
		return at + n, TypeInvalid, false, err
	}
	return at + n, r.number(s, r.body[at:at+n]), true, nil
}

// lastType reads a whole object for the last type name in it: a subgraph may have an order of its
// own.
func (r *reader) lastType(s *Scan, i int) (typ int, err error) {
	typ = TypeInvalid
	more := false
	for i, more, err = r.first(i); more; i, more, err = r.next(i) {
		var key []byte
		if key, i, err = r.key(i); err != nil {
			return typ, err
		}
		start := i
		if i, err = r.skip(i); err != nil {
			return typ, err
		}
		if string(key) != s.TypeKey {
			continue
		}
		typ = TypeInvalid
		if r.body[start] == '"' {
			typ = r.number(s, r.body[start:i])
		}
	}
	return typ, err
}

// number returns the number of the type whose name stands in a string.
func (r *reader) number(s *Scan, str []byte) int {
	if r.name != nil && bytes.Equal(r.name, str) {
		return r.typ
	}
	name := str[1 : len(str)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name = AppendUnquoted(nil, str)
	}
	typ, ok := s.Types[string(name)]
	if !ok {
		typ = TypeInvalid
	}
	r.name, r.typ = str, typ
	return typ
}
