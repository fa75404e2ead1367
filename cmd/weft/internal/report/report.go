// Package report writes what a command found, for people and for tools: as text with code frames, JSON, SARIF, GitHub's
// annotations or Markdown.
//
// In comes a Report: findings, each with its places. What comes out depends on the report alone: the package reads no
// file, and does not know how anything was found or what it means for the command's exit code.
package report

import (
	"fmt"
	"io"
	"slices"
)

// Severity says how a finding counts.
type Severity uint8

const (
	// Error is a finding that makes the command fail.
	Error Severity = iota
	// Warning is something that is probably a mistake, or may surprise somebody.
	Warning
	// Hint is advice.
	Hint
	// Note is worth knowing.
	Note
)

// String names the severity: "error", "warning", "hint" or "note".
func (s Severity) String() string {
	return [...]string{Error: "error", Warning: "warning", Hint: "hint", Note: "note"}[s]
}

// Finding is one thing that a command has to say.
type Finding struct {
	Severity Severity
	// Code is stable and public.
	Code string
	// Class is that of a change of the API schema: breaking, dangerous or safe; empty for other findings.
	Class string
	// Coordinate is the element of the API schema that has changed; empty for other findings.
	Coordinate string
	Message    string
	// Places begin with the one that is to be looked at first.
	Places []Place
	// Witness is an operation that shows the problem; empty without.
	Witness string
	// Fix is the way out, in words; empty when none is known.
	Fix string
}

// Place is where something stands.
type Place struct {
	File string
	// Line and Column start at 1; 0 is unknown.
	Line, Column int
	// Subgraph is the one whose schema this is; empty for other files.
	Subgraph string
	// Role says what is there: "used in query Me", "stood here". May be empty for the first place.
	Role string
	// Frame shows the line, see NewFrame; empty when its text is not at hand.
	Frame string
}

// String is file:line:column as far as it is known.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Report is everything that one command found.
type Report struct {
	// Graph is the file of the graph, Against what it was compared with; empty when it was not.
	Graph, Against string
	// Subgraphs and Documents count what was looked at.
	Subgraphs, Documents int
	// Findings are in the order in which they were found.
	Findings []Finding
}

// Failed reports whether there is an error.
func (r *Report) Failed() bool { return r.count(Error) > 0 }

func (r *Report) count(severity Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// sorted returns the findings, the most severe first.
func (r *Report) sorted() []Finding {
	out := slices.Clone(r.Findings)
	slices.SortStableFunc(out, func(a, b Finding) int { return int(a.Severity) - int(b.Severity) })
	return out
}

// Formats are the names that Write knows.
var Formats = []string{"text", "json", "sarif", "github", "markdown"}

// Write writes the report in one of the Formats.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "json":
		return r.writeJSON(w)
	case "sarif":
		return r.writeSARIF(w)
	case "github":
		return r.writeGitHub(w)
	case "markdown":
		return r.writeMarkdown(w)
	}
	return fmt.Errorf("%q is not a format: use one of %v", format, Formats)
}

// Summary is the result in a sentence.
func (r *Report) Summary() string {
	text := fmt.Sprintf("%s is good: %s, %s", r.Graph,
		counted(r.Subgraphs, "subgraph composes", "subgraphs compose"), counted(r.Documents, "document is valid", "documents are valid"))
	if n := r.count(Error); n > 0 {
		text = fmt.Sprintf("%s fails the check with %s, %s looked at", r.Graph, plural(n, "error"), plural(r.Documents, "document"))
	}
	if r.Against == "" {
		return text
	}
	changes := 0
	for _, f := range r.Findings {
		if f.Class != "" {
			changes++
		}
	}
	if changes == 0 {
		return text + "; nothing has changed since " + r.Against
	}
	return fmt.Sprintf("%s; since %s: %d breaking, %d dangerous, %d safe changes",
		text, r.Against, r.classCount("breaking"), r.classCount("dangerous"), r.classCount("safe"))
}
