package execute

import (
	"math"
	"strconv"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// completeRaw completes a value that is still the subgraph's JSON: a leaf, or lists of leaves. The
// JSON has been checked.
func (x *Execution) completeRaw(raw []byte, f *shapeField, c *completion) bool {
	if c.elem != nil {
		if raw[0] == '[' && c.composite() == nil {
			return x.completeRawList(raw, f, c)
		}
		x.wrongKind(f, c)
		return false
	}
	if c.shape == nil {
		var ok bool
		if x.writer.out, ok = appendLeaf(x.writer.out, raw, c); ok {
			return true
		}
	}
	x.wrongKind(f, c)
	return false
}

func (x *Execution) completeRawList(raw []byte, f *shapeField, c *completion) bool {
	w := &x.writer
	w.out = append(w.out, '[')
	w.path = append(w.path, gqlerr.PathElement{})
	step := len(w.path) - 1
	i := 0
	for element := range rawjson.Elements(raw) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.path[step].Index = i
		mark := len(w.out)
		ok := false
		if element[0] == 'n' {
			x.refuseNull(f, c.elem)
		} else {
			ok = x.completeRaw(element, f, c.elem)
		}
		if !x.orNull(mark, ok, c.elem) {
			w.path = w.path[:step]
			return false
		}
		i++
	}
	w.path = w.path[:step]
	w.out = append(w.out, ']')
	return true
}

// appendLeaf implements "Result Coercion" of the built-in scalars and enums (GraphQL spec 3.5, 3.9)
// for JSON that is not null; ok is false for a value that the type does not have.
func appendLeaf(dst, raw []byte, c *completion) (out []byte, ok bool) {
	first := raw[0]
	number := first == '-' || '0' <= first && first <= '9'
	switch c.Leaf {
	case plan.LeafCustom:
		return append(dst, raw...), true
	case plan.LeafString:
		return append(dst, raw...), first == '"'
	case plan.LeafBoolean:
		return append(dst, raw...), first == 't' || first == 'f'
	case plan.LeafInt:
		if !number {
			return dst, false
		}
		return appendInt(dst, raw)
	case plan.LeafFloat:
		return append(dst, raw...), number && isFinite(raw)
	case plan.LeafID:
		if number {
			return appendID(dst, raw)
		}
		return append(dst, raw...), first == '"'
	case plan.LeafEnum:
		if c.enum[string(raw)] {
			return append(dst, raw...), true
		}
		return appendEnumSlow(dst, raw, c)
	}
	return dst, false
}

// appendInt appends an integer of 32 bits; 1.0 and 1e0 are integers.
func appendInt(dst, raw []byte) (out []byte, ok bool) {
	if isDigits(raw) {
		if len(raw) < 10 { // at most nine digits, or eight and a sign
			return append(dst, raw...), true
		}
		n, err := strconv.ParseInt(string(raw), 10, 32)
		return strconv.AppendInt(dst, n, 10), err == nil
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n != math.Trunc(n) || n < math.MinInt32 || n > math.MaxInt32 {
		return dst, false
	}
	return strconv.AppendInt(dst, int64(n), 10), true
}

// isDigits reports whether a number has neither a fraction nor an exponent.
func isDigits(raw []byte) bool {
	for _, c := range raw {
		if c == '.' || c == 'e' || c == 'E' {
			return false
		}
	}
	return true
}

// isFinite reports whether a number is one of 64 bits that is not infinite.
func isFinite(raw []byte) bool {
	if len(raw) < 300 && isDigits(raw) {
		return true
	}
	_, err := strconv.ParseFloat(string(raw), 64)
	return err == nil
}

// maxExact is the size up to which every integer is a float of 64 bits.
const maxExact = 1 << 53

// appendID appends an integer as the string that an ID is.
func appendID(dst, raw []byte) (out []byte, ok bool) {
	if !isDigits(raw) {
		n, err := strconv.ParseFloat(string(raw), 64)
		if err != nil || n != math.Trunc(n) || math.Abs(n) > maxExact {
			return dst, false
		}
		dst = strconv.AppendInt(append(dst, '"'), int64(n), 10)
		return append(dst, '"'), true
	}
	dst = append(append(dst, '"'), raw...)
	return append(dst, '"'), true
}

// appendEnumSlow finds an enum value that was written with escapes.
func appendEnumSlow(dst, raw []byte, c *completion) (out []byte, ok bool) {
	if raw[0] != '"' {
		return dst, false
	}
	plain := rawjson.AppendString(nil, string(rawjson.AppendUnquoted(nil, raw)))
	if !c.enum[string(plain)] {
		return dst, false
	}
	return append(dst, plain...), true
}
