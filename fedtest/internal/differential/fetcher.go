package differential

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
)

// fetcher answers for the subgraphs of a run.
type fetcher struct {
	run    *world.Run
	faults uint64
	// sent are the numbers of the fetches that were sent; each is sent once, so that nobody else writes its element.
	sent []bool
}

// Fetch answers one call. Source streams are opened, and not called.
func (f *fetcher) Fetch(_ context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	if req.Kind == graph.Subscription {
		return graph.FetchResponse{}, errors.New("a source stream is called like a fetch")
	}
	return f.answer(req)
}

// answer answers a call, or gives the next event of a source stream.
func (f *fetcher) answer(req *graph.FetchRequest) (graph.FetchResponse, error) {
	var body struct {
		Query     string
		Variables map[string]any
	}
	f.sent[req.Fetch] = true
	decoder := json.NewDecoder(bytes.NewReader(req.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return graph.FetchResponse{}, fmt.Errorf("the request is no JSON: %w", err)
	}
	answer := f.run.Ask(req.Subgraph, direct.Request{Query: body.Query, Variables: body.Variables})
	if f.faults != 0 {
		return f.spoil(req, answer)
	}
	text, err := json.Marshal(answer)
	return graph.FetchResponse{Body: text}, err
}

// inOrder is the fetcher with answers in the order that a number chooses.
func (f *fetcher) inOrder(order uint64) graph.Fetcher {
	if order == 0 {
		return f
	}
	return &ordered{f, order}
}

// ordered ranks the fetches of a plan by a number. The first of those under way ends next, so that some fetch is as late as
// can be: each order that the plan allows follows from some number.
type ordered struct {
	*fetcher
	order uint64
}

// Next chooses the call with the lowest rank.
func (f *ordered) Next(requests []*graph.FetchRequest) int {
	first := 0
	for i, req := range requests {
		if f.rank(req.Fetch) < f.rank(requests[first].Fetch) {
			first = i
		}
	}
	return first
}

func (f *ordered) rank(fetch int) uint64 {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, f.order), uint64(fetch)))
	sum := h.Sum64()
	// FNV's high bits follow the last bytes too closely.
	sum = (sum ^ sum>>32) * 0xd6e8feb86659fd93
	return sum ^ sum>>32
}
