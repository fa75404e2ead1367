package graph

import "github.com/weft-graph/weft/graph/internal/execute"

// Names that a Fetcher needs to say why there is no answer.
type (
	// FetchError says why a fetch has no answer.
	FetchError = execute.FetchError
	// FailureReason is the kind of a FetchError.
	FailureReason = execute.FailureReason
)

// The reasons of a FetchError.
const (
	Unreachable = execute.Unreachable
	Timeout     = execute.Timeout
	TooLarge    = execute.TooLarge
	BadStatus   = execute.BadStatus
	BadAnswer   = execute.BadAnswer
	Crashed     = execute.Crashed
)
