package compose

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/internal/schematest"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestCodes composes one case for each code and compares what composition says.
func TestCodes(t *testing.T) {
	golden.Run(t, "testdata/codes", func(t *testing.T, c *golden.Case) {
		s, diags := Compose(inputs(c))
		checkShuffled(t, c, s, diags)
		_, diags = applyContract(t, c, s, diags)
		c.Compare("diag", diags.String())
	})
}

// TestMerge composes cases that are accepted and compares the supergraph. What is printed must load,
// and describe a graph with the same API.
func TestMerge(t *testing.T) {
	golden.Run(t, "testdata/merge", func(t *testing.T, c *golden.Case) {
		s, diags := Compose(inputs(c))
		checkShuffled(t, c, s, diags)
		c.Compare("diag", diags.String())
		if s == nil {
			t.Fatalf("refused:\n%s", diags)
		}
		printed := supergraph.Print(s)
		c.Compare("supergraph", printed)
		if refusal := s.CheckFeatures(); refusal != nil {
			if _, err := supergraph.Load(printed); err == nil || err.Error() != refusal.Error() {
				t.Errorf("loading says %v, want %v", err, refusal)
			}
			return
		}
		loaded, err := supergraph.Load(printed)
		if err != nil {
			t.Fatalf("what was composed does not load: %v", err)
		}
		if again := supergraph.Print(loaded); again != printed {
			t.Errorf("what was composed is another graph when it is loaded:\n%s\nwant\n%s", again, printed)
		}
		if want, got := schema.Print(s.API()), schema.Print(loaded.API()); schematest.Sorted(s.API()) != schematest.Sorted(loaded.API()) {
			t.Errorf("the API is another one when it is loaded:\n%s\nwant\n%s", got, want)
		}
	})
}

func inputs(c *golden.Case) []Subgraph {
	var out []Subgraph
	for _, file := range c.Inputs(".graphqls") {
		name := strings.TrimSuffix(file.Name, ".graphqls")
		out = append(out, Subgraph{Name: name, URL: "http://" + name, File: file.Name, SDL: string(file.Data)})
	}
	return out
}

// checkShuffled composes the subgraphs in other orders: nothing may change.
func checkShuffled(t *testing.T, c *golden.Case, s *supergraph.Supergraph, diags diag.List) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		subgraphs := inputs(c)
		random.Shuffle(len(subgraphs), func(i, j int) { subgraphs[i], subgraphs[j] = subgraphs[j], subgraphs[i] })
		shuffled, other := Compose(subgraphs)
		if other.String() != diags.String() {
			t.Fatalf("in another order composition says\n%s\ninstead of\n%s", other, diags)
		}
		if s != nil && supergraph.Print(s) != supergraph.Print(shuffled) {
			t.Fatalf("in another order composition makes another supergraph:\n%s\ninstead of\n%s", supergraph.Print(shuffled), supergraph.Print(s))
		}
	}
}

// TestEveryCodeHasACase: a code that no case shows is a code that nobody knows to work.
func TestEveryCodeHasACase(t *testing.T) {
	for _, code := range declaredCodes(t) {
		path := filepath.Join("testdata", "codes", strings.ToLower(code)+".txtar")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("code %s has no case %s", code, path)
			continue
		}
		_, want, _ := strings.Cut(string(data), "-- want.diag --")
		if !strings.Contains(want, " "+code+" ") {
			t.Errorf("%s does not show the code %s", path, code)
		}
	}
}

// declaredCodes are the values of all constants of type diag.Code.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../diag/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
		}
		return true
	})
	if len(out) < 50 {
		t.Fatalf("found %d codes: the test does not see the table", len(out))
	}
	return out
}

// FuzzCompose composes any SDL beside a fixed subgraph: it must neither panic nor make a supergraph
// that does not load.
func FuzzCompose(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for section := range strings.SplitSeq(string(data), "\n-- ") {
			if name, sdl, ok := strings.Cut(section, "--\n"); ok && strings.HasSuffix(strings.TrimSpace(name), ".graphqls") {
				f.Add(sdl)
			}
		}
	}
	const other = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type Query { a: Int @shareable t: T } type T @key(fields: "id") { id: ID! x: Int @shareable }
interface I { id: ID! } enum E { A B } input In { a: Int = 1 }`
	f.Fuzz(func(t *testing.T, sdl string) {
		s, diags := Compose([]Subgraph{{Name: "a", SDL: sdl}, {Name: "b", SDL: other}})
		if (s == nil) != diags.HasErrors() {
			t.Fatalf("supergraph %v with\n%s", s != nil, diags)
		}
		if s == nil {
			return
		}
		if _, err := supergraph.Load(supergraph.Print(s)); err != nil && !strings.Contains(err.Error(), "weft does not") {
			t.Fatalf("what was composed does not load: %v\n%s", err, supergraph.Print(s))
		}
	})
}

// TestPolicyIsComposedAndNotServed: others can decide policies; we cannot, and must not leave open
// what they protect, neither when loading nor when serving what was just composed.
func TestPolicyIsComposedAndNotServed(t *testing.T) {
	s, diags := Compose([]Subgraph{{Name: "a", SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
type Query { open: Int guarded: Int @policy(policies: [["p"]]) }`}})
	if s == nil {
		t.Fatal(diags)
	}
	const want = "policies"
	if err := s.CheckFeatures(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("CheckFeatures: %v, want a refusal", err)
	}
	if _, err := supergraph.Load(supergraph.Print(s)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Load: %v, want a refusal", err)
	}
}
