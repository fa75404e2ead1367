package rawjson

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"unicode/utf8"
)

// MaxDepth is how deep objects and lists of a JSON text may nest.
const MaxDepth = 512

// The errors of Consume functions. The n that comes with one is the offset of the problem.
var (
	ErrEnd     = errors.New("the text ends too early")
	ErrValue   = errors.New("a JSON value must begin here")
	ErrString  = errors.New("a string holds a raw control character")
	ErrUTF8    = errors.New("a string is not UTF-8")
	ErrEscape  = errors.New("a string holds an unknown escape")
	ErrNumber  = errors.New("a number does not follow JSON's grammar")
	ErrKey     = errors.New("an object's key must be a string")
	ErrColon   = errors.New("a colon must follow an object's key")
	ErrComma   = errors.New("a comma or the end of the object or list must follow a value")
	ErrDepth   = errors.New("objects and lists nest too deep")
	ErrTrailer = errors.New("something follows the JSON value")
)

// ConsumeSpace returns the length of the white space at the start of b.
func ConsumeSpace(b []byte) int {
	i := 0
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// ConsumeValue returns the length of the JSON value at the start of b, which must not be white
// space. Everything in it is checked; depth is how deep b already lies (RFC 8259).
func ConsumeValue(b []byte, depth int) (n int, err error) {
	if len(b) == 0 {
		return 0, ErrEnd
	}
	switch c := b[0]; {
	case c == '"':
		return ConsumeString(b)
	case c == '{':
		return consumeObject(b, depth+1)
	case c == '[':
		return consumeList(b, depth+1)
	case c == '-' || '0' <= c && c <= '9':
		return ConsumeNumber(b)
	case c == 't':
		return ConsumeLiteral(b, "true")
	case c == 'f':
		return ConsumeLiteral(b, "false")
	case c == 'n':
		return ConsumeLiteral(b, "null")
	}
	return 0, ErrValue
}

// ConsumeLiteral returns the length of the literal, which b must start with.
func ConsumeLiteral(b []byte, literal string) (n int, err error) {
	if len(b) >= len(literal) && string(b[:len(literal)]) == literal {
		return len(literal), nil
	}
	return 0, ErrValue
}

func consumeObject(b []byte, depth int) (n int, err error) {
	if depth > MaxDepth {
		return 0, ErrDepth
	}
	i := 1 + ConsumeSpace(b[1:])
	if i < len(b) && b[i] == '}' {
		return i + 1, nil
	}
	for {
		k, err := consumeKey(b[i:])
		i += k
		if err != nil {
			return i, err
		}
		k, err = ConsumeValue(b[i:], depth)
		i += k
		if err != nil {
			return i, err
		}
		i += ConsumeSpace(b[i:])
		switch {
		case i >= len(b):
			return i, ErrEnd
		case b[i] == '}':
			return i + 1, nil
		case b[i] != ',':
			return i, ErrComma
		}
		i++
		i += ConsumeSpace(b[i:])
	}
}

// consumeKey consumes a key, the colon and white space around it.
func consumeKey(b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, ErrEnd
	}
	if b[0] != '"' {
		return 0, ErrKey
	}
	if n, err = ConsumeString(b); err != nil {
		return n, err
	}
	k, err := consumeColon(b[n:])
	return n + k, err
}

// consumeColon consumes a colon and white space around it.
func consumeColon(b []byte) (n int, err error) {
	if len(b) == 0 || b[0] != ':' {
		n = ConsumeSpace(b)
		if n >= len(b) {
			return n, ErrEnd
		}
		if b[n] != ':' {
			return n, ErrColon
		}
	}
	n++
	return n + ConsumeSpace(b[n:]), nil
}

func consumeList(b []byte, depth int) (n int, err error) {
	if depth > MaxDepth {
		return 0, ErrDepth
	}
	i := 1 + ConsumeSpace(b[1:])
	if i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		k, err := ConsumeValue(b[i:], depth)
		i += k
		if err != nil {
			return i, err
		}
		i += ConsumeSpace(b[i:])
		switch {
		case i >= len(b):
			return i, ErrEnd
		case b[i] == ']':
			return i + 1, nil
		case b[i] != ',':
			return i, ErrComma
		}
		i++
		i += ConsumeSpace(b[i:])
	}
}

// Constants of the search for a byte in eight: a one, and the high bit, in every byte.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plainLength returns how many bytes at the start of b are ASCII and stand for themselves in a
// string: no quote, no backslash, no control character.
func plainLength(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, slash := x^(ones*'"'), x^(ones*'\\')
		// The lowest bit set here is exact: a borrow only disturbs bytes above a byte that stops.
		stop := ((x-ones*' ')&^x | (quote-ones)&^quote | (slash-ones)&^slash | x) & highs
		if stop != 0 {
			return i + bits.TrailingZeros64(stop)/8
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] < utf8.RuneSelf && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// ConsumeString returns the length of the string at the start of b, with its quotes.
func ConsumeString(b []byte) (n int, err error) {
	if len(b) == 0 || b[0] != '"' {
		return 0, ErrValue
	}
	i := 1
	for {
		i += plainLength(b[i:])
		switch {
		case i >= len(b):
			return i, ErrEnd
		case b[i] == '"':
			return i + 1, nil
		case b[i] == '\\':
			k, err := consumeEscape(b[i:])
			if err != nil {
				return i, err
			}
			i += k
		case b[i] < ' ':
			return i, ErrString
		default:
			for i < len(b) && b[i] >= utf8.RuneSelf {
				r, size := utf8.DecodeRune(b[i:])
				if r == utf8.RuneError && size == 1 {
					return i, ErrUTF8
				}
				i += size
			}
		}
	}
}

func consumeEscape(b []byte) (n int, err error) {
	if len(b) < 2 {
		return 0, ErrEnd
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
		if len(b) < 6 {
			return 0, ErrEnd
		}
		if _, ok := hex4(b[2:6]); !ok {
			return 0, ErrEscape
		}
		return 6, nil
	}
	return 0, ErrEscape
}

// ConsumeNumber returns the length of the number at the start of b.
func ConsumeNumber(b []byte) (n int, err error) {
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return i, ErrEnd
	case b[i] == '0':
		i++
	case '1' <= b[i] && b[i] <= '9':
		i += digits(b[i:])
	default:
		return i, ErrNumber
	}
	if i < len(b) && b[i] == '.' {
		k := digits(b[i+1:])
		if k == 0 {
			return i, ErrNumber
		}
		i += 1 + k
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		k := digits(b[i:])
		if k == 0 {
			return i, ErrNumber
		}
		i += k
	}
	return i, nil
}

// digits returns how many digits b starts with.
func digits(b []byte) int {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (r rune, ok bool) {
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Valid reports whether b is one JSON value as this package understands it: nested at most MaxDepth
// deep, its strings UTF-8.
func Valid(b []byte) bool {
	i := ConsumeSpace(b)
	n, err := ConsumeValue(b[i:], 0)
	i += n
	return err == nil && i+ConsumeSpace(b[i:]) == len(b)
}
