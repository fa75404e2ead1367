package plan

import (
	"encoding/json"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// node is one node of the plan in the JSON form that query planners commonly print: fetches in
// sequences and parallel groups.
type node struct {
	Kind string `json:"kind"`
	// Node is the child of a QueryPlan or a Flatten, Nodes are those of a Sequence or Parallel.
	Node  *node   `json:"node,omitempty"`
	Nodes []*node `json:"nodes,omitempty"`
	// Primary and Rest are the parts of a Subscription.
	Primary *node `json:"primary,omitempty"`
	Rest    *node `json:"rest,omitempty"`
	// Path is where a Flatten starts.
	Path []string `json:"path,omitempty"`
	// The remaining members describe a Fetch.
	ServiceName   string `json:"serviceName,omitempty"`
	OperationKind string `json:"operationKind,omitempty"`
	Operation     string `json:"operation,omitempty"`
}

// Nodes returns the plan as JSON in the form that other query planners print (QueryPlan, Sequence,
// Parallel, Flatten, Fetch), for tools that compare plans. It shows waves: that a fetch waits for
// its own inputs only cannot be said in it.
func (p *Plan) Nodes() ([]byte, error) {
	byWave := [][]*node{}
	for i, wave := range p.Waves() {
		for len(byWave) < wave {
			byWave = append(byWave, nil)
		}
		byWave[wave-1] = append(byWave[wave-1], p.fetchNode(p.Fetches[i]))
	}
	steps := make([]*node, len(byWave))
	for i, nodes := range byWave {
		steps[i] = group("Parallel", nodes)
	}
	root := &node{Kind: "QueryPlan"}
	switch {
	case p.Kind == operation.Subscription && len(steps) > 0:
		root.Node = &node{Kind: "Subscription", Primary: steps[0]}
		if len(steps) > 1 {
			root.Node.Rest = group("Sequence", steps[1:])
		}
	case len(steps) > 0:
		root.Node = group("Sequence", steps)
	}
	return json.Marshal(root)
}

// group returns the nodes as one node.
func group(kind string, nodes []*node) *node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return &node{Kind: kind, Nodes: nodes}
}

func (p *Plan) fetchNode(f *Fetch) *node {
	fetch := &node{
		Kind: "Fetch", ServiceName: p.Subgraphs[f.Subgraph],
		OperationKind: kindText(f.Operation), Operation: f.Text,
	}
	if len(f.Entities) != 1 {
		return fetch
	}
	flatten := &node{Kind: "Flatten", Node: fetch}
	l := p.Root
	for _, step := range f.Entities[0].Path {
		flatten.Path = append(flatten.Path, l.Slots[step.Slot].Name)
		l = l.Slots[step.Slot].Child
	}
	return flatten
}
