package execute

import (
	"bytes"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// SourceRequest returns the request that opens the source stream of a subscription (GraphQL spec
// 6.2.3.1), with bytes of its own. Each event of the stream is then the Event of one Run. It returns
// nil where there is nothing to subscribe to, as the field is denied: then one Run without an event
// gives the only response.
func SourceRequest(in Input) *FetchRequest {
	x := executions.Get().(*Execution)
	x.begin(in)
	defer func() {
		x.reset()
		executions.Put(x)
	}()
	for i := range x.calls {
		f, c := &x.plan.fetches[i], &x.calls[i]
		if f.Operation != plan.Subscription || !x.isOn(f.When) || !x.prepare(f, c) {
			continue
		}
		request := c.request
		request.Body, request.Entities = bytes.Clone(request.Body), nil
		return &request
	}
	return nil
}

// ClientError is what a client may know of the failure where there is no response to put it into.
func (e *FetchError) ClientError(subgraph string) *gqlerr.Error {
	return &gqlerr.Error{Message: e.clientMessage(), Code: e.code(), Subgraph: subgraph}
}
