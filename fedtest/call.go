package fedtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/weft-graph/weft/graph"
)

// fetcher calls the subgraphs of one request, in this process.
type fetcher struct {
	graph *Graph
	req   Request

	mu    sync.Mutex
	calls []Call
}

// Fetch calls one subgraph.
func (f *fetcher) Fetch(ctx context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	f.mu.Lock()
	f.calls = append(f.calls, Call{req.Subgraph, string(req.Body)})
	f.mu.Unlock()
	if f.req.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.req.Timeout)
		defer cancel()
	}
	faults := f.faultsOf(req.Subgraph)
	if err := delay(ctx, faults); err != nil {
		return graph.FetchResponse{}, failure(err)
	}
	if status := statusOf(faults); status != 0 {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.BadStatus, Status: status}
	}
	recorder, err := f.roundTrip(ctx, req)
	if err != nil {
		return graph.FetchResponse{}, failure(err)
	}
	body, err := spoil(f.graph.schemas[req.Subgraph], req, recorder.Body.Bytes(), faults)
	if err != nil {
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.BadAnswer, Err: err}
	}
	answer := graph.FetchResponse{Body: body}
	if recorder.Code < 200 || recorder.Code > 299 {
		if !json.Valid(body) {
			return graph.FetchResponse{}, &graph.FetchError{Reason: graph.BadStatus, Status: recorder.Code}
		}
		answer.Status = recorder.Code
	}
	return answer, nil
}

// roundTrip asks the subgraph's handler as a client over HTTP would.
func (f *fetcher) roundTrip(ctx context.Context, req *graph.FetchRequest) (*httptest.ResponseRecorder, error) {
	// The handler may keep the body for longer than the engine does.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+req.Subgraph+".test/graphql", bytes.NewReader(bytes.Clone(req.Body)))
	if err != nil {
		return nil, err
	}
	for name, values := range f.req.Header {
		request.Header[name] = slices.Clone(values)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	recorder := httptest.NewRecorder()
	f.graph.subgraphs[req.Subgraph].ServeHTTP(recorder, request)
	return recorder, ctx.Err()
}

func failure(err error) *graph.FetchError {
	if errors.Is(err, context.DeadlineExceeded) {
		return &graph.FetchError{Reason: graph.Timeout, Err: err}
	}
	return &graph.FetchError{Reason: graph.Unreachable, Err: err}
}

// sorted are the calls that were made.
func (f *fetcher) sorted() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return sortCalls(f.calls)
}
