package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// contextName is the name of a subgraph's context in the supergraph, where other subgraphs may have one
// of the same name.
func (m *merger) contextName(i int, name string) string { return m.subgraphs[i].Name + "__" + name }

// contextArgs are the arguments of @context in the supergraph.
func (m *merger) contextArgs(i int, d schema.Directive) []schema.Argument {
	v := d.Arg("name")
	if v == nil {
		return d.Args
	}
	return []schema.Argument{{Name: "name", Value: schema.Value{Kind: schema.String, Raw: m.contextName(i, v.Raw)}}}
}

// withoutContextual drops arguments that are contextual in a subgraph: the router passes them, so
// clients do not see them.
func (m *merger) withoutContextual(f *mergedField, sources bySubgraph[*argSource]) bySubgraph[*argSource] {
	var names []string
	for _, source := range f.sources.all() {
		for _, c := range source.Contexts {
			if !slices.Contains(names, c.Arg.Name) {
				names = append(names, c.Arg.Name)
			}
		}
	}
	if len(names) == 0 {
		return sources
	}
	for _, name := range names {
		m.checkContextualEverywhere(f, name)
	}
	var out bySubgraph[*argSource]
	for i, source := range sources.all() {
		args := slices.DeleteFunc(slices.Clone(source.args), func(a *schema.InputValue) bool { return slices.Contains(names, a.Name) })
		out.set(i, &argSource{args: args, pos: source.pos})
	}
	return out
}

// checkContextualEverywhere: where an argument is contextual in one subgraph, nobody passes it to the
// others, which must do without.
func (m *merger) checkContextualEverywhere(f *mergedField, name string) {
	isContextual := func(source *federation.Field) bool {
		return slices.ContainsFunc(source.Contexts, func(c *federation.ContextArgument) bool { return c.Arg.Name == name })
	}
	for i, source := range f.sources.all() {
		if source.External != nil || isContextual(source) {
			continue
		}
		arg := source.Def.Arg(name)
		if arg == nil {
			continue
		}
		at := []diag.Position{m.subgraphs[i].At(arg.Pos)}
		fix := fmt.Sprintf("put @fromContext on the argument in %q too, or remove it there", m.subgraphs[i].Name)
		if arg.Type.NonNull && arg.Default == nil {
			m.report(diag.ContextualArgumentNotContextualInAllSubgraphs, at, fix,
				"argument \"%s(%s:)\" is contextual in another subgraph and required in %q, to which nobody could pass it", f.coordinate(), name, m.subgraphs[i].Name)
			continue
		}
		m.add(diag.Info, diag.ContextualArgumentNotContextualInAllSubgraphs, at, fix,
			"argument \"%s(%s:)\" is contextual in another subgraph and not in %q, to which nobody passes it", f.coordinate(), name, m.subgraphs[i].Name)
	}
}

// contextSources says for one subgraph's context which types offer it.
type contextSources map[string][]string

// contexts are the types that offer each context, by the context's name in the supergraph.
func (m *merger) contexts() contextSources {
	out := contextSources{}
	for i, sub := range m.subgraphs {
		for _, t := range sub.Types {
			for _, name := range t.Contexts {
				key := m.contextName(i, name)
				out[key] = append(out[key], t.Name)
			}
		}
	}
	return out
}

// bindContexts finds which contextual arguments have their value when an object of the state is on the
// way: those of the state before, and those whose context the object offers and whose selection can be
// read of it.
func (w *walk) bindContexts(s *state) {
	if len(w.wanted) == 0 {
		return
	}
	s.bound = slices.Clone(s.bound)
	for key, want := range w.wanted {
		offers := slices.ContainsFunc(w.contexts[want.Context], func(name string) bool { return w.g.Possible(name).Has(s.runtimeType) })
		if !offers {
			continue
		}
		readable := slices.ContainsFunc(s.nodes, func(id querygraph.NodeID) bool {
			return w.reach.Missing(querygraph.Place{Node: id, Type: s.runtimeType}, want.Selection) == ""
		})
		at := slices.Index(s.bound, key)
		switch {
		case readable && at < 0:
			s.bound = append(s.bound, key)
		case !readable && at >= 0: // the nearest object counts
			s.bound = slices.Delete(s.bound, at, at+1)
		}
	}
	slices.Sort(s.bound)
}

// wantedContexts are the different contextual arguments of the graph.
func wantedContexts(s *supergraph.Supergraph) map[string]supergraph.ContextArgument {
	out := map[string]supergraph.ContextArgument{}
	for _, sub := range s.Subgraphs {
		for _, t := range sub.Types {
			for _, f := range t.Fields {
				for _, c := range f.Contexts {
					out[contextKey(c)] = c
				}
			}
		}
	}
	return out
}

func contextKey(c supergraph.ContextArgument) string { return c.Context + " " + c.Selection.String() }

// isBound reports whether all contextual arguments of the field have their values.
func (s *state) isBound(f *supergraph.SubgraphField) bool {
	for _, c := range f.Contexts {
		if !slices.Contains(s.bound, contextKey(c)) {
			return false
		}
	}
	return true
}
