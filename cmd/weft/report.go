package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/gqlerr"
)

// severityWords is how a severity reads in a report.
var severityWords = map[diag.Severity]string{
	diag.Error: "error", diag.Warn: "warning", diag.Info: "hint", diag.Debug: "note",
}

// reportDiagnostics writes each diagnostic that is at least so severe as file:line:column: severity CODE: message, with
// the further places, the operation that shows the problem and the fix below it.
func reportDiagnostics(w io.Writer, list diag.List, least diag.Severity) {
	for _, d := range list {
		if d.Severity > least {
			continue
		}
		place := ""
		if len(d.Positions) > 0 {
			place = positionText(d.Positions[0]) + ": "
		}
		_, _ = fmt.Fprintf(w, "%s%s %s: %s\n", place, severityWords[d.Severity], d.Code, d.Message)
		for i, p := range d.Positions {
			if i > 0 {
				_, _ = fmt.Fprintf(w, "  also at %s (subgraph %s)\n", positionText(p), p.Subgraph)
			}
		}
		if d.Witness != "" {
			_, _ = fmt.Fprintf(w, "  shown by:\n%s\n", indent(d.Witness))
		}
		if d.Fix != "" {
			_, _ = fmt.Fprintf(w, "  fix: %s\n", d.Fix)
		}
	}
}

// positionText is file:line:column as far as it is known; a subgraph without a file stands for itself.
func positionText(p diag.Position) string {
	place := p.File
	if place == "" {
		place = p.Subgraph
	}
	if p.Line == 0 {
		return place
	}
	return fmt.Sprintf("%s:%d:%d", place, p.Line, p.Column)
}

// reportOperationErrors writes what is wrong with an operation of a file, one place a line.
func reportOperationErrors(w io.Writer, file string, list gqlerr.List) {
	for _, e := range list {
		place := file
		if len(e.Locations) > 0 {
			place = fmt.Sprintf("%s:%d:%d", file, e.Locations[0].Line, e.Locations[0].Column)
		}
		_, _ = fmt.Fprintf(w, "%s: error %s: %s\n", place, e.Code, e.Message)
	}
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
