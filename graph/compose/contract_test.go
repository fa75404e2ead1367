package compose

import (
	"errors"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestContract applies contracts and compares what is said, the supergraph and the API schema that are
// left. A supergraph that was printed and loaded must give the same.
func TestContract(t *testing.T) {
	golden.Run(t, "testdata/contract", func(t *testing.T, c *golden.Case) {
		whole, diags := Compose(inputs(c))
		if whole == nil {
			t.Fatalf("the graph itself does not compose:\n%s", diags)
		}
		before := supergraph.Print(whole)
		s, diags := applyContract(t, c, whole, nil)
		c.Compare("diag", diags.String())
		if after := supergraph.Print(whole); after != before {
			t.Errorf("the contract has changed the graph that it was applied to:\n%s", after)
		}
		if s == nil {
			return
		}
		c.Compare("supergraph", differing(supergraph.Print(s), before))
		c.Compare("api", schema.Print(s.API()))
		loaded, err := supergraph.Load(before)
		if err != nil {
			t.Fatal(err)
		}
		again, diags := applyContract(t, c, loaded, nil)
		if again == nil || supergraph.Print(again) != supergraph.Print(s) {
			t.Errorf("the contract says other things of the graph when it was loaded:\n%s", diags)
		}
		if twice, _ := applyContract(t, c, s, nil); twice == nil || supergraph.Print(twice) != supergraph.Print(s) {
			t.Errorf("the contract hides other things when it is applied twice")
		}
	})
}

// differing are the lines of text that are not in before.
func differing(text, before string) string {
	known := map[string]bool{}
	for line := range strings.SplitSeq(before, "\n") {
		known[line] = true
	}
	var out strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if !known[line] {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

// applyContract applies the case's contract, if it has one, and adds what is said of it. A case that has a
// supergraph instead of subgraphs is about loading it.
func applyContract(t *testing.T, c *golden.Case, s *supergraph.Supergraph, diags diag.List) (*supergraph.Supergraph, diag.List) {
	t.Helper()
	for _, file := range c.Inputs("supergraph.graphql") {
		_, err := supergraph.Load(string(file.Data))
		var invalid *supergraph.LoadError
		if errors.As(err, &invalid) {
			return nil, invalid.Diagnostics(file.Name)
		}
	}
	files := c.Inputs("contract.yaml")
	if len(files) == 0 || s == nil {
		return s, diags
	}
	filtered, more := ApplyContract(s, parseContract(t, files[0].Name, string(files[0].Data)))
	return filtered, append(diags, more...)
}

// parseContract reads the lines that cases write: "include: [a, b]".
func parseContract(t *testing.T, file, text string) Contract {
	t.Helper()
	var out Contract
	for number, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		var tags []ContractTag
		if inner := strings.Trim(value, "[]"); inner != value && inner != "" {
			column := len(key) + 4
			for tag := range strings.SplitSeq(inner, ", ") {
				tags = append(tags, ContractTag{Name: strings.Trim(tag, `"`), Pos: diag.Position{File: file, Line: number + 1, Column: column}})
				column += len(tag) + 2
			}
		}
		switch key {
		case "include":
			out.Include = tags
		case "exclude":
			out.Exclude = tags
		case "hide_unreachable_types":
			out.HideUnreachable = value == "true"
		case "":
		default:
			t.Fatalf("%s:%d: %q is no key of a contract", file, number+1, key)
		}
	}
	return out
}
