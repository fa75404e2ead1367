package compose

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/supergraph"
)

// farEdits are edits of subgraph c that reach types which c does not have, or might seem to.
var farEdits = []struct {
	name string
	a, b string
	// c is what c has before the edit, edited what it has after.
	c, edited string
	// isRefused says that the graph is refused after the edit.
	isRefused bool
}{
	{name: "nothing", c: "type C { x: Int }", edited: "# moved\ntype C { x: Int }"},
	{name: "a field", c: "type C { x: Int }", edited: "type C { x: Int y: Int }"},
	{name: "a type more", c: "type C { x: Int }", edited: "type C { x: Int } type D { c: C }"},
	{
		name: "what implements what decides which types can be merged", isRefused: true,
		a: "type T @shareable { f: I } interface I { x: Int }", b: "type T @shareable { f: A } type A @shareable { x: Int }",
		c: "interface I { x: Int } type A implements I @shareable { x: Int }", edited: "interface I { x: Int } type A @shareable { x: Int }",
	},
	{
		name: "a union's members decide which types can be merged", isRefused: true,
		a: "type T @shareable { f: U } union U = V type V @shareable { x: Int }", b: "type T @shareable { f: A } type A @shareable { x: Int }",
		c: "union U = A type A @shareable { x: Int }", edited: "union U = B type A @shareable { x: Int } type B { x: Int }",
	},
	{
		name: "an argument that is gone uses its enum no more", isRefused: true,
		a: "type T @shareable { f(e: E): Int } enum E { X }", b: "enum E { X Y } extend type Query { e: E }",
		c: "type T @shareable { f: Int }", edited: "type C { x: Int }",
	},
	{
		name: "an enum that is an input no more",
		a:    "type T @shareable { f(e: E): Int } enum E { X }", b: "enum E { X Y }",
		c: "type C { x: Int }", edited: "type T @shareable { f: Int }",
	},
	{
		name: "an interface asks for what its implementations ask for",
		a:    "interface I { x: Int } type A implements I @key(fields: \"id\") { id: ID! x: Int }",
		c:    "type A @key(fields: \"id\") { id: ID! y: Int }", edited: "type A @key(fields: \"id\") @authenticated { id: ID! y: Int }",
	},
	{
		name: "a field that reads what is protected", isRefused: true,
		a: "type A @key(fields: \"id\") { id: ID! y: Int @external z: Int @requires(fields: \"y\") }",
		b: "type B { x: Int @authenticated }",
		c: "type A @key(fields: \"id\") { id: ID! y: Int }", edited: "type A @key(fields: \"id\") { id: ID! y: Int @authenticated }",
	},
	{
		name: "a default that its enum no longer has", isRefused: true,
		a: "type T { f(e: E = Y): Int } enum E { X Y }",
		c: "enum E { X Y }", edited: "enum E { X }",
	},
	{
		name: "hints about runtime types are kept",
		a:    "extend type Query { u: U @shareable } union U = A | B type A @shareable { x: Int } type B @shareable { x: Int }",
		b:    "extend type Query { u: U @shareable } union U = A | D type A @shareable { x: Int } type D @shareable { x: Int }",
		c:    "type C { x: Int }", edited: "type C { y: Int }",
	},
	{
		name: "what links features is kept",
		a:    "type A @tag(name: \"a\") { x: Int @cacheTag(format: \"x\") @cost(weight: 3) }",
		c:    "type C { x: Int }", edited: "type C { y: Int }",
	},
	{
		name: "a hidden type leaves unions that others have",
		a:    "union U = H | K type H @shareable { x: Int } type K { x: Int } extend type Query { u: U }",
		c:    "type H @shareable { x: Int }", edited: "type H @inaccessible @shareable { x: Int }",
	},
	{
		name: "a hidden type that others use", isRefused: true,
		a: "type H @shareable { x: Int } extend type Query { h: H }",
		c: "type H @shareable { x: Int }", edited: "type H @inaccessible @shareable { x: Int }",
	},
	{
		name: "a field of an interface that others implement", isRefused: true,
		a: "interface I { x: Int } type A implements I { x: Int }",
		c: "interface I { x: Int }", edited: "interface I { x: Int y: Int }",
	},
	{
		name: "an interface object adds to new implementations",
		a:    "interface I @key(fields: \"id\") { id: ID! } type A implements I @key(fields: \"id\") { id: ID! } extend type Query { i: I }",
		b:    "type I @key(fields: \"id\") @interfaceObject { id: ID! more: Int }",
		c:    "type C { x: Int }", edited: "interface I { id: ID! } type A implements I @key(fields: \"id\") { id: ID! } type D { x: Int }",
	},
	{
		name: "a key that others need to reach a field", isRefused: true,
		a: "type A @key(fields: \"id\") { id: ID! x: Int } extend type Query { theA: A }",
		b: "type A @key(fields: \"id\") { id: ID! b: B } type B @key(fields: \"k\") { k: ID! }",
		c: "type B @key(fields: \"k\") { k: ID! y: Int }", edited: "type B @key(fields: \"k\", resolvable: false) { k: ID! y: Int }",
	},
	{
		name: "a composed directive",
		a:    "type A @custom { x: Int } extend schema @link(url: \"https://example.com/custom/v1.0\", import: [\"@custom\"]) @composeDirective(name: \"@custom\") directive @custom on OBJECT",
		c:    "type C { x: Int }", edited: "type C @custom { x: Int } extend schema @link(url: \"https://example.com/custom/v1.0\", import: [\"@custom\"]) @composeDirective(name: \"@custom\") directive @custom on OBJECT",
	},
	{name: "Federation 1", a: "type A { x: Int }", c: "type C { x: Int }", edited: "# Federation 1\ntype C { x: Int }"},
	{
		name: "a query root that is gone", a: "type A { x: Int }",
		c: "extend type Query { c: Int }", edited: "type C { x: Int }",
	},
	{
		name: "a mutation that somebody else resolves too", a: "type Mutation { do: M @shareable } type M @shareable { x: Int }", b: "type Mutation { do: M @shareable } type M @shareable { x: Int }",
		c: "type C { x: Int }", edited: "type Mutation { other: Int }",
	},
	{
		name: "a non-null field of an entity that c returned", a: "type A @key(fields: \"id\") { id: ID! }", b: "type A @key(fields: \"id\") { id: ID! must: Int! }",
		c: "type A @key(fields: \"id\") { id: ID! } type C { x: Int }", edited: "type A @key(fields: \"id\") { id: ID! } extend type Query { theA: A }",
	},
}

// TestFarEdits makes each edit and takes it back, with a composer that is kept.
func TestFarEdits(t *testing.T) {
	for _, edit := range farEdits {
		t.Run(edit.name, func(t *testing.T) {
			subgraphs := func(c string) []Subgraph {
				link := editLink
				if strings.HasPrefix(c, "# Federation 1") {
					link = ""
				}
				return []Subgraph{
					{Name: "a", SDL: editLink + "type Query { a: Int }\n" + edit.a}, {Name: "b", SDL: editLink + "type Query { b: Int }\n" + edit.b},
					{Name: "c", SDL: link + c}, {Name: "d", SDL: editLink + "type Query { d: D0 } type D0 { x: Int }"},
				}
			}
			kept := keptComposer{what: edit.name}
			first, second := subgraphs(edit.c), subgraphs(edit.edited)
			if !kept.compose(t, first) {
				_, diags := Compose(first)
				t.Fatalf("the graph is refused before the edit:\n%s", diags)
			}
			if accepted := kept.compose(t, second); accepted == edit.isRefused {
				_, diags := Compose(second)
				t.Errorf("after the edit the graph is accepted: %v\n%s", accepted, diags)
			}
			if !kept.compose(t, first) {
				t.Errorf("the graph is refused after the edit was taken back")
			}
		})
	}
}

// TestComposingLeavesSupergraphsAlone reads a supergraph while the next one is composed from it; the race
// detector tells of a write.
func TestComposingLeavesSupergraphsAlone(t *testing.T) {
	subgraphs := manySubgraphs(4)
	for i := range subgraphs { // a type with a table of its fields
		subgraphs[i].SDL += fmt.Sprintf("type Wide%d {%s}\n", i, wideFields(40))
	}
	var kept Composer
	s, diags := kept.Compose(subgraphs)
	if s == nil {
		t.Fatal(diags)
	}
	for i := range 4 {
		var readers sync.WaitGroup
		readers.Go(func() {
			supergraph.Print(s)
			supergraph.PrintAPI(s)
			querygraph.NewReach(querygraph.Build(s), nil)
		})
		subgraphs[i].SDL += fmt.Sprintf("type Added%d { x: Int }", i)
		next, diags := kept.Compose(subgraphs)
		readers.Wait()
		if next == nil {
			t.Fatal(diags)
		}
		s = next
	}
}

func wideFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " f%d(a: Int = 1): Int", i)
	}
	return b.String()
}
