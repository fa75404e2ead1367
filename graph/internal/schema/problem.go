package schema

import (
	"fmt"
	"strings"
)

// Problem is one place in which an SDL breaks a rule of plain GraphQL.
type Problem struct {
	Pos     Position
	Message string
	// Fix is the edit that mends it, in words; empty where none is known.
	Fix string
}

// Problems is a list of problems in the order in which they were found. As an error it prints one
// line for each.
type Problems []Problem

// Error prints the problems, one a line, each with its place.
func (p Problems) Error() string {
	var b strings.Builder
	for i, one := range p {
		if i > 0 {
			b.WriteByte('\n')
		}
		if one.Pos.Line > 0 {
			fmt.Fprintf(&b, "%s: ", one.Pos)
		}
		b.WriteString(one.Message)
	}
	return b.String()
}

func (p *Problems) add(pos Position, format string, args ...any) {
	*p = append(*p, Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// addFix is add with the edit that mends it.
func (p *Problems) addFix(pos Position, fix, format string, args ...any) {
	*p = append(*p, Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Fix: fix})
}

// String prints the position as file:line:column.
func (p Position) String() string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}
