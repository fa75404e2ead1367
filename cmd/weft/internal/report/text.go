package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// writeText writes each finding as file:line:column: severity CODE: message, with its line of text, the further places,
// the operation that shows it and the way out below it.
func (r *Report) writeText(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.sorted() {
		writeFinding(&b, f)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeFinding(b *strings.Builder, f Finding) {
	first := Place{}
	if len(f.Places) > 0 {
		first = f.Places[0]
		fmt.Fprintf(b, "%s: ", first)
	}
	class := ""
	if f.Class != "" {
		class = " (" + f.Class + ")"
	}
	fmt.Fprintf(b, "%s %s%s: %s\n", f.Severity, f.Code, class, f.Message)
	b.WriteString(first.Frame)
	for i, p := range f.Places {
		if i > 0 {
			fmt.Fprintf(b, "  %s: %s\n%s", p, p.Role, p.Frame)
		}
	}
	if f.Witness != "" {
		fmt.Fprintf(b, "  shown by:\n    %s\n", strings.ReplaceAll(strings.TrimRight(f.Witness, "\n"), "\n", "\n    "))
	}
	if f.Fix != "" {
		fmt.Fprintf(b, "  fix: %s\n", f.Fix)
	}
}

// maxFrameRunes is how much of a long line a frame shows on either side of its column.
const maxFrameRunes = 60

// NewFrame returns the line of a text with a mark below the column, both from 1; "" if the text has no such line.
//
//	12 |   name: String
//	   |   ^
func NewFrame(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) || column < 1 {
		return ""
	}
	shown := []rune(strings.TrimRight(strings.ToValidUTF8(lines[line-1], string(utf8.RuneError)), "\r"))
	at := min(column-1, len(shown))
	if from := at - maxFrameRunes; from > 0 {
		shown, at = append([]rune("…"), shown[from:]...), maxFrameRunes+1
	}
	if to := at + maxFrameRunes; to < len(shown) {
		shown = append(shown[:to:to], '…')
	}
	indent := strings.Map(func(r rune) rune { // a tab stays one, so that the mark stands below its column
		if r == '\t' {
			return r
		}
		return ' '
	}, string(shown[:at]))
	number := fmt.Sprint(line)
	return fmt.Sprintf("    %s | %s\n    %s | %s^\n", number, string(shown), strings.Repeat(" ", len(number)), indent)
}
