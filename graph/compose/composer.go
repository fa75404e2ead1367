package compose

import (
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Composer composes again and again as subgraphs change. It keeps what it read of each subgraph for the
// next run, and nothing of subgraphs that a run did not name. A result is the same, byte for byte, as that
// of Compose. The zero value is ready; it must not be used by two goroutines at once.
type Composer struct {
	kept map[Subgraph]*reading
}

// reading is what was read of one subgraph. Later passes do not change it.
type reading struct {
	sub    *federation.Subgraph
	faults diag.List
	// isValidated is set when findings are there: what validation says of a subgraph that needed no
	// upgrade.
	isValidated bool
	findings    diag.List
}

// Compose merges the subgraphs. The supergraph is nil if and only if the list has errors.
func (c *Composer) Compose(subgraphs []Subgraph) (*supergraph.Supergraph, diag.List) {
	var diags diag.List
	add := func(more diag.List) bool {
		diags = append(diags, more...)
		return !diags.HasErrors()
	}
	ordered, faults := checkNames(subgraphs)
	if !add(faults) {
		return nil, diags
	}
	read := c.read(ordered)
	for _, r := range read {
		diags = append(diags, r.faults...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	loaded, faults := federation.Upgrade(loadedOf(read))
	if !add(faults) || !add(checkMixedVersions(loaded)) || !add(validateAll(read, loaded)) {
		return nil, diags
	}
	m := newMerger(loaded)
	if !add(m.merge()) || !add(m.checkMerged()) {
		return nil, diags
	}
	s := m.supergraph()
	if !add(checkInaccessible(m, s)) || !add(checkGraphQL(s)) || !add(checkAuth(m)) {
		return nil, diags
	}
	if !add(checkSatisfiability(m, s)) {
		return nil, diags
	}
	add(hintFragile(m))
	return s, diags
}

// read reads the subgraphs that were not read before.
func (c *Composer) read(subgraphs []Subgraph) []*reading {
	kept := make(map[Subgraph]*reading, len(subgraphs))
	out := make([]*reading, len(subgraphs))
	for i, s := range subgraphs {
		r := c.kept[s]
		if r == nil {
			r = &reading{}
			r.sub, r.faults = federation.Load(federation.Source{Name: s.Name, URL: s.URL, File: s.File, SDL: s.SDL})
		}
		kept[s], out[i] = r, r
	}
	c.kept = kept
	return out
}

func loadedOf(read []*reading) []*federation.Subgraph {
	out := make([]*federation.Subgraph, len(read))
	for i, r := range read {
		out[i] = r.sub
	}
	return out
}

// validateAll checks each subgraph; loaded are those of read after the upgrade, which depends on the
// others.
func validateAll(read []*reading, loaded []*federation.Subgraph) diag.List {
	var diags diag.List
	for i, r := range read {
		switch {
		case loaded[i] != r.sub:
			diags = append(diags, loaded[i].Validate()...)
			continue
		case !r.isValidated:
			r.findings, r.isValidated = r.sub.Validate(), true
		}
		diags = append(diags, slices.Clone(r.findings)...)
	}
	return diags
}
