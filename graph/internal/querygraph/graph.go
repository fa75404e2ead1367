// Package querygraph is the graph that satisfiability and planning search: its nodes are types in
// subgraphs, its edges the moves that an executor can make.
//
// In: a supergraph. Out: an immutable Graph. The passes are: number the runtime types (number.go),
// make the nodes with their field and narrow edges (build.go), collect the key edges by runtime
// type (keys.go). Reach (reach.go) adds what can be had from one node with its own jumps. It knows
// no operation and no cost.
package querygraph

import (
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// NodeID is the index of a node in its Graph.
type NodeID int32

// None is no node: the target of a field that returns a leaf.
const None NodeID = -1

// Graph is the query graph of one supergraph. It is immutable and safe for concurrent use.
type Graph struct {
	Supergraph *supergraph.Supergraph
	// Types are the object types by their runtime type number: those of the API schema first, by
	// their dense number there, then the inaccessible ones. All TypeSets of the graph refer to it.
	Types []*schema.Type
	// Visible are the types that the API schema has.
	Visible schema.TypeSet
	// Nodes are the nodes by their ID, in order of subgraph and type; views follow.
	Nodes []*Node

	numbers map[string]int
	// possible are the runtime types of every composite type of the supergraph.
	possible map[string]schema.TypeSet
	nodes    map[nodeKey]NodeID
	// contexts are the runtime types that offer a context, by its name; contextual the arguments that
	// some subgraph wants from contexts, by field.
	contexts   map[string]schema.TypeSet
	contextual map[fieldOf][]supergraph.ContextArgument
	// keys are the key edges that enter an object, by its runtime type.
	keys [][]*KeyEdge
	// entries are, by runtime type, how many nodes keys enter.
	entries []int
}

// fieldOf is a field of a runtime type.
type fieldOf struct {
	number int
	name   string
}

type nodeKey struct {
	subgraph int
	name     string
	provided string
}

// Node is a composite type in one subgraph, or a view of it below a field with @provides.
type Node struct {
	ID       NodeID
	Subgraph *supergraph.Subgraph
	Type     *supergraph.SubgraphType
	// Provided is set for a view: what @provides makes resolvable here.
	Provided federation.FieldSet
	// Possible are the runtime types that an object at this node can have. An interface object
	// can stand for every implementation.
	Possible schema.TypeSet
	// Fields are the field edges in order of declaration; empty for a union.
	Fields []*FieldEdge

	narrow map[int]NodeID
	// fields are the edges by name where there are many.
	fields map[string]*FieldEdge
	// conditional are the edges that are taken only by entering the subgraph.
	conditional []*FieldEdge
	// only is the runtime type of an object type's node; -1 for others.
	only int
}

// manyFields is the number of fields from which on a node has a table of them; the others, which almost
// all are, are looked through.
const manyFields = 24

// FieldEdge is the move from an object to a field of it.
type FieldEdge struct {
	Field *supergraph.SubgraphField
	// Target is the node of the objects that the field returns; None for a leaf.
	Target NodeID
	// Resolvable is false for a field that the subgraph declares and cannot resolve here: it is
	// external, or was overridden.
	Resolvable bool
	// Label makes the edge depend on a progressive override: it can be taken while the label is
	// on, or off if WhileOff is set. Empty for every other edge.
	Label    string
	WhileOff bool
	// Requires must be collected before the edge is taken; nil without.
	Requires federation.FieldSet
}

// KeyEdge is a jump into a subgraph by a key.
type KeyEdge struct {
	// Target is the node that is entered: of the runtime type itself, or of an interface object.
	Target NodeID
	// TypeName stands in the representation: the object type, or an interface.
	TypeName string
	Fields   federation.FieldSet
	// Resolvable is false for @key(resolvable: false): the edge serves only to come back to the
	// subgraph that the object was read from.
	Resolvable bool
	// ByInterface is set when the jump enters a keyed interface: the object's runtime type need
	// not be known before and is known after.
	ByInterface bool
	// entry is the number of Target among the nodes by which keys enter the runtime type.
	entry int
}

// Number returns the runtime type number of the object type called name, or -1.
func (g *Graph) Number(name string) int {
	if n, ok := g.numbers[name]; ok {
		return n
	}
	return -1
}

// Possible returns the runtime types of the composite type of the supergraph called name,
// inaccessible ones included.
func (g *Graph) Possible(name string) schema.TypeSet { return g.possible[name] }

// Node returns the node of the type called name in the subgraph, outside every view, or None.
func (g *Graph) Node(subgraph int, name string) NodeID {
	if id, ok := g.nodes[nodeKey{subgraph: subgraph, name: name}]; ok {
		return id
	}
	return None
}

// Roots returns the nodes of a root operation type in order of the subgraphs.
func (g *Graph) Roots(name string) []NodeID {
	var roots []NodeID
	for i := range g.Supergraph.Subgraphs {
		if id := g.Node(i, name); id != None {
			roots = append(roots, id)
		}
	}
	return roots
}

// Narrow returns the node at which an object of runtime type t that was read at id has its own
// fields: the object type's node in the same subgraph and view, or id itself if it is that node or
// an interface object. It is None when the object cannot have that type.
func (g *Graph) Narrow(id NodeID, t int) NodeID {
	n := g.Nodes[id]
	if !n.Possible.Has(t) {
		return None
	}
	if n.Type.Kind == schema.Object {
		return id
	}
	return n.narrow[t]
}

// Keys returns the key edges that enter an object of runtime type t, in order of the subgraphs.
func (g *Graph) Keys(t int) []*KeyEdge { return g.keys[t] }

// KnowsType reports whether an object that is read at the node tells its runtime type: an
// interface object does not.
func (n *Node) KnowsType() bool { return !n.Type.IsInterfaceObject }

// Field returns the edge of the field called name, or nil.
func (n *Node) Field(name string) *FieldEdge {
	if n.fields != nil {
		return n.fields[name]
	}
	for _, e := range n.Fields {
		if e.Field.Name == name {
			return e
		}
	}
	return nil
}

// Open reports whether the edge can be taken while the labels in on are on.
func (e *FieldEdge) Open(on map[string]bool) bool {
	return e.Resolvable && (e.Label == "" || on[e.Label] != e.WhileOff)
}
