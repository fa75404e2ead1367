package querygraph

import (
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Build makes the query graph of a supergraph.
func Build(sg *supergraph.Supergraph) *Graph {
	g := &Graph{
		Supergraph: sg,
		numbers:    map[string]int{},
		possible:   map[string]schema.TypeSet{},
		nodes:      map[nodeKey]NodeID{},
	}
	g.numberTypes()
	g.readContexts()
	g.makeNodes()
	g.makeKeys()
	return g
}

// makeNodes makes the nodes of all composite types, then their edges; a field with @provides adds
// the nodes of its view, whose edges are made in turn.
func (g *Graph) makeNodes() {
	for _, sub := range g.Supergraph.Subgraphs {
		implementers := g.implementersIn(sub)
		for _, t := range sub.Types {
			if isComposite(t.Kind) {
				g.addNode(&Node{Subgraph: sub, Type: t, Possible: g.possibleIn(t, implementers)})
			}
		}
	}
	for i := 0; i < len(g.Nodes); i++ {
		g.connect(g.Nodes[i])
	}
}

func (g *Graph) addNode(n *Node) NodeID {
	n.ID, n.only = NodeID(len(g.Nodes)), -1
	if n.Type.Kind == schema.Object && !n.Type.IsInterfaceObject {
		n.only = g.Number(n.Type.Name)
	}
	g.Nodes = append(g.Nodes, n)
	g.nodes[nodeKey{n.Subgraph.Index, n.Type.Name, FieldSetText(n.Provided)}] = n.ID
	return n.ID
}

// view returns the node of t in which the provided fields are resolvable; without any it is t's own.
func (g *Graph) view(sub *supergraph.Subgraph, t *supergraph.SubgraphType, provided federation.FieldSet) NodeID {
	provided = canonical(provided)
	if id, ok := g.nodes[nodeKey{sub.Index, t.Name, FieldSetText(provided)}]; ok {
		return id
	}
	own := g.Nodes[g.Node(sub.Index, t.Name)]
	return g.addNode(&Node{Subgraph: sub, Type: t, Provided: provided, Possible: own.Possible})
}

// implementersIn lists the object types that implement each interface in the subgraph.
func (g *Graph) implementersIn(sub *supergraph.Subgraph) map[string][]int {
	out := map[string][]int{}
	for _, t := range sub.Types {
		if t.Kind == schema.Object && !t.IsInterfaceObject {
			for _, name := range t.Interfaces {
				out[name] = append(out[name], g.numbers[t.Name])
			}
		}
	}
	return out
}

// possibleIn returns the runtime types that an object of type t can have in its subgraph.
func (g *Graph) possibleIn(t *supergraph.SubgraphType, implementers map[string][]int) schema.TypeSet {
	switch {
	case t.Kind == schema.Object: // an interface object has those of its interface
		return g.possible[t.Name]
	case t.Kind == schema.Interface:
		return schema.SetOf(implementers[t.Name]...)
	}
	var members []int
	for _, member := range t.Members {
		if n, ok := g.numbers[member]; ok {
			members = append(members, n)
		}
	}
	return schema.SetOf(members...)
}

// connect makes the edges that leave n.
func (g *Graph) connect(n *Node) {
	sub, t := n.Subgraph, n.Type
	if t.Kind != schema.Object {
		n.narrow = map[int]NodeID{}
		for _, i := range n.Possible.Indexes() {
			if object := sub.Type(g.Types[i].Name); object != nil {
				n.narrow[i] = g.view(sub, object, n.Provided)
			}
		}
	}
	provided := n.Provided
	for _, key := range t.Keys {
		if key.OfExtension {
			provided = append(slices.Clone(provided), key.Fields...)
		}
	}
	provided = g.fieldsOf(t.Name, provided)
	block := make([]FieldEdge, len(t.Fields))
	n.Fields = make([]*FieldEdge, 0, len(t.Fields))
	if len(t.Fields) >= manyFields {
		n.fields = make(map[string]*FieldEdge, len(t.Fields))
	}
	for i, f := range t.Fields {
		e := &block[i]
		e.Field, e.Target, e.Requires = f, None, f.Requires
		var below federation.FieldSet
		isProvided := false
		for _, item := range provided {
			if item.Field == f.Name {
				isProvided = true
				below = append(below, item.Selections...)
			}
		}
		g.resolve(e, n, isProvided)
		if target := sub.Type(f.Type.Named()); target != nil && isComposite(target.Kind) {
			e.Target = g.view(sub, target, append(below, f.Provides...))
		}
		n.Fields = append(n.Fields, e)
		if e.isConditional() {
			n.conditional = append(n.conditional, e)
		}
		if n.fields != nil {
			n.fields[f.Name] = e
		}
	}
}

// resolve decides whether the subgraph of n resolves the field of e, and under which override label.
func (g *Graph) resolve(e *FieldEdge, n *Node, isProvided bool) {
	f := e.Field
	if isProvided && f.External {
		e.Resolvable = true
		return
	}
	if f.External || f.UsedOverridden && f.OverrideLabel == "" {
		return
	}
	e.Resolvable = true
	e.Label = f.OverrideLabel
	e.WhileOff = f.OverrideLabel != "" && f.Override == ""
}

// fieldsOf returns the items of a field set that hold for the type called name, with the fragments
// that fit it resolved and the others kept out.
func (g *Graph) fieldsOf(name string, fs federation.FieldSet) federation.FieldSet {
	var out federation.FieldSet
	for _, item := range fs {
		switch {
		case item.On == "":
			out = append(out, item)
		case g.isWithin(name, item.On):
			out = append(out, g.fieldsOf(name, item.Selections)...)
		}
	}
	return out
}

// isWithin reports whether every object of the type called name has the type called outer.
func (g *Graph) isWithin(name, outer string) bool {
	if name == outer {
		return true
	}
	inner := g.possible[name]
	return !inner.IsEmpty() && g.possible[outer].Contains(inner)
}

// makeKeys lists for every runtime type the jumps that enter its objects, in order of the nodes.
func (g *Graph) makeKeys() {
	g.keys = make([][]*KeyEdge, len(g.Types))
	g.entries = make([]int, len(g.Types))
	for _, n := range g.Nodes {
		if n.Provided != nil || len(n.Type.Keys) == 0 {
			continue
		}
		for _, t := range n.Possible.Indexes() {
			target := g.Narrow(n.ID, t)
			if target == None {
				continue
			}
			entry := g.entryOf(t, target)
			for _, key := range n.Type.Keys {
				g.keys[t] = append(g.keys[t], &KeyEdge{
					Target: target, TypeName: n.Type.Name, Fields: key.Fields,
					Resolvable: key.Resolvable, ByInterface: n.Type.Kind == schema.Interface, entry: entry,
				})
			}
		}
	}
}

// entryOf numbers the nodes by which keys enter the objects of a type.
func (g *Graph) entryOf(t int, target NodeID) int {
	for _, k := range slices.Backward(g.keys[t]) {
		if k.Target == target {
			return k.entry
		}
		if g.Nodes[k.Target].Subgraph.Index < g.Nodes[target].Subgraph.Index {
			break // keys are in order of the subgraphs
		}
	}
	g.entries[t]++
	return g.entries[t] - 1
}

func isComposite(k schema.Kind) bool {
	return k == schema.Object || k == schema.Interface || k == schema.Union
}

// canonical sorts a field set and drops repetitions, so that equal views are one node.
func canonical(fs federation.FieldSet) federation.FieldSet {
	if len(fs) == 0 {
		return nil
	}
	sorted := slices.Clone(fs)
	for i := range sorted {
		sorted[i].Selections = canonical(sorted[i].Selections)
	}
	slices.SortStableFunc(sorted, func(a, b federation.FieldSetItem) int {
		return strings.Compare(itemText(a), itemText(b))
	})
	return slices.CompactFunc(sorted, func(a, b federation.FieldSetItem) bool { return itemText(a) == itemText(b) })
}
