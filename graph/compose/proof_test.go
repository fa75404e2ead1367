package compose

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/supergraph"
)

// TestProofIsRight holds the proof that looks at one type at a time against the walk over the query
// graph: of a type that is proven the walk must not report anything.
func TestProofIsRight(t *testing.T) {
	proven, unproven := 0, 0
	for name, subgraphs := range caseGraphs(t) {
		yes, no := checkProof(t, name, subgraphs)
		proven, unproven = proven+yes, unproven+no
	}
	if proven < 150 || unproven < 10 {
		t.Errorf("%d types are proven and %d are not: the test says too little", proven, unproven)
	}
}

// caseGraphs are the subgraphs of all cases, by the case's path.
func caseGraphs(t *testing.T) map[string][]Subgraph {
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	out := map[string][]Subgraph{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if name, ok := strings.CutSuffix(file.Name, ".graphqls"); ok {
				out[path] = append(out[path], Subgraph{Name: name, SDL: string(file.Data)})
			}
		}
	}
	return out
}

// mergeGraph merges the subgraphs as far as to what remains to be proven: that queries can be answered. It
// returns nil where they cannot be merged.
func mergeGraph(t testing.TB, subgraphs []Subgraph) (*merger, *supergraph.Supergraph) {
	t.Helper()
	ordered, diags := checkNames(subgraphs)
	if diags.HasErrors() {
		return nil, nil
	}
	read := new(Composer).read(ordered)
	if slices.ContainsFunc(read, func(r *reading) bool { return r.faults.HasErrors() }) {
		return nil, nil
	}
	loaded, diags := federation.Upgrade(loadedOf(read))
	if diags.HasErrors() || validateAll(read, loaded).HasErrors() {
		return nil, nil
	}
	m := newMerger(loaded)
	if m.merge().HasErrors() || m.checkMerged().HasErrors() {
		return nil, nil
	}
	s := m.supergraph()
	if checkInaccessible(m, s).HasErrors() || checkGraphQL(s).HasErrors() {
		return nil, nil
	}
	return m, s
}

// returnsUnproven reports whether a type that is not proven has a field of the type.
func returnsUnproven(m *merger, returned *mergedType) bool {
	return slices.ContainsFunc(m.types, func(t *mergedType) bool {
		isReturning := func(f *mergedField) bool { return f.def.Type.Named() == returned.def.Name }
		return slices.ContainsFunc(t.fields, isReturning) && !m.proves(t)
	})
}

// checkProof counts the types that are proven and those that are not, where the graph can be merged.
func checkProof(t *testing.T, name string, subgraphs []Subgraph) (proven, unproven int) {
	t.Helper()
	m, s := mergeGraph(t, subgraphs)
	if m == nil {
		return 0, 0
	}
	failed := map[string]bool{}
	for _, d := range walkQueries(m, s) {
		if d.Code == diag.SatisfiabilityError {
			coordinate := strings.Trim(strings.Fields(d.Message)[0], `"`)
			failed[coordinate[:strings.IndexByte(coordinate, '.')]] = true
		}
	}
	for _, one := range m.types {
		switch isProven := m.proves(one); {
		case isProven && isOtherRoot(one.def.Name) && returnsUnproven(m, one):
			unproven++ // it is proven as a root, and the type with the field that returns it is not
		case isProven && failed[one.def.Name]:
			t.Errorf("%s: %q is proven, and the walk says it cannot be answered", name, one.def.Name)
		case isProven:
			proven++
		default:
			unproven++
		}
	}
	if m.isProven() && len(failed) > 0 {
		t.Errorf("%s: all is proven, and the walk fails", name)
	}
	return proven, unproven
}
