package compose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/golden"
)

// TestCorners composes cases about corners of the rules, one a rule, and compares what is said and what is
// made. What every supergraph has alike is left out.
func TestCorners(t *testing.T) {
	golden.Run(t, "testdata/corners", func(t *testing.T, c *golden.Case) {
		s, diags := Compose(inputs(c))
		checkShuffled(t, c, s, diags)
		c.Compare("diag", diags.String())
		if s == nil {
			return
		}
		printed := supergraph.Print(s)
		c.Compare("supergraph", ownParts(printed))
		for _, problem := range joinProblems(printed) {
			t.Error(problem)
		}
	})
}

var everywhere = regexp.MustCompile(`^(directive @(join__|link\b)|scalar (join|link)__|enum (join|link)__|input join__|schema\n {2}@link\(url: "[^"]*link/v1.0"\)\n {2}@link\(url: "[^"]*join/v0.\d", for: EXECUTION\)\n\{\n {2}query: Query\n\}$)`)

// ownParts are the definitions of a supergraph that are not in every other one.
func ownParts(printed string) string {
	var out []string
	for block := range strings.SplitSeq(strings.TrimSuffix(printed, "\n"), "\n\n") {
		if !everywhere.MatchString(block) {
			out = append(out, block)
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}
