//go:build corpus

package supergraph

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/internal/schematest"
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
		if a, b := schematest.Sorted(want), schematest.Sorted(s.API()); a != b {
			differ++
			t.Logf("%s: API schema differs:\n%s\nwant\n%s", c.ID, b, a)
		}
	})
	t.Logf("%d loaded, %d refused, %d with another API schema", loaded, refused, differ)
	if differ > 0 || loaded == 0 {
		t.Errorf("%d API schemas differ of %d", differ, loaded)
	}
}
