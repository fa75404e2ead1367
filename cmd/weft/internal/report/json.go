package report

import (
	"encoding/json"
	"io"
)

// jsonReport is the report as JSON. Members are added to it, never taken away.
type jsonReport struct {
	Graph   string `json:"graph"`
	Against string `json:"against,omitempty"`
	// Result is "passed" or "failed".
	Result    string         `json:"result"`
	Subgraphs int            `json:"subgraphs"`
	Documents int            `json:"documents"`
	Counts    map[string]int `json:"counts"`
	Findings  []jsonFinding  `json:"findings"`
}

type jsonFinding struct {
	Severity   string      `json:"severity"`
	Code       string      `json:"code"`
	Class      string      `json:"class,omitempty"`
	Coordinate string      `json:"coordinate,omitempty"`
	Message    string      `json:"message"`
	Places     []jsonPlace `json:"places"`
	Witness    string      `json:"witness,omitempty"`
	Fix        string      `json:"fix,omitempty"`
}

type jsonPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Role   string `json:"role,omitempty"`
	// Subgraph is the one whose schema this is, Frame shows the line.
	Subgraph string `json:"subgraph,omitempty"`
	Frame    string `json:"frame,omitempty"`
}

func (r *Report) writeJSON(w io.Writer) error {
	out := jsonReport{
		Graph: r.Graph, Against: r.Against, Result: r.result(), Subgraphs: r.Subgraphs, Documents: r.Documents,
		Counts: map[string]int{}, Findings: []jsonFinding{},
	}
	for _, severity := range []Severity{Error, Warning, Hint, Note} {
		out.Counts[severity.String()] = r.count(severity)
	}
	for _, f := range r.sorted() {
		one := jsonFinding{
			Severity: f.Severity.String(), Code: f.Code, Class: f.Class, Coordinate: f.Coordinate, Message: f.Message,
			Places: []jsonPlace{}, Witness: f.Witness, Fix: f.Fix,
		}
		for _, p := range f.Places {
			one.Places = append(one.Places, jsonPlace{p.File, p.Line, p.Column, p.Role, p.Subgraph, p.Frame})
		}
		out.Findings = append(out.Findings, one)
	}
	return writeIndented(w, out)
}

func (r *Report) result() string {
	if r.Failed() {
		return "failed"
	}
	return "passed"
}

func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
