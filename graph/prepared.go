package graph

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/execute"
	"github.com/weft-graph/weft/graph/internal/introspect"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// Prepared is one operation, ready to run with any variables for any identity. It is safe for
// concurrent use and shared between requests.
type Prepared struct {
	graph *Graph
	op    *operation.Operation
	// text is the operation's text form, by which plans are shared.
	text, labels string
	// open is the plan for those who may see everything, once it is made.
	open atomic.Pointer[planned]
}

// planned is a plan with what execution makes of it once.
type planned struct {
	plan     *plan.Plan
	compiled *execute.Compiled
}

// planKey is compared in full: two operations never share a plan unless their texts are equal.
type planKey struct {
	text   string
	fallen Fallen
	labels string
}

// Variables are the coerced values of an operation's variables, for the Prepared that made them.
type Variables struct{ values operation.Values }

// Kind returns the kind of the operation.
func (p *Prepared) Kind() Kind { return p.op.Kind }

// Name returns the operation's name; empty for an anonymous one.
func (p *Prepared) Name() string { return p.op.Name }

// Text prints the operation in its normal form: fragments resolved, equal fields merged, literals
// turned into variables. Operations with equal texts share a plan.
func (p *Prepared) Text() string { return p.text }

// NeedsIdentity reports whether the operation selects something that not everybody may see, so that
// an identity must be established before Authorize.
func (p *Prepared) NeedsIdentity() bool { return len(p.op.Requirements) > 0 }

// Authorize returns the requirements of the operation that an identity does not meet. Fields that
// need one of them are not fetched: their value is null, with an error.
func (p *Prepared) Authorize(authenticated bool, scopes []string) Fallen {
	return p.op.Authorize(authenticated, scopes)
}

// Variables coerces the request's variables, a JSON object, null or nothing, to the types that the
// operation declares (GraphQL spec 6.1.2). The errors are request errors: nothing may run.
func (p *Prepared) Variables(raw []byte) (Variables, gqlerr.List) {
	values, errs := p.graph.parser.Coerce(p.op, raw)
	return Variables{values}, errs
}

// Plan returns the plan that Execute runs when these requirements have fallen. The error is a
// *gqlerr.Error; it says that the budget ran out, that no subgraph can answer, or that ctx ended.
func (p *Prepared) Plan(ctx context.Context, fallen Fallen) (*Plan, error) {
	found, err := p.findPlan(ctx, fallen)
	if err != nil {
		return nil, err
	}
	return found.plan, nil
}

// planned returns the plan to execute.
func (p *Prepared) planned(ctx context.Context, fallen Fallen) (*planned, *gqlerr.Error) {
	if p.graph.opts.OnlyPlans {
		return nil, &gqlerr.Error{Message: "This graph was loaded for planning only: load it without OnlyPlans.", Code: gqlerr.PlanFailed}
	}
	return p.findPlan(ctx, fallen)
}

func (p *Prepared) findPlan(ctx context.Context, fallen Fallen) (*planned, *gqlerr.Error) {
	if fallen != "" {
		return p.sharedPlan(ctx, fallen)
	}
	if found := p.open.Load(); found != nil {
		return found, nil
	}
	found, err := p.sharedPlan(ctx, fallen)
	if err == nil {
		p.open.Store(found)
	}
	return found, err
}

// sharedPlan takes a plan from the graph's cache or makes it; requests that need the same one at
// once wait for the first.
func (p *Prepared) sharedPlan(ctx context.Context, fallen Fallen) (*planned, *gqlerr.Error) {
	key := planKey{text: p.text, fallen: fallen, labels: p.labels}
	made, err := p.graph.plans.getOrMake(ctx, key, func() (*planned, int, error) {
		made, err := p.graph.planner.Plan(ctx, p.op.Deny(fallen), p.labelList()...)
		if err != nil {
			return nil, 0, err
		}
		return &planned{plan: made, compiled: execute.Compile(made)}, planBytes(p.text, made), nil
	})
	if err == nil {
		return made, nil
	}
	var known *gqlerr.Error
	if errors.As(err, &known) {
		return nil, known
	}
	return nil, &gqlerr.Error{Message: fmt.Sprintf("The operation could not be planned in time: %s.", err), Code: gqlerr.PlanFailed}
}

func (p *Prepared) labelList() []string { return strings.Fields(p.labels) }

// planBytes is about how much memory a plan takes.
func planBytes(text string, p *plan.Plan) int {
	n := bytesOfText * len(text)
	for _, f := range p.Fetches {
		n += bytesOfText * len(f.Text)
	}
	return n
}

// Result is a response. Its bytes are valid until Release.
type Result struct {
	// Body is the response as JSON: {"errors": [...], "data": ...}.
	Body []byte
	// Errors is the number of errors listed in Body.
	Errors int
	// HasData is set where the operation ran, even if its data is null; else the errors are request
	// errors.
	HasData bool
	// Failures are for the operator: what went wrong in calls of subgraphs.
	Failures []Failure
}

var results = sync.Pool{New: func() any { return &Result{} }}

// maxKeptBytes is the size above which a buffer is not kept for the next response.
const maxKeptBytes = 1 << 20

// Release gives the result's memory back; nothing of it may be used afterwards.
func (r *Result) Release() {
	body := r.Body[:0]
	if cap(body) > maxKeptBytes {
		body = nil
	}
	*r = Result{Body: body}
	results.Put(r)
}

// Execute runs a query or mutation and returns the response. It returns when every call of f has
// ended. fallen is what Authorize said of the request's identity.
func (p *Prepared) Execute(ctx context.Context, vars Variables, fallen Fallen, f Fetcher) *Result {
	if p.op.Kind == Subscription {
		return failed(&gqlerr.Error{Message: "A subscription cannot be answered with one response.", Code: gqlerr.OperationResolution})
	}
	found, err := p.planned(ctx, fallen)
	if err != nil {
		return failed(err)
	}
	answers, err := p.introspect(found.plan, vars)
	if err != nil {
		return failed(err)
	}
	return p.respond(ctx, execute.Input{
		Plan: found.compiled, Variables: vars.values, Fetcher: f,
		Introspect: func(dst []byte, field int) []byte { return append(dst, answers[field]...) },
	})
}

// respond runs a plan with the graph's settings and writes the response.
func (p *Prepared) respond(ctx context.Context, in execute.Input) *Result {
	in.Limits, in.MaskErrors = p.graph.opts.Execution, !p.graph.opts.ShowSubgraphErrors
	run := execute.Run(ctx, in)
	defer run.Release()
	r := results.Get().(*Result)
	r.Body, r.Errors, r.HasData, r.Failures = run.Append(r.Body[:0]), len(run.Errors), true, run.Failures
	return r
}

// introspect answers the introspection fields of a plan, before anything runs: they can be refused.
func (p *Prepared) introspect(made *plan.Plan, vars Variables) ([][]byte, *gqlerr.Error) {
	if len(made.Introspection) == 0 {
		return nil, nil
	}
	answers := make([][]byte, len(made.Introspection))
	for i, f := range made.Introspection {
		answer, err := introspect.Append(nil, p.graph.api, f, vars.values)
		if err != nil {
			return nil, err
		}
		answers[i] = answer
	}
	return answers, nil
}

// failed is the response to a request of which nothing ran.
func failed(err *gqlerr.Error) *Result {
	r := results.Get().(*Result)
	r.Body = append(gqlerr.List{err}.Append(append(r.Body[:0], `{"errors":`...)), '}')
	r.Errors = 1
	return r
}
