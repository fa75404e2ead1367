package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// authDirectives are the directives that protect data.
var authDirectives = []string{"authenticated", "requiresScopes", "policy"}

// checkAuth checks that nobody reads protected data through a field that is open.
func checkAuth(m *merger) diag.List {
	for _, t := range m.types {
		for _, f := range t.fields {
			for i, source := range f.sources {
				if source != nil && source.Requires != nil {
					m.checkTransitiveAuth(i, f, source)
				}
			}
		}
	}
	return m.takeDiags()
}

// requirement is what a request must have to see an element. Alternatives are nil where nothing is
// asked.
type requirement struct {
	authenticated    bool
	scopes, policies [][]string
}

func readRequirement(applied []schema.Directive) requirement {
	var out requirement
	for _, d := range applied {
		switch d.Name {
		case "authenticated":
			out.authenticated = true
		case "requiresScopes":
			out.scopes = alternatives(d, "scopes")
		case "policy":
			out.policies = alternatives(d, "policies")
		}
	}
	return out
}

// and is both requirements together.
func (r requirement) and(other requirement) requirement {
	both := func(a, b [][]string) [][]string {
		switch {
		case a == nil:
			return b
		case b == nil:
			return a
		}
		return conjunction(a, b)
	}
	return requirement{
		authenticated: r.authenticated || other.authenticated,
		scopes:        both(r.scopes, other.scopes), policies: both(r.policies, other.policies),
	}
}

// implies reports whether who meets r meets other.
func (r requirement) implies(other requirement) bool {
	every := func(own, needed [][]string) bool {
		if needed == nil {
			return true
		}
		if own == nil {
			return false
		}
		for _, have := range own {
			if !slices.ContainsFunc(needed, func(want []string) bool { return isSubset(want, have) }) {
				return false
			}
		}
		return true
	}
	return (r.authenticated || !other.authenticated) && every(r.scopes, other.scopes) && every(r.policies, other.policies)
}

// requirementOf is what a merged field asks for: its own requirement, its type's and that of what it
// returns.
func (m *merger) requirementOf(t *mergedType, f *mergedField) requirement {
	out := readRequirement(t.def.Applied).and(readRequirement(f.def.Applied))
	if target := m.byName[f.def.Type.Named()]; target != nil {
		out = out.and(readRequirement(target.def.Applied))
	}
	return out
}

func (m *merger) checkTransitiveAuth(i int, f *mergedField, source *federation.Field) {
	own := m.requirementOf(f.parent, f)
	m.eachSelected(f.parent, source.Requires.Fields, func(t *mergedType, needed *mergedField) {
		if own.implies(m.requirementOf(t, needed)) {
			return
		}
		m.report(diag.MissingTransitiveAuthRequirements, []diag.Position{m.subgraphs[i].At(source.Requires.Pos)},
			fmt.Sprintf("put the requirements of %q on %q too", needed.coordinate(), f.coordinate()),
			"field %q reads the protected field %q with @requires and does not ask for the same", f.coordinate(), needed.coordinate())
	})
}

// eachSelected calls visit for the merged fields that a field set selects.
func (m *merger) eachSelected(t *mergedType, set federation.FieldSet, visit func(*mergedType, *mergedField)) {
	for _, item := range set {
		if item.On != "" {
			if on := m.byName[item.On]; on != nil {
				m.eachSelected(on, item.Selections, visit)
			}
			continue
		}
		f := t.field(item.Field)
		if f == nil {
			continue
		}
		visit(t, f)
		if target := m.byName[f.def.Type.Named()]; target != nil {
			m.eachSelected(target, item.Selections, visit)
		}
	}
}

// propagateAuth gives interfaces what their implementing types ask for: whoever selects through the
// interface may meet any of them.
func (m *merger) propagateAuth() {
	for _, t := range m.types {
		if t.def.Kind != schema.Interface {
			continue
		}
		implementations := m.implementations(t.def.Name)
		t.def.Applied = addRequirements(t.def.Applied, implementations, func(impl *mergedType) []schema.Directive { return impl.def.Applied })
		for _, f := range t.fields {
			f.def.Applied = addRequirements(f.def.Applied, implementations, func(impl *mergedType) []schema.Directive {
				if own := impl.field(f.def.Name); own != nil {
					return own.def.Applied
				}
				return nil
			})
		}
	}
}

func addRequirements(applied []schema.Directive, implementations []*mergedType, of func(*mergedType) []schema.Directive) []schema.Directive {
	merged := readRequirement(applied)
	for _, impl := range implementations {
		merged = merged.and(readRequirement(of(impl)))
	}
	out := slices.DeleteFunc(slices.Clone(applied), func(d schema.Directive) bool { return slices.Contains(authDirectives, d.Name) })
	if merged.authenticated {
		out = append(out, schema.Directive{Name: "authenticated"})
	}
	if merged.scopes != nil {
		out = append(out, schema.Directive{Name: "requiresScopes", Args: []schema.Argument{{Name: "scopes", Value: alternativesValue(merged.scopes)}}})
	}
	if merged.policies != nil {
		out = append(out, schema.Directive{Name: "policy", Args: []schema.Argument{{Name: "policies", Value: alternativesValue(merged.policies)}}})
	}
	return out
}
