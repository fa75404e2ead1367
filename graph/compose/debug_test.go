package compose

import (
	"github.com/google/go-cmp/cmp"
	"github.com/weft-graph/weft/graph/internal/schema"

	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestDebug(t *testing.T) {
	f, _ := os.Open("/work/shared/corpus/open.jsonl")
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 256<<20)
	for sc.Scan() {
		var c corpusCase
		json.Unmarshal(sc.Bytes(), &c)
		if strings.Contains(os.Getenv("IDS"), c.ID) {
			s, d := composeCase(c)
			t.Log(c.ID, s != nil)
			if s != nil && c.Expected.OK {
				w, _ := schema.Load("w", c.Expected.ApiSchemaSdl)
				t.Log(cmp.Diff(strings.Split(sortedText(w), "\n"), strings.Split(sortedText(s.API()), "\n")))
			}
			for _, x := range d {
				if x.Severity > 0 {
					continue
				}
				t.Log(x.Severity, x.Code, x.Message, x.Witness, x.Positions)
			}
		}
	}
}
