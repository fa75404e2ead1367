// Package execute runs a plan: it starts every fetch whose inputs are there, writes the
// representations, merges answers as they arrive and completes the response.
//
// In: a plan, coerced variables, a Fetcher. Out: the bytes of the response. One goroutine owns the
// document; fetch goroutines take and return immutable bytes. It knows no schema, no operation
// text and no HTTP.
package execute

import (
	"context"

	"github.com/weft-graph/weft/graph/internal/plan"
)

// A Fetcher calls a subgraph. It must be safe for concurrent use.
type Fetcher interface {
	// Fetch sends req and returns the subgraph's answer: a GraphQL response as JSON. An error means
	// that there is none; a *FetchError says what the client may know of it.
	Fetch(ctx context.Context, req *FetchRequest) (FetchResponse, error)
}

// FetchRequest is one call of one subgraph. It and its bytes are valid until Fetch returns.
type FetchRequest struct {
	// Subgraph is the subgraph's name.
	Subgraph string
	// Fetch is the number of the fetch in its plan.
	Fetch int
	// Kind is the kind of the subgraph operation.
	Kind plan.OperationKind
	// Query is the text of the subgraph operation.
	Query string
	// Body is the whole GraphQL request as JSON: query and variables.
	Body []byte
	// Entities says where the representations stand in Body; empty for a root fetch.
	Entities []EntityBatch
}

// EntityBatch is the representations of one _entities selection.
type EntityBatch struct {
	// Key is the response key, Variable the name of the variable.
	Key, Variable string
	// Representations are JSON objects, without repetition.
	Representations [][]byte
}

// FetchResponse is a subgraph's answer.
type FetchResponse struct {
	// Body is the answer. The execution keeps it until it is done and then calls Release.
	Body []byte
	// Release gives Body back; nil when there is nothing to give back.
	Release func()
}
