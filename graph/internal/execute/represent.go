package execute

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// represent appends the representations of a batch's objects, equal ones once. Objects that are not
// represented leave the batch.
func (x *Execution) represent(body []byte, b *batch, t *targets) []byte {
	start := len(body)
	x.seen.clear(len(t.objects))
	left := t.objects[:0]
	for _, object := range t.objects {
		before := len(body)
		body = separate(body, start)
		s := span{start: len(body)}
		var state representable
		if body, state = x.appendRepresentation(body, b.cases, object); state != represented {
			body = body[:before]
			x.withhold(b, object, state)
			continue
		}
		s.end = len(body)
		number := x.seen.find(body, t.spans, s)
		if number == len(t.spans) {
			t.spans = append(t.spans, s)
		} else {
			body = body[:before]
		}
		left = append(left, object)
		t.number = append(t.number, number)
	}
	t.objects = left
	return body
}

// representable says whether an object can be represented, and why not.
type representable uint8

const (
	represented representable = iota
	// keyNull: a key is null, so there is no such entity.
	keyNull
	// keyFailed: an error that is already known kept a value away.
	keyFailed
	// keyAbsent: a value is not there. The object may be of a type that does not have it.
	keyAbsent
	// valueWrong: a value is none that its type has. Execution.refused says which.
	valueWrong
	// notOfType: objects of this runtime type are not asked for.
	notOfType
)

// withhold settles the values that an object does not get because it is not represented: nulls. Where
// a value is absent they stay absent, which completion reports if the client sees them.
func (x *Execution) withhold(b *batch, object rawjson.Ref, why representable) {
	switch why {
	case keyNull:
		x.settle(object, b.scan, rawjson.GoneRef)
	case valueWrong:
		x.refuse(b.path, object)
		x.settle(object, b.scan, rawjson.WithheldRef(x.causes.kept))
	case keyFailed:
		x.settle(object, b.scan, rawjson.WithheldRef(x.causes.kept))
	case represented, keyAbsent, notOfType:
	}
}

// appendRepresentation appends what stands for an object, by the first case that fits its type.
func (x *Execution) appendRepresentation(dst []byte, cases []representation, object rawjson.Ref) ([]byte, representable) {
	typ := x.doc.Type(object)
	for i := range cases {
		if r := &cases[i]; fits(r.on, typ) {
			dst, state := x.appendMembers(append(dst, r.head...), r.fields, object)
			return append(dst, '}'), state
		}
	}
	switch typ {
	case rawjson.TypeFailed:
		return dst, x.causes.keep(x.causes.ofType[object])
	case rawjson.TypeNull:
		return dst, keyNull
	}
	return dst, notOfType
}

// appendMembers appends the members of a representation, or of an object inside one.
func (x *Execution) appendMembers(dst []byte, fields []representationField, object rawjson.Ref) ([]byte, representable) {
	for i := range fields {
		f := &fields[i]
		if f.on != nil && !f.on.Has(x.doc.Type(object)) {
			continue
		}
		prefix := f.prefix
		if dst[len(dst)-1] == '{' {
			prefix = prefix[1:]
		}
		dst = append(dst, prefix...)
		if f.constant {
			continue
		}
		var state representable
		if dst, state = x.appendMember(dst, f, f.of.typ, x.doc.Slot(object, f.slot)); state != represented {
			if typ := x.doc.Type(object); state == valueWrong && typ >= 0 && f.of.On != nil && !f.of.On.Has(typ) {
				return dst, notOfType // the request was made before the type was known, for another type's fields
			}
			x.refused.through(f.slot, state)
			return dst, state
		}
	}
	return dst, represented
}

// appendMember appends a value from the document as a subgraph gets it, if it is of its type.
func (x *Execution) appendMember(dst []byte, f *representationField, c *completion, v rawjson.Ref) ([]byte, representable) {
	switch v.Kind() {
	case rawjson.Null:
		if c.NonNull && v != rawjson.GoneRef {
			return dst, x.refused.begin(f.of, c, v)
		}
		return appendNull(dst, f)
	case rawjson.Leaf:
		return x.appendSent(dst, f.of, c, v)
	case rawjson.Object:
		if c.elem != nil {
			return dst, x.refused.begin(f.of, c, v)
		}
		switch state := x.representableType(f, c, v); state {
		case represented:
		case keyNull:
			return appendNull(dst, f)
		default:
			return dst, state
		}
		dst, state := x.appendMembers(append(dst, '{'), f.fields, v)
		return append(dst, '}'), state
	case rawjson.List:
		elem := c.elemOf()
		if elem == nil {
			return dst, x.refused.begin(f.of, c, v)
		}
		dst = append(dst, '[')
		for i := range x.doc.Len(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			var state representable
			if dst, state = x.appendMember(dst, f, elem, x.doc.Element(v, i)); state != represented {
				x.refused.through(i, state)
				return dst, state
			}
		}
		return append(dst, ']'), represented
	case rawjson.Failed:
		return dst, x.failed(v)
	case rawjson.Absent:
		return dst, keyAbsent
	default: // rawjson.Conflict
		return dst, x.refused.begin(f.of, c, v)
	}
}

// failed keeps a value back that has failed.
func (x *Execution) failed(v rawjson.Ref) representable {
	cause, _ := v.Cause()
	return x.causes.keep(cause)
}

// appendNull appends a null that is required; as a key it stands for nothing.
func appendNull(dst []byte, f *representationField) ([]byte, representable) {
	if !f.required {
		return dst, keyNull
	}
	return append(dst, "null"...), represented
}

// representableType says whether the runtime type of an object inside a representation is one that it
// can have, and is known as far as its members depend on it: without it members would be left out as
// if the object were of another type.
func (x *Execution) representableType(f *representationField, c *completion, object rawjson.Ref) representable {
	if f.of.Possible == nil {
		return represented
	}
	switch typ := x.doc.Type(object); {
	case typ == rawjson.TypeFailed:
		return x.causes.keep(x.causes.ofType[object])
	case typ == rawjson.TypeNull:
		return keyNull
	case typ >= 0 && f.of.Possible.Has(typ):
		return represented
	case typ == rawjson.TypeNone && !slices.ContainsFunc(f.fields, func(f representationField) bool { return f.on != nil && !f.constant }):
		return represented
	}
	return x.refused.begin(f.of, c, object)
}

// appendSent appends a leaf, or lists of leaves, in the subgraph's own spelling.
func (x *Execution) appendSent(dst []byte, of *member, c *completion, v rawjson.Ref) ([]byte, representable) {
	if cause, ok := x.causes.ofElement[v]; ok {
		return dst, x.causes.keep(cause)
	}
	raw := x.doc.Bytes(v)
	if of.composite && c != anything || !x.isOfType(raw, c) {
		return dst, x.refused.begin(of, c, v)
	}
	return append(dst, raw...), represented
}

// isOfType reports whether JSON is a value of a type of leaves.
func (x *Execution) isOfType(raw []byte, c *completion) bool {
	switch {
	case raw[0] == 'n':
		return !c.NonNull
	case c.elem != nil:
		if raw[0] != '[' {
			return false
		}
		for element := range rawjson.Elements(raw) {
			if !x.isOfType(element, c.elem) {
				return false
			}
		}
		return true
	case c.Leaf == plan.LeafCustom, raw[0] == '"' && (c.Leaf == plan.LeafID || c.Leaf == plan.LeafString):
		return true
	}
	var ok bool
	x.scratch, ok = appendLeaf(x.scratch[:0], raw, c)
	return ok
}
