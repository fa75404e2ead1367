package compose_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// operationsEach is how many random operations each graph is asked.
const operationsEach = 20

// TestAcceptedGraphsCanBePlanned holds the invariant that ties composing and planning together: what
// is accepted can be planned, whatever is asked and whatever the override labels are.
func TestAcceptedGraphsCanBePlanned(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	planned := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var subgraphs []compose.Subgraph
		for _, file := range archive.Files {
			if name, ok := strings.CutSuffix(file.Name, ".graphqls"); ok {
				subgraphs = append(subgraphs, compose.Subgraph{Name: name, SDL: string(file.Data)})
			}
		}
		planned += planRandomly(t, path, subgraphs)
	}
	if planned < 100 {
		t.Errorf("planned %d operations: the test does not see the cases", planned)
	}
}

// planRandomly plans random operations on the composed subgraphs; it returns how many.
func planRandomly(t *testing.T, name string, subgraphs []compose.Subgraph) int {
	t.Helper()
	s, _ := compose.Compose(subgraphs)
	if s == nil {
		return 0
	}
	g, err := graph.New(s, graph.Options{})
	if err != nil {
		if s.CheckFeatures() == nil { // others may serve what we cannot
			t.Errorf("%s: %v", name, err)
		}
		return 0
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range operationsEach {
		document := randomOperation(random, s)
		var labels []string
		for _, label := range g.OverrideLabels() {
			if random.IntN(2) == 0 {
				labels = append(labels, label)
			}
		}
		p, errs := g.Prepare(document, "", labels...)
		if len(errs) > 0 {
			t.Errorf("%s: %s\n%v", name, document, errs[0])
			continue
		}
		if _, err := p.Plan(context.Background(), p.Authorize(true, nil)); err != nil {
			t.Errorf("%s: %s with the labels %v cannot be planned: %v\n%s", name, document, labels, err, supergraph.Print(s))
			return 0
		}
	}
	return operationsEach
}

// randomOperation asks for random fields, each under an alias of its own so that none clash.
func randomOperation(random *rand.Rand, s *supergraph.Supergraph) string {
	w := &operationWriter{random: random, api: s.API(), left: 40}
	root, keyword := w.api.Query, "query"
	if w.api.Mutation != nil && random.IntN(4) == 0 {
		root, keyword = w.api.Mutation, "mutation"
	}
	w.b.WriteString(keyword + " ")
	w.selection(root, 0)
	return w.b.String()
}

type operationWriter struct {
	random *rand.Rand
	api    *schema.Schema
	b      strings.Builder
	// left is how many fields may still be asked for, and the number of the next alias.
	left int
}

func (w *operationWriter) selection(t *schema.Type, depth int) {
	w.b.WriteString("{ __typename ")
	defer w.b.WriteString("} ")
	if depth > 5 {
		return
	}
	for range 1 + w.random.IntN(3) {
		if len(t.Fields) > 0 && w.left > 0 {
			w.field(t.Fields[w.random.IntN(len(t.Fields))], depth)
		}
	}
	if possible := t.Possible().Indexes(); t.IsAbstract() && len(possible) > 0 {
		on := w.api.Objects()[possible[w.random.IntN(len(possible))]]
		w.b.WriteString("... on " + on.Name + " ")
		w.selection(on, depth+1)
	}
}

func (w *operationWriter) field(f *schema.Field, depth int) {
	w.left--
	fmt.Fprintf(&w.b, "f%d: %s", w.left, f.Name)
	var args []string
	for _, arg := range f.Args {
		if arg.Type.NonNull && arg.Default == nil {
			args = append(args, arg.Name+": "+w.value(arg.Type))
		}
	}
	if len(args) > 0 {
		w.b.WriteString("(" + strings.Join(args, ", ") + ")")
	}
	w.b.WriteByte(' ')
	if t := w.api.Type(f.Type.Named()); t.IsComposite() {
		w.selection(t, depth+1)
	}
}

func (w *operationWriter) value(ref *schema.TypeRef) string {
	if ref.Elem != nil {
		return "[]"
	}
	t := w.api.Type(ref.Name)
	switch {
	case t.Kind == schema.Enum:
		return t.Values[0].Name
	case t.Kind == schema.InputObject:
		var fields []string
		for _, f := range t.Fields {
			if f.Type.NonNull && f.Default == nil {
				fields = append(fields, f.Name+": "+w.value(f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case t.Name == "Boolean":
		return "true"
	case t.Name == "Int", t.Name == "Float":
		return "1"
	}
	return `"1"`
}
