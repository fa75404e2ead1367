package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/diff"
	"github.com/weft-graph/weft/router/source"
)

type checkCommand struct {
	graphFile
	contractFlag
	Operations []string `arg:"" optional:"" placeholder:"PATH" help:"Folders with operations (*.graphql, *.gql), or files."`
	Against    string   `placeholder:"SCHEMA" help:"What to compare the API schema with: a file with the one that was last released, or git:REVISION, at which FILE is composed. Without it graph.lock.graphql beside FILE, or NAME.lock.graphql beside the contract NAME.yaml, if there is one."`
	Manifest   []string `placeholder:"FILE" help:"A manifest of trusted documents: a JSON object from hash to document. They count as operations that are in use."`
	Strict     bool     `help:"Fail on every breaking change, also where no known operation uses what it breaks."`
	Format     string   `enum:"${formats}" default:"text" help:"How to report: ${enum}. With github a summary is appended to the file $$GITHUB_STEP_SUMMARY."`
	WriteLock  bool     `help:"Write the API schema, once it has passed, to the file that it was compared with (graph.lock.graphql): it is what is released now."`
}

// Help is what `weft check --help` says below the usage.
func (checkCommand) Help() string {
	return `Composes the graph, validates the operations against its API schema, and says of each change since the last
release whether it is breaking, dangerous or safe. A breaking change fails the check if a known operation uses what it
breaks, or with --strict.

Exit code 0: the check passed. 1: the graph does not compose, an operation is not valid, a change breaks somebody, or a
file could not be read. 2: the command line is wrong.`
}

// check is one run of the command.
type check struct {
	*checkCommand
	report report.Report
	// texts are the texts of schemas, for frames.
	texts     texts
	documents []document
	// broken are the places in documents that breaking changes touch.
	broken map[diff.Use]bool
}

// Run composes, compares, validates and reports.
func (c *checkCommand) Run(ctx context.Context) error {
	run := &check{checkCommand: c, report: report.Report{Graph: c.File}, texts: texts{}, broken: map[diff.Use]bool{}}
	lock, err := run.examine(ctx)
	if err != nil {
		return err
	}
	if err := run.write(); err != nil {
		return err
	}
	if run.report.Failed() {
		return errReported
	}
	if c.WriteLock {
		return replaceFile(c.lockPath(), lock)
	}
	return nil
}

// examine fills the report. It returns the text of the lock that the graph makes.
func (c *check) examine(ctx context.Context) (lock string, err error) {
	if c.documents, err = readDocuments(c.Operations, c.Manifest); err != nil {
		return "", err
	}
	c.report.Documents = len(c.documents)
	version, err := c.read(ctx, c.Contract)
	if version != nil {
		c.texts.of(version)
		c.report.Subgraphs = len(version.Subgraphs)
		c.add(diagnosticFindings(version.Diagnostics, diag.Info, c.texts)...)
	}
	if isInvalid(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	g, err := graph.New(version.Supergraph, graph.Options{})
	if err != nil {
		return "", err
	}
	c.report.Subgraphs = len(g.Subgraphs())
	if err := c.compare(ctx, g, version); err != nil {
		return "", err
	}
	c.validate(g)
	return lockHeader + g.APISchema(), nil
}

func (c *check) add(findings ...report.Finding) {
	c.report.Findings = append(c.report.Findings, findings...)
}

// compare tells what has changed since the last release, if it is known.
func (c *check) compare(ctx context.Context, g *graph.Graph, version *source.Version) error {
	old, err := c.released(ctx)
	if err != nil || old == nil {
		return err
	}
	now, err := c.readAPI(g, version, apiFiles{read: os.ReadFile})
	if err != nil {
		return err
	}
	var documents []diff.Document
	for _, d := range c.documents {
		documents = append(documents, diff.Document{File: d.id(), Text: d.text})
	}
	changes, _ := diff.Compare(old, now, documents) // documents that cannot be read are not valid either
	for _, change := range changes {
		c.add(c.changeFinding(change))
	}
	return nil
}

// validate checks every document. An error at a place that a breaking change explains is not told twice.
func (c *check) validate(g *graph.Graph) {
	for _, d := range c.documents {
		for _, e := range g.ValidateDocument(d.text) {
			finding := report.Finding{Code: string(e.Code), Message: e.Message}
			line, column := 0, 0
			if len(e.Locations) > 0 {
				line, column = e.Locations[0].Line, e.Locations[0].Column
			}
			if c.broken[diff.Use{File: d.id(), Line: line, Column: column}] {
				continue
			}
			finding.Places = []report.Place{d.place(line, column, "")}
			c.add(finding)
		}
	}
}

// write writes the report: findings for people to the standard error with a summary behind them, other formats to the
// standard output.
func (c *check) write() error {
	if c.Format == "text" {
		if err := c.report.Write(os.Stderr, c.Format); err != nil {
			return err
		}
		out := os.Stdout
		if c.report.Failed() {
			out = os.Stderr
		}
		_, err := fmt.Fprintln(out, c.report.Summary())
		return err
	}
	if err := c.report.Write(os.Stdout, c.Format); err != nil {
		return err
	}
	summary := os.Getenv("GITHUB_STEP_SUMMARY")
	if c.Format != "github" || summary == "" {
		return nil
	}
	return appendTo(summary, func(w io.Writer) error { return c.report.Write(w, "markdown") })
}

// appendTo appends to a file, which need not be there.
func appendTo(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	err = write(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}
