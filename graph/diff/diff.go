// Package diff is schema checks: what changed between two API schemas, and whom it breaks.
//
// In: the API schema that clients know and the one that is to replace it, with the SDL of their subgraphs for places,
// and the operations of clients. Out: a Change for each difference, with a stable code, its class (breaking, dangerous
// or safe), its coordinate, where it stood and stands, and every place in an operation that it touches. The passes of
// Compare are: compare root types, types and directives, each kind in a file of its own; find uses; sort.
//
// The package does not know who may release what: that a breaking change nobody notices is allowed is for its caller.
package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/gqlerr"
)

// Change is one difference between two API schemas.
type Change struct {
	Code  Code
	Class Class
	// Coordinate names what has changed: "Type", "Type.field", "Type.field(arg:)", "@directive", "schema".
	Coordinate string
	// Message says what has changed, in a sentence without a full stop.
	Message string
	// Before is where it stood; empty for what is new.
	Before []diag.Position
	// After is where it stands, or what it stood in if it IsGone.
	After  []diag.Position
	IsGone bool
	// Uses are the places in operations that the change touches, in the order of the documents.
	Uses []Use

	reach reach
}

// Use is a place in a client's document.
type Use struct {
	File         string
	Line, Column int
	// In names the operation or fragment: "query Me".
	In string
}

// Document is a client's document with operations.
type Document struct{ File, Text string }

// Unreadable is a document that is not GraphQL, so that it is not known what it uses.
type Unreadable struct {
	File   string
	Errors gqlerr.List
}

// Compare lists the changes from old to new, breaking ones first, then by coordinate, with the places in the documents
// that each touches. Documents that cannot be read come back too.
func Compare(old, new *API, documents []Document) ([]Change, []Unreadable) {
	c := &comparison{old: old, new: new}
	c.compareRoots()
	c.compareTypes()
	c.compareDirectives()
	unreadable := c.findUses(documents)
	slices.SortStableFunc(c.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Coordinate, b.Coordinate), cmp.Compare(a.Code, b.Code))
	})
	return c.changes, unreadable
}

// comparison holds both sides and what was found so far.
type comparison struct {
	old, new *API
	changes  []Change
}

// add notes a change; reach says which uses it touches.
func (c *comparison) add(code Code, coordinate string, r reach, format string, args ...any) {
	before, after := c.old.places[coordinate], c.new.nearest(coordinate)
	if isGone(code) {
		after = inSubgraphsOf(before, after)
	}
	c.changes = append(c.changes, Change{
		Code: code, Class: code.Class(), Coordinate: coordinate, Message: fmt.Sprintf(format, args...),
		Before: before, After: after, IsGone: isGone(code), reach: r,
	})
}

// inSubgraphsOf keeps the positions in the subgraphs that had the element which is gone, if it is known which did.
func inSubgraphsOf(had, positions []diag.Position) []diag.Position {
	var out []diag.Position
	for _, p := range positions {
		if slices.ContainsFunc(had, func(q diag.Position) bool { return q.Subgraph != "" && q.Subgraph == p.Subgraph }) {
			out = append(out, p)
		}
	}
	if out == nil {
		return positions
	}
	return out
}

// isGone reports whether changes of that code are elements that are there no more.
func isGone(code Code) bool {
	switch code {
	case TypeRemoved, FieldRemoved, ArgRemoved, InputFieldRemoved, EnumValueRemoved, ReturnedEnumValueRemoved,
		DirectiveRemoved, DirectiveArgRemoved:
		return true
	}
	return false
}

// String prints the change with its places, one a line.
func (c Change) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s: %s\n", c.Class, c.Code, c.Coordinate, c.Message)
	for _, side := range []struct {
		name      string
		positions []diag.Position
	}{{"before", c.Before}, {"after", c.After}} {
		for _, p := range side.positions {
			fmt.Fprintf(&b, "  %s %s\n", side.name, p)
		}
	}
	for _, u := range c.Uses {
		fmt.Fprintf(&b, "  used %s:%d:%d in %s\n", u.File, u.Line, u.Column, u.In)
	}
	return b.String()
}
