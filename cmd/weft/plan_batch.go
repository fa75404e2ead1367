package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
)

// planCase is one line of input: an operation and its graph, as supergraph SDL or as subgraphs.
type planCase struct {
	ID            string          `json:"id"`
	SupergraphSDL string          `json:"supergraphSdl"`
	Subgraphs     []batchSubgraph `json:"subgraphs"`
	Operation     string          `json:"operation"`
	// OverrideConditions are the labels of progressive overrides with whether they are on.
	OverrideConditions map[string]bool `json:"overrideConditions"`
}

// planResult is one line of output: the plan in the nodes that query planners commonly print
// (Sequence, Parallel, Fetch, Flatten), or why there is none.
type planResult struct {
	ID    string          `json:"id"`
	Plan  json.RawMessage `json:"plan,omitempty"`
	Error string          `json:"error,omitempty"`
}

// planBatch plans the case of each line and writes one line for it, in order. What is wrong with a
// case becomes its result; only reading and writing themselves can fail.
func planBatch(ctx context.Context, r io.Reader, w io.Writer) error {
	last := &lastGraph{}
	return eachLine(r, w, func(line []byte) any { return planLine(ctx, last, line) })
}

func planLine(ctx context.Context, last *lastGraph, line []byte) (result planResult) {
	var c planCase
	if err := json.Unmarshal(line, &c); err != nil {
		return planResult{ID: c.ID, Error: batchInvalidLine + ": " + err.Error()}
	}
	defer func() {
		if fault := recover(); fault != nil {
			result = planResult{ID: c.ID, Error: fmt.Sprintf("%s: %v\n%s", batchInternalError, fault, debug.Stack())}
		}
	}()
	plan, err := planOne(ctx, last, &c)
	if err != nil {
		return planResult{ID: c.ID, Error: err.Error()}
	}
	return planResult{ID: c.ID, Plan: plan}
}

func planOne(ctx context.Context, last *lastGraph, c *planCase) (json.RawMessage, error) {
	g, err := last.open(c)
	if err != nil {
		return nil, err
	}
	var on []string
	for label, isOn := range c.OverrideConditions {
		if isOn {
			on = append(on, label)
		}
	}
	prepared, errs := g.Prepare(c.Operation, "", on...)
	if errs != nil {
		return nil, errs[0]
	}
	plan, err := prepared.Plan(ctx, nothing)
	if err != nil {
		return nil, err
	}
	return plan.Nodes()
}

// lastGraph keeps the graph of the line before: many operations on one graph often follow each other.
type lastGraph struct {
	sdl   string
	graph *graph.Graph
}

func (l *lastGraph) open(c *planCase) (*graph.Graph, error) {
	if c.SupergraphSDL == "" {
		if len(c.Subgraphs) == 0 {
			return nil, errors.New("the case has neither supergraphSdl nor subgraphs")
		}
		s, diagnostics := compose.Compose(composeInput(c.Subgraphs))
		if s == nil {
			return nil, fmt.Errorf("the subgraphs do not compose: %s", firstError(diagnostics))
		}
		return graph.New(s, planningOptions())
	}
	if l.graph == nil || l.sdl != c.SupergraphSDL {
		g, err := graph.Load(c.SupergraphSDL, planningOptions())
		if err != nil {
			return nil, err
		}
		l.sdl, l.graph = c.SupergraphSDL, g
	}
	return l.graph, nil
}

func firstError(diagnostics diag.List) string {
	for _, d := range diagnostics {
		if d.Severity == diag.Error {
			return string(d.Code) + ": " + d.Message
		}
	}
	return "no reason was given"
}
