package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
)

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
