package supergraph

import (
	"errors"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// LoadError says why SDL is no supergraph that can be loaded.
type LoadError struct {
	err error
	// isUnsupported is set for a supergraph that needs what we cannot honour.
	isUnsupported bool
}

// Error is the reason, or one line for each of several.
func (e *LoadError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *LoadError) Unwrap() error { return e.err }

// Diagnostics are the reasons with their places in file, which has the SDL.
func (e *LoadError) Diagnostics(file string) diag.List {
	d := diag.Diagnostic{
		Code: diag.InvalidFederationSupergraph, Message: e.err.Error(), Positions: []diag.Position{{File: file, Line: 1, Column: 1}},
		Fix: "compose the subgraphs again, or name a supergraph.yaml with the subgraphs instead",
	}
	if e.isUnsupported {
		d.Code, d.Fix = diag.UnsupportedLinkedFeature, "remove what uses the feature from the subgraphs, or use a weft that knows it"
		return diag.List{d}
	}
	var problems schema.Problems
	if !errors.As(e.err, &problems) {
		return diag.List{d}
	}
	var out diag.List
	for _, p := range problems {
		d.Message, d.Positions = p.Message, []diag.Position{{File: file, Line: max(p.Pos.Line, 1), Column: max(p.Pos.Column, 1)}}
		out = append(out, d)
	}
	return out
}
