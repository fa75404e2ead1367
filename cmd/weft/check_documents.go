package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
	"github.com/weft-graph/weft/router/persisted"
)

// document is one document with operations that is known: a file, or an entry of a manifest.
type document struct {
	// file is the file that it stands in.
	file, text string
	// entry is nil for a file.
	entry *persisted.Entry
}

// id names the document among others.
func (d document) id() string {
	if d.entry == nil {
		return d.file
	}
	return d.file + "#" + d.entry.Hash
}

// place is a place in the document. In a manifest it is the entry's, as lines and columns inside a string help nobody
// to find it; the frame shows them.
func (d document) place(line, column int, role string) report.Place {
	place := report.Place{File: d.file, Line: line, Column: column, Role: role, Frame: report.NewFrame(d.text, line, column)}
	if d.entry != nil {
		place.Line, place.Column = d.entry.Line, d.entry.Column
	}
	return place
}

// readDocuments reads the operations below the paths, and the trusted documents of the manifests.
func readDocuments(paths, manifests []string) ([]document, error) {
	names, err := findDocuments(paths)
	if err != nil {
		return nil, err
	}
	var documents []document
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the operations: %w", err)
		}
		documents = append(documents, document{file: name, text: string(text)})
	}
	for _, name := range manifests {
		entries, err := persisted.ReadManifest(name)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			documents = append(documents, document{file: name, text: entries[i].Document, entry: &entries[i]})
		}
	}
	return documents, nil
}

// documentExtensions are those of files with operations; schemas have others.
var documentExtensions = []string{".graphql", ".gql"}

// findDocuments lists the files with operations below the given paths, in order and each once. A path without any is an
// error: a check that checks nothing would always pass.
func findDocuments(paths []string) ([]string, error) {
	var documents []string
	for _, path := range paths {
		found := 0
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			if name == path || slices.Contains(documentExtensions, filepath.Ext(name)) {
				found++
				if name = filepath.Clean(name); !slices.Contains(documents, name) {
					documents = append(documents, name)
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find operations: %w", err)
		}
		if found == 0 {
			return nil, fmt.Errorf("%s: no operations below it: want files named *.graphql or *.gql", path)
		}
	}
	return documents, nil
}
