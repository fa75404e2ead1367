package differential

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
)

// Loaded is a graph ready to be asked.
type Loaded struct {
	graph *graph.Graph
	world *world.World
	api   *ast.Schema
}

// RefusedError says that a graph could not be composed, which is no fault of the engine as far as one can tell.
type RefusedError struct{ Diagnostics diag.List }

// Error lists the diagnostics.
func (e *RefusedError) Error() string {
	return "composition refuses the graph:\n" + e.Diagnostics.String()
}

// Codes are the distinct error codes.
func (e *RefusedError) Codes() []diag.Code {
	var out []diag.Code
	seen := map[diag.Code]bool{}
	for _, d := range e.Diagnostics {
		if d.Severity == diag.Error && !seen[d.Code] {
			seen[d.Code] = true
			out = append(out, d.Code)
		}
	}
	return out
}

// Load composes a graph and makes up its world. The error is a *RefusedError if composition refuses it.
func Load(g generate.Graph, settings world.Settings) (*Loaded, error) {
	var subgraphs []compose.Subgraph
	for _, s := range g.Subgraphs {
		subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, SDL: s.Text})
	}
	super, diagnostics := compose.Compose(subgraphs)
	if super == nil {
		return nil, &RefusedError{diagnostics}
	}
	loaded, err := graph.New(super, graph.Options{ShowSubgraphErrors: true})
	if err != nil {
		return nil, fmt.Errorf("load what was composed: %w", err)
	}
	w, err := world.New(g.Monolith, g.Subgraphs, settings)
	if err != nil {
		return nil, err
	}
	api, err := gqlparser.LoadSchema(&ast.Source{Name: "api", Input: loaded.APISchema()})
	if err != nil {
		return nil, fmt.Errorf("the API schema is not valid: %w", err)
	}
	return &Loaded{graph: loaded, world: w, api: api}, nil
}

// maxGraphs is how many graphs are made up until one can be composed.
const maxGraphs = 200

// NewGraph makes up a graph that can be composed. refused is called for those that cannot.
func NewGraph(random *rand.Rand, settings world.Settings, refused func(generate.Graph, *RefusedError)) (generate.Graph, *Loaded, error) {
	for range maxGraphs {
		g := generate.NewGraph(random)
		loaded, err := Load(g, settings)
		if errors.Is(err, world.ErrNoType) {
			continue
		}
		var refusal *RefusedError
		if errors.As(err, &refusal) {
			refused(g, refusal)
			continue
		}
		return g, loaded, err
	}
	return generate.Graph{}, nil, fmt.Errorf("none of %d graphs can be composed", maxGraphs)
}

// NewCase makes up an operation on a graph.
func (l *Loaded) NewCase(random *rand.Rand, g generate.Graph) *Case {
	c := &Case{Graph: g, Operation: generate.NewOperation(random, l.api), Settings: l.world.Settings}
	c.Labels = sortedLabels(l.graph.OverrideLabels(), random.Uint64())
	c.Order = newOrder(random)
	return c
}

// newOrder chooses an order of answers. Some arrive as they come, by the executor's own goroutines.
func newOrder(random *rand.Rand) uint64 {
	if random.IntN(8) == 0 {
		return 0
	}
	return random.Uint64() | 1
}
