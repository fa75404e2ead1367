package schema

import (
	"strings"
	"unicode/utf8"
)

// token is the kind of a token: its character for punctuation, one of these otherwise.
type token byte

const (
	endToken    token = 0
	nameToken   token = 'a'
	intToken    token = '0'
	floatToken  token = '.'
	stringToken token = '"'
	// badToken is what is no token, and everything after a fault.
	badToken token = '?'
)

// scanner cuts SDL into tokens (GraphQL spec 2.1). Strings are parts of the source wherever nothing in
// them is escaped.
type scanner struct {
	file, src string
	// offset is behind the token, lineStart that of its line; wide counts bytes of the line, as far as
	// it was read, that begin no character.
	offset, line, lineStart, wide int

	kind token
	// text is the token's: of a string the value.
	text string
	// start is the token's offset, startLine its line, column counts characters.
	start, startLine, column int
}

func newScanner(file, src string) scanner {
	if !utf8.ValidString(src) {
		src = string([]rune(src)) // what is no character becomes the replacement character
	}
	return scanner{file: file, src: src, line: 1}
}

// position is that of the token.
func (s *scanner) position() Position {
	return Position{File: s.file, Line: s.startLine, Column: s.column}
}

// next reads a token; after a bad one there is no other.
func (s *scanner) next() {
	if s.skipIgnored(); s.kind == badToken {
		return
	}
	s.start, s.startLine, s.column = s.offset, s.line, s.offset-s.lineStart-s.wide+1
	if s.offset >= len(s.src) {
		s.kind, s.text = endToken, ""
		return
	}
	switch c := s.src[s.offset]; {
	case isNameStart(c):
		s.scanName()
	case c == '"':
		s.scanAnyString()
	case isDigit(c), c == '-':
		s.scanNumber()
	case strings.IndexByte("!&():=@[]{|}", c) >= 0:
		s.kind, s.text = token(c), s.src[s.offset:s.offset+1]
		s.offset++
	default:
		s.fail()
	}
}

// fail makes this token and all after it bad.
func (s *scanner) fail() {
	s.kind, s.text, s.offset = badToken, "", len(s.src)
}

// skipIgnored implements "Ignored Tokens" (GraphQL spec 2.1.7).
func (s *scanner) skipIgnored() {
	for s.offset < len(s.src) && s.kind != badToken {
		switch c := s.src[s.offset]; c {
		case ' ', '\t', ',':
			s.offset++
		case '\n', '\r':
			s.newLine()
		case '#':
			for s.offset < len(s.src) && s.src[s.offset] != '\n' && s.src[s.offset] != '\r' {
				if s.src[s.offset] < ' ' && s.src[s.offset] != '\t' {
					s.fail()
					return
				}
				s.countByte()
			}
		default:
			const byteOrderMark = "\uFEFF"
			if c != byteOrderMark[0] || !strings.HasPrefix(s.src[s.offset:], byteOrderMark) {
				return
			}
			s.offset += len(byteOrderMark)
			s.wide += len(byteOrderMark) - 1
		}
	}
}

// newLine passes a line terminator: "\n", "\r" or "\r\n".
func (s *scanner) newLine() {
	if s.src[s.offset] == '\r' && strings.HasPrefix(s.src[s.offset+1:], "\n") {
		s.offset++
	}
	s.offset++
	s.line++
	s.lineStart, s.wide = s.offset, 0
}

// countByte passes a byte inside a comment or string.
func (s *scanner) countByte() {
	if !utf8.RuneStart(s.src[s.offset]) {
		s.wide++
	}
	s.offset++
}

func (s *scanner) scanName() {
	for s.offset < len(s.src) && (isNameStart(s.src[s.offset]) || isDigit(s.src[s.offset])) {
		s.offset++
	}
	s.kind, s.text = nameToken, s.src[s.start:s.offset]
}

// scanNumber implements "IntValue" and "FloatValue" (GraphQL spec 2.9.1 and 2.9.2).
func (s *scanner) scanNumber() {
	s.kind = intToken
	s.accept("-")
	isZero := s.offset < len(s.src) && s.src[s.offset] == '0'
	if n := s.digits(); n == 0 || isZero && n > 1 {
		s.fail()
		return
	}
	if s.accept(".") {
		s.kind = floatToken
		if s.digits() == 0 {
			s.fail()
			return
		}
	}
	if s.accept("eE") {
		s.kind = floatToken
		s.accept("+-")
		if s.digits() == 0 {
			s.fail()
			return
		}
	}
	s.text = s.src[s.start:s.offset]
}

// accept passes one of the characters.
func (s *scanner) accept(chars string) bool {
	if s.offset < len(s.src) && strings.IndexByte(chars, s.src[s.offset]) >= 0 {
		s.offset++
		return true
	}
	return false
}

func (s *scanner) digits() int {
	before := s.offset
	for s.offset < len(s.src) && isDigit(s.src[s.offset]) {
		s.offset++
	}
	return s.offset - before
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
