package compose

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/graph/supergraph"
)

// TestComposerIsCompose edits graphs at random and composes each state with a composer that is kept and
// with one that is new: both must say the same and make the same bytes.
func TestComposerIsCompose(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	var pool []Subgraph
	for _, folder := range []string{"merge", "codes"} {
		paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range archive.Files {
				if name, ok := strings.CutSuffix(file.Name, ".graphqls"); ok {
					pool = append(pool, Subgraph{Name: name, SDL: string(file.Data)})
				}
			}
		}
	}
	pool = append(pool, manySubgraphs(4)...)
	var kept Composer
	accepted := 0
	graph := manySubgraphs(4)
	for range 200 {
		switch random.IntN(4) {
		case 0: // another subgraph, perhaps one that breaks the graph
			graph = append(graph, pool[random.IntN(len(pool))])
		case 1:
			i := random.IntN(len(graph))
			graph = append(graph[:i:i], graph[i+1:]...)
		case 2:
			i := random.IntN(len(graph))
			graph[i].SDL += fmt.Sprintf("\ntype Added%d { x: Int }", random.IntN(3))
		case 3: // a known good state
			graph = manySubgraphs(2 + random.IntN(4))
		}
		if len(graph) == 0 {
			graph = manySubgraphs(2)
		}
		s, diags := kept.Compose(graph)
		cold, coldDiags := Compose(graph)
		if diags.String() != coldDiags.String() {
			t.Fatalf("a kept composer says\n%s\ninstead of\n%s", diags, coldDiags)
		}
		if s == nil {
			continue
		}
		accepted++
		if supergraph.Print(s) != supergraph.Print(cold) {
			t.Fatalf("a kept composer makes\n%s\ninstead of\n%s", supergraph.Print(s), supergraph.Print(cold))
		}
	}
	if accepted < 40 {
		t.Errorf("only %d graphs composed: the test says too little", accepted)
	}
}

// BenchmarkRecompose composes again after one of many subgraphs got another field, and prints the
// supergraph.
func BenchmarkRecompose(b *testing.B) {
	for _, isPrinted := range []bool{false, true} {
		b.Run(fmt.Sprintf("print=%v", isPrinted), func(b *testing.B) {
			subgraphs := manySubgraphs(150)
			var c Composer
			n := 0
			edit := func() {
				s, diags := c.Compose(subgraphs)
				if s == nil {
					b.Fatal(diags[0])
				}
				if isPrinted {
					supergraph.Print(s)
				}
				n++
				subgraphs[n%150].SDL += fmt.Sprintf("extend type S%dT%d { added%d: Int }\n", n%150, n%40, n)
			}
			edit()
			measure(b, edit)
		})
	}
}
