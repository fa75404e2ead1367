package fail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckText returns a BAD_INPUT error for field unless text has min to max characters, is not blank where min is above
// zero, and has no control characters but line breaks and tabs, and no U+FFFD: that is what is left of a text that was
// no Unicode, such as half of a surrogate pair.
func CheckText(field, text string, min, max int) error {
	length := utf8.RuneCountInString(text)
	switch {
	case min > 0 && strings.TrimSpace(text) == "":
		return Input(field, "%s must not be blank.", field)
	case length < min || length > max:
		return Input(field, "%s must have %d to %d characters, and has %d.", field, min, max, length)
	case !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError):
		return Input(field, "%s contains something that is no character.", field)
	case strings.ContainsFunc(text, isForbidden):
		return Input(field, "%s contains a control character.", field)
	default:
		return nil
	}
}

func isForbidden(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
