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
	n.ID = NodeID(len(g.Nodes))
	n.fields = map[string]*FieldEdge{}
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
func (g *Graph) implementersIn(sub *supergraph.Subgraph) map[string]schema.TypeSet {
	out := map[string]schema.TypeSet{}
	for _, t := range sub.Types {
		if t.Kind == schema.Object && !t.IsInterfaceObject {
			for _, name := range t.Interfaces {
				out[name] = out[name].With(g.numbers[t.Name])
			}
		}
	}
	return out
}

// possibleIn returns the runtime types that an object of type t can have in its subgraph.
func (g *Graph) possibleIn(t *supergraph.SubgraphType, implementers map[string]schema.TypeSet) schema.TypeSet {
	var set schema.TypeSet
	switch {
	case t.IsInterfaceObject:
		return g.possible[t.Name]
	case t.Kind == schema.Object:
		return set.With(g.numbers[t.Name])
	case t.Kind == schema.Interface:
		return implementers[t.Name]
	}
	for _, member := range t.Members {
		if n, ok := g.numbers[member]; ok {
			set = set.With(n)
		}
	}
	return set
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
	if t.IsExtension {
		for _, key := range t.Keys {
			provided = append(slices.Clone(provided), key.Fields...)
		}
	}
	provided = g.fieldsOf(t.Name, provided)
	for _, f := range t.Fields {
		e := &FieldEdge{Field: f, Target: None, Requires: f.Requires}
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
		n.fields[f.Name] = e
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
	for _, n := range g.Nodes {
		if n.Provided != nil || len(n.Type.Keys) == 0 {
			continue
		}
		for _, t := range n.Possible.Indexes() {
			target := g.Narrow(n.ID, t)
			if target == None {
				continue
			}
			for _, key := range n.Type.Keys {
				g.keys[t] = append(g.keys[t], &KeyEdge{
					Target: target, TypeName: n.Type.Name, Fields: key.Fields,
					Resolvable: key.Resolvable, ByInterface: n.Type.Kind == schema.Interface,
				})
			}
		}
	}
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
