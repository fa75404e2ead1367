package graph

import (
	"context"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
)

// Prepared is one operation, ready to run with any variables for any identity. It is immutable and
// shared between requests.
type Prepared struct {
	op *operation.Operation
}

// Fallen is a set of auth requirements that a request does not meet. The zero value is the empty
// set; equal sets are equal by ==.
type Fallen struct {
	bits string
}

// Variables are the coerced values of an operation's variables. They are valid for one Execute of
// the Prepared that made them.
type Variables struct {
	values [][]byte
}

// Result is a response. Its bytes are valid until Release.
type Result struct {
	// Body is the response as JSON: {"errors": [...], "data": ...}.
	Body []byte
	// Errors is the number of errors in Body.
	Errors int
}

// Release gives the result's memory back; nothing of it may be used afterwards.
func (r *Result) Release() {}

// Kind returns the kind of the operation.
func (p *Prepared) Kind() Kind { return p.op.Kind }

// Name returns the operation's name; empty for an anonymous one.
func (p *Prepared) Name() string { return p.op.Name }

// NeedsIdentity reports whether the operation selects something that not everybody may see, so that
// an identity must be established before Authorize.
func (p *Prepared) NeedsIdentity() bool { return len(p.op.Requirements) > 0 }

// Authorize returns the requirements of the operation that an identity does not meet. Fields that
// need one of them are not fetched: their value is null, with an error.
func (p *Prepared) Authorize(authenticated bool, scopes []string) Fallen { panic("graph: Authorize without an operation") }

// Variables coerces the request's variables, a JSON object or nil, to the types that the operation
// declares (GraphQL spec 6.1.2). The errors are request errors: nothing may run.
func (p *Prepared) Variables(raw []byte) (Variables, gqlerr.List) {
	return Variables{}, gqlerr.List{{Message: "this build of the engine cannot coerce variables yet", Code: gqlerr.Internal}}
}

// Plan returns the plan for an identity's fallen requirements: the one that Execute runs.
func (p *Prepared) Plan(ctx context.Context, fallen Fallen) (*Plan, error) {
	return nil, &gqlerr.Error{Message: "this build of the engine cannot plan yet", Code: gqlerr.Internal}
}

// Execute runs the operation and returns the response. It returns when every call of f has ended.
func (p *Prepared) Execute(ctx context.Context, vars Variables, fallen Fallen, f Fetcher) *Result {
	panic("graph: Execute without a plan")
}
