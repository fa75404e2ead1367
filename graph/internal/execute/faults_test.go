package execute_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/execute"
)

// faulty spoils some of a graph's answers: whole calls, single entities, or all of the data. A world in
// which fields break is spoilt enough.
type faulty struct {
	*federated
	seed int
}

// Fetch fails, or answers with a fault, for about half of the fetches.
func (f *faulty) Fetch(ctx context.Context, req *execute.FetchRequest) (execute.FetchResponse, error) {
	response, err := f.federated.Fetch(ctx, req)
	if err != nil {
		return response, err
	}
	if f.w.breaks {
		return response, nil
	}
	switch h := f.w.hash("fault", fmt.Sprint(f.seed, req.Fetch)); h % 8 {
	case 0:
		return execute.FetchResponse{}, &execute.FetchError{Reason: execute.Timeout}
	case 1:
		response.Body = []byte(`{"data":null,"errors":[{"message":"all is lost"}]}`)
	case 2, 3:
		if len(req.Entities) == 1 && req.Entities[0].Key == "_entities" {
			response.Body = withoutEntity(response.Body, int(h/8)%len(req.Entities[0].Representations))
		}
	}
	return response, nil
}

// withoutEntity makes one entity of an answer null, with an error.
func withoutEntity(body []byte, i int) []byte {
	var answer struct {
		Data struct {
			Entities []json.RawMessage `json:"_entities"`
		} `json:"data"`
		Errors []any `json:"errors"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		panic(err)
	}
	answer.Data.Entities[i] = json.RawMessage("null")
	answer.Errors = append(answer.Errors, map[string]any{"message": "one is lost", "path": []any{"_entities", i}})
	out, _ := json.Marshal(answer)
	return out
}

// spoil runs an operation with faults. A fault takes away only what depends on it: what is not null
// is what a monolith says, and every null that a monolith does not have has an error on its way.
func (g *federated) spoil(ctx context.Context, text string, seed int) (problem string, errors int) {
	g.w.breaks = seed%2 == 1
	defer func() { g.w.breaks = false }()
	p, skipped := g.prepare(ctx, text, seed)
	if skipped != "" {
		return "", 0
	}
	result := execute.Run(ctx, execute.Input{
		Plan: execute.Compile(p.plan), Variables: p.values, Fetcher: &faulty{g, seed}, Limits: execute.Limits{MaxErrors: 10_000},
	})
	defer result.Release()
	if g.unsupported() != "" {
		return "", 0
	}
	for _, e := range result.Errors {
		known := strings.Contains("the subgraph did not answer in time, all is lost, one is lost, a field is broken", e.Message) || strings.Contains(e.Message, "was not asked for")
		if !known || e.Subgraph == "" {
			return "an error that no fault has\n" + g.describe(p, result), 0
		}
	}
	if problem := explained(decode(result.Data), decode(p.want), nil, result.Errors); problem != "" {
		return problem + "\n" + g.describe(p, result), 0
	}
	return "", len(result.Errors)
}

// TestFaultsAreLocated spoils answers to made-up operations on testdata/shop.graphqls.
func TestFaultsAreLocated(t *testing.T) {
	sdl, err := os.ReadFile("testdata/shop.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	g, err := newFederated(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for seed := range 400 {
		m := operationMaker{api: g.w.sg.API(), seed: uint32(seed)*2654435761 + 7}
		text := m.operation()
		problem, errors := g.spoil(t.Context(), text, seed)
		if problem != "" {
			t.Fatalf("seed %d: %s: %s", seed, text, problem)
		}
		faults += errors
	}
	if faults < 100 {
		t.Errorf("only %d errors: the test does not show much", faults)
	}
}

func decode(b []byte) (v any) {
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// explained reports the first place at which got is not want without an error that explains it.
func explained(got, want any, path gqlerr.Path, errs gqlerr.List) string {
	if got == nil {
		if want == nil {
			return ""
		}
		for _, e := range errs {
			n := min(len(e.Path), len(path))
			if e.Path[:n].Equal(path[:n]) {
				return ""
			}
		}
		return "no error explains the null at " + path.String()
	}
	switch got := got.(type) {
	case map[string]any:
		object, ok := want.(map[string]any)
		if !ok || len(object) != len(got) {
			return "another object at " + path.String()
		}
		for key, value := range got {
			if problem := explained(value, object[key], path.Key(key), errs); problem != "" {
				return problem
			}
		}
	case []any:
		list, ok := want.([]any)
		if !ok || len(list) != len(got) {
			return "another list at " + path.String()
		}
		for i, value := range got {
			if problem := explained(value, list[i], path.Index(i), errs); problem != "" {
				return problem
			}
		}
	default:
		if got != want {
			return "another value at " + path.String()
		}
	}
	return ""
}
