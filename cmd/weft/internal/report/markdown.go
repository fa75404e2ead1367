package report

import (
	"fmt"
	"io"
	"strings"
)

// writeMarkdown writes a summary for a pull request: what makes it fail first, what nobody needs to read folded away.
func (r *Report) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Schema check %s\n\n", r.result())
	fmt.Fprintf(&b, "%s: %s, %s", code(r.Graph), plural(r.Subgraphs, "subgraph"), plural(r.Documents, "document"))
	if r.Against != "" {
		fmt.Fprintf(&b, ", compared with %s", code(r.Against))
	}
	b.WriteString(".\n")
	if r.Against != "" {
		b.WriteString("\n| breaking | dangerous | safe |\n|---|---|---|\n")
		fmt.Fprintf(&b, "| %d | %d | %d |\n", r.classCount("breaking"), r.classCount("dangerous"), r.classCount("safe"))
	}
	findings := r.sorted()
	for _, section := range []struct {
		title    string
		isFolded bool
		holds    func(f Finding) bool
	}{
		{"Errors", false, func(f Finding) bool { return f.Severity == Error }},
		{"Warnings", false, func(f Finding) bool { return f.Severity == Warning }},
		{"Changes that no known operation notices", false, func(f Finding) bool { return f.Severity == Note && f.Class != "safe" }},
		{"Safe changes", true, func(f Finding) bool { return f.Severity == Note && f.Class == "safe" }},
		{"Hints", true, func(f Finding) bool { return f.Severity == Hint }},
	} {
		var list []Finding
		for _, f := range findings {
			if section.holds(f) {
				list = append(list, f)
			}
		}
		writeSection(&b, section.title, section.isFolded, list)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) classCount(class string) int {
	n := 0
	for _, f := range r.Findings {
		if f.Class == class {
			n++
		}
	}
	return n
}

func writeSection(b *strings.Builder, title string, isFolded bool, list []Finding) {
	if len(list) == 0 {
		return
	}
	if isFolded {
		fmt.Fprintf(b, "\n<details><summary>%s (%d)</summary>\n\n", title, len(list))
	} else {
		fmt.Fprintf(b, "\n#### %s (%d)\n\n", title, len(list))
	}
	for _, f := range list {
		fmt.Fprintf(b, "- %s %s\n", code(f.Code), inline(f.Message))
		for _, p := range f.Places {
			fmt.Fprintf(b, "  - %s\n", strings.TrimSpace(code(p.String())+" "+inline(p.Role)))
		}
		if f.Fix != "" {
			fmt.Fprintf(b, "  - fix: %s\n", inline(f.Fix))
		}
	}
	if isFolded {
		b.WriteString("\n</details>\n")
	}
}

// code writes text in a code span, which has more backticks around it than in it.
func code(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		text = " " + text + " "
	}
	return fence + text + fence
}

// inline writes text as it is: on one line, and with no mark of its own.
func inline(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "|", `\|`, "#", `\#`, "@", "&#64;").Replace(text)
}

func plural(n int, word string) string { return counted(n, word, word+"s") }

// counted is a number with the words for one, or for any other number.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
