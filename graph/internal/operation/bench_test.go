package operation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
)

// repeated is a parser and a document that selects the same of an interface with 40 types n times.
func repeated(tb testing.TB, n int) (*operation.Parser, string) {
	var sdl, selection strings.Builder
	sdl.WriteString("type Query { n: N }\ninterface N { id: ID! next: N }\n")
	selection.WriteString("n { id next { id ")
	for i := range 40 {
		fmt.Fprintf(&sdl, "type T%d implements N { id: ID! next: N x: Int }\n", i)
		fmt.Fprintf(&selection, "... on T%d { x next { id } } ", i)
	}
	selection.WriteString("} } ")
	p := parserOf(tb, sdl.String(), operation.Limits{MaxTokens: 10_000_000})
	return p, "{ " + strings.Repeat(selection.String(), n) + "}"
}

// TestRepeatedSelection: what is selected again costs no more than it did the first time.
func TestRepeatedSelection(t *testing.T) {
	work := func(n int) int {
		p, document := repeated(t, n)
		var errs gqlerr.List
		bytes := allocated(func() { _, errs = p.Parse(document, "") })
		if errs != nil {
			t.Fatal(errorsText(errs))
		}
		return bytes
	}
	if few, many := work(30), work(300); many > 15*few {
		t.Errorf("30 times the selection takes %d bytes, 300 times %d", few, many)
	}
}

func BenchmarkRepeatedSelection(b *testing.B) {
	p, document := repeated(b, 1000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := p.Parse(document, ""); errs != nil {
			b.Fatal(errs[0])
		}
	}
}
