package plan_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// adversary is a small graph on which planners that enumerate paths explode.
type adversary struct {
	name, sdl, operation string
	// fetches is what the plan must take.
	fetches int
	// states bounds what the search may make: a small multiple of what it makes today.
	states int
}

func graphEnum(names ...string) string {
	var b strings.Builder
	b.WriteString("enum join__Graph {\n")
	for _, n := range names {
		fmt.Fprintf(&b, "  %s @join__graph(name: %q, url: \"\")\n", strings.ToUpper(n), n)
	}
	b.WriteString("}\n")
	return b.String()
}

// alike has 40 types behind an interface that are answered alike, nested to any depth.
func alike(asUnion bool) adversary {
	var b strings.Builder
	b.WriteString(graphEnum("a", "b"))
	b.WriteString("type Query @join__type(graph: A) @join__type(graph: B) { n: N @join__field(graph: A) }\n")
	b.WriteString("interface N @join__type(graph: A) @join__type(graph: B) { id: ID! next: N @join__field(graph: A) }\n")
	members, joins := []string{}, ""
	for i := range 40 {
		fmt.Fprintf(&b, "type T%d implements N @join__implements(graph: A, interface: \"N\") @join__implements(graph: B, interface: \"N\") @join__type(graph: A, key: \"id\") @join__type(graph: B, key: \"id\") { id: ID! next: N @join__field(graph: A) x: Int @join__field(graph: B) any: U @join__field(graph: A) }\n", i)
		members = append(members, fmt.Sprint("T", i))
		joins += fmt.Sprintf(" @join__unionMember(graph: A, member: \"T%d\")", i)
	}
	fmt.Fprintf(&b, "union U @join__type(graph: A)%s = %s\n", joins, strings.Join(members, " | "))
	var op strings.Builder
	if asUnion {
		op.WriteString("{ n { ...f0 } }\n")
		for level := range 2 {
			fmt.Fprintf(&op, "fragment f%d on %s {", level, map[bool]string{true: "N", false: "U"}[level == 0])
			for i := range 40 {
				if level < 1 {
					fmt.Fprintf(&op, " ... on T%d { x any { ...f%d } }", i, level+1)
				} else {
					fmt.Fprintf(&op, " ... on T%d { x }", i)
				}
			}
			op.WriteString(" }\n")
		}
		return adversary{"a union of 40 below an interface of 40", b.String(), op.String(), 2, 20_000}
	}
	op.WriteString("{ n { ")
	for range 8 {
		op.WriteString("id next { ")
		for i := range 40 {
			fmt.Fprintf(&op, "... on T%d { x } ", i)
		}
	}
	op.WriteString("id" + strings.Repeat(" }", 10))
	return adversary{"8 levels of an interface of 40", b.String(), op.String(), 2, 20_000}
}

// groups has 40 types in 4 groups, each of which another subgraph completes.
func groups() adversary {
	var b strings.Builder
	b.WriteString(graphEnum("root", "a", "b", "c", "d"))
	b.WriteString("type Query @join__type(graph: ROOT) @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) @join__type(graph: D) { n: [N] @join__field(graph: ROOT) }\n")
	b.WriteString("interface N @join__type(graph: ROOT) { id: ID! }\n")
	op := "{ n { id "
	for i := range 40 {
		g := []string{"A", "B", "C", "D"}[i%4]
		fmt.Fprintf(&b, "type T%d implements N @join__implements(graph: ROOT, interface: \"N\") @join__type(graph: ROOT, key: \"id\") @join__type(graph: %s, key: \"id\") { id: ID! x: T%d @join__field(graph: %s) y: Int @join__field(graph: %s) z: [N] @join__field(graph: ROOT) }\n", i, g, i, g, g)
		op += fmt.Sprintf("... on T%d { x { y } z { ... on T%d { y } } } ", i, (i+1)%40)
	}
	return adversary{"40 types in 4 groups", b.String(), op + "} }", 5, 20_000}
}

// nested is groups to a depth: every level is read in four subgraphs, which lead to four each.
func nested(depth int) adversary {
	var b strings.Builder
	b.WriteString(graphEnum("a", "b", "c", "d"))
	all := "@join__type(graph: A) @join__type(graph: B) @join__type(graph: C) @join__type(graph: D)"
	fmt.Fprintf(&b, "type Query %s { n: [N] @join__field(graph: A) }\n", all)
	fmt.Fprintf(&b, "interface N %s { id: ID! z: [N] }\n", all)
	implements := ""
	for _, g := range []string{"A", "B", "C", "D"} {
		implements += fmt.Sprintf(" @join__implements(graph: %s, interface: \"N\") @join__type(graph: %s, key: \"id\")", g, g)
	}
	for i := range 40 {
		fmt.Fprintf(&b, "type T%d implements N %s { id: ID! z: [N] @join__field(graph: %s) }\n", i, implements, []string{"A", "B", "C", "D"}[i%4])
	}
	op := "{ n " + strings.Repeat("{ z ", depth) + "{ id" + strings.Repeat(" }", depth+2)
	return adversary{fmt.Sprintf("%d levels of 40 types in 4 groups", depth), b.String(), op, 0, 50_000}
}

// chained has levels of which each needs two fetches of the level above, and a field of a third subgraph: the ways from the
// last fetch to the first are 2 to the power of the levels.
func chained() adversary {
	const sdl = `type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "id") {
  id: ID!
  b: Int @join__field(graph: A, external: true) @join__field(graph: B)
  c: Int @join__field(graph: C)
  next: T @join__field(graph: A, requires: "b")
}
`
	const levels = 80
	op := "{ t { " + strings.Repeat("c next { ", levels) + "id" + strings.Repeat(" }", levels+2)
	return adversary{"80 levels that need two fetches each", graphEnum("a", "b", "c") + sdl, op, 0, 20_000}
}

// keyed has 70 implementations of a keyed interface, read through an interface object.
func keyed() adversary {
	var b strings.Builder
	b.WriteString(graphEnum("a", "b", "c"))
	b.WriteString("type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { n: [N] @join__field(graph: B) }\n")
	b.WriteString("interface N @join__type(graph: A, key: \"id\") @join__type(graph: B, key: \"id\", isInterfaceObject: true) @join__type(graph: C, key: \"id\", isInterfaceObject: true) { id: ID! name: String @join__field(graph: A) fromB: N @join__field(graph: B) fromC: N @join__field(graph: C) }\n")
	op := "{ n { fromB { fromC { name fromB { fromC { fromC { "
	for i := range 70 {
		fmt.Fprintf(&b, "type T%d implements N @join__implements(graph: A, interface: \"N\") @join__type(graph: A, key: \"id\") { id: ID! name: String fromB: N @join__field fromC: N @join__field x%d: Int }\n", i, i)
		op += fmt.Sprintf("... on T%d { x%d fromB { __typename } } ", i, i)
	}
	return adversary{"70 implementations of a keyed interface", b.String(), op + strings.Repeat("} ", 7), 6, 60_000}
}

// wide has 200 subgraphs with one field each.
func wide() adversary {
	var b strings.Builder
	var names []string
	joins, keys, fields, op := "", "", "", "{ t { "
	for i := range 200 {
		names = append(names, fmt.Sprint("s", i))
		joins += fmt.Sprintf(" @join__type(graph: S%d)", i)
		keys += fmt.Sprintf(" @join__type(graph: S%d, key: \"id\")", i)
		fields += fmt.Sprintf(" f%d: Int @join__field(graph: S%d)", i, i)
		op += fmt.Sprintf("f%d ", i)
	}
	b.WriteString(graphEnum(names...))
	fmt.Fprintf(&b, "type Query%s { t: T @join__field(graph: S0) }\n", joins)
	fmt.Fprintf(&b, "type T%s { id: ID!%s }\n", keys, fields)
	return adversary{"200 subgraphs with one field each", b.String(), op + "} }", 200, 20_000}
}

// shared has 12 subgraphs that all share a value type's fields in overlapping pairs.
func shared() adversary {
	var b strings.Builder
	var names []string
	const n = 12
	joins, keys, root := "", "", ""
	for i := range n {
		names = append(names, fmt.Sprint("s", i))
		joins += fmt.Sprintf(" @join__type(graph: S%d)", i)
		keys += fmt.Sprintf(" @join__type(graph: S%d, key: \"id\")", i)
		root += fmt.Sprintf(" @join__field(graph: S%d)", i)
	}
	b.WriteString(graphEnum(names...))
	fmt.Fprintf(&b, "type Query%s { t: T%s }\n", joins, root)
	fmt.Fprintf(&b, "type T%s { id: ID!", keys)
	op := "{ t { "
	for i := range n {
		for j := range n {
			if i != j {
				fmt.Fprintf(&b, " f%dx%d: T @join__field(graph: S%d) @join__field(graph: S%d)", i, j, i, j)
				op += fmt.Sprintf("f%dx%d { id f%dx%d { id } } ", i, j, j, i)
			}
		}
	}
	b.WriteString(" }\n")
	return adversary{"12 subgraphs that share fields in pairs", b.String(), op + "} }", 0, 200_000}
}

// repeated asks 1,000 times for one selection on interfaces, each time under another response key
// where asAlias is set, so that nothing merges before planning.
func repeated(asAlias bool) adversary {
	a := alike(false)
	var op strings.Builder
	for i := range 1000 {
		if asAlias {
			fmt.Fprintf(&op, "a%d: ", i)
		}
		op.WriteString("n { id next { ... on T1 { x } ... on T2 { x next { id } } next { id } } } ")
	}
	a.name, a.operation = "an interface's selection 1000 times", "{ "+op.String()+"}"
	if asAlias {
		a.name += " under aliases"
	}
	return a
}

// circular has types whose keys need each other in a circle, in many subgraphs: no jump is possible,
// and every reason for that leads to the next. One last subgraph breaks the circle.
func circular() adversary {
	const types, graphs = 8, 6
	var b strings.Builder
	var names []string
	all, keys := "", ""
	for i := range graphs {
		names = append(names, fmt.Sprint("s", i))
		all += fmt.Sprintf(" @join__type(graph: S%d)", i)
		keys += fmt.Sprintf(" @join__type(graph: S%d, key: \"next { id }\")", i)
	}
	b.WriteString(graphEnum(append(names, "last")...))
	fmt.Fprintf(&b, "type Query%s @join__type(graph: LAST) { t: T0 @join__field(graph: S0) u: T0 @join__field(graph: LAST) }\n", all)
	for i := range types {
		fmt.Fprintf(&b, "type T%d%s @join__type(graph: LAST, key: \"next { id }\") { next: T%d id: ID! @join__field(graph: LAST) x: Int @join__field(graph: S1) y: Int @join__field(graph: S0) }\n", i, keys, (i+1)%types)
	}
	return adversary{"8 types whose keys need each other", b.String(), "{ t { y } u { x next { next { x } } } }", 3, 20_000}
}

// ordinary is no adversary: a tree of entities, each in a subgraph of its own, of which every parent
// knows the keys and shares every third field with its child's subgraph.
func ordinary(fields, subgraphs int) adversary {
	const children = 3
	var b strings.Builder
	var names []string
	for i := range subgraphs {
		names = append(names, fmt.Sprint("s", i))
	}
	b.WriteString(graphEnum(names...))
	b.WriteString("type Query @join__type(graph: S0) { t: T0 @join__field(graph: S0) }\n")
	var write func(i int) string
	write = func(i int) string {
		parent := max(0, (i-1)/children)
		fmt.Fprintf(&b, "type T%d @join__type(graph: S%d, key: \"id\")", i, i)
		if i > 0 {
			fmt.Fprintf(&b, " @join__type(graph: S%d, key: \"id\")", parent)
		}
		b.WriteString(" { id: ID!")
		below, op := "", ""
		for k := range (fields - 1) / subgraphs {
			fmt.Fprintf(&b, " f%d: Int @join__field(graph: S%d)", k, i)
			if i > 0 && k%3 == 2 {
				fmt.Fprintf(&b, " @join__field(graph: S%d)", parent)
			}
			op += fmt.Sprintf("f%d ", k)
		}
		for c := i*children + 1; c <= i*children+children && c < subgraphs; c++ {
			fmt.Fprintf(&b, " t%d: T%d @join__field(graph: S%d)", c, c, i)
		}
		b.WriteString(" }\n")
		for c := i*children + 1; c <= i*children+children && c < subgraphs; c++ {
			below += fmt.Sprintf("t%d { %s} ", c, write(c))
		}
		return op + below
	}
	op := write(0)
	return adversary{fmt.Sprintf("ordinary, %d fields of %d subgraphs", fields, subgraphs), b.String(), "{ t { " + op + "} }", subgraphs, 20 * fields}
}

func adversaries() []adversary {
	return []adversary{alike(false), alike(true), groups(), nested(4), nested(5), keyed(), chained(), wide(), shared(), circular(), repeated(false), repeated(true), ordinary(10, 4), ordinary(300, 30)}
}

// TestAdversarial plans the adversaries within a budget that a search over paths would exceed.
func TestAdversarial(t *testing.T) {
	for _, a := range adversaries() {
		t.Run(a.name, func(t *testing.T) {
			g, op := a.load(t)
			planner := plan.NewWith(g.sg, plan.Options{Budget: plan.Budget{MaxStates: a.states, MaxBytes: 64 << 20}})
			p, err := planner.Plan(t.Context(), op)
			if err != nil {
				t.Fatal(err)
			}
			if a.fetches != 0 && len(p.Fetches) != a.fetches {
				t.Errorf("%d fetches, want %d", len(p.Fetches), a.fetches)
			}
			size := 0
			for _, f := range p.Fetches {
				size += len(f.Text)
			}
			t.Logf("%d fetches, %d waves, %d bytes of operations", len(p.Fetches), slices.Max(p.Waves()), size)
		})
	}
}

func (a adversary) load(t testing.TB) (*planned, *operation.Operation) {
	t.Helper()
	g, err := load(withHeader(a.sdl))
	if err != nil {
		t.Fatal(err)
	}
	large := operation.Limits{MaxTokens: 1_000_000, MaxHeight: 1_000_000, MaxRootFields: 10_000, MaxAliases: 10_000}
	parser, err := operation.NewParser(g.sg.API(), g.sg.Schema, large)
	if err != nil {
		t.Fatal(err)
	}
	op, errs := parser.Parse(a.operation, "")
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	return g, op
}

// BenchmarkAdversarial shows that the adversaries cost milliseconds. The parser's part of an operation
// that no cache knows is measured apart.
func BenchmarkAdversarial(b *testing.B) {
	for _, a := range adversaries() {
		g, op := a.load(b)
		b.Run("plan/"+a.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.planner.Plan(b.Context(), op); err != nil {
					b.Fatal(err)
				}
			}
		})
		if !strings.HasPrefix(a.name, "ordinary") {
			continue
		}
		b.Run("parse/"+a.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, errs := g.parser.Parse(a.operation, ""); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}

// TestBudget refuses what would grow without end, and names the place.
func TestBudget(t *testing.T) {
	g, op := nested(9).load(t)
	_, err := g.planner.Plan(t.Context(), op)
	var refused *gqlerr.Error
	if !errors.As(err, &refused) || refused.Code != gqlerr.PlanBudgetExceeded {
		t.Fatalf("got %v, want %s", err, gqlerr.PlanBudgetExceeded)
	}
	small := plan.NewWith(g.sg, plan.Options{Budget: plan.Budget{MaxStates: 100, MaxBytes: 1 << 20}})
	_, err = small.Plan(t.Context(), op)
	if !errors.As(err, &refused) || !strings.Contains(refused.Message, "n.z.z") {
		t.Errorf("got %v, want an error that names the selection", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.planner.Plan(ended, op); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}
