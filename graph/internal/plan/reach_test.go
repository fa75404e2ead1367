//go:build corpus

package plan

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/corpus"
)

// TestReachIsPlannable holds the search against querygraph.Reach, which composition decides
// satisfiability with: from every place of every supergraph of the corpus the search finds a way to
// exactly the leaf fields that Reach says can be had. (More, where @provides brings what is required.)
func TestReachIsPlannable(t *testing.T) {
	checked := 0
	corpus.Each(t, "plans-open.jsonl", func(c struct{ ID, SupergraphSDL string }) {
		if c.SupergraphSDL == "" {
			return
		}
		sg, err := supergraph.Load(c.SupergraphSDL)
		if err != nil {
			return
		}
		checked += checkReach(t, c.ID, New(sg))
	})
	t.Logf("%d leaf fields compared", checked)
	if checked == 0 {
		t.Error("nothing was compared")
	}
}

func checkReach(t *testing.T, id string, p *Planner) int {
	reach := querygraph.NewReach(p.g, nil)
	checked := 0
	for _, n := range p.g.Nodes {
		s := p.newSearch(t.Context(), nil)
		for _, number := range n.Possible.Indexes() {
			place := querygraph.Place{Node: n.ID, Type: number}
			name := p.g.Types[number].Name
			if len(reach.Nodes(place)) == 0 || strings.HasPrefix(name, "__") || name == s.query {
				continue
			}
			for _, f := range p.g.Supergraph.Schema.Type(name).Fields {
				ways, isLeaf := reachable(reach, p.g, place, f.Name)
				if !isLeaf {
					continue
				}
				checked++
				w := &want{id: s.read.next(), name: f.Name, on: n.Possible}
				for _, a := range p.g.Contextual(number, f.Name) {
					w.contexts = map[string][]contextFrom{contextKey(&a): {{}}}
				}
				found := len(s.solve(object{number: number, pos: s.position(n.ID)}, []*want{w})) > 0
				if ways && !found {
					t.Errorf("%s: from %s as %s, Reach has %s and the search has not", id, n, name, f.Name)
				}
				if found && !ways && n.Provided == nil {
					t.Errorf("%s: from %s as %s, the search has %s and Reach has not", id, n, name, f.Name)
				}
			}
		}
	}
	return checked
}

// reachable reports whether Reach has a field, and whether it is a leaf wherever it is declared.
func reachable(reach *querygraph.Reach, g *querygraph.Graph, place querygraph.Place, field string) (found, isLeaf bool) {
	isLeaf = true
	for _, id := range reach.Nodes(place) {
		e := g.Nodes[id].Field(field)
		if e == nil {
			continue
		}
		isLeaf = isLeaf && e.Target == querygraph.None
		found = found || reach.CanTake(place, e)
	}
	return found, isLeaf
}
