//go:build corpus

package graph_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/corpus"
)

// corpusCase is a supergraph and an operation of a corpus.
type corpusCase struct {
	ID, Group, Operation, SupergraphSdl string
	Defer                               bool
	OverrideConditions                  map[string]bool
}

// readCorpus reads the plan cases of a corpus and the supergraph of each group.
func readCorpus(t *testing.T) (cases []corpusCase, supergraphs map[string]string) {
	t.Helper()
	supergraphs = map[string]string{}
	corpus.Each(t, "plans-open.jsonl", func(c corpusCase) {
		if c.SupergraphSdl != "" {
			supergraphs[c.Group] = c.SupergraphSdl
		}
		cases = append(cases, c)
	})
	return cases, supergraphs
}

// TestCorpus compares with the monolith on every operation of a corpus of supergraphs.
func TestCorpus(t *testing.T) {
	cases, supergraphs := readCorpus(t)
	graphs := map[string]*loaded{}
	for group, sdl := range supergraphs {
		graphs[group] = load(t, sdl)
	}
	equal, refused, invalid := 0, 0, 0
	for _, c := range cases {
		l := graphs[c.Group]
		switch {
		case l == nil:
			refused++
			continue
		case !l.isValid(c.Operation):
			invalid++
			continue
		}
		for _, on := range []bool{true, false} {
			if why := l.compare(t, c.Operation, someVariables(c.Operation, on), nil, c.labels()...); why != "" {
				t.Errorf("%s: %.2000s", c.ID, why)
				continue
			}
			equal++
		}
	}
	t.Logf("%d answers equal to the monolith's; %d operations on refused supergraphs, %d invalid", equal, refused, invalid)
}

func (c *corpusCase) labels() []string {
	var on []string
	for label, isOn := range c.OverrideConditions {
		if isOn {
			on = append(on, label)
		}
	}
	return on
}

// TestCorpusRandom is TestRandom on the supergraphs of the corpus.
func TestCorpusRandom(t *testing.T) {
	_, supergraphs := readCorpus(t)
	for _, name := range slices.Sorted(maps.Keys(supergraphs)) {
		compareRandom(t, supergraphs[name], 20)
	}
}

// TestCorpusRandomComposed is TestRandom on what our composer makes of a corpus of subgraphs.
func TestCorpusRandomComposed(t *testing.T) {
	graphs, leftOut := 0, 0
	corpus.Each(t, "open.jsonl", func(c struct {
		Subgraphs []compose.Subgraph
		Expected  struct{ OK bool }
	}) {
		super, diags := compose.Compose(c.Subgraphs)
		if !c.Expected.OK || diags.HasErrors() {
			return
		}
		if hasTwoTruths(super) {
			leftOut++
			return
		}
		graphs++
		compareRandom(t, supergraph.Print(super), 2)
	})
	t.Logf("%d composed graphs, %d left out", graphs, leftOut)
	if leftOut > graphs/100 {
		t.Errorf("%d of %d graphs are left out: too many to show that composed graphs are answered rightly", leftOut, graphs)
	}
}

// hasTwoTruths reports whether subgraphs answer a shared field with objects that have no type in common. Whatever type a
// monolith gives such a field, one of the subgraphs does not have it and could not answer: the answer depends on the
// subgraph that is asked, and no monolith is equal to that. Composition refuses such a field where a request can read it of
// both; where none can, two graphs in a thousand of the corpus, it is left out here. Where some types are common, the
// monolith takes one of these, and the graph is compared.
func hasTwoTruths(s *supergraph.Supergraph) bool {
	common := map[string]map[string]bool{}
	for _, sub := range s.Subgraphs {
		for _, typ := range sub.Types {
			for _, field := range typ.Fields {
				returned := sub.Type(field.Type.Named())
				if field.External || returned == nil || returned.IsInterfaceObject {
					continue
				}
				possible, coordinate := returnedTypes(sub, returned), typ.Name+"."+field.Name
				if before, ok := common[coordinate]; ok {
					maps.DeleteFunc(possible, func(name string, _ bool) bool { return !before[name] })
					if len(possible) == 0 {
						return true
					}
				}
				common[coordinate] = possible
			}
		}
	}
	return false
}

// returnedTypes are the names that an object of a type can have in one subgraph; a leaf has its own.
func returnedTypes(sub *supergraph.Subgraph, typ *supergraph.SubgraphType) map[string]bool {
	names := map[string]bool{}
	for _, member := range typ.Members {
		names[member] = true
	}
	for _, other := range sub.Types {
		if slices.Contains(other.Interfaces, typ.Name) {
			names[other.Name] = true
		}
	}
	if len(names) == 0 {
		names[typ.Name] = true
	}
	return names
}
