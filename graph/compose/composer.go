package compose

import (
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Composer composes again and again as subgraphs change. It keeps what it read of each subgraph for the
// next run, and of its last supergraph everything that a change does not touch, see composition. A result
// is the same, byte for byte, as that of Compose. The zero value is ready; it must not be used by two
// goroutines at once.
type Composer struct {
	// kept are the subgraphs of the last run, by name.
	kept map[string]*reading
	// last is the last run that made a supergraph; nil before.
	last *composition
}

// reading is what was read of one subgraph. Later passes do not change it.
type reading struct {
	source Subgraph
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
		return nil, append(diags, validateReadable(read)...)
	}
	if renewed, more := c.renew(read); renewed != nil {
		return renewed, append(diags, more...)
	}
	loaded, faults := federation.Upgrade(loadedOf(read))
	add(faults)
	add(checkMixedVersions(loaded))
	if !add(validateAll(read, loaded)) {
		return nil, diags
	}
	m := newMerger(loaded)
	s, more := m.compose()
	if s != nil {
		c.last = &composition{loaded: loaded, m: m, s: s}
	}
	return s, append(diags, more...)
}

// renew composes what changed since the last run that made a supergraph. It returns nil where all must be
// composed anew.
func (c *Composer) renew(read []*reading) (*supergraph.Supergraph, diag.List) {
	loaded := loadedOf(read)
	changed, ok := c.last.changed(loaded)
	if !ok {
		return nil, nil
	}
	diags := validateAll(read, loaded)
	if diags.HasErrors() {
		return nil, nil
	}
	renewed, more := c.last.renew(loaded, changed)
	if renewed == nil {
		return nil, nil
	}
	c.last = renewed
	return renewed.s, append(diags, more...)
}

// compose makes the supergraph of the merger's subgraphs. It is nil if and only if the list has errors.
func (m *merger) compose() (*supergraph.Supergraph, diag.List) {
	var diags diag.List
	add := func(more diag.List) bool {
		diags = append(diags, more...)
		return !diags.HasErrors() && !m.isFarReaching
	}
	if !add(m.merge()) || !add(m.checkMerged()) {
		return nil, diags
	}
	s := m.supergraph()
	if !add(checkInaccessible(m, s)) || !add(m.checkAPI(s)) || !add(checkAuth(m)) {
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
	kept := make(map[string]*reading, len(subgraphs))
	out := make([]*reading, len(subgraphs))
	for i, s := range subgraphs {
		r := c.kept[s.Name]
		if r == nil || r.source != s {
			r = &reading{source: s}
			r.sub, r.faults = federation.Load(federation.Source{Name: s.Name, URL: s.URL, File: s.File, SDL: s.SDL})
		}
		kept[s.Name], out[i] = r, r
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

// validateReadable checks the subgraphs that could be read where others could not. What Federation 1 means
// depends on all subgraphs, so those are not looked at.
func validateReadable(read []*reading) diag.List {
	var diags diag.List
	for _, r := range read {
		if r.sub != nil && !r.sub.IsFed1() && !r.faults.HasErrors() {
			diags = append(diags, r.sub.Validate()...)
		}
	}
	return diags
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
