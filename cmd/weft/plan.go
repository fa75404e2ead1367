package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
)

type planCommand struct {
	File       string   `arg:"" optional:"" placeholder:"FILE" help:"A supergraph.yaml, whose subgraphs are composed, or supergraph SDL."`
	Document   string   `arg:"" optional:"" placeholder:"DOCUMENT" help:"A file with the operation; - is the standard input."`
	SigningKey string   `env:"WEFT_SIGNING_KEY" placeholder:"KEY" help:"The key that running subgraphs (subgraph_url) share with their router, if they want signed requests."`
	Operation  string   `placeholder:"NAME" help:"Which operation of the file, if it holds several."`
	Label      []string `placeholder:"LABEL" help:"A label of progressive overrides that is on."`
	Format     string   `enum:"tree,json,mermaid" default:"tree" help:"How the plan is printed: tree for people, json for tools, mermaid for a diagram (${enum})."`
	Stages     bool     `help:"Print every stage of planning: the operation's normal form, the ways to its fields, the plan, the response's shape."`
	Batch      bool     `help:"Read cases from the standard input, one JSON object a line, and write a result line for each: {\"id\", \"supergraphSdl\" or \"subgraphs\": [{\"name\", \"url\", \"sdl\"}], \"operation\", \"overrideConditions\"} gives {\"id\", \"plan\"} or {\"id\", \"error\"}."`
}

// Validate wants a graph and an operation, or --batch and nothing that is about them.
func (c *planCommand) Validate() error {
	switch {
	case c.Batch && (c.File != "" || c.Stages || c.Format != formatTree || c.Operation != "" || len(c.Label) > 0):
		return errors.New("--batch reads graphs and operations from the standard input: it goes with no file and no other flag")
	case !c.Batch && c.Document == "":
		return errors.New("expected \"<file> <document>\"")
	case c.Stages && c.Format != formatTree:
		return errors.New("--stages is text for people: it goes with no --format")
	}
	return nil
}

// The values of --format.
const (
	formatTree    = "tree"
	formatJSON    = "json"
	formatMermaid = "mermaid"
)

// Run prints the plan for somebody who may see all of the operation.
func (c *planCommand) Run(ctx context.Context) error {
	if c.Batch {
		return planBatch(ctx, os.Stdin, os.Stdout)
	}
	file := graphFile{File: c.File, SigningKey: c.SigningKey}
	g, err := file.open(ctx, diag.Error)
	if err != nil {
		return err
	}
	text, err := readDocument(c.Document)
	if err != nil {
		return err
	}
	prepared, errs := g.Prepare(text, c.Operation, c.Label...)
	if errs != nil {
		reportOperationErrors(os.Stderr, c.Document, errs)
		return errReported
	}
	out, err := c.text(ctx, prepared)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Document, err)
	}
	_, err = os.Stdout.WriteString(out)
	return err
}

// nothing is hidden from the one who reads a plan.
const nothing graph.Fallen = ""

// text is what is printed of a prepared operation.
func (c *planCommand) text(ctx context.Context, prepared *graph.Prepared) (string, error) {
	if c.Stages {
		return stagesText(ctx, prepared)
	}
	plan, err := prepared.Plan(ctx, nothing)
	if err != nil {
		return "", err
	}
	switch c.Format {
	case formatJSON:
		text, err := json.MarshalIndent(plan, "", "  ")
		return string(text) + "\n", err
	case formatMermaid:
		return plan.Mermaid(), nil
	default: // formatTree: kong lets no other through
		return plan.String(), nil
	}
}

// stagesText prints the stages of planning, each under its name.
func stagesText(ctx context.Context, prepared *graph.Prepared) (string, error) {
	stages, err := prepared.Stages(ctx, nothing)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, s := range stages {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n\n%s\n", s.Name, strings.TrimSuffix(s.Text, "\n"))
	}
	return b.String(), nil
}

func readDocument(name string) (string, error) {
	if name == "-" {
		text, err := io.ReadAll(os.Stdin)
		return string(text), err
	}
	text, err := os.ReadFile(name)
	return string(text), err
}
