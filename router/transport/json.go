package transport

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// MaxNesting is how deep objects and lists may nest in a request. The scanner recurses, and in Go a stack that grows
// without end kills the process, so the limit does not come from configuration.
const MaxNesting = 200

var (
	errNesting   = fmt.Errorf("it nests deeper than %d levels", MaxNesting)
	errTruncated = errors.New("it ends too early")
)

// scanner checks JSON (RFC 8259) without decoding it: every consume method takes one thing at pos and leaves pos
// behind it. What passed is well-formed, valid UTF-8 and nests at most MaxNesting deep.
type scanner struct {
	data []byte
	pos  int
}

func (s *scanner) unexpected(want string) error {
	if s.pos >= len(s.data) {
		return errTruncated
	}
	r, _ := utf8.DecodeRune(s.data[s.pos:])
	return fmt.Errorf("%q stands at byte %d where %s is expected", r, s.pos, want)
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte after white space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// value consumes one value and returns its bytes.
func (s *scanner) value(depth int) ([]byte, error) {
	first := s.peek()
	start := s.pos
	var err error
	switch {
	case first == '{':
		err = s.object(depth, func([]byte) error { _, err := s.value(depth + 1); return err })
	case first == '[':
		err = s.list(depth)
	case first == '"':
		_, err = s.str()
	case first == '-' || '0' <= first && first <= '9':
		err = s.number()
	case first == 't':
		err = s.word("true")
	case first == 'f':
		err = s.word("false")
	case first == 'n':
		err = s.word("null")
	default:
		err = s.unexpected("a value")
	}
	return s.data[start:s.pos], err
}

// object consumes an object; member is called behind each colon with the raw key, quotes included, and consumes the
// value.
func (s *scanner) object(depth int, member func(key []byte) error) error {
	if depth >= MaxNesting {
		return errNesting
	}
	s.pos++ // {
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if s.peek() != '"' {
			return s.unexpected("a member's name")
		}
		key, err := s.str()
		if err != nil {
			return err
		}
		if s.peek() != ':' {
			return s.unexpected("':'")
		}
		s.pos++
		if err := member(key); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.unexpected("',' or '}'")
		}
	}
}

func (s *scanner) list(depth int) error {
	if depth >= MaxNesting {
		return errNesting
	}
	s.pos++ // [
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if _, err := s.value(depth + 1); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.unexpected("',' or ']'")
		}
	}
}

func (s *scanner) word(word string) error {
	if end := s.pos + len(word); end <= len(s.data) && string(s.data[s.pos:end]) == word {
		s.pos = end
		return nil
	}
	return s.unexpected(word)
}

// str consumes a string and returns it raw, quotes included.
func (s *scanner) str() ([]byte, error) {
	start := s.pos
	s.pos++ // "
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.data[start:s.pos], nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < 0x20:
			return nil, s.unexpected("an escape instead of a control character")
		case c < utf8.RuneSelf:
			s.pos++
		default:
			r, size := utf8.DecodeRune(s.data[s.pos:])
			if r == utf8.RuneError && size == 1 {
				return nil, fmt.Errorf("byte %d is not UTF-8", s.pos)
			}
			s.pos += size
		}
	}
	return nil, errTruncated
}

func (s *scanner) escape() error {
	s.pos++ // backslash
	if s.pos >= len(s.data) {
		return errTruncated
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return nil
	case 'u':
		s.pos++
		for range 4 {
			if s.pos >= len(s.data) {
				return errTruncated
			}
			if _, ok := hexDigit(s.data[s.pos]); !ok {
				return s.unexpected("a hex digit")
			}
			s.pos++
		}
		return nil
	}
	return s.unexpected("an escape")
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}

func (s *scanner) number() error {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	switch {
	case s.at('0'):
		s.pos++
	case s.digits() == 0:
		return s.unexpected("a digit")
	}
	if s.at('.') {
		s.pos++
		if s.digits() == 0 {
			return s.unexpected("a digit")
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		if s.digits() == 0 {
			return s.unexpected("a digit")
		}
	}
	return nil
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}
