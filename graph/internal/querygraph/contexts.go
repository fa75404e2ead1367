package querygraph

import (
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// readContexts finds which objects offer contexts and which fields want them.
func (g *Graph) readContexts() {
	g.contexts, g.contextual = map[string]schema.TypeSet{}, map[fieldOf][]supergraph.ContextArgument{}
	for _, t := range g.Supergraph.Schema.Types {
		for _, d := range t.Applied {
			if name := d.Arg("name"); d.Name == "context" && name != nil {
				g.contexts[name.Raw] = g.contexts[name.Raw].Or(g.possible[t.Name])
			}
		}
	}
	for _, sub := range g.Supergraph.Subgraphs {
		for _, t := range sub.Types {
			for _, f := range t.Fields {
				for _, number := range g.possible[t.Name].Indexes() {
					if len(f.Contexts) > 0 {
						key := fieldOf{number, f.Name}
						g.contextual[key] = append(g.contextual[key], f.Contexts...)
					}
				}
			}
		}
	}
}

// ContextTypes returns the runtime types whose objects offer the context called name.
func (g *Graph) ContextTypes(name string) schema.TypeSet { return g.contexts[name] }

// Contextual returns the arguments of a field of a runtime type that some subgraph wants from
// contexts.
func (g *Graph) Contextual(number int, field string) []supergraph.ContextArgument {
	if len(g.contextual) == 0 {
		return nil
	}
	return g.contextual[fieldOf{number, field}]
}
