package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/shop"
)

// TestShopComposes: the shop's subgraphs compose to the same bytes in every order, what we print we read as the same
// graph, and every operation that the shop uses is valid for it.
func TestShopComposes(t *testing.T) {
	var subgraphs []compose.Subgraph
	for _, name := range shop.Services {
		sdl, err := os.ReadFile(filepath.Join(root, "subgraphs", name, "schema.graphqls"))
		must(t, err)
		subgraphs = append(subgraphs, compose.Subgraph{Name: name, URL: "http://" + name + "/graphql", SDL: string(sdl)})
	}
	first := ""
	permute(subgraphs, 0, func(order []compose.Subgraph) {
		composed, diagnostics := compose.Compose(order)
		if composed == nil {
			t.Fatalf("the shop does not compose: %+v", diagnostics)
		}
		printed := supergraph.Print(composed)
		if first == "" {
			first = printed
		}
		if printed != first {
			t.Fatalf("in the order %s, %s, %s, %s the supergraph has other bytes", order[0].Name, order[1].Name, order[2].Name, order[3].Name)
		}
	})
	loaded, err := supergraph.Load(first)
	must(t, err)
	if again := supergraph.Print(loaded); again != first {
		t.Error("what was read from the printed supergraph prints otherwise")
	}
	g, err := graph.New(loaded, graph.Options{})
	must(t, err)
	operations, err := filepath.Glob(filepath.Join(root, playgroundOperations, "*.graphql"))
	must(t, err)
	if len(operations) == 0 {
		t.Fatal("no operations")
	}
	for _, name := range operations {
		text, err := os.ReadFile(name)
		must(t, err)
		for _, e := range g.ValidateDocument(string(text)) {
			t.Errorf("%s: %s", name, e.Message)
		}
	}
}

// permute calls f with every order of list[from:].
func permute(list []compose.Subgraph, from int, f func([]compose.Subgraph)) {
	if from == len(list) {
		f(list)
	}
	for i := from; i < len(list); i++ {
		list[from], list[i] = list[i], list[from]
		permute(list, from+1, f)
		list[from], list[i] = list[i], list[from]
	}
}

// TestComposeRunning: `weft compose` asks running services for their schemas, with the key that they share with their
// router, and gets the graph that their files make; without the key they do not answer.
func TestComposeRunning(t *testing.T) {
	s := startShop(t)
	dir := t.TempDir()
	asked, files := "subgraphs:\n", "subgraphs:\n"
	for _, name := range shop.Services {
		url := "http://" + s.Addresses[name] + "/graphql"
		file, err := filepath.Abs(filepath.Join(root, "subgraphs", name, "schema.graphqls"))
		must(t, err)
		asked += fmt.Sprintf("  %s: {routing_url: %q, schema: {subgraph_url: %q}}\n", name, url, url)
		files += fmt.Sprintf("  %s: {routing_url: %q, schema: {file: %q}}\n", name, url, file)
	}
	must(t, os.WriteFile(filepath.Join(dir, "asked.yaml"), []byte(asked), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "files.yaml"), []byte(files), 0o600))
	run := func(file, key string) (stdout string, ok bool) {
		cmd := exec.Command(filepath.Join(binaries, "weft"), "compose", filepath.Join(dir, file))
		cmd.Env = append(os.Environ(), "WEFT_SIGNING_KEY="+key)
		out, err := cmd.Output()
		return string(out), err == nil
	}
	want, ok := run("files.yaml", "")
	if !ok {
		t.Fatal("the files do not compose")
	}
	if got, ok := run("asked.yaml", s.RouterKey); !ok || got != want {
		t.Errorf("the running services make another graph than their files (ok = %v):\n%s", ok, got)
	}
	if _, ok := run("asked.yaml", ""); ok {
		t.Error("without the key the services told their schemas")
	}
}
