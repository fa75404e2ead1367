//go:build corpus

package supergraph

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/internal/corpus"
)

// TestCorpus loads the supergraphs that another composer made for the cases of a corpus, prints
// and loads them again, and compares the API schema with the one that it derived.
func TestCorpus(t *testing.T) {
	var loaded, refused, differ int
	corpus.Each(t, "open.jsonl", func(c struct {
		ID, Scope string
		Expected  struct{ ApiSchemaSdl, SupergraphSdl string }
	}) {
		if c.Expected.SupergraphSdl == "" || c.Scope != "core" {
			return
		}
		s, err := Load(c.Expected.SupergraphSdl)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "weft does not") {
				t.Logf("%s: %v", c.ID, err)
			}
			return
		}
		loaded++
		checkRoundTrip(t, s, Print(s))
		want, err := schema.Load("api", c.Expected.ApiSchemaSdl)
		if err != nil {
			t.Logf("%s: the case's API schema: %v", c.ID, err)
			return
		}
		if a, b := sorted(want), sorted(s.API()); a != b {
			differ++
			t.Logf("%s: API schema differs:\n%s\nwant\n%s", c.ID, b, a)
		}
	})
	t.Logf("%d loaded, %d refused, %d with another API schema", loaded, refused, differ)
	if differ > 0 || loaded == 0 {
		t.Errorf("%d API schemas differ of %d", differ, loaded)
	}
}

// sorted prints a schema with everything in alphabetical order and without descriptions.
func sorted(s *schema.Schema) string {
	var lines []string
	for _, t := range s.Types {
		if t.BuiltIn {
			continue
		}
		c := *t
		c.Description = ""
		c.Fields, c.Values = nil, nil
		for _, f := range t.Fields {
			g := *f
			g.Description, g.Args = "", nil
			for _, a := range f.Args {
				b := *a
				b.Description = ""
				g.Args = append(g.Args, &b)
			}
			slices.SortFunc(g.Args, func(a, b *schema.InputValue) int { return strings.Compare(a.Name, b.Name) })
			c.Fields = append(c.Fields, &g)
		}
		for _, v := range t.Values {
			w := *v
			w.Description = ""
			c.Values = append(c.Values, &w)
		}
		slices.SortFunc(c.Fields, func(a, b *schema.Field) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(c.Values, func(a, b *schema.EnumValue) int { return strings.Compare(a.Name, b.Name) })
		c.Interfaces = slices.Sorted(slices.Values(t.Interfaces))
		c.Members = slices.Sorted(slices.Values(t.Members))
		lines = append(lines, schema.PrintType(&c))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
