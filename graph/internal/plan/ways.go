package plan

import (
	"context"
	"fmt"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// Ways prints the cheapest way that the search finds for an operation: for every field the subgraph
// that answers it, with the wave and what the jump there needs. Fields without a subgraph of their
// own are read where their object was. It is the stage between operation and plan.
func (p *Planner) Ways(ctx context.Context, op *operation.Operation, on ...string) (string, error) {
	s := p.newSearch(ctx, on)
	roots, err := s.findRoots(op)
	if err != nil {
		return "", err
	}
	w := &waysText{s: s}
	for _, way := range roots.ways {
		w.way(way, 0, "")
	}
	return w.b.String(), nil
}

// waysText prints ways; each is printed below its field.
type waysText struct {
	s *search
	b strings.Builder
}

func (t *waysText) way(w *way, wave int, indent string) {
	for _, g := range groupPicks(w) {
		t.b.WriteString(indent)
		if len(w.objects) > 1 && len(g.types.Indexes()) < len(w.objects) {
			t.b.WriteString("[" + t.types(g) + "] ")
		}
		t.b.WriteString(g.pick.want.name)
		last := wave
		for i := range g.pick.from {
			src := &g.pick.from[i]
			last = max(last, wave+src.wave)
			t.source(src, wave)
		}
		t.b.WriteByte('\n')
		if g.pick.child != nil {
			t.way(g.pick.child, last, indent+"  ")
		}
	}
}

func (t *waysText) source(src *source, wave int) {
	e := src.entry
	if !e.isJump() {
		return
	}
	fmt.Fprintf(&t.b, " from %s in wave %d", t.s.g.Nodes[e.node].Subgraph.Name, wave+src.wave)
	if e.key != nil {
		fmt.Fprintf(&t.b, " by {%s}", querygraph.FieldSetText(e.key.Fields))
		t.collected(e.keyWay, wave)
	}
	if src.requires != nil {
		fmt.Fprintf(&t.b, " requires {%s}", querygraph.FieldSetText(src.edge.Requires))
		t.collected(src.requires, wave)
	}
}

// collected names the subgraphs from which the fields of a key or requirement come, if it takes jumps.
func (t *waysText) collected(w *way, wave int) {
	for _, o := range w.objects {
		for _, p := range o.picks {
			for i := range p.from {
				if p.from[i].entry.isJump() {
					fmt.Fprintf(&t.b, " (%s", p.want.name)
					t.source(&p.from[i], wave)
					t.b.WriteByte(')')
				}
			}
		}
	}
}

func (t *waysText) types(g *pickGroup) string {
	var names []string
	for _, i := range g.types.Indexes() {
		names = append(names, t.s.g.Types[i].Name)
	}
	return strings.Join(names, "|")
}
