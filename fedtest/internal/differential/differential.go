// Package differential hunts for wrong answers: it composes the subgraphs of a Case, runs its operation on the engine and
// on the unsplit schema, and says how the answers differ.
//
// In: a Case, made up from a seed or read from a txtar file. Out: a Difference, or none. The steps are: compose and load
// (load.go), run both and compare byte for byte (differential.go), run again with subgraphs that fail, where nothing may
// be invented (faults.go), count what was tried (features.go), and make a case that differs as small as it gets
// (shrink.go).
package differential

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
)

// Case is one operation on one graph.
type Case struct {
	generate.Graph
	generate.Operation
	// Labels are the override labels that are on.
	Labels []string
	world.Settings
	// Faults chooses which answers of subgraphs are spoilt; 0 spoils none.
	Faults uint64
	// Order chooses the order in which answers arrive; with 0 they arrive as they come.
	Order uint64
}

// Difference says what is wrong with an answer. It is empty if nothing is.
type Difference struct {
	// Kind is a word for what went wrong: shrinking keeps it.
	Kind string
	// Text shows it.
	Text string
}

// unplannable is the kind of what was composed and cannot be planned.
const unplannable = "unplannable"

func differs(kind, format string, args ...any) Difference {
	return Difference{kind, fmt.Sprintf(format, args...)}
}

// Compare runs a case on a loaded graph.
func (l *Loaded) Compare(ctx context.Context, c *Case, features *Features) (d Difference) {
	defer func() {
		if r := recover(); r != nil {
			d = differs("panic", "%v\n%s", r, debug.Stack())
		}
	}()
	prepared, errs := l.graph.Prepare(c.Text, "", c.Labels...)
	if errs != nil {
		return differs("refused", "a valid operation is refused: %s", errs.Append(nil))
	}
	variables, errs := prepared.Variables([]byte(c.Variables))
	if errs != nil {
		return differs("variables", "valid variables are refused: %s", errs.Append(nil))
	}
	plan, err := prepared.Plan(ctx, "")
	if err != nil {
		return differs(unplannable, "what was composed cannot be planned: %v", err)
	}
	if err := plan.Check(); err != nil {
		return differs("unready", "%v\n%s", err, plan)
	}
	values, err := decode([]byte(c.Variables))
	if err != nil {
		return differs("case", "the variables are no JSON: %v", err)
	}
	given, _ := values.(map[string]any)
	r := &runs{
		c: c, prepared: prepared, variables: variables, plan: plan, given: given, features: features,
		whole: &world.Run{World: l.world}, split: &world.Run{World: l.world, Labels: c.Labels},
	}
	if c.Faults>>58%4 == 0 {
		r.split.Faults = c.Faults
	}
	r.fetcher = &fetcher{run: r.split, faults: c.Faults, sent: make([]bool, len(plan.Fetches))}
	if c.isSubscription() {
		return r.compareEvents(ctx)
	}
	return r.compare(prepared.Execute(ctx, variables, "", r.fetcher.inOrder(c.Order)))
}

// runs are the runs of a case on the engine and on the unsplit schema.
type runs struct {
	c            *Case
	prepared     *graph.Prepared
	variables    graph.Variables
	plan         *graph.Plan
	given        map[string]any
	whole, split *world.Run
	fetcher      *fetcher
	features     *Features
}

// compare holds an answer against that of the unsplit schema.
func (r *runs) compare(result *graph.Result) (d Difference) {
	defer result.Release()
	want := r.whole.Monolith(direct.Request{Query: r.c.Text, Document: r.c.Document, Variables: r.given})
	var got response
	if err := json.Unmarshal(result.Body, &got); err != nil {
		return differs("json", "the answer is no JSON: %v: %s", err, result.Body)
	}
	if complaints := r.split.Complaints(); len(complaints) > 0 && r.c.Faults == 0 { // a spoilt value may be asked about
		return differs("complaint", "%s\n%s", strings.Join(complaints, "\n"), r.plan)
	}
	r.features.count(&trial{c: r.c, plan: r.plan, want: want, whole: r.whole, split: r.split, sent: r.fetcher.sent})
	if r.c.Faults != 0 {
		d = explained(&got, want)
	} else {
		d = equal(&got, want)
	}
	if d.Kind != "" {
		d.Text += fmt.Sprintf("\ngot    %s\nerrors %s\nwant   %s\nerrors %s\n%s", got.Data, got.Errors, want.Data, errorText(want), r.plan)
	}
	return d
}

// response is what a client gets.
type response struct {
	Data   json.RawMessage
	Errors errorList
}

type errorList []struct {
	Message    string
	Path       []any
	Extensions struct{ Code, Subgraph string }
}

// String prints the errors' places.
func (l errorList) String() string {
	var out []string
	for _, e := range l {
		out = append(out, fmt.Sprintf("%s: %s (%s, %s)", pathText(e.Path), e.Message, e.Extensions.Code, e.Extensions.Subgraph))
	}
	return strings.Join(out, "; ")
}

func pathText(path []any) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(path), " ", "."), "[]")
}

func errorText(r *direct.Response) string {
	var out []string
	for _, e := range r.Errors {
		out = append(out, fmt.Sprintf("%v: %s", e.Path, e.Message))
	}
	return strings.Join(out, "; ")
}

// maxListed is how many errors an answer lists; one more says how many there are beside.
const maxListed = 100

// equal holds an answer against the monolith's: the same data, and errors only for nulls that the monolith has an error for.
func equal(got *response, want *direct.Response) Difference {
	if !bytes.Equal(got.Data, want.Data) {
		return differs("data", "the data differs")
	}
	data, err := decode(got.Data)
	if err != nil {
		return differs("json", "the data is no JSON: %v", err)
	}
	for _, e := range got.Errors {
		if e.Path == nil && len(got.Errors) > maxListed {
			continue // it says how many errors are not listed
		}
		if null, ok := nullAbove(data, e.Path); !ok || !hasErrorBelow(null, want.Errors) {
			return differs("error", "an error that the monolith does not have: %s", pathText(e.Path))
		}
	}
	for _, e := range want.Errors {
		if null, ok := nullAbove(data, e.Path); !ok || !hasError(null, got.Errors) {
			return differs("silent", "no error for what the monolith has one for: %s", pathText(e.Path))
		}
	}
	return Difference{}
}

// nullAbove finds the null that an error explains: at its path or above it.
func nullAbove(data any, path []any) ([]any, bool) {
	for i, step := range path {
		switch v := data.(type) {
		case nil:
			return path[:i], true
		case map[string]any:
			key, _ := step.(string)
			data = v[key]
		case []any:
			i, ok := index(step)
			if !ok || i >= len(v) {
				return nil, false
			}
			data = v[i]
		default:
			return nil, false
		}
	}
	return path, data == nil
}

// index is a step into a list: a number as encoding/json decodes it, or as direct has it.
func index(step any) (int, bool) {
	switch n := step.(type) {
	case float64:
		return int(n), true
	case int:
		return n, true
	}
	return 0, false
}

func hasErrorBelow(path []any, errs []direct.Error) bool {
	here := beginning(path)
	return slices.ContainsFunc(errs, func(e direct.Error) bool { return isBelow(beginning(e.Path), here) })
}

// place is a path that can be compared: numbers have several Go types.
func place(path []any) string {
	text, err := json.Marshal(path)
	if err != nil {
		panic(err) // it is made of strings and numbers
	}
	return string(text)
}

func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err
}

// sortedLabels are the labels of a graph that a number chooses.
func sortedLabels(all []string, chosen uint64) []string {
	var out []string
	for i, label := range all {
		if chosen>>(i%64)&1 == 1 {
			out = append(out, label)
		}
	}
	slices.Sort(out)
	return out
}
