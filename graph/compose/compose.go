// Package compose makes one supergraph of subgraphs.
//
// In: the name, routing URL and SDL of each subgraph. Out: a supergraph, or the errors that prevent
// one, and hints. Composer.Compose lists the passes: load and validate each subgraph, merge types and their
// elements by the rules of Federation 2, check what was merged, and prove by a search of the query
// graph that every query of the API can be answered. The order of the subgraphs does not matter.
//
// ApplyContract makes of a supergraph the one that an audience sees.
//
// The package does not know how a query is planned or run.
package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Subgraph is one part of the graph to compose.
type Subgraph struct {
	// Name is unique among the subgraphs.
	Name string
	// URL is the routing URL; it may be empty where a router's configuration has it.
	URL string
	// File is the name of the SDL in positions; Name when it is empty.
	File string
	SDL  string
}

// Compose merges the subgraphs. The supergraph is nil if and only if the list has errors.
func Compose(subgraphs []Subgraph) (*supergraph.Supergraph, diag.List) {
	return new(Composer).Compose(subgraphs)
}

// checkNames sorts the subgraphs by name, so that nothing depends on the order in which they come.
func checkNames(subgraphs []Subgraph) ([]Subgraph, diag.List) {
	var diags diag.List
	fail := func(name, fix, format string, args ...any) {
		diags = append(diags, diag.Diagnostic{
			Code: diag.InvalidSubgraphName, Message: fmt.Sprintf(format, args...), Fix: fix,
			Positions: []diag.Position{{Subgraph: name, File: name}},
		})
	}
	ordered := slices.Clone(subgraphs)
	slices.SortStableFunc(ordered, func(a, b Subgraph) int { return cmp.Compare(a.Name, b.Name) })
	for i := range ordered {
		name := ordered[i].Name
		switch {
		case name == "":
			fail(name, "name every subgraph", "a subgraph has no name")
		case name == "_":
			fail(name, "choose another name", "the subgraph name \"_\" is reserved")
		case i > 0 && ordered[i-1].Name == name:
			fail(name, "name each subgraph differently", "two subgraphs are called %q", name)
		}
		if ordered[i].File == "" {
			ordered[i].File = name
		}
	}
	return ordered, diags
}

// checkMixedVersions: a Federation 1 subgraph cannot keep the key of an interface that another
// subgraph abstracts as an interface object.
func checkMixedVersions(subgraphs []*federation.Subgraph) diag.List {
	var diags diag.List
	for _, sub := range subgraphs {
		for _, t := range sub.Types {
			if t.InterfaceObject == nil {
				continue
			}
			for _, other := range subgraphs {
				iface := other.Type(t.Name)
				if !other.IsFed1() || iface == nil || len(iface.Def.Applied) == 0 || !hasFed1Key(other, iface) {
					continue
				}
				diags = append(diags, diag.Diagnostic{
					Code:      diag.InterfaceObjectUsageError,
					Message:   fmt.Sprintf("%q is an @interfaceObject in %q, and subgraph %q, which is Federation 1, has a @key on it", t.Name, sub.Name, other.Name),
					Positions: []diag.Position{sub.At(t.InterfaceObject.Pos), other.At(iface.Def.Pos)},
					Fix:       fmt.Sprintf("link Federation 2.3 or newer in subgraph %q", other.Name),
				})
			}
		}
	}
	return diags
}

func hasFed1Key(sub *federation.Subgraph, t *federation.Type) bool {
	for _, d := range t.Def.Applied {
		if name, known := sub.Canonical(d); known && name == "key" {
			return true
		}
	}
	return false
}

// enumNames gives each subgraph its value in the join__Graph enum: word characters in upper case,
// made different where names fall together.
func enumNames(subgraphs []*federation.Subgraph) []string {
	var out []string
	count := map[string]int{}
	for _, sub := range subgraphs {
		name := strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return r - 'a' + 'A'
			case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
				return r
			}
			return '_'
		}, sub.Name)
		if name[0] >= '0' && name[0] <= '9' {
			name = "_" + name
		}
		// A number at the end is ours to give.
		if i := strings.LastIndexByte(name, '_'); i >= 0 && i < len(name)-1 && strings.Trim(name[i+1:], "0123456789") == "" {
			name += "_"
		}
		count[name]++
		out = append(out, name)
	}
	seen := map[string]int{}
	for i, name := range out {
		if count[name] > 1 {
			seen[name]++
			out[i] = fmt.Sprintf("%s_%d", name, seen[name])
		}
	}
	return out
}
