// Package federation turns one subgraph's SDL into a checked Subgraph: its @link imports are
// resolved, Federation 1 schemas are upgraded, and federation directives have become fields of Go
// types. If Load returned no error the subgraph may be merged.
//
// It looks at one subgraph at a time and knows nothing of the others.
package federation
