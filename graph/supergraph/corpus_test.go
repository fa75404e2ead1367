package supergraph

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// TestCorpus loads the supergraphs that another composer made for the cases in $WEFT_CORPUS, prints
// and loads them again, and compares the API schema with the one that it derived.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("WEFT_CORPUS")
	if dir == "" {
		t.Skip("WEFT_CORPUS is not set")
	}
	file, err := os.Open(filepath.Join(dir, "open.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 256<<20)
	var loaded, refused, differ int
	for scanner.Scan() {
		var c struct {
			ID, Scope string
			Expected  struct{ ApiSchemaSdl, SupergraphSdl string }
		}
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Expected.SupergraphSdl == "" || c.Scope != "core" {
			continue
		}
		s, err := Load(c.Expected.SupergraphSdl)
		if err != nil {
			refused++
			if !strings.Contains(err.Error(), "weft does not") {
				t.Logf("%s: %v", c.ID, err)
			}
			continue
		}
		loaded++
		checkRoundTrip(t, s, Print(s))
		want, err := schema.Load("api", c.Expected.ApiSchemaSdl)
		if err != nil {
			t.Logf("%s: the case's API schema: %v", c.ID, err)
			continue
		}
		if a, b := sorted(want), sorted(s.API()); a != b {
			differ++
			t.Logf("%s: API schema differs:\n%s\nwant\n%s", c.ID, b, a)
		}
	}
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
