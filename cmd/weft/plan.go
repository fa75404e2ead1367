package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
)

type planCommand struct {
	graphFile
	Document  string   `arg:"" placeholder:"OPERATION" help:"A file with the operation; - is the standard input."`
	Operation string   `placeholder:"NAME" help:"Which operation of the file, if it holds several."`
	Label     []string `placeholder:"LABEL" help:"A label of progressive overrides that is on."`
}

// Run prints the plan for somebody who may see all of the operation.
func (c *planCommand) Run(ctx context.Context) error {
	g, err := c.open(ctx, diag.Error)
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
	const nothing graph.Fallen = "" // is hidden from the one who reads the plan
	plan, err := prepared.Plan(ctx, nothing)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Document, err)
	}
	_, err = os.Stdout.WriteString(plan.String())
	return err
}

func readDocument(name string) (string, error) {
	if name == "-" {
		text, err := io.ReadAll(os.Stdin)
		return string(text), err
	}
	text, err := os.ReadFile(name)
	return string(text), err
}
