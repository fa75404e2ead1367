package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// compare runs an operation for an identity, nil for one that sees everything, on a supergraph's subgraphs and on the monolith, out of the
// same world, and returns how they differ.
func (l *loaded) compare(t *testing.T, query, variables string, who *identity, labels ...string) (difference string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			difference = fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	prepared, errs := l.graph.Prepare(query, "", labels...)
	if errs != nil {
		return "prepare: " + errorsJSON(errs)
	}
	if prepared.Kind() == graph.Subscription {
		return ""
	}
	values, errs := prepared.Variables([]byte(variables))
	if errs != nil {
		return "variables: " + errorsJSON(errs)
	}
	var mu sync.Mutex
	var complaints []string
	complain := func(complaint string) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, complaint)
	}
	var fallen graph.Fallen
	if who != nil {
		fallen = prepared.Authorize(who.authenticated, who.scopes)
	}
	result := prepared.Execute(t.Context(), values, fallen, &subgraphs{world: l.world, complain: complain})
	defer result.Release()
	if len(complaints) > 0 {
		return "complaints: " + complaints[0]
	}
	var got struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(result.Body, &got); err != nil {
		return fmt.Sprintf("not JSON: %v: %s", err, result.Body)
	}
	monolith := &server{world: l.world, who: who}
	if err := json.Unmarshal([]byte(variables), &monolith.variables); err != nil {
		t.Fatal(err)
	}
	want := monolith.answer(query, "")
	if string(got.Data) == want {
		return ""
	}
	return fmt.Sprintf("errors %s\n%s", got.Errors, cmp.Diff(pretty(want), pretty(string(got.Data))))
}

func pretty(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", " "); err != nil {
		return text
	}
	return b.String()
}

// someVariables gives the variables of an operation that have no default a value of their type.
func someVariables(query string, on bool) string {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return "{}"
	}
	values := map[string]any{}
	for i, def := range doc.Operations[0].VariableDefinitions {
		if def.DefaultValue != nil {
			continue
		}
		switch def.Type.Name() {
		case "Boolean":
			values[def.Variable] = on == (i%2 == 0)
		case "Int":
			values[def.Variable] = 7
		case "String", "ID":
			values[def.Variable] = "v"
		default:
			if def.Type.NonNull {
				values[def.Variable] = map[string]any{}
			}
		}
	}
	out, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// loaded is a supergraph ready to be asked; nil where it uses a feature that weft refuses.
type loaded struct {
	world *world
	graph *graph.Graph
	// tree is the API schema for gqlparser.
	tree *ast.Schema
}

func load(t testing.TB, sdl string) *loaded {
	t.Helper()
	super, err := supergraph.Load(sdl)
	if err != nil {
		if !strings.Contains(err.Error(), "weft does not") && !strings.Contains(err.Error(), "weft reads") {
			t.Error(err)
		}
		return nil
	}
	g, err := graph.New(super, graph.Options{ShowSubgraphErrors: true})
	if err != nil {
		t.Error(err)
		return nil
	}
	tree, err := super.API().AST()
	if err != nil {
		t.Error(err)
		return nil
	}
	return &loaded{newWorld(super), g, tree}
}

// isValid asks gqlparser whether an operation is valid.
func (l *loaded) isValid(query string) bool {
	_, errs := gqlparser.LoadQueryWithRules(l.tree, query, nil)
	return len(errs) == 0
}

// graphPaths are the graphs of this package's tests.
func graphPaths(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, folder := range []string{"graphs", "execute"} {
		paths, err := filepath.Glob("testdata/" + folder + "/*.txtar")
		if err != nil || len(paths) == 0 {
			t.Fatalf("no graphs in %s: %v", folder, err)
		}
		out = append(out, paths...)
	}
	return out
}

// subgraphFiles are the subgraph SDLs of a case.
func subgraphFiles(t testing.TB, path string) []golden.File {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var files []golden.File
	for _, file := range archive.Files {
		if strings.HasSuffix(file.Name, ".graphqls") {
			files = append(files, golden.File{Name: file.Name, Data: file.Data})
		}
	}
	return files
}

// TestRandom compares with the monolith on random operations, on every graph of this package's tests. What is refused
// must be invalid for gqlparser too.
func TestRandom(t *testing.T) {
	for _, path := range graphPaths(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			compareRandom(t, supergraph.Print(composed(t, subgraphFiles(t, path))), 300)
		})
	}
}

// askers ask in turns.
var askers = []*identity{
	nil, {}, {authenticated: true}, {authenticated: true, scopes: []string{"read", "sea"}},
	{authenticated: true, scopes: []string{"age", "read"}}, {authenticated: true, scopes: []string{"all"}},
}

// FuzzRandom goes on with TestRandom for as long as one likes.
func FuzzRandom(f *testing.F) {
	var graphs []*loaded
	for i, path := range graphPaths(f) {
		graphs = append(graphs, load(f, supergraph.Print(composed(f, subgraphFiles(f, path)))))
		f.Add(uint8(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, number uint8, seed uint64) {
		graphs[int(number)%len(graphs)].compareOne(t, seed)
	})
}

// compareRandom compares on n random operations.
func compareRandom(t *testing.T, sdl string, n int) {
	t.Helper()
	l := load(t, sdl)
	if l == nil {
		return
	}
	equal := 0
	for i := range n {
		if l.compareOne(t, uint64(i)) {
			equal++
		}
	}
	if n >= 100 && equal < n/4 {
		t.Errorf("only %d of %d operations could be compared", equal, n)
	}
}

// compareOne compares on the random operation of a seed; false if it is invalid.
func (l *loaded) compareOne(t *testing.T, seed uint64) bool {
	t.Helper()
	q := &randomQuery{api: l.world.api, random: rand.New(rand.NewPCG(seed, 1))}
	query := q.String()
	if _, errs := l.graph.Prepare(query, ""); errs != nil {
		if l.isValid(query) {
			t.Errorf("refused, but valid: %s\n%s", errorsJSON(errs), query)
		}
		return false
	}
	who := askers[seed%uint64(len(askers))]
	if why := l.compare(t, query, someVariables(query, seed%2 == 0), who); why != "" {
		t.Errorf("%s\n%.1500s", query, why)
		return false
	}
	return true
}
