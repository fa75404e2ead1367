package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/internal/golden"
)

// canned answers fetch i with section answer.i of a case: a body, or one of the words in failures.
// It keeps what it was asked.
type canned struct {
	c *golden.Case

	mu    sync.Mutex
	asked map[int]FetchRequest
}

var failures = map[string]error{
	"!timeout":     &FetchError{Reason: Timeout, Err: context.DeadlineExceeded},
	"!unreachable": errors.New("connection refused"),
	"!masked":      &FetchError{Reason: BadStatus, Status: 503, Message: "try again later"},
	"!deadline":    fmt.Errorf("call: %w", context.DeadlineExceeded),
}

// Fetch answers from the case.
func (f *canned) Fetch(_ context.Context, req *FetchRequest) (FetchResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := *req
	kept.Body = bytes.Clone(req.Body)
	f.asked[req.Fetch] = kept
	name := fmt.Sprintf("answer.%d", req.Fetch)
	if !f.c.Has(name) {
		panic("no section " + name)
	}
	body := strings.TrimSpace(string(f.c.Input(name)))
	if err := failures[body]; err != nil {
		return FetchResponse{}, err
	}
	response := FetchResponse{}
	if rest, ok := strings.CutPrefix(body, "!500 "); ok {
		response.Status, body = 500, rest
	}
	response.Body = []byte(body)
	return response, nil
}

// requests prints what was sent, in order of the plan.
func (f *canned) requests(t *testing.T, fetches int) string {
	var out strings.Builder
	for i := range fetches {
		req, ok := f.asked[i]
		if !ok {
			continue
		}
		if !json.Valid(req.Body) {
			t.Errorf("request %d is not JSON: %s", i, req.Body)
		}
		fmt.Fprintf(&out, "%d %s %s\n", i, req.Subgraph, req.Body)
	}
	return out.String()
}

// TestCases runs scripts: a plan, variables and subgraphs' answers give requests and a response.
func TestCases(t *testing.T) {
	golden.Run(t, "testdata/script", func(t *testing.T, c *golden.Case) {
		p := parseScript(t, string(c.Input("plan")))
		in := Input{Plan: Compile(p), Introspect: func(dst []byte, field int) []byte { return append(dst, `{"queryType":null}`...) }}
		if c.Has("variables") {
			for _, value := range strings.Fields(string(c.Input("variables"))) {
				if value == "absent" {
					in.Variables = append(in.Variables, nil)
					continue
				}
				in.Variables = append(in.Variables, []byte(value))
			}
		}
		if c.Has("limits") {
			if _, err := fmt.Sscanf(string(c.Input("limits")), "answer=%d representations=%d errors=%d",
				&in.Limits.MaxAnswerBytes, &in.Limits.MaxRepresentations, &in.Limits.MaxErrors); err != nil {
				t.Fatal(err)
			}
		}
		if c.Has("event") {
			in.Event = &FetchResponse{Body: c.Input("event")}
		}
		in.MaskErrors = c.Has("mask")
		fetcher := &canned{c: c, asked: map[int]FetchRequest{}}
		in.Fetcher = fetcher
		result := Run(t.Context(), in)
		if out := result.Append(nil); !json.Valid(out) {
			t.Errorf("the response is not JSON: %s", out)
		}
		var errs strings.Builder
		for _, e := range result.Errors {
			fmt.Fprintf(&errs, "%s\n", e.Append(nil))
		}
		var failed strings.Builder
		for _, f := range result.Failures {
			message, _, _ := strings.Cut(f.Err.Error(), "\n")
			fmt.Fprintf(&failed, "%d %s: %s\n", f.Fetch, f.Subgraph, message)
		}
		c.Compare("data", string(result.Data))
		c.Compare("errors", errs.String())
		c.Compare("failures", failed.String())
		c.Compare("requests", fetcher.requests(t, len(p.Fetches)))
		result.Release()
	})
}

func TestErrorOfNoReasonIsUnreachable(t *testing.T) {
	if got := asFetchError(errors.New("x")); got.Reason != Unreachable || got.code() != gqlerr.SubgraphFailed {
		t.Errorf("got %+v", got)
	}
	var fetchError *FetchError
	if wrapped := fmt.Errorf("wrapped: %w", &FetchError{Reason: TooLarge}); !errors.As(wrapped, &fetchError) || asFetchError(wrapped).Reason != TooLarge {
		t.Error("a wrapped FetchError lost its reason")
	}
}
