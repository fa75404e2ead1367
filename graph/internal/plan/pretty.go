package plan

import "strings"

// pretty breaks a subgraph operation into lines, one for each field. It reads what the printer of
// this package writes: no comments, no white space that is not needed.
func pretty(text string) string {
	var b strings.Builder
	depth, parens := 0, 0
	previous, before := "", ""
	for len(text) > 0 {
		token := nextToken(text)
		text = strings.TrimPrefix(text[len(token):], " ")
		switch token {
		case ")":
			parens--
		case "}":
			if parens == 0 {
				depth--
			}
		}
		b.WriteString(gap(token, previous, before, parens > 0 || token == ")", depth))
		b.WriteString(token)
		switch token {
		case "(":
			parens++
		case "{":
			if parens == 0 {
				depth++
			}
		}
		before, previous = previous, token
	}
	b.WriteByte('\n')
	return b.String()
}

// nextToken returns the first token of a text that is not empty.
func nextToken(text string) string {
	switch {
	case strings.HasPrefix(text, "..."):
		return "..."
	case text[0] == '"':
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return text[:i+1]
			}
		}
		return text
	}
	if i := strings.IndexAny(text[1:], " {}()[]:,@.\"$!"); !strings.ContainsRune("{}()[]:,!", rune(text[0])) && i >= 0 {
		return text[:i+1]
	}
	return text[:1]
}

// gap is the white space between two tokens: a new line where a field, a fragment or the end of a
// selection begins.
func gap(token, previous, before string, inParens bool, depth int) string {
	line := "\n" + strings.Repeat("  ", depth)
	switch {
	case previous == "":
		return ""
	case previous == ":" || previous == ",":
		return " "
	case inParens || token == "(" || token == ":":
		if inParens && previous != "(" && previous != "[" && isWord(token) && (isWord(previous) || previous == "]") {
			return " "
		}
		return ""
	case token == "{":
		return " "
	case token == "}" || previous == "{" || previous == "}":
		return line
	case previous == "..." && token != "on":
		return ""
	case previous == "..." || before == "..." && previous == "on" || strings.HasPrefix(token, "@") || depth == 0:
		return " "
	}
	return line
}

func isWord(token string) bool {
	return !strings.ContainsRune("{}()[]:,!.", rune(token[0]))
}
