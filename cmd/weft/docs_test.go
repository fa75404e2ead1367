package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestDocumentedCommands: every command line of weft that a page shows is one that weft takes.
func TestDocumentedCommands(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, page := range append(pages, "../../README.md", "../../CHANGELOG.md", "../../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlock.FindAllSubmatch(text, -1) {
			for line := range strings.Lines(string(block[1])) {
				command, _, _ := strings.Cut(line, " #")
				args := strings.Fields(command)
				if len(args) == 0 || filepath.Base(args[0]) != "weft" {
					continue
				}
				lines++
				if _, err := newParser().Parse(args[1:]); err != nil {
					t.Errorf("%s: %s: %v", page, strings.TrimSpace(command), err)
				}
			}
		}
	}
	if lines < 10 {
		t.Errorf("only %d command lines were found in the pages", lines)
	}
}

var architectureExample = regexp.MustCompile("(?s)```graphql\n(query OpenOrder .*?)```.*?```text\n(query: .*?)```")

// TestArchitectureExample: the plan that docs/architecture.md explains is the one that the shop gets.
func TestArchitectureExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	example := architectureExample.FindSubmatch(page)
	if example == nil {
		t.Fatal("docs/architecture.md has no example: an operation in a block ```graphql and its plan in a block ```text")
	}
	file := graphFile{File: "../../supergraph.yaml"}
	g, err := file.open(t.Context(), diag.Error)
	if err != nil {
		t.Fatal(err)
	}
	prepared, errs := g.Prepare(string(example[1]), "")
	if errs != nil {
		t.Fatal(errs[0])
	}
	plan, err := prepared.Plan(t.Context(), nothing)
	if err != nil {
		t.Fatal(err)
	}
	if plan.String() != string(example[2]) {
		t.Errorf("docs/architecture.md shows another plan than the shop's, which is:\n%s", plan)
	}
}
