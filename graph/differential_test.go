package graph_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
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

// compare runs an operation on a supergraph's subgraphs and on the monolith, out of the
// same world, and returns how they differ.
func (l *loaded) compare(t *testing.T, query, variables string, labels []string) (difference string) {
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
	w := newWorld(l.super)
	var complaints []string
	found := make(chan string, 100_000)
	result := prepared.Execute(t.Context(), values, "", &subgraphs{world: w, complain: func(s string) { found <- s }})
	defer result.Release()
	close(found)
	for complaint := range found {
		complaints = append(complaints, complaint)
	}
	if len(complaints) > 0 {
		return "complaints: " + complaints[0]
	}
	var got struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(result.Body, &got); err != nil {
		return fmt.Sprintf("not JSON: %v: %s", err, result.Body)
	}
	monolith := &server{world: w}
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

// corpusCase is a supergraph and an operation of a corpus.
type corpusCase struct {
	ID, Group, Operation, SupergraphSdl string
	Defer                               bool
	OverrideConditions                  map[string]bool
}

// readCorpus reads the folder that WEFT_CORPUS names: its cases and the supergraph of each group.
func readCorpus(t *testing.T) (cases []corpusCase, supergraphs map[string]string) {
	t.Helper()
	folder := os.Getenv("WEFT_CORPUS")
	if folder == "" {
		t.Skip("WEFT_CORPUS names no folder")
	}
	file, err := os.Open(filepath.Join(folder, "plans-open.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	supergraphs = map[string]string{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c corpusCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.SupergraphSdl != "" {
			supergraphs[c.Group] = c.SupergraphSdl
		}
		cases = append(cases, c)
	}
	return cases, supergraphs
}

// loaded is a supergraph ready to be asked; nil where it uses a feature that weft refuses.
type loaded struct {
	super *supergraph.Supergraph
	graph *graph.Graph
}

func load(t *testing.T, sdl string) *loaded {
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
	return &loaded{super, g}
}

// isValid asks gqlparser whether an operation is valid.
func (l *loaded) isValid(t *testing.T, query string) bool {
	t.Helper()
	tree, err := l.super.API().AST()
	if err != nil {
		t.Fatal(err)
	}
	_, errs := gqlparser.LoadQueryWithRules(tree, query, nil)
	return len(errs) == 0
}

// TestCorpus compares with the monolith on every operation of a corpus of supergraphs.
func TestCorpus(t *testing.T) {
	cases, supergraphs := readCorpus(t)
	graphs := map[string]*loaded{}
	for group, sdl := range supergraphs {
		graphs[group] = load(t, sdl)
	}
	equal, refused, invalid := 0, 0, 0
	for _, c := range cases {
		l := graphs[c.Group]
		switch {
		case l == nil:
			refused++
			continue
		case !l.isValid(t, c.Operation):
			invalid++
			continue
		}
		for _, on := range []bool{true, false} {
			if why := l.compare(t, c.Operation, someVariables(c.Operation, on), c.labels()); why != "" {
				t.Errorf("%s: %.2000s", c.ID, why)
				continue
			}
			equal++
		}
	}
	t.Logf("%d answers equal to the monolith's; %d operations on refused supergraphs, %d invalid", equal, refused, invalid)
}

func (c *corpusCase) labels() []string {
	var on []string
	for label, isOn := range c.OverrideConditions {
		if isOn {
			on = append(on, label)
		}
	}
	return on
}

// casePaths are the cases of TestExecute.
func casePaths(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/execute/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return paths
}

// subgraphFiles are the subgraph SDLs of a case.
func subgraphFiles(t *testing.T, path string) []golden.File {
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

// TestRandom compares with the monolith on random operations: on the supergraphs of the cases of
// TestExecute, and on those of a corpus where there is one.
func TestRandom(t *testing.T) {
	sdls := map[string]string{}
	for _, path := range casePaths(t) {
		sdls[path] = supergraph.Print(composed(t, subgraphFiles(t, path)))
	}
	each := 300
	if os.Getenv("WEFT_CORPUS") != "" {
		_, supergraphs := readCorpus(t)
		maps.Copy(sdls, supergraphs)
		each = 30
	}
	equal := 0
	for _, name := range slices.Sorted(maps.Keys(sdls)) {
		l := load(t, sdls[name])
		if l == nil {
			continue
		}
		for i := range each {
			q := &randomQuery{api: l.super.API(), random: rand.New(rand.NewPCG(uint64(i), 1))}
			query := q.String()
			if _, errs := l.graph.Prepare(query, ""); errs != nil {
				if l.isValid(t, query) {
					t.Errorf("%s: refused, but valid: %s\n%s", name, errorsJSON(errs), query)
				}
				continue
			}
			if why := l.compare(t, query, someVariables(query, i%2 == 0), nil); why != "" {
				t.Errorf("%s: %s\n%.1500s", name, query, why)
				continue
			}
			equal++
		}
	}
	if equal < each/2 {
		t.Errorf("only %d operations could be compared", equal)
	}
	t.Logf("%d answers equal to the monolith's", equal)
}
