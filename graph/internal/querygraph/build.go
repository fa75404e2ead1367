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
	g.makeNodes()
	g.makeKeys()
	return g
}

// makeNodes makes the nodes of all composite types, then their edges; a field with @provides adds
// the nodes of its view, whose edges are made in turn.
func (g *Graph) makeNodes() {
	for _, sub := range g.Supergraph.Subgraphs {
		for _, t := range sub.Types {
			if t.Kind == schema.Object || t.Kind == schema.Interface || t.Kind == schema.Union {
				g.node(sub, t, nil)
			}
		}
	}
	for i := 0; i < len(g.Nodes); i++ {
		g.connect(g.Nodes[i])
	}
}

// node returns the node of t, in a view if provided is not empty.
func (g *Graph) node(sub *supergraph.Subgraph, t *supergraph.SubgraphType, provided federation.FieldSet) NodeID {
	provided = canonical(provided)
	key := nodeKey{subgraph: sub.Index, name: t.Name, provided: FieldSetText(provided)}
	if id, ok := g.nodes[key]; ok {
		return id
	}
	id := NodeID(len(g.Nodes))
	g.nodes[key] = id
	g.Nodes = append(g.Nodes, &Node{
		ID: id, Subgraph: sub, Type: t, Provided: provided,
		Possible: g.possibleIn(sub, t), fields: map[string]*FieldEdge{},
	})
	return id
}

// possibleIn returns the runtime types that an object of type t can have in the subgraph.
func (g *Graph) possibleIn(sub *supergraph.Subgraph, t *supergraph.SubgraphType) schema.TypeSet {
	var set schema.TypeSet
	switch {
	case t.IsInterfaceObject:
		return g.possible[t.Name]
	case t.Kind == schema.Object:
		return set.With(g.numbers[t.Name])
	case t.Kind == schema.Union:
		for _, member := range t.Members {
			if n, ok := g.numbers[member]; ok {
				set = set.With(n)
			}
		}
	default:
		for _, other := range sub.Types {
			if other.Kind == schema.Object && slices.Contains(other.Interfaces, t.Name) && !other.IsInterfaceObject {
				set = set.With(g.numbers[other.Name])
			}
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
				n.narrow[i] = g.node(sub, object, n.Provided)
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
			e.Target = g.node(sub, target, append(below, f.Provides...))
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

// makeKeys lists for every runtime type the jumps that enter its objects.
func (g *Graph) makeKeys() {
	g.keys = make([][]*KeyEdge, len(g.Types))
	for i, t := range g.Types {
		if t == nil {
			continue
		}
		for _, sub := range g.Supergraph.Subgraphs {
			g.keys[i] = append(g.keys[i], g.keysInto(i, sub)...)
		}
	}
}

func (g *Graph) keysInto(number int, sub *supergraph.Subgraph) []*KeyEdge {
	var edges []*KeyEdge
	for _, t := range sub.Types {
		id := g.Node(sub.Index, t.Name)
		if id == None || !g.Nodes[id].Possible.Has(number) {
			continue
		}
		byInterface := t.Kind == schema.Interface
		if t.Kind != schema.Object && !byInterface {
			continue
		}
		target := g.Narrow(id, number)
		if target == None {
			continue
		}
		for _, key := range t.Keys {
			edges = append(edges, &KeyEdge{
				Target: target, TypeName: t.Name, Fields: key.Fields,
				Resolvable: key.Resolvable, ByInterface: byInterface,
			})
		}
	}
	return edges
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
