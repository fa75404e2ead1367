package fail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const maskedMessage = "Something went wrong on our side; the request id finds it in the log."

// Present turns any error of an operation into the GraphQL error that the client sees. An *Error keeps its message and
// code; what gqlgen found wrong in the request keeps its text; anything else is logged and masked as INTERNAL.
func Present(ctx context.Context, err error) *gqlerror.Error {
	var failure *Error
	var request *gqlerror.Error
	errors.As(err, &request)
	switch {
	case errors.As(err, &failure):
		if failure.Cause != nil {
			slog.WarnContext(ctx, "a request failed", "code", string(failure.Code), "error", failure.Error())
		}
		return presented(ctx, request, failure)
	case request != nil && request.Err == nil:
		return request
	case isInputError(err):
		return presented(ctx, request, New(BadInput, "%s", rootMessage(err)))
	default:
		level := slog.LevelError
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			level = slog.LevelDebug // the caller has gone, which is not our failure
		}
		path := graphql.GetPath(ctx)
		slog.Log(ctx, level, "a resolver failed", "path", path.String(), "error", err.Error())
		return presented(ctx, request, New(Internal, maskedMessage))
	}
}

// isInputError finds what gqlgen's own scalars say about a value that the validator let through, such as an integer
// past 32 bits: the client's mistake, not ours.
func isInputError(err error) bool {
	var integer *graphql.IntegerError
	return errors.As(err, &integer)
}

// rootMessage is the innermost text of err, without what gqlgen wraps around it.
func rootMessage(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

func presented(ctx context.Context, request *gqlerror.Error, failure *Error) *gqlerror.Error {
	out := &gqlerror.Error{Message: failure.Message, Extensions: failure.Extensions(), Path: graphql.GetPath(ctx)}
	if request != nil && len(request.Path) > 0 {
		out.Path, out.Locations = request.Path, request.Locations
	}
	if out.Path == nil {
		out.Path = ast.Path{}
	}
	return out
}

// Recover turns a panic of a resolver into an error, which Present then masks; the stack goes into the log.
func Recover(ctx context.Context, panicked any) error {
	slog.ErrorContext(ctx, "a resolver panicked", "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	return New(Internal, maskedMessage)
}
