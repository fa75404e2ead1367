// Package diag holds what composition and schema checks say to the authors of schemas.
//
// A Diagnostic is collected, never thrown: it has a public code, a severity, a message, the
// positions in every subgraph involved and, where one is known, the smallest edit that fixes it.
package diag

import (
	"fmt"
	"strings"
)

// Severity ranks a Diagnostic.
type Severity uint8

const (
	// Error means that no supergraph can be made.
	Error Severity = iota
	// Warn is a hint about something that is probably a mistake.
	Warn
	// Info is a hint about something that is worth knowing.
	Info
	// Debug is a hint about a difference that is usually meant.
	Debug
)

// Code is a public, stable code: Apollo's names for composition errors and hints.
type Code string

// Position is a place in a subgraph's SDL; Line and Column start at 1, 0 means unknown.
type Position struct {
	Subgraph string
	File     string
	Line     int
	Column   int
}

// Diagnostic is one thing that composition has to say.
type Diagnostic struct {
	Code     Code
	Severity Severity
	// Message names the thing and what is wrong with it.
	Message string
	// Positions has a place in every subgraph involved, in the order of the subgraphs.
	Positions []Position
	// Fix is the smallest edit that solves it, in words; empty when none is known.
	Fix string
	// Witness is an operation that shows the problem; empty when there is none.
	Witness string
}

// List is a list of diagnostics in a defined order.
type List []Diagnostic

// HasErrors reports whether the list holds a diagnostic of severity Error.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// String prints the diagnostic: severity, code and message, then a line each for the places, the
// witness and the fix.
func (d Diagnostic) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\n", d.Severity, d.Code, d.Message)
	if len(d.Positions) > 0 {
		b.WriteString("  at ")
		for i, p := range d.Positions {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.String())
		}
		b.WriteByte('\n')
	}
	if d.Witness != "" {
		fmt.Fprintf(&b, "  shown by %s\n", d.Witness)
	}
	if d.Fix != "" {
		fmt.Fprintf(&b, "  fix: %s\n", d.Fix)
	}
	return b.String()
}

// String prints the position as file:line:column, as far as it is known.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// String names the severity: "error", "warn", "info" or "debug".
func (s Severity) String() string {
	return [...]string{Error: "error", Warn: "warn", Info: "info", Debug: "debug"}[s]
}

// String prints the diagnostics one after the other.
func (l List) String() string {
	var b strings.Builder
	for _, d := range l {
		b.WriteString(d.String())
	}
	return b.String()
}
