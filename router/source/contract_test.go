package source_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router/source"
)

const tagged = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])
type Query { shown: Int hidden: Int @tag(name: "internal") }`

// TestContract: what a contract hides is hidden in what is loaded, composed or not, and each change of it is a version.
func TestContract(t *testing.T) {
	dir := folder(t, map[string]string{
		"graph.yaml":    "subgraphs: {a: {routing_url: http://a/graphql, schema: {file: a.graphqls}}}",
		"a.graphqls":    tagged,
		"public.yaml":   "exclude: [internal]",
		"misspelt.yaml": "exlude: [internal]",
		"wrong.yaml":    "exclude: [intrenal]",
	})
	path, contract := filepath.Join(dir, "graph.yaml"), filepath.Join(dir, "public.yaml")
	options := source.Options{Contract: contract}
	first, err := source.Load(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	if api := supergraph.PrintAPI(first.Supergraph); strings.Contains(api, "hidden") || !strings.Contains(api, "shown") {
		t.Errorf("the contract was not applied:\n%s", api)
	}
	if first.Contract != (source.File{Name: contract, Text: "exclude: [internal]"}) {
		t.Errorf("the contract's text is %q", first.Contract)
	}
	whole, err := source.Load(t.Context(), path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "whole.graphql"), supergraph.Print(whole.Supergraph))
	again, err := source.Load(t.Context(), filepath.Join(dir, "whole.graphql"), options)
	if err != nil || supergraph.Print(again.Supergraph) != supergraph.Print(first.Supergraph) {
		t.Errorf("of a composed supergraph the contract leaves something else: %v", err)
	}

	for name, want := range map[string]string{
		"misspelt.yaml": "exclude", "nowhere.yaml": "read the contract: open ", "wrong.yaml": string(diag.ContractUnknownTag),
	} {
		_, err := source.Load(t.Context(), path, source.Options{Contract: filepath.Join(dir, name)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		var invalid *source.InvalidError
		if name == "wrong.yaml" && (!errors.As(err, &invalid) || invalid.Diagnostics[0].Positions[0].File != filepath.Join(dir, name)) {
			t.Errorf("%s: not told at the contract: %v", name, err)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	ended, told := make(chan error, 1), make(chan string)
	write(t, contract, "exclude: [intrenal]") // changed between Load and Watch
	go func() {
		ended <- source.Watch(ctx, path, first, options, func(v *source.Version, err error) {
			if err != nil {
				told <- err.Error()
				return
			}
			told <- supergraph.PrintAPI(v.Supergraph)
		})
	}()
	if text := <-told; !strings.Contains(text, string(diag.ContractUnknownTag)) {
		t.Errorf("a wrong contract: %s", text)
	}
	write(t, contract+".new", "include: [internal]")
	if err := os.Rename(contract+".new", contract); err != nil { // at once, so that no half of it is read
		t.Fatal(err)
	}
	if text := <-told; !strings.Contains(text, "hidden") || strings.Contains(text, "shown") {
		t.Errorf("another contract: %s", text)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
