package rawjson

import (
	"bytes"
	"iter"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for start := 0; ; {
		i := start
		for i < len(s) && s[i] >= ' ' && s[i] < utf8.RuneSelf && s[i] != '"' && s[i] != '\\' {
			i++
		}
		dst = append(dst, s[start:i]...)
		if i == len(s) {
			return append(dst, '"')
		}
		var size int
		dst, size = appendEscaped(dst, s[i:])
		start = i + size
	}
}

// appendEscaped appends the first rune of s in a form that may stand in a string.
func appendEscaped(dst []byte, s string) (out []byte, size int) {
	switch c := s[0]; {
	case c == '"' || c == '\\':
		return append(dst, '\\', c), 1
	case c == '\n':
		return append(dst, '\\', 'n'), 1
	case c == '\r':
		return append(dst, '\\', 'r'), 1
	case c == '\t':
		return append(dst, '\\', 't'), 1
	case c < ' ':
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15]), 1
	}
	r, size := utf8.DecodeRuneInString(s)
	return utf8.AppendRune(dst, r), size
}

// AppendUnquoted appends the text of a string that a Consume function has accepted, quotes and
// escapes resolved. Half a surrogate pair becomes U+FFFD.
func AppendUnquoted(dst, str []byte) []byte {
	for b := str[1 : len(str)-1]; ; {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		var size int
		dst, size = appendUnescaped(dst, b[i:])
		b = b[i+size:]
	}
}

func appendUnescaped(dst, b []byte) (out []byte, size int) {
	switch b[1] {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		r, _ := hex4(b[2:6])
		if !utf16.IsSurrogate(r) {
			return utf8.AppendRune(dst, r), 6
		}
		if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			low, _ := hex4(b[8:12])
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return utf8.AppendRune(dst, pair), 12
			}
		}
		return utf8.AppendRune(dst, utf8.RuneError), 6
	default: // a quote, a slash or a backslash
		return append(dst, b[1]), 2
	}
}

// Elements ranges over the elements of a list that a Consume function has accepted.
func Elements(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 1; ; {
			i += ConsumeSpace(list[i:])
			if list[i] == ']' {
				return
			}
			n, err := ConsumeValue(list[i:], 0)
			if err != nil || !yield(list[i:i+n]) {
				return
			}
			i += n
			i += ConsumeSpace(list[i:])
			if list[i] == ',' {
				i++
			}
		}
	}
}

// Members ranges over the members of an object that a Consume function has accepted: the key as it
// stands there, with its quotes, and the value.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for i := 1; ; {
			i += ConsumeSpace(object[i:])
			if object[i] == '}' {
				return
			}
			k, err := ConsumeString(object[i:])
			if err != nil {
				return
			}
			key := object[i : i+k]
			i += k
			if k, err = consumeColon(object[i:]); err != nil {
				return
			}
			i += k
			n, err := ConsumeValue(object[i:], 0)
			if err != nil || !yield(key, object[i:i+n]) {
				return
			}
			i += n
			i += ConsumeSpace(object[i:])
			if object[i] == ',' {
				i++
			}
		}
	}
}

// KeyIs reports whether a key, as Members gives it, is name.
func KeyIs(key []byte, name string) bool {
	if bytes.IndexByte(key, '\\') < 0 {
		return len(key) == len(name)+2 && string(key[1:len(key)-1]) == name
	}
	return string(AppendUnquoted(nil, key)) == name
}
