// Package federation turns one subgraph's SDL into a checked Subgraph: its @link imports are
// resolved, Federation 1 schemas are upgraded, and federation directives have become fields of Go
// types.
//
// The passes are Load (one subgraph), Upgrade (all together: what a Federation 1 subgraph means
// depends on the others) and Validate (one subgraph). If none of them reported an error the subgraph
// may be merged. The package knows nothing of merging. spec.go is the one table of what each version
// of the specification defines.
package federation
