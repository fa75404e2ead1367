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
	if !m.hasAuth() {
		return nil
	}
	for _, t := range m.types {
		for _, f := range t.fields {
			for i, source := range f.sources.all() {
				if source.Requires != nil {
					m.checkTransitiveAuth(i, f, f.parent, readBy{"@requires", source.Requires.Fields, source.Requires.Pos})
				}
				for _, c := range source.Contexts {
					for _, t := range m.subgraphs[i].ContextTypes(c.Context) {
						if merged := m.byName[t.Name]; merged != nil {
							m.checkTransitiveAuth(i, f, merged, readBy{"@fromContext", c.Selection, c.Pos})
						}
					}
				}
			}
		}
	}
	return m.takeDiags()
}

// hasAuth reports whether anything is protected.
func (m *merger) hasAuth() bool {
	return slices.ContainsFunc(authDirectives, func(name string) bool { return m.features[name] })
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

// readBy is what a field reads by one of its directives.
type readBy struct {
	directive string
	fields    federation.FieldSet
	pos       schema.Position
}

func (m *merger) checkTransitiveAuth(i int, f *mergedField, from *mergedType, read readBy) {
	own := m.requirementOf(f.parent, f)
	m.eachSelected(from, read.fields, func(t *mergedType, needed *mergedField) {
		if own.implies(m.requirementOf(t, needed)) {
			return
		}
		m.report(diag.MissingTransitiveAuthRequirements, []diag.Position{m.subgraphs[i].At(read.pos)},
			fmt.Sprintf("put the requirements of %q on %q too", needed.coordinate(), f.coordinate()),
			"field %q reads the protected field %q with %s and does not ask for the same", f.coordinate(), needed.coordinate(), read.directive)
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

// withAbstractAuth adds to the directives on a field, by subgraph, the requirements of interface
// objects' fields that resolve it too: whoever answers, the same must be asked.
func (m *merger) withAbstractAuth(f *mergedField, applied bySubgraph[[]schema.Directive]) bySubgraph[[]schema.Directive] {
	for _, i := range m.abstractingSubgraphs(f) {
		for _, abstract := range m.abstracting(f, i) {
			for _, d := range abstract.Applied {
				if name, known := m.subgraphs[i].Canonical(d); known && slices.Contains(authDirectives, name) {
					applied.set(i, append(slices.Clone(applied.get(i)), d))
				}
			}
		}
	}
	return applied
}

// propagateAuth gives interfaces what their implementing types ask for: whoever selects through the
// interface may meet any of them.
func (m *merger) propagateAuth() {
	m.eachType(authPass, func(t *mergedType) {
		if t.def.Kind != schema.Interface || !m.hasAuth() {
			return
		}
		implementations := m.implementations(t.def.Name)
		t.def.Applied = m.addRequirements(t.def.Name, t.def.Applied, implementations, func(impl *mergedType) []schema.Directive { return impl.def.Applied })
		for _, f := range t.fields {
			def := *f.def // which the interface may share with a subgraph
			def.Applied = m.addRequirements(f.coordinate(), f.def.Applied, implementations, func(impl *mergedType) []schema.Directive {
				if own := impl.field(f.def.Name); own != nil {
					return own.def.Applied
				}
				return nil
			})
			f.def = &def
		}
	})
}

// addRequirements adds to the directives on an interface or its field those that the implementing types
// have.
func (m *merger) addRequirements(coordinate string, applied []schema.Directive, implementations []*mergedType, of func(*mergedType) []schema.Directive) []schema.Directive {
	lists := [][]schema.Directive{applied}
	for _, impl := range implementations {
		lists = append(lists, of(impl))
	}
	isAuth := func(d schema.Directive) bool { return slices.Contains(authDirectives, d.Name) }
	all := slices.DeleteFunc(slices.Concat(lists...), func(d schema.Directive) bool { return !isAuth(d) })
	if len(all) == 0 {
		return applied
	}
	out := slices.DeleteFunc(slices.Clone(applied), isAuth)
	for _, entry := range metadata {
		list := slices.DeleteFunc(slices.Clone(all), func(d schema.Directive) bool { return d.Name != entry.name })
		switch different := distinct(list); {
		case len(different) < 2:
			out = append(out, different...)
		default:
			merged := entry.combine(list)
			out = append(out, merged)
			m.hintMerged(entry.name, coordinate, merged, nil)
		}
	}
	return out
}
