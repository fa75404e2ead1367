package operation

import (
	"slices"
	"strconv"

	"github.com/weft-graph/weft/graph/internal/rawjson"
	"github.com/weft-graph/weft/graph/internal/schema"
)

func (c *coercion) coerceEnum(t *schema.Type) {
	value := c.skipValue()
	if value[0] != '"' {
		c.fail("the enum %s takes a string, not %s.", t.Name, kindOfJSON(value))
		return
	}
	for _, known := range t.Values {
		if rawjson.KeyIs(value, known.Name) {
			c.out = rawjson.AppendString(c.out, known.Name)
			return
		}
	}
	if c.isFull() {
		return
	}
	names := make([]string, len(t.Values))
	for i, v := range t.Values {
		names[i] = v.Name
	}
	name := string(rawjson.AppendUnquoted(nil, value))
	c.fail("the enum %s has no value %q.%s", t.Name, clip(name), suggest(name, names))
}

// coerceScalar implements the input coercion of scalars (GraphQL spec 3.5); custom ones take any
// value.
func (c *coercion) coerceScalar(t *schema.Type) {
	value := c.skipValue()
	switch t.Name {
	case "Int":
		c.coerceInt(value)
		return
	case "Float":
		if isNumber(value) {
			if _, err := strconv.ParseFloat(string(value), 64); err != nil {
				c.fail("%s is out of range for a Float.", clip(string(value)))
			}
			c.out = append(c.out, value...)
			return
		}
	case "ID":
		if digits, ok := idDigits(value); ok {
			c.out = rawjson.AppendString(c.out, digits)
			return
		}
		if value[0] == '"' {
			c.out = append(c.out, value...)
			return
		}
	case "String":
		if value[0] == '"' {
			c.out = append(c.out, value...)
			return
		}
	case "Boolean":
		if value[0] == 't' || value[0] == 'f' {
			c.out = append(c.out, value...)
			return
		}
	default:
		c.out = append(c.out, value...)
		return
	}
	c.fail("%s cannot be %s.%s", t.Name, kindOfJSON(value), expectation(t))
}

func (c *coercion) coerceInt(value []byte) {
	if !isNumber(value) {
		c.fail("Int cannot be %s.", kindOfJSON(value))
		return
	}
	digits, ok := wholeNumber(string(value))
	if !ok {
		c.fail("Int cannot be %s: it takes whole numbers.", clip(string(value)))
		return
	}
	if _, err := strconv.ParseInt(digits, 10, 32); err != nil {
		c.fail("%s is out of range for an Int of 32 bits.", digits)
		return
	}
	c.out = append(c.out, digits...)
}

// idDigits returns the digits of a whole number, of any size, given for an ID.
func idDigits(value []byte) (string, bool) {
	if !isNumber(value) {
		return "", false
	}
	if !slices.ContainsFunc(value, func(b byte) bool { return b == '.' || b == 'e' || b == 'E' }) {
		return string(value), true
	}
	return wholeNumber(string(value))
}

func isNumber(value []byte) bool { return value[0] == '-' || '0' <= value[0] && value[0] <= '9' }

// kindOfJSON names the kind of a JSON value; numbers and booleans are shown themselves.
func kindOfJSON(value []byte) string {
	switch value[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return clip(string(value))
}
