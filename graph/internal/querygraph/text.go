package querygraph

import (
	"fmt"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
)

// String prints the graph for tests: the nodes with their edges, then the jumps by runtime type.
func (g *Graph) String() string {
	var b strings.Builder
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "%s\n", n)
		for _, e := range n.Fields {
			fmt.Fprintf(&b, "  %s\n", g.edgeText(e))
		}
		if n.narrow != nil {
			var names []string
			for _, t := range n.Possible.Indexes() {
				names = append(names, g.Types[t].Name)
			}
			fmt.Fprintf(&b, "  ... %s\n", strings.Join(names, " | "))
		}
	}
	for i, t := range g.Types {
		if t == nil || len(g.keys[i]) == 0 {
			continue
		}
		fmt.Fprintf(&b, "jumps %s\n", t.Name)
		for _, k := range g.keys[i] {
			fmt.Fprintf(&b, "  -> %s\n", g.keyText(k))
		}
	}
	return b.String()
}

// String prints the node: "Product@order", with an interface object marked and a view's fields.
func (n *Node) String() string {
	text := n.Type.Name + "@" + n.Subgraph.Name
	if n.Type.IsInterfaceObject {
		text += " (interface object)"
	}
	if n.Provided != nil {
		text += " provided {" + FieldSetText(n.Provided) + "}"
	}
	return text
}

func (g *Graph) edgeText(e *FieldEdge) string {
	text := e.Field.Name
	if e.Target != None {
		text += " -> " + g.Nodes[e.Target].String()
	}
	switch {
	case !e.Resolvable:
		text += " (not resolved here)"
	case e.WhileOff:
		text += " (while " + e.Label + " is off)"
	case e.Label != "":
		text += " (while " + e.Label + " is on)"
	}
	if e.Requires != nil {
		text += " requires {" + FieldSetText(e.Requires) + "}"
	}
	return text
}

func (g *Graph) keyText(k *KeyEdge) string {
	text := fmt.Sprintf("%s by %s {%s}", g.Nodes[k.Target], k.TypeName, FieldSetText(k.Fields))
	if !k.Resolvable {
		text += " (not resolvable)"
	}
	return text
}

// FieldSetText prints a field set: "id org { id }".
func FieldSetText(fs federation.FieldSet) string {
	parts := make([]string, len(fs))
	for i, item := range fs {
		parts[i] = itemText(item)
	}
	return strings.Join(parts, " ")
}

func itemText(item federation.FieldSetItem) string {
	text := item.Field
	if item.On != "" {
		text = "... on " + item.On
	}
	if item.Alias != "" {
		text = item.Alias + ": " + text
	}
	if len(item.Args) > 0 {
		parts := make([]string, len(item.Args))
		for i, a := range item.Args {
			parts[i] = a.Name + ": " + a.Value.String()
		}
		text += "(" + strings.Join(parts, ", ") + ")"
	}
	if len(item.Selections) > 0 {
		text += " { " + FieldSetText(item.Selections) + " }"
	}
	return text
}
