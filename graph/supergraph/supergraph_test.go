package supergraph

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/internal/golden"
)

// TestLoad loads supergraph.graphql and shows the error, or the graph's text form, what Print makes
// of it, and its API schema. What Print wrote must load to the same text form and print alike.
func TestLoad(t *testing.T) {
	golden.Run(t, "testdata/load", func(t *testing.T, c *golden.Case) {
		s, err := Load(string(c.Input("supergraph.graphql")))
		if err != nil {
			c.Compare("error", err.Error()+"\n")
			return
		}
		c.Compare("graph", describe(s))
		c.Compare("api", schema.Print(s.API()))
		printed := Print(s)
		c.Compare("supergraph", printed)
		checkRoundTrip(t, s, printed)
	})
}

func checkRoundTrip(t *testing.T, s *Supergraph, printed string) {
	t.Helper()
	again, err := Load(printed)
	if err != nil {
		t.Fatalf("what Print wrote does not load: %v\n%s", err, printed)
	}
	if want, got := describe(s), describe(again); want != got {
		t.Errorf("what Print wrote is another graph:\n%s\nwant\n%s", got, want)
	}
	if twice := Print(again); twice != printed {
		t.Errorf("printing twice differs:\n%s\nfirst\n%s", twice, printed)
	}
}

// describe is the text form of what each subgraph has, types sorted by name as Print sorts them.
func describe(s *Supergraph) string {
	var b strings.Builder
	for _, sub := range s.Subgraphs {
		fmt.Fprintf(&b, "subgraph %s (%s) %s\n", sub.Name, sub.Enum, sub.URL)
		types := slices.SortedFunc(slices.Values(s.Schema.Types), func(a, b *schema.Type) int { return strings.Compare(a.Name, b.Name) })
		for _, t := range types {
			if st := sub.Type(t.Name); st != nil {
				describeType(&b, st)
			}
		}
	}
	return b.String()
}

func describeType(b *strings.Builder, t *SubgraphType) {
	fmt.Fprintf(b, "  %s %s", t.Kind, t.Name)
	if t.IsInterfaceObject {
		b.WriteString(" interfaceObject")
	}
	for _, key := range t.Keys {
		fmt.Fprintf(b, " key(%s", key.Fields)
		if !key.Resolvable {
			b.WriteString(", not resolvable")
		}
		if key.OfExtension {
			b.WriteString(", of an extension")
		}
		b.WriteString(")")
	}
	for label, names := range map[string][]string{" implements ": t.Interfaces, " = ": t.Members, " values ": t.Values} {
		if len(names) > 0 { // a type has at most one of the three that is not empty
			b.WriteString(label + strings.Join(names, " "))
		}
	}
	b.WriteByte('\n')
	for _, f := range t.Fields {
		fmt.Fprintf(b, "    %s: %s", f.Name, f.Type)
		if f.External {
			b.WriteString(" external")
		}
		if f.UsedOverridden {
			b.WriteString(" usedOverridden")
		}
		for label, set := range map[string]federation.FieldSet{" requires": f.Requires, " provides": f.Provides} {
			if set != nil { // never both on one field in our cases
				fmt.Fprintf(b, "%s(%s)", label, set)
			}
		}
		if f.Override != "" {
			fmt.Fprintf(b, " override(%s %s)", f.Override, f.OverrideLabel)
		}
		b.WriteByte('\n')
	}
}

func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		s, err := Load(sdl)
		if err != nil {
			return
		}
		checkRoundTrip(t, s, Print(s))
	})
}
