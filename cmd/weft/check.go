package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diag"
)

type checkCommand struct {
	graphFile
	Operations []string `arg:"" optional:"" placeholder:"PATH" help:"Folders with operations (*.graphql, *.gql), or files."`
}

// Run composes the graph and validates each document against the API schema.
func (c *checkCommand) Run(ctx context.Context) error {
	g, err := c.open(ctx, diag.Info)
	if err != nil {
		return err
	}
	documents, err := findDocuments(c.Operations)
	if err != nil {
		return err
	}
	failed, errors := 0, 0
	for _, name := range documents {
		n, err := checkDocument(g, name)
		if err != nil {
			return err
		}
		if n > 0 {
			failed++
			errors += n
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d errors in %d of %d documents", errors, failed, len(documents))
	}
	fmt.Printf("%s is good: %d subgraphs compose, %d documents are valid\n", c.File, len(g.Subgraphs()), len(documents))
	return nil
}

func checkDocument(g *graph.Graph, name string) (errors int, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	list := g.ValidateDocument(string(text))
	reportOperationErrors(os.Stderr, name, list)
	return len(list), nil
}

// documentExtensions are those of files with operations; schemas have others.
var documentExtensions = []string{".graphql", ".gql"}

// findDocuments lists the files with operations below the given paths, in order. A path without any is an error: a
// check that checks nothing would always pass.
func findDocuments(paths []string) ([]string, error) {
	var documents []string
	for _, path := range paths {
		before := len(documents)
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if name == path || slices.Contains(documentExtensions, filepath.Ext(name)) {
				documents = append(documents, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find operations: %w", err)
		}
		if len(documents) == before {
			return nil, fmt.Errorf("%s: no operations below it: want files named *.graphql or *.gql", path)
		}
	}
	return documents, nil
}
