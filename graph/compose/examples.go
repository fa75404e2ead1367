package compose

import (
	"embed"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// examples are the cases that prove each code; they explain it as well.
//
//go:embed testdata/codes
var examples embed.FS

// Example shows a code: some words, the SDL of small subgraphs, and what composition says of them. It is
// empty for a code without a case, and every code has one.
func Example(code diag.Code) (words, sdl, said string) {
	data, err := examples.ReadFile("testdata/codes/" + strings.ToLower(string(code)) + ".txtar")
	if err != nil {
		return "", "", ""
	}
	text, said, _ := strings.Cut(string(data), "-- want.diag --\n")
	words, sdl, _ = strings.Cut(text, "-- ")
	return strings.TrimSpace(words), "-- " + sdl, said
}

// ClosestCode is the code that was probably meant by one that does not exist, or "".
func ClosestCode(code diag.Code) diag.Code {
	var codes []string
	for _, entry := range diag.Catalogue() {
		codes = append(codes, string(entry.Code))
	}
	return diag.Code(schema.Closest(string(code), codes))
}
