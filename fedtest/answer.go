package fedtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/graph/gqlerr"
)

// Answer is what a client gets, and what that took.
type Answer struct {
	// Body is the response as JSON.
	Body []byte
	// Data is its "data"; nil if the request was refused.
	Data json.RawMessage
	// Errors are its "errors".
	Errors []Error
	// Calls are the calls of subgraphs, by subgraph and body.
	Calls []Call
	// Plan is the plan that was followed, in the form that `weft plan` prints; empty if the request was refused.
	Plan string
}

// Error is one entry of "errors".
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Call is one call of a subgraph.
type Call struct {
	Subgraph string
	// Body is the GraphQL request as JSON.
	Body string
}

func refusal(errs gqlerr.List) *Answer {
	return newAnswer(append(errs.Append([]byte(`{"errors":`)), '}'), nil)
}

func newAnswer(body []byte, calls []Call) *Answer {
	a := &Answer{Body: bytes.Clone(body), Calls: calls}
	var parts struct {
		Data   json.RawMessage
		Errors []Error
	}
	if err := json.Unmarshal(a.Body, &parts); err != nil {
		panic(fmt.Sprintf("the engine's answer is no JSON: %v: %s", err, body)) // which would be a bug of ours
	}
	a.Data, a.Errors = parts.Data, parts.Errors
	return a
}

// Count is how many calls a subgraph got.
func (a *Answer) Count(subgraph string) int {
	n := 0
	for _, call := range a.Calls {
		if call.Subgraph == subgraph {
			n++
		}
	}
	return n
}

// String is the response, indented, as for a golden file.
func (a *Answer) String() string {
	var b bytes.Buffer
	if err := json.Indent(&b, a.Body, "", "  "); err != nil {
		return string(a.Body)
	}
	return b.String() + "\n"
}

// Want fails the test unless the whole response is the JSON wanted. The order of members does not matter.
func (a *Answer) Want(t testing.TB, want string) {
	t.Helper()
	wantJSON(t, "the response", a.Body, want)
}

// WantData fails the test unless there are no errors and "data" is the JSON wanted. The order of members does not matter.
func (a *Answer) WantData(t testing.TB, want string) {
	t.Helper()
	for _, err := range a.Errors {
		t.Errorf("fedtest: an error at %s: %s", pathText(err.Path), err.Message)
	}
	wantJSON(t, "the data", a.Data, want)
}

// WantErrors fails the test unless the errors are at these paths, in any order: "reviews.0.product.name". An error without
// a path is at "".
func (a *Answer) WantErrors(t testing.TB, paths ...string) {
	t.Helper()
	var got []string
	for _, err := range a.Errors {
		got = append(got, pathText(err.Path))
	}
	slices.Sort(got)
	if diff := gocmp.Diff(slices.Sorted(slices.Values(paths)), got); diff != "" {
		t.Errorf("fedtest: the paths of the errors differ (-want +got):\n%s\n%s", diff, a)
	}
}

func pathText(path []any) string {
	var steps []string
	for _, step := range path {
		steps = append(steps, fmt.Sprint(step))
	}
	return strings.Join(steps, ".")
}

func wantJSON(t testing.TB, what string, got []byte, want string) {
	t.Helper()
	sorted, err := sortedJSON([]byte(want))
	if err != nil {
		t.Fatalf("fedtest: what is wanted is no JSON: %v", err)
	}
	text, err := sortedJSON(got)
	if err != nil {
		t.Fatalf("fedtest: %s is no JSON: %v: %s", what, err, got)
	}
	if diff := gocmp.Diff(strings.Split(sorted, "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("fedtest: %s differs (-want +got):\n%s", what, diff)
	}
}

func sortedJSON(text []byte) (string, error) {
	v, err := decodeJSON(text)
	if err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(v, "", "  ")
	return string(out), err
}

// updateVariable is the environment variable with which Golden writes files in place of comparing them.
const updateVariable = "FEDTEST_UPDATE"

// Golden fails the test unless a file holds the text: an answer's or a plan's. With FEDTEST_UPDATE=1 in the environment it
// writes the file.
func Golden(t testing.TB, file, got string) {
	t.Helper()
	if os.Getenv(updateVariable) != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatalf("fedtest: %v", err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatalf("fedtest: %v", err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("fedtest: %v (run with %s=1 to write it)", err, updateVariable)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("fedtest: %s differs (-want +got; run with %s=1 to rewrite it):\n%s", file, updateVariable, diff)
	}
}

// sortCalls gives calls an order that does not depend on which subgraph was faster.
func sortCalls(calls []Call) []Call {
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(strings.Compare(a.Subgraph, b.Subgraph), strings.Compare(a.Body, b.Body))
	})
	return calls
}
