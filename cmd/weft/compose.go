package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/supergraph"
)

type composeCommand struct {
	graphFile
	API    bool   `name:"api" help:"Print the API schema, which is what clients see, for code generators and editors."`
	Output string `short:"o" placeholder:"FILE" help:"Write to this file instead of the standard output. A file that is there is replaced only by a complete one."`
}

// Run prints the supergraph or its API schema, or what prevents it.
func (c *composeCommand) Run(ctx context.Context) error {
	version, err := c.load(ctx, diag.Info)
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
