package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/supergraph"
)

type composeCommand struct {
	File       string `arg:"" optional:"" help:"A supergraph.yaml, whose subgraphs are composed, or supergraph SDL." placeholder:"FILE"`
	SigningKey string `env:"WEFT_SIGNING_KEY" placeholder:"KEY" help:"The key that running subgraphs (subgraph_url) share with their router, if they want signed requests."`
	contractFlag
	Batch  bool   `help:"Read graphs from the standard input, one JSON object a line, and write a result line for each: {\"id\", \"subgraphs\": [{\"name\", \"url\", \"sdl\"}]} gives {\"id\", \"ok\", \"errors\", \"hints\", \"supergraphSdl\", \"apiSchema\"}."`
	API    bool   `name:"api" help:"Print the API schema, which is what clients see, for code generators and editors."`
	Format string `enum:"${formats}" default:"text" help:"How to report what composition has to say, on the standard error: ${enum}."`
	Output string `short:"o" placeholder:"FILE" help:"Write to this file instead of the standard output. A file that is there is replaced only by a complete one."`
}

// Validate wants a file, or --batch and nothing that is about a file.
func (c *composeCommand) Validate() error {
	switch {
	case c.Batch && (c.File != "" || c.API || c.Output != "" || c.Contract != ""):
		return errors.New("--batch reads graphs from the standard input: it goes with no file, --api, --contract or --output")
	case !c.Batch && c.File == "":
		return errors.New("expected \"<file>\"")
	}
	return nil
}

// Run prints the supergraph or its API schema, or what prevents it.
func (c *composeCommand) Run(ctx context.Context) error {
	if c.Batch {
		return composeBatch(os.Stdin, os.Stdout)
	}
	file := graphFile{File: c.File, SigningKey: c.SigningKey}
	version, err := file.read(ctx, c.Contract)
	if version != nil {
		found := texts{}
		found.of(version)
		composed := report.Report{Graph: c.File, Subgraphs: len(version.Subgraphs), Findings: diagnosticFindings(version.Diagnostics, diag.Info, found)}
		if err := composed.Write(os.Stderr, c.Format); err != nil {
			return err
		}
	}
	if isInvalid(err) {
		return errReported
	}
	if err != nil {
		return err
	}
	sdl := supergraph.Print(version.Supergraph)
	if c.API {
		g, err := graph.New(version.Supergraph, graph.Options{})
		if err != nil {
			return err
		}
		sdl = g.APISchema()
	}
	if c.Output == "" {
		_, err := os.Stdout.WriteString(sdl)
		return err
	}
	return replaceFile(c.Output, sdl)
}

// replaceFile writes text to the file at path so that a reader sees the old content or the new one, and nothing else:
// the text is written beside the file, synced and renamed over it.
func replaceFile(path, text string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary)
		}
	}()
	_, err = file.WriteString(text)
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
