package compose

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestProofIsRightAtRandom is TestProofIsRight on graphs made up of one entity with keys and fields that
// require each other, in which only some jumps can be made.
func TestProofIsRightAtRandom(t *testing.T) {
	const graphs = 4000
	proven, unproven := 0, 0
	for seed := range uint64(graphs) {
		random := rand.New(rand.NewPCG(seed, 1))
		yes, no := checkProof(t, fmt.Sprintf("seed %d", seed), randomEntity(random))
		proven, unproven = proven+yes, unproven+no
	}
	t.Logf("%d types proven, %d not", proven, unproven)
	if proven < graphs || unproven < graphs/10 {
		t.Errorf("%d types are proven and %d are not: the test says too little", proven, unproven)
	}
}

// randomEntity makes subgraphs that all have one entity. Each has some of four keys, and fields that may
// require fields of the others.
func randomEntity(random *rand.Rand) []Subgraph {
	const keys = 4
	count := 2 + random.IntN(3)
	var out []Subgraph
	for i := range count {
		var directives, fields strings.Builder
		external := map[string]bool{}
		for k := range keys {
			if random.IntN(keys) > 1 {
				continue
			}
			fmt.Fprintf(&fields, "  k%d: ID! @shareable\n", k)
			fmt.Fprintf(&directives, " @key(fields: \"k%d\", resolvable: %t)", k, random.IntN(3) > 0)
		}
		for f := range 1 + random.IntN(2) {
			from := random.IntN(count)
			if from == i || random.IntN(3) == 0 {
				fmt.Fprintf(&fields, "  f%d%d: Int\n", i, f)
				continue
			}
			required := fmt.Sprintf("f%d%d", from, 0)
			fmt.Fprintf(&fields, "  f%d%d: Int @requires(fields: %q)\n", i, f, required)
			if !external[required] {
				fmt.Fprintf(&fields, "  %s: Int @external\n", required)
			}
			external[required] = true
		}
		out = append(out, Subgraph{Name: fmt.Sprintf("s%d", i), SDL: fmt.Sprintf(
			"extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@shareable\", \"@requires\", \"@external\"])\n"+
				"type Query { from%d: T }\ntype T%s {\n%s}\n", i, directives.String(), fields.String())})
	}
	return out
}
