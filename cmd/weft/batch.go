package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/supergraph"
)

// batchCase is one line of input: a graph to compose.
type batchCase struct {
	ID        string          `json:"id"`
	Subgraphs []batchSubgraph `json:"subgraphs"`
}

type batchSubgraph struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	SDL  string `json:"sdl"`
}

// batchResult is one line of output.
type batchResult struct {
	ID     string       `json:"id"`
	OK     bool         `json:"ok"`
	Errors []batchError `json:"errors"`
	Hints  []batchHint  `json:"hints"`
	// Notes are warnings whose codes are not among the hints that the composers of the field share.
	Notes         []batchHint `json:"notes,omitempty"`
	SupergraphSDL string      `json:"supergraphSdl,omitempty"`
	APISchema     string      `json:"apiSchema,omitempty"`
}

type batchError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type batchHint struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The codes of results that composition did not get to say anything about.
const (
	batchInvalidLine   = "INVALID_BATCH_LINE"
	batchInternalError = "INTERNAL_ERROR"
)

// composeBatch composes the graph of each line and writes one line for it, in order. A line that cannot be read and a
// case that makes the composer panic become results with an error; only reading and writing themselves can fail.
func composeBatch(r io.Reader, w io.Writer) error {
	return eachLine(r, w, func(line []byte) any { return composeLine(line) })
}

// eachLine writes a line of JSON for each line of input that is not blank: what answer makes of it.
func eachLine(r io.Reader, w io.Writer, answer func(line []byte) any) error {
	lines := bufio.NewReaderSize(r, 1<<16)
	out := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, readErr := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(answer(line)); err != nil {
				return fmt.Errorf("write a result: %w", err)
			}
		}
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return fmt.Errorf("read the cases: %w", readErr)
		}
		if readErr != nil || lines.Buffered() == 0 { // whoever sends a case and waits for its answer gets it
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write a result: %w", err)
			}
		}
		if readErr != nil {
			return nil
		}
	}
}

func composeLine(line []byte) (result batchResult) {
	var c batchCase
	refuse := func(code, message string) batchResult {
		return batchResult{ID: c.ID, Errors: []batchError{{code, message}}, Hints: []batchHint{}}
	}
	if err := json.Unmarshal(line, &c); err != nil {
		return refuse(batchInvalidLine, err.Error())
	}
	defer func() {
		if fault := recover(); fault != nil {
			result = refuse(batchInternalError, fmt.Sprintf("%v\n%s", fault, debug.Stack()))
		}
	}()
	s, diagnostics := compose.Compose(composeInput(c.Subgraphs))
	result = batchResult{ID: c.ID, OK: s != nil, Errors: []batchError{}, Hints: []batchHint{}}
	for _, d := range diagnostics {
		entry, _ := diag.Explain(d.Code)
		switch {
		case d.Severity == diag.Error:
			result.Errors = append(result.Errors, batchError{string(d.Code), d.Message})
		case entry.Own:
			result.Notes = append(result.Notes, batchHint{string(d.Code), d.Message})
		default:
			result.Hints = append(result.Hints, batchHint{string(d.Code), d.Message})
		}
	}
	if s != nil {
		result.SupergraphSDL, result.APISchema = supergraph.Print(s), supergraph.PrintAPI(s)
	}
	return result
}

// composeInput is what the composer wants of a batch line's subgraphs.
func composeInput(subgraphs []batchSubgraph) []compose.Subgraph {
	out := make([]compose.Subgraph, len(subgraphs))
	for i, s := range subgraphs {
		out[i] = compose.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL}
	}
	return out
}
