package graph

import (
	"context"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/execute"
)

// Source returns what a subscription asks a subgraph for (GraphQL spec 6.2.3.1): the caller opens
// the stream, and answers each of its events with ExecuteEvent. The bytes stay valid. Where there is
// no stream to open, as the operation cannot be planned or its field is denied, the Result is all
// that the client gets.
func (p *Prepared) Source(ctx context.Context, vars Variables, fallen Fallen) (*FetchRequest, *Result) {
	if p.op.Kind != Subscription {
		return nil, failed(&gqlerr.Error{Message: "The operation is not a subscription.", Code: gqlerr.OperationResolution})
	}
	found, err := p.planned(ctx, fallen)
	if err != nil {
		return nil, failed(err)
	}
	in := execute.Input{Plan: found.compiled, Variables: vars.values}
	if request := execute.SourceRequest(in); request != nil {
		return request, nil
	}
	return nil, p.respond(ctx, in)
}

// ExecuteEvent runs the rest of a subscription's plan on one event of its source stream (GraphQL
// spec 6.2.3.2), a GraphQL response of the subgraph, and returns the client's response to it. It
// returns when every call of f has ended.
func (p *Prepared) ExecuteEvent(ctx context.Context, vars Variables, fallen Fallen, f Fetcher, event FetchResponse) *Result {
	found, err := p.planned(ctx, fallen)
	if err != nil {
		return failed(err)
	}
	return p.respond(ctx, execute.Input{Plan: found.compiled, Variables: vars.values, Fetcher: f, Event: &event})
}
