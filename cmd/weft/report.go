package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/source"
)

// severities is how a diagnostic's severity reads in a report.
var severities = map[diag.Severity]report.Severity{
	diag.Error: report.Error, diag.Warn: report.Warning, diag.Info: report.Hint, diag.Debug: report.Note,
}

// reportDiagnostics writes each diagnostic that is at least so severe as file:line:column: severity CODE: message, with
// the further places, the operation that shows the problem and the fix below it.
func reportDiagnostics(w io.Writer, list diag.List, least diag.Severity) {
	_ = (&report.Report{Findings: diagnosticFindings(list, least, nil)}).Write(w, "text") // a terminal that has gone
}

// diagnosticFindings are the diagnostics that are at least so severe. texts has the files for frames; may be nil.
func diagnosticFindings(list diag.List, least diag.Severity, texts texts) []report.Finding {
	var out []report.Finding
	for _, d := range list {
		if d.Severity > least {
			continue
		}
		finding := report.Finding{
			Severity: severities[d.Severity], Code: string(d.Code), Message: d.Message, Witness: d.Witness, Fix: d.Fix,
		}
		for i, p := range d.Positions {
			role := ""
			if i > 0 {
				role = "also here"
			}
			if i > 0 && p.Subgraph != "" {
				role = fmt.Sprintf("also here, in subgraph %q", p.Subgraph)
			}
			finding.Places = append(finding.Places, texts.place(p, role))
		}
		out = append(out, finding)
	}
	return out
}

// severityWords is how a diagnostic's severity reads in a sentence.
var severityWords = map[diag.Severity]string{
	diag.Error: report.Error.String(), diag.Warn: report.Warning.String(), diag.Info: report.Hint.String(), diag.Debug: report.Note.String(),
}

// indent moves a text to the right.
func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

// texts are the texts of files by their names in positions.
type texts map[string]string

// of collects the schemas that a graph was composed of, and its contract.
func (t texts) of(version *source.Version) {
	if version == nil {
		return
	}
	for _, subgraph := range version.Subgraphs {
		t[subgraph.File] = subgraph.SDL
	}
	if version.Contract.Name != "" {
		t[version.Contract.Name] = version.Contract.Text
	}
}

// place is a position with its line; a subgraph without a file stands for itself.
func (t texts) place(p diag.Position, role string) report.Place {
	place := report.Place{File: p.File, Line: p.Line, Column: p.Column, Role: role, Subgraph: p.Subgraph}
	if place.File == "" {
		place.File = p.Subgraph
	}
	if text, ok := t[p.File]; ok {
		place.Frame = report.NewFrame(text, p.Line, p.Column)
	}
	return place
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
