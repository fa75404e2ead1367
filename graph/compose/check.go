package compose

import (
	"fmt"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// checkMerged checks what only the merged types show.
func (m *merger) checkMerged() diag.List {
	m.checkInterfaceFields()
	return m.takeDiags()
}

// checkQueries: a graph without a query cannot be asked anything.
func (m *merger) checkQueries() {
	if query := m.byName["Query"]; query == nil || len(query.fields) == 0 {
		m.report(diag.NoQueries, nil, "add \"type Query\" with a field to one subgraph", "no subgraph has a query field")
	}
}

// checkBases: a type that is extended must be defined somewhere.
func (m *merger) checkBases() {
	for _, t := range m.types {
		if t.isKept {
			continue
		}
		isDefined := t.sources.any(func(i int) bool { return !t.sources.get(i).Def.IsExtension })
		if !isDefined && !isRootName(t.def.Name) {
			m.report(diag.ExtensionWithNoBase, m.typePositions(t, nil), fmt.Sprintf("define %q in one subgraph instead of extending it", t.def.Name),
				"type %q is extended and no subgraph defines it", t.def.Name)
		}
	}
}

// checkInterfaceFields: every implementing type must have every field of its merged interfaces.
func (m *merger) checkInterfaceFields() {
	for _, t := range m.types {
		if t.def.Kind != schema.Object && t.def.Kind != schema.Interface {
			continue
		}
		for _, name := range t.def.Interfaces {
			iface := m.byName[name]
			if t.isKept && iface.isKept {
				continue
			}
			for _, f := range iface.fields {
				if t.field(f.def.Name) == nil {
					m.report(diag.InterfaceFieldNoImplem, append(m.fieldPositions(f), m.typePositions(t, nil)...),
						fmt.Sprintf("add \"%s: %s\" to %q %s", f.def.Name, f.def.Type, t.def.Name, at(m.typePositions(t, nil)[0])),
						"interface %q has the field %q, and %q, which implements it, has it in no subgraph", name, f.def.Name, t.def.Name)
				}
			}
		}
	}
}

// checkGraphQL holds the API schema to the rules of plain GraphQL.
func checkGraphQL(s *supergraph.Supergraph) diag.List { return graphQLProblems(s.API().Check()) }

// checkAPI is checkGraphQL, as far as the API schema may have changed.
func (m *merger) checkAPI(s *supergraph.Supergraph) diag.List {
	if m.before == nil {
		return checkGraphQL(s)
	}
	return graphQLProblems(s.API().CheckAfter(m.before.s.API()))
}

func graphQLProblems(problems schema.Problems) diag.List {
	var diags diag.List
	for _, p := range problems {
		diags = append(diags, diag.Diagnostic{Code: diag.InvalidGraphQL, Message: "the merged schema: " + p.Message, Fix: "make the subgraphs agree on it"})
	}
	return diags
}
