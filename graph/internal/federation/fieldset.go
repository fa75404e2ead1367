// Package federation turns one subgraph's SDL into a checked Subgraph: its @link imports are
// resolved, Federation 1 schemas are upgraded, and federation directives have become fields of Go
// types. If Load returned no error the subgraph may be merged.
//
// It looks at one subgraph at a time and knows nothing of the others.
package federation

import "github.com/weft-graph/weft/graph/internal/schema"

// FieldSet is a parsed selection of fields as @key, @requires and @provides take it: "id org { id }".
// Order is as written.
type FieldSet []FieldSetItem

// FieldSetItem is a field with its own selection, or an inline fragment.
type FieldSetItem struct {
	// On is the type condition of an inline fragment; Field is then empty.
	On    string
	Field string
	// Alias is the response key when it differs from Field; only @requires may have one.
	Alias      string
	Args       []schema.Argument
	Selections FieldSet
}
