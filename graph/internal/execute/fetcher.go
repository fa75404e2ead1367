// Package execute runs a plan: it starts every fetch whose inputs are there, writes the
// representations, merges answers as they arrive and completes the response.
//
// In: a plan, coerced variables, a Fetcher. Out: the bytes of the response. Compile prepares a plan
// once (compile.go, shape.go). Run takes these steps for each fetch: wait for what it depends on
// (schedule.go), find its objects and write its request (request.go, represent.go, contexts.go), where
// what is of a wrong type is kept back (refuse.go), read the answer and merge it (answer.go), find what
// its errors explain (locate.go, causes.go); then it gives errors their places (report.go, place.go) and completes the
// response (complete.go, leaf.go, writer.go).
//
// Entities of which another fetch has brought all that is wanted are not asked for again, where the
// plan says so (reuse.go).
//
// One goroutine owns the document; fetch goroutines take and return immutable bytes. It knows no
// schema, no operation text, no clock and no HTTP.
package execute

import (
	"context"
	"strconv"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// A Fetcher calls a subgraph. It must be safe for concurrent use.
type Fetcher interface {
	// Fetch sends req and returns the subgraph's answer: a GraphQL response as JSON. An error means
	// that there is none; a *FetchError says what the client may know of it. Fetch must return soon
	// after ctx has ended: an execution waits for every call that it made.
	Fetch(ctx context.Context, req *FetchRequest) (FetchResponse, error)
}

// A Sequencer is a Fetcher that says which of the calls that are under way ends next. They are then
// made one after the other, in that order: a run that depends on the order in which answers arrive can
// be had again. It is for tests.
type Sequencer interface {
	Fetcher
	// Next returns the index of one of the requests. There is at least one, in the order in which they
	// became ready; Fetch is called with it next.
	Next(requests []*FetchRequest) int
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
	// Status is the transport's status when it says that the request failed although a body came
	// with it (an HTTP 500), else 0. The body counts all the same if it is a GraphQL response.
	Status int
}

// FailureReason says why a subgraph gave no answer.
type FailureReason uint8

const (
	// Unreachable: no connection, or it broke.
	Unreachable FailureReason = iota
	// Timeout: no answer in time.
	Timeout
	// TooLarge: the answer was over its limit.
	TooLarge
	// BadStatus: the transport's status says that it failed, and no GraphQL response came with it.
	BadStatus
	// BadAnswer: an answer came that is not a GraphQL response.
	BadAnswer
	// TooManyRepresentations: more entities were needed than one fetch may ask for.
	TooManyRepresentations
	// Crashed: our own code failed.
	Crashed
)

// FetchError says why a fetch has no answer.
type FetchError struct {
	Reason FailureReason
	// Status is the transport's status for BadStatus.
	Status int
	// Message is what the client may know; empty stands for a sentence that fits the Reason.
	Message string
	// Err is for the operator.
	Err error
}

// Error describes the failure for the operator.
func (e *FetchError) Error() string {
	if e.Err != nil {
		return e.clientMessage() + ": " + e.Err.Error()
	}
	return e.clientMessage()
}

// Unwrap returns the cause.
func (e *FetchError) Unwrap() error { return e.Err }

// clientMessage is what the client may know.
func (e *FetchError) clientMessage() string {
	if e.Message != "" {
		return e.Message
	}
	switch e.Reason {
	case Timeout:
		return "the subgraph did not answer in time"
	case TooLarge:
		return "the subgraph's answer is over its size limit"
	case BadStatus:
		return "the subgraph answered with status " + strconv.Itoa(e.Status)
	case BadAnswer:
		return "the subgraph did not answer with a GraphQL response"
	case TooManyRepresentations:
		return "the request needs more entities of the subgraph than are allowed at once"
	case Crashed:
		return "the router failed while calling the subgraph"
	default: // Unreachable
		return "the subgraph could not be reached"
	}
}

// code is the code of the error that the client sees.
func (e *FetchError) code() gqlerr.Code {
	switch e.Reason {
	case Timeout:
		return gqlerr.SubgraphTimeout
	case TooLarge, TooManyRepresentations:
		return gqlerr.SubgraphTooLarge
	case Crashed:
		return gqlerr.Internal
	default: // Unreachable, BadStatus, BadAnswer
		return gqlerr.SubgraphFailed
	}
}
