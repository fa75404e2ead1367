package transport

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote returns the text of a JSON string that the scanner has checked. Most have no escape and cost one copy.
func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	return unquoteSlow(inner)
}

func unquoteSlow(inner []byte) string {
	out := make([]byte, 0, len(inner))
	for i := 0; i < len(inner); {
		if inner[i] != '\\' {
			out = append(out, inner[i])
			i++
			continue
		}
		if inner[i+1] != 'u' {
			out = append(out, plainEscape(inner[i+1]))
			i += 2
			continue
		}
		r := codeUnit(inner[i+2:])
		i += 6
		if utf16.IsSurrogate(r) {
			pair := rune(utf8.RuneError)
			if i+6 <= len(inner) && inner[i] == '\\' && inner[i+1] == 'u' {
				pair = utf16.DecodeRune(r, codeUnit(inner[i+2:]))
			}
			if r = pair; r != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

func plainEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // the quote, the backslash and the slash stand for themselves
}

// codeUnit reads four hex digits that the scanner has checked.
func codeUnit(digits []byte) rune {
	var unit rune
	for _, c := range digits[:4] {
		digit, _ := hexDigit(c)
		unit = unit<<4 | digit
	}
	return unit
}
