package schema

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanAnyString implements "StringValue" (GraphQL spec 2.9.4).
func (s *scanner) scanAnyString() {
	if strings.HasPrefix(s.src[s.offset:], `"""`) {
		s.scanBlockString()
		return
	}
	s.offset++
	begin := s.offset
	isEscaped := false
	for s.offset < len(s.src) {
		switch c := s.src[s.offset]; {
		case c == '"':
			s.kind, s.text = stringToken, s.src[begin:s.offset]
			s.offset++
			if isEscaped {
				text, ok := unescaped(s.text)
				if s.text = text; !ok {
					s.fail()
				}
			}
			return
		case c == '\\' && s.offset+1 < len(s.src):
			isEscaped = true
			s.offset++
			s.countByte()
		case c < ' ' && c != '\t', c == '\\':
			s.fail()
			return
		default:
			s.countByte()
		}
	}
	s.fail()
}

// unescaped resolves the escapes in the text of a string.
func unescaped(text string) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			b.WriteString(text)
			return b.String(), true
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if text == "" {
			return "", false
		}
		if text[0] == 'u' {
			r, n, ok := escapedRune(text[1:])
			if !ok {
				return "", false
			}
			b.WriteRune(r)
			text = text[1+n:]
			continue
		}
		at := strings.IndexByte(`"\/bfnrt`, text[0])
		if at < 0 {
			return "", false
		}
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
		text = text[1:]
	}
}

// escapedRune reads what follows "\u": four hexadecimal digits, a pair of such surrogates, or digits in
// braces. It returns the length of what it read.
func escapedRune(text string) (r rune, n int, ok bool) {
	if strings.HasPrefix(text, "{") {
		end := strings.IndexByte(text, '}')
		if end < 2 || end > 9 {
			return 0, 0, false
		}
		r, ok = hexadecimal(text[1:end])
		return r, end + 1, ok && utf8.ValidRune(r)
	}
	if len(text) < 4 {
		return 0, 0, false
	}
	if r, ok = hexadecimal(text[:4]); !ok {
		return 0, 0, false
	}
	if utf16.IsSurrogate(r) && len(text) >= 10 && text[4:6] == `\u` {
		if low, isHex := hexadecimal(text[6:10]); isHex && utf16.DecodeRune(r, low) != utf8.RuneError {
			return utf16.DecodeRune(r, low), 10, true
		}
	}
	return r, 4, true
}

func hexadecimal(digits string) (rune, bool) {
	n, err := strconv.ParseUint(digits, 16, 31)
	return rune(n), err == nil && !strings.ContainsAny(digits, "+-_")
}

// scanBlockString implements "BlockStringCharacter" (GraphQL spec 2.9.4). Of more than three quotes at
// the end the first ones belong to the text.
func (s *scanner) scanBlockString() {
	s.offset += 3
	begin := s.offset
	for s.offset < len(s.src) {
		switch c := s.src[s.offset]; {
		case c == '"' && strings.HasPrefix(s.src[s.offset:], `"""`):
			for strings.HasPrefix(s.src[s.offset+1:], `"""`) {
				s.offset++
			}
			s.kind, s.text = stringToken, blockString(s.src[begin:s.offset])
			s.offset += 3
			return
		case c == '\\' && strings.HasPrefix(s.src[s.offset:], `\"""`):
			s.offset += 4
		case c == '\n' || c == '\r':
			s.newLine()
		case c < ' ' && c != '\t':
			s.fail()
			return
		default:
			s.countByte()
		}
	}
	s.fail()
}

// blockString implements BlockStringValue (GraphQL spec 2.9.4).
func blockString(raw string) string {
	raw = strings.ReplaceAll(raw, `\"""`, `"""`)
	if strings.IndexByte(raw, '\r') >= 0 {
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\r", "\n")
	}
	if strings.IndexByte(raw, '\n') < 0 {
		if strings.Trim(raw, " \t") == "" {
			return ""
		}
		return raw
	}
	lines := strings.Split(raw, "\n")
	indent := -1
	for _, line := range lines[1:] {
		if n := indentation(line); n < len(line) && (indent < 0 || n < indent) {
			indent = n
		}
	}
	for i, line := range lines[1:] {
		lines[i+1] = line[min(max(indent, 0), len(line)):]
	}
	isBlank := func(line string) bool { return indentation(line) == len(line) }
	for len(lines) > 0 && isBlank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
