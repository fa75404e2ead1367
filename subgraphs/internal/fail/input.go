package fail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText returns a BAD_INPUT error for field unless text has min to max characters, is not blank where min is above
// zero, and has no control characters but line breaks and tabs.
func CheckText(field, text string, min, max int) error {
	length := utf8.RuneCountInString(text)
	switch {
	case min > 0 && strings.TrimSpace(text) == "":
		return Input(field, "%s must not be blank.", field)
	case length < min || length > max:
		return Input(field, "%s must have %d to %d characters, and has %d.", field, min, max, length)
	case strings.ContainsFunc(text, isForbidden):
		return Input(field, "%s contains a control character.", field)
	default:
		return nil
	}
}

func isForbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
