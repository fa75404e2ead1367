package execute

import (
	"context"
	"hash/maphash"
	"strconv"
	"sync"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// Input is one run of a plan.
type Input struct {
	Plan *Compiled
	// Variables are the values of the operation's variables by index, as JSON; nil for one without a
	// value.
	Variables [][]byte
	Fetcher   Fetcher
	// Introspect appends the value of Plan.Introspection[field].
	Introspect func(dst []byte, field int) []byte
	Limits     Limits
	// MaskErrors keeps the texts of subgraphs' errors from the client; their codes stay.
	MaskErrors bool
	// Event is one event of a subscription. It stands for the answer of the plan's subscription
	// fetch, which is not sent.
	Event *FetchResponse
}

// Limits bound one run. A zero stands for the default.
type Limits struct {
	// MaxAnswerBytes is the size of one subgraph's answer; DefaultMaxAnswerBytes by default.
	MaxAnswerBytes int
	// MaxRepresentations is how many representations one fetch may send;
	// DefaultMaxRepresentations by default.
	MaxRepresentations int
	// MaxErrors is how many errors a response lists; further ones are only counted, but for the first of
	// each call that failed. DefaultMaxErrors by default.
	MaxErrors int
	// MaxResponseBytes is the size of the response's data; DefaultMaxResponseBytes by default. Small
	// answers can make a large response, as what stands in several places is asked for once.
	MaxResponseBytes int
}

// The defaults of Limits.
const (
	DefaultMaxAnswerBytes     = 64 << 20
	DefaultMaxRepresentations = 100_000
	DefaultMaxErrors          = 100
	DefaultMaxResponseBytes   = 128 << 20
)

// maxKeptBytes is the size above which a buffer is not kept for the next run.
const maxKeptBytes = 1 << 20

// Result is what a run gives. Its bytes are valid until Release.
type Result struct {
	// Data is the value of the response's "data".
	Data []byte
	// Errors are those of subgraphs in order of the plan's fetches, then those of fields that are null
	// for want of something in order of the response, then those that made no field null.
	Errors gqlerr.List
	// Failures are for the operator: what went wrong in calls of subgraphs, in order of the plan's
	// fetches.
	Failures []Failure

	execution *Execution
}

// Failure is something that an operator should know of a call.
type Failure struct {
	Subgraph string
	// Fetch is the number of the fetch in its plan.
	Fetch int
	Err   error
}

// Release gives the memory of the result back.
func (r *Result) Release() {
	if x := r.execution; x != nil {
		r.execution = nil
		x.reset()
		executions.Put(x)
	}
}

// Append appends the response: errors, if there are any, before the data.
func (r *Result) Append(dst []byte) []byte {
	dst = append(dst, '{')
	if len(r.Errors) > 0 {
		dst = append(r.Errors.Append(append(dst, `"errors":`...)), ',')
	}
	dst = append(append(dst, `"data":`...), r.Data...)
	return append(dst, '}')
}

// Execution starts every fetch whose inputs are there, merges results as they arrive and writes the
// response. One goroutine owns it; it is pooled and given back when its Result is released.
type Execution struct {
	in   Input
	plan *Compiled
	doc  rawjson.Doc
	root rawjson.Ref
	// conditions are the values of the plan's, by index.
	conditions []bool
	calls      []call
	// ready are the fetches whose requests are written and not yet sent.
	ready []int
	// waiting are those that a Sequencer has not let end yet.
	waiting []int
	// refused is the value in work that cannot be sent on; refusals are those of the fetch in work.
	refused  refusal
	refusals []refusal
	causes   causes
	// scratch is for one leaf.
	scratch []byte
	// explanations are kept while more of the same values can come.
	explanations []explanation
	// released are the answers to give back when the response is written.
	released []func()
	results  chan outcome
	seen     table
	// sources are the objects of the plan's sources, each gathered when it is first looked at.
	sources []readObjects
	writer  writer
	result  Result
}

// call is one fetch in one execution.
type call struct {
	// waiting is the number of fetches that it depends on and that have not ended.
	waiting int
	batches []targets
	// query and data replace the fetch's own where contexts need a text for this run.
	query   string
	data    *rawjson.Scan
	body    []byte
	request FetchRequest
	// located are what went wrong, with what is known of its place; dropped counts the subgraph's errors
	// over the limit.
	located  []located
	dropped  int
	failures []Failure
}

// targets are the objects that one batch fills.
type targets struct {
	objects []rawjson.Ref
	// number is the representation of each object, an index of spans.
	number []int
	// spans are the places of the representations in the body.
	spans []span
	bytes [][]byte
	// groups are the objects by the values of contexts; nil for a batch without.
	groups []group
}

type span struct{ start, end int }

var executions = sync.Pool{New: func() any { return &Execution{seen: table{seed: maphash.MakeSeed()}} }}

// Run runs a plan (GraphQL spec 6.2, 6.3). It returns when every call of the Fetcher has returned.
func Run(ctx context.Context, in Input) *Result {
	x := executions.Get().(*Execution)
	x.begin(in)
	x.schedule(ctx)
	x.complete()
	x.giveBack()
	return &x.result
}

// begin sets the execution up for an input.
func (x *Execution) begin(in Input) {
	if in.Limits.MaxAnswerBytes <= 0 {
		in.Limits.MaxAnswerBytes = DefaultMaxAnswerBytes
	}
	if in.Limits.MaxRepresentations <= 0 {
		in.Limits.MaxRepresentations = DefaultMaxRepresentations
	}
	if in.Limits.MaxErrors <= 0 {
		in.Limits.MaxErrors = DefaultMaxErrors
	}
	if in.Limits.MaxResponseBytes <= 0 {
		in.Limits.MaxResponseBytes = DefaultMaxResponseBytes
	}
	x.in, x.plan, x.writer.limits = in, in.Plan, in.Limits
	root := x.plan.plan.Root
	// An empty document has room for its root.
	x.root, _ = x.doc.NewObject(len(root.Slots), root.Type)
	for _, c := range x.plan.plan.Conditions {
		x.conditions = append(x.conditions, holds(c, in.Variables))
	}
	if n := len(x.plan.fetches); n > cap(x.calls) {
		x.calls = make([]call, n)
		x.results = make(chan outcome, n)
	} else {
		x.calls = x.calls[:n]
	}
	if n := len(x.plan.sources); n > cap(x.sources) {
		x.sources = make([]readObjects, n)
	} else {
		x.sources = x.sources[:n]
	}
	for i := range x.calls {
		c := &x.calls[i]
		f := &x.plan.fetches[i]
		c.waiting = f.precedents
		if n := len(f.batches); n > cap(c.batches) {
			c.batches = make([]targets, n)
		} else {
			c.batches = c.batches[:n]
		}
	}
}

// holds decides a condition: an OR of ANDs. A boolean variable without a value counts as false.
func holds(c plan.Condition, variables [][]byte) bool {
	for _, conjunction := range c {
		all := true
		for _, literal := range conjunction {
			all = all && (string(variables[literal.Variable]) == "true") != literal.Negated
		}
		if all {
			return true
		}
	}
	return false
}

// isOn reports whether a condition of the plan holds.
func (x *Execution) isOn(id plan.CondID) bool { return id == 0 || x.conditions[id-1] }

// complete writes the response's data and gathers the errors.
func (x *Execution) complete() {
	x.withholdLate()
	w := &x.writer
	var failures []Failure
	for i := range x.calls {
		c := &x.calls[i]
		x.reportLocated(&x.plan.fetches[i], c)
		failures = append(failures, c.failures...)
		w.dropped += c.dropped
	}
	if !x.completeObject(x.root, x.plan.shape) {
		w.truncate(0)
		w.out = append(w.out, "null"...)
	}
	for i := range x.calls {
		x.reportUntold(&x.plan.fetches[i], &x.calls[i])
	}
	if w.tooLarge {
		e := &gqlerr.Error{
			Message: "the response is over its limit of " + strconv.Itoa(x.in.Limits.MaxResponseBytes) + " bytes: ask for less at once",
			Code:    gqlerr.LimitExceeded,
		}
		w.errors = append(w.errors, e)
	}
	if w.dropped > 0 {
		w.errors = append(w.errors, &gqlerr.Error{Message: "further errors are not listed: " + strconv.Itoa(w.dropped)})
	}
	x.result = Result{Data: w.out, Errors: w.errors, Failures: failures, execution: x}
}

// giveBack releases the subgraphs' answers: the response holds copies.
func (x *Execution) giveBack() {
	for _, release := range x.released {
		release()
	}
	clear(x.released)
	x.released = x.released[:0]
}

// reset forgets one run and keeps the memory for the next.
func (x *Execution) reset() {
	x.doc.Reset(maxKeptBytes)
	x.conditions = x.conditions[:0]
	for i := range x.calls {
		x.calls[i].reset()
	}
	for i := range x.sources {
		x.sources[i].reset()
	}
	x.writer.reset()
	x.seen.reset()
	x.refused = refusal{trail: x.refused.trail[:0]}
	x.refusals, x.scratch = nil, kept(x.scratch, 1)
	x.causes.reset()
	clear(x.explanations)
	x.explanations = kept(x.explanations, 64)
	x.in, x.plan, x.result = Input{}, nil, Result{}
}

func (c *call) reset() {
	for i := range c.batches {
		b := &c.batches[i]
		clear(b.bytes)
		b.groups = nil
		b.objects, b.number, b.spans, b.bytes = kept(b.objects, 4), kept(b.number, 8), kept(b.spans, 16), kept(b.bytes, 24)
	}
	c.query, c.data = "", nil
	c.body = kept(c.body, 1)
	entities := c.request.Entities
	clear(entities)
	c.request = FetchRequest{Entities: entities[:0]}
	// The failures left with the result: a caller may keep them.
	c.dropped, c.failures, c.located = 0, nil, nil
}

// kept empties a slice of elements of some bytes; one that has become large is dropped.
func kept[T any](s []T, bytes int) []T {
	if cap(s)*bytes > maxKeptBytes {
		return nil
	}
	return s[:0]
}
