package gqlerr

import (
	"strconv"
	"unicode/utf8"
)

// Append appends the list as JSON, "[]" when it is empty.
func (l List) Append(dst []byte) []byte {
	dst = append(dst, '[')
	for i, e := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.Append(dst)
	}
	return append(dst, ']')
}

// Append appends the error as JSON, its members in the order of the spec: message, locations, path,
// extensions (GraphQL spec 7.1.2).
func (e *Error) Append(dst []byte) []byte {
	dst = appendString(append(dst, `{"message":`...), e.Message)
	if len(e.Locations) > 0 {
		dst = append(dst, `,"locations":[`...)
		for i, l := range e.Locations {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = strconv.AppendInt(append(dst, `{"line":`...), int64(l.Line), 10)
			dst = strconv.AppendInt(append(dst, `,"column":`...), int64(l.Column), 10)
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	if e.Path != nil {
		dst = e.Path.Append(append(dst, `,"path":`...))
	}
	if members := e.appendExtensions(nil); len(members) > 0 {
		dst = append(append(dst, `,"extensions":{`...), members...)
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// appendExtensions appends the members of "extensions". What a subgraph sent comes first; its code
// stays, while its "subgraph" is replaced, as only we know whom we asked.
func (e *Error) appendExtensions(dst []byte) []byte {
	hasCode := false
	for rest := e.Extensions; ; {
		var name, member []byte
		if name, member, rest = nextMember(rest); member == nil {
			break
		}
		switch string(name) {
		case `"code"`:
			hasCode = true
		case `"subgraph"`:
			if e.Subgraph != "" {
				continue
			}
		}
		dst = append(comma(dst), member...)
	}
	if e.Code != "" && !hasCode {
		dst = appendString(append(comma(dst), `"code":`...), string(e.Code))
	}
	if e.Subgraph != "" {
		dst = appendString(append(comma(dst), `"subgraph":`...), e.Subgraph)
	}
	return dst
}

func comma(dst []byte) []byte {
	if len(dst) > 0 {
		dst = append(dst, ',')
	}
	return dst
}

// nextMember cuts the next member off a JSON object that is known to be valid: its name with the
// quotes, the member as a whole, and what follows. At the end member is nil.
func nextMember(object []byte) (name, member, rest []byte) {
	start := 0
	for start < len(object) && (isSpace(object[start]) || object[start] == '{' || object[start] == ',') {
		start++
	}
	if start >= len(object) || object[start] != '"' {
		return nil, nil, nil
	}
	depth, end := 0, start
	for end < len(object) {
		switch c := object[end]; {
		case c == '"':
			end = stringEnd(object, end)
			if name == nil {
				name = object[start:end]
			}
			continue
		case depth == 0 && (c == ',' || c == '}'):
			return name, trimSpace(object[start:end]), object[end:]
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		end++
	}
	return nil, nil, nil
}

// stringEnd returns the offset behind the string that begins at b[i].
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// Append appends the path as JSON: ["me","friends",0].
func (p Path) Append(dst []byte) []byte {
	dst = append(dst, '[')
	for i, step := range p {
		if i > 0 {
			dst = append(dst, ',')
		}
		if step.Key != "" {
			dst = appendString(dst, step.Key)
		} else {
			dst = strconv.AppendInt(dst, int64(step.Index), 10)
		}
	}
	return append(dst, ']')
}

// Key returns a new path: p and a response key.
func (p Path) Key(key string) Path { return p.with(PathElement{Key: key}) }

// Index returns a new path: p and a list index.
func (p Path) Index(i int) Path { return p.with(PathElement{Index: i}) }

// with copies, so that paths which share a beginning never share memory.
func (p Path) with(step PathElement) Path {
	out := make(Path, len(p)+1)
	copy(out, p)
	out[len(p)] = step
	return out
}

// Equal reports whether both paths are the same place.
func (p Path) Equal(q Path) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i] != q[i] {
			return false
		}
	}
	return true
}

// String is the path as JSON, for texts.
func (p Path) String() string { return string(p.Append(nil)) }

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + size
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
