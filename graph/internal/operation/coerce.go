package operation

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/rawjson"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Values are the values of an operation's variables by index, as JSON; nil where a variable has no
// value.
type Values [][]byte

// Coerce implements "CoerceVariableValues" (GraphQL spec 6.1.2). raw is a JSON object, null or empty.
// The values are in the form that subgraphs expect: 1.0 for an Int has become 1, a number for an ID a
// string, one value for a list a list of it. Literals of the document are among them.
func (p *Parser) Coerce(op *Operation, raw []byte) (Values, gqlerr.List) {
	c := &coercion{Parser: p, op: op, in: raw}
	given, ok := c.findValues()
	if !ok {
		return nil, c.errs
	}
	values := make(Values, len(op.Variables))
	type span struct{ from, to int }
	written := make([]span, len(op.Variables))
	for i, v := range op.Variables {
		switch at := given[i]; {
		case v.IsLiteral:
			values[i] = op.literals[i]
		case at >= 0:
			from := len(c.out)
			c.coerceVariable(v, at)
			written[i] = span{from, len(c.out)}
		case v.Default != nil:
			values[i] = v.Default
		case v.Type.NonNull:
			c.path = append(append(c.path[:0], '$'), v.Name...)
			c.fail("a value of type %q is required and was not given.", v.Type.String())
		}
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	for i, s := range written {
		if s.to > s.from {
			values[i] = c.out[s.from:s.to:s.to]
		}
	}
	for i, v := range op.Variables {
		switch {
		case v.nonNullOf > 0 && string(values[v.nonNullOf-1]) == "null":
			values[i] = jsonFalse
		case v.nonNullOf > 0:
			values[i] = jsonTrue
		case v.insteadOf > 0 && string(values[v.insteadOf-1]) == "null":
			values[i] = v.Default
		case v.insteadOf > 0:
			values[i] = values[v.insteadOf-1]
		}
	}
	return values, nil
}

var jsonTrue, jsonFalse = []byte("true"), []byte("false")

// coercion is one run of Coerce: a cursor over valid JSON and the values written so far.
type coercion struct {
	*Parser
	op   *Operation
	in   []byte
	at   int
	out  []byte
	errs gqlerr.List
	// path is where the cursor is, for error messages: "$in.items[2]".
	path []byte
}

// isFull reports whether no further error would be kept, so that nobody need look on.
func (c *coercion) isFull() bool { return len(c.errs) >= c.limits.MaxErrors }

func (c *coercion) refuse(format string, args ...any) {
	if !c.isFull() {
		c.errs = append(c.errs, &gqlerr.Error{Message: fmt.Sprintf(format, args...), Code: gqlerr.BadUserInput})
	}
}

func (c *coercion) fail(format string, args ...any) {
	c.refuse("Variable %q: %s", clip(string(c.path)), fmt.Sprintf(format, args...))
}

// findValues checks the JSON as a whole and returns where the value of each variable starts, -1
// where there is none. Members that are no variable of the operation are ignored.
func (c *coercion) findValues() ([]int, bool) {
	given := make([]int, len(c.op.Variables))
	for i := range given {
		given[i] = -1
	}
	c.at = rawjson.ConsumeSpace(c.in)
	if c.at == len(c.in) {
		return given, true
	}
	n, err := rawjson.ConsumeValue(c.in[c.at:], 0)
	end := c.at + n
	if err != nil || end+rawjson.ConsumeSpace(c.in[end:]) != len(c.in) {
		c.refuse("The variables are not valid JSON, at byte %d.", end)
		return nil, false
	}
	if c.in[c.at] == 'n' {
		return given, true
	}
	if c.in[c.at] != '{' {
		c.refuse("The variables must be a JSON object, such as {\"id\": \"1\"}.")
		return nil, false
	}
	for key := c.enterObject(); key != nil; key = c.nextKey() {
		if i, ok := c.variableOf(key); ok {
			if given[i] >= 0 {
				c.refuse("Variable \"$%s\" is given twice.", c.op.Variables[i].Name)
				return nil, false
			}
			given[i] = c.at
		}
		c.skipValue()
	}
	return given, true
}

// variableOf returns the index of the client's variable that a key names.
func (c *coercion) variableOf(key []byte) (int, bool) {
	i, ok := c.op.byName[string(unquotedKey(key))]
	return i, ok
}

// unquotedKey is the name that a key spells.
func unquotedKey(key []byte) []byte {
	if bytes.IndexByte(key, '\\') >= 0 {
		return rawjson.AppendUnquoted(nil, key)
	}
	return key[1 : len(key)-1]
}

func (c *coercion) space() { c.at += rawjson.ConsumeSpace(c.in[c.at:]) }

// skipValue moves behind a value and returns it.
func (c *coercion) skipValue() []byte {
	n, err := rawjson.ConsumeValue(c.in[c.at:], 0)
	if err != nil {
		panic("operation: variables were checked and are not JSON: " + err.Error())
	}
	c.at += n
	return c.in[c.at-n : c.at]
}

// enterObject moves from an object's brace to the value of its first member and returns the key;
// nil, behind the object, when it is empty.
func (c *coercion) enterObject() []byte {
	c.at++
	c.space()
	if c.in[c.at] == '}' {
		c.at++
		return nil
	}
	return c.key()
}

// nextKey moves from behind a member's value to the next one's and returns its key; nil, behind the
// object, when there is none.
func (c *coercion) nextKey() []byte {
	c.space()
	c.at++
	if c.in[c.at-1] == '}' {
		return nil
	}
	c.space()
	return c.key()
}

func (c *coercion) key() []byte {
	key := c.skipValue()
	c.space()
	c.at++ // the colon
	c.space()
	return key
}

func (c *coercion) coerceVariable(v *Variable, at int) {
	c.at = at
	c.path = append(append(c.path[:0], '$'), v.Name...)
	if v.notNull && c.in[c.at] == 'n' {
		c.fail("null is not allowed, as the operation uses it where a value is required; leave it out to use its default.")
		return
	}
	c.coerce(v.Type)
}

// coerce writes the value at the cursor as a value of type t and moves behind it. When there are as
// many errors as are reported it ends where it is: nothing of what it would write is used.
func (c *coercion) coerce(t *schema.TypeRef) {
	if c.in[c.at] == 'n' {
		if t.NonNull {
			c.fail("null is not a value of type %q.", t.String())
		}
		c.out = append(c.out, c.skipValue()...)
		return
	}
	if t.Elem != nil {
		c.coerceList(t)
		return
	}
	switch named := c.api.Type(t.Name); named.Kind {
	case schema.InputObject:
		c.coerceObject(named)
	case schema.Enum:
		c.coerceEnum(named)
	case schema.Scalar:
		c.coerceScalar(named)
	case schema.Object, schema.Interface, schema.Union:
		panic("operation: a variable of the output type " + t.Name + " passed validation")
	}
}

// coerceList implements the input coercion of lists (GraphQL spec 3.11).
func (c *coercion) coerceList(t *schema.TypeRef) {
	c.out = append(c.out, '[')
	if c.in[c.at] != '[' {
		c.coerce(t.Elem)
		c.out = append(c.out, ']')
		return
	}
	c.at++
	c.space()
	here := len(c.path)
	for i := 0; c.in[c.at] != ']'; i++ {
		if i > 0 {
			c.at++ // the comma
			c.space()
			c.out = append(c.out, ',')
		}
		c.path = append(strconv.AppendInt(append(c.path[:here], '['), int64(i), 10), ']')
		if c.coerce(t.Elem); c.isFull() {
			return
		}
		c.space()
	}
	c.path = c.path[:here]
	c.at++
	c.out = append(c.out, ']')
}

// coerceObject implements the input coercion of input objects (GraphQL spec 3.10).
func (c *coercion) coerceObject(t *schema.Type) {
	if c.in[c.at] != '{' {
		c.fail("%s takes an object, not %s.", t.Name, kindOfJSON(c.skipValue()))
		return
	}
	here := len(c.path)
	given := make([]bool, len(t.Fields))
	count, nulls := 0, 0
	c.out = append(c.out, '{')
	for key := c.enterObject(); key != nil; key = c.nextKey() {
		name := unquotedKey(key)
		i := slices.IndexFunc(t.Fields, func(f *schema.Field) bool { return string(name) == f.Name })
		if i < 0 || given[i] {
			if c.refuseKey(t, string(name), i >= 0); c.isFull() {
				return
			}
			c.skipValue()
			continue
		}
		given[i] = true
		f := t.Fields[i]
		c.path = append(append(c.path[:here], '.'), f.Name...)
		if c.in[c.at] == 'n' {
			nulls++
		}
		if count > 0 {
			c.out = append(c.out, ',')
		}
		count++
		c.out = append(rawjson.AppendString(c.out, f.Name), ':')
		if c.coerce(f.Type); c.isFull() {
			return
		}
		c.path = c.path[:here]
	}
	c.out = append(c.out, '}')
	for i, f := range t.Fields {
		if !given[i] && f.Type.NonNull && f.Default == nil {
			c.fail("field %q of type %q is required and was not given.", f.Name, f.Type.String())
		}
	}
	if isOneOf(t) && (count != 1 || nulls > 0) {
		c.fail("%s takes exactly one field, and that not null.", t.Name)
	}
}

func (c *coercion) refuseKey(t *schema.Type, name string, twice bool) {
	if twice {
		c.fail("field %q is given twice.", clip(name))
		return
	}
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	c.fail("%s has no field %q.%s", t.Name, clip(name), suggest(name, names))
}
