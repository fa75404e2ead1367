package compose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// editLink is what each edited subgraph links.
const editLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@shareable", "@external", "@requires", "@provides",
	"@override", "@tag", "@inaccessible", "@authenticated", "@requiresScopes", "@interfaceObject", "@cacheTag", "@cost", "@context", "@fromContext", "@composeDirective"])
`

// editBase is what each edited subgraph always has; # is its number.
const editBase = `type Query { all#: [User] node#: Node user: User @shareable }
type User implements Node @key(fields: "id") { id: ID! own#(a: Int): String }
type Point @shareable { x: Int }
interface Node { id: ID! }
type Only# { x: Int }
`

// edits are what one edit adds to a subgraph or takes away. Most are accepted, some only together with
// another, some never.
var edits = []string{
	"extend type User { f#: Int }", "extend type User { f#: Int! }", "extend type User { other: Only# }", "extend type User { shared: Int @shareable }",
	"extend type User { shared: String @shareable }", "extend type User { g: Int @shareable }", "extend type User { g(a: Int): Int @shareable }",
	"extend type User @tag(name: \"t#\")", "extend type User @tag(name: \"t\")", "extend type User @inaccessible", "extend type User @authenticated",
	"extend type User @requiresScopes(scopes: [[\"s#\"]])", "extend type User { secret#: Int @authenticated }", "extend type User { hidden#: Int @inaccessible }",
	"extend type User @key(fields: \"own#\")", "extend type User @key(fields: \"id own#\", resolvable: false)", "extend type User { old: Int @deprecated }",
	"extend type User { old: Int @override(from: \"s0\") }", "extend type User { old: Int @override(from: \"s1\", label: \"percent(5)\") }",
	"extend type Point { y: Int }", "extend type Point { x#: Int }", "extend type Point @tag(name: \"p\")",
	"type Thing @key(fields: \"id\") { id: ID! t#: Int }", "type Thing { t: Int @shareable }", "type Thing @key(fields: \"t { id }\") { t: User! }", "enum Thing { A }",
	"type Extra# implements Node @key(fields: \"id\") { id: ID! }", "extend type User { extra#: Extra# }", "extend interface Node { name: String }",
	"extend type User { name: String @shareable }", "interface Other { x: Int }", "extend type Point implements Other", "extend type Only# implements Other", "interface Other implements Node { id: ID! x: Int }",
	"union Any = User | Point", "union Any = User | Only#", "extend type Query { any#: Any }", "extend type Query { any: Any @shareable }",
	"enum Role { ADMIN }", "enum Role { ADMIN USER }", "extend type User { role#: Role }", "extend type Only# { r(role: Role): Int }", "extend type User { byRole#(role: Role = USER): Int }",
	"extend type User { byText#(role: Role = \"USER\"): Int }",
	"input Filter { a: Int = 1 }", "input Filter { a: Int = 2 role: Role }", "input Filter { b: Int! }", "extend type Query { find#(f: Filter = {a: 1}): Int }", "input Filter { f: Filter a: Int }",
	"scalar Date", "scalar Date @specifiedBy(url: \"u#\")", "extend type User { date: Date @shareable }",
	"\"A text of #.\" type Said { x: Int @shareable }", "\"A text.\" type Said { x: Int @shareable }", "extend type Only# { said: Said }",
	"extend type User { ext: Int @external needs#: Int @requires(fields: \"ext\") }", "extend type User { ext: Int }", "extend type Query { prov#: User @provides(fields: \"ext\") }",
	"type Mutation { do#: User }", "type Mutation { do: User @shareable }", "type Subscription { on#: User }",
	"directive @exec(a: Int) on FIELD", "directive @exec(a: Int, b: Role) on FIELD | QUERY", "extend schema @tag(name: \"s\")",
	"extend type User @cacheTag(format: \"u\")", "extend type User { costly#: Int @cost(weight: 3) }", "extend type Point @cost(weight: #)",
	"extend type Query @context(name: \"c\") { c: Int @shareable }", "extend type Only# { ctx(a: Int @fromContext(field: \"$c { c }\")): Int }",
	"type Abstract @key(fields: \"id\") @interfaceObject { id: ID! }", "interface Abstract @key(fields: \"id\") { id: ID! }", "extend type User implements Abstract",
	"extend schema @link(url: \"https://example.com/custom/v1.0\", import: [\"@custom\"]) @composeDirective(name: \"@custom\") directive @custom on OBJECT",
	"# a comment\n# of two lines", "type Broken { x: Nothing }", "type {", "extend type Nobody { x: Int }", "extend type User { id: Int }",
}

// editing is a graph under edit: which edits each subgraph has.
type editing struct {
	random *rand.Rand
	has    [][]bool
}

func (e *editing) subgraphs() []Subgraph {
	var out []Subgraph
	for i, has := range e.has {
		sdl := editLink + editBase
		for j, on := range has {
			if on {
				sdl += edits[j] + "\n"
			}
		}
		out = append(out, Subgraph{Name: fmt.Sprintf("s%d", i), SDL: strings.ReplaceAll(sdl, "#", fmt.Sprint(i))})
	}
	return out
}

// edit makes one edit, or rarely more.
func (e *editing) edit() {
	switch e.random.IntN(40) {
	case 0:
		e.has = append(e.has, make([]bool, len(edits)))
	case 1:
		if len(e.has) > 2 {
			at := e.random.IntN(len(e.has))
			e.has = slices.Delete(e.has, at, at+1)
		}
	case 2:
		e.flip()
		e.flip()
	}
	e.flip()
}

// flip adds an edit to a subgraph, or takes one away.
func (e *editing) flip() {
	of := e.has[e.random.IntN(len(e.has))]
	if at := slices.Index(of, true); at >= 0 && e.random.IntN(2) == 0 {
		of[at] = false
		return
	}
	at := e.random.IntN(len(of))
	of[at] = !of[at]
}

// FuzzRecompose edits graphs and composes each state with a composer that is kept and with one that is
// new: both must say the same and make the same bytes.
func FuzzRecompose(f *testing.F) {
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { recomposeRandomly(t, seed, 60) })
}

// TestRecompose is FuzzRecompose for one long row of edits, and sees to it that types are kept.
func TestRecompose(t *testing.T) {
	accepted, renewed := recomposeRandomly(t, 1, 1000)
	if accepted < 300 || renewed < 150 {
		t.Errorf("%d states were accepted, %d of them renewed: the test says too little", accepted, renewed)
	}
}

func recomposeRandomly(t *testing.T, seed uint64, steps int) (accepted, renewed int) {
	e := &editing{random: rand.New(rand.NewPCG(seed, 3)), has: make([][]bool, 3)}
	for i := range e.has {
		e.has[i] = make([]bool, len(edits))
	}
	kept := keptComposer{what: fmt.Sprintf("seed %d", seed)}
	good := copyOf(e.has)
	for range steps {
		e.edit()
		if !kept.compose(t, e.subgraphs()) {
			if e.random.IntN(3) > 0 {
				e.has = copyOf(good)
			}
			continue
		}
		good = copyOf(e.has)
		accepted++
		if kept.hasKept() {
			renewed++
		}
	}
	return accepted, renewed
}

// keptComposer is a composer that is held against one that is new at each run.
type keptComposer struct {
	Composer
	what string
	// before is the last supergraph with the text of its schema: a later run must leave it alone.
	before *supergraph.Supergraph
	text   string
}

// compose reports whether the subgraphs are accepted.
func (k *keptComposer) compose(t *testing.T, subgraphs []Subgraph) bool {
	t.Helper()
	s, diags := k.Compose(subgraphs)
	cold, coldDiags := Compose(subgraphs)
	if diags.String() != coldDiags.String() {
		t.Fatalf("%s: a kept composer says\n%s\ninstead of\n%s\nof\n%s", k.what, diags, coldDiags, textOf(subgraphs))
	}
	if k.before != nil {
		if printed := schema.Print(k.before.Schema); printed != k.text {
			t.Fatalf("%s: the supergraph before became\n%s\nit was\n%s", k.what, printed, k.text)
		}
		checkNumbers(t, k.before)
	}
	if s == nil {
		return false
	}
	k.before, k.text = s, schema.Print(s.Schema)
	if got, want := supergraph.Print(s), supergraph.Print(cold); got != want {
		t.Fatalf("%s: a kept composer makes\n%s\ninstead of\n%s\nof\n%s", k.what, got, want, textOf(subgraphs))
	}
	if got, want := supergraph.PrintAPI(s), supergraph.PrintAPI(cold); got != want {
		t.Fatalf("%s: a kept composer makes the API\n%s\ninstead of\n%s\nof\n%s", k.what, got, want, textOf(subgraphs))
	}
	checkNumbers(t, s)
	return true
}

// hasKept reports whether the last supergraph has types of the one before it.
func (k *keptComposer) hasKept() bool {
	return slices.ContainsFunc(k.last.m.types, func(t *mergedType) bool { return t.isKept })
}

// checkNumbers holds the possible types of a schema against its types: kept types must be numbered anew.
func checkNumbers(t *testing.T, s *supergraph.Supergraph) {
	t.Helper()
	for _, of := range []*schema.Schema{s.Schema, s.API()} {
		for i, object := range of.Objects() {
			if object.ObjectIndex() != i || !object.Possible().Has(i) || object.Possible().Len() != 1 {
				t.Fatalf("%q has the number %d and the possible types %v, want %d", object.Name, object.ObjectIndex(), object.Possible().Indexes(), i)
			}
			for _, name := range object.Interfaces {
				if !of.Type(name).Possible().Has(i) {
					t.Fatalf("%q is not possible for %q", object.Name, name)
				}
			}
		}
	}
}

func copyOf(has [][]bool) [][]bool {
	var out [][]bool
	for _, one := range has {
		out = append(out, slices.Clone(one))
	}
	return out
}

func textOf(subgraphs []Subgraph) string {
	var b strings.Builder
	for _, s := range subgraphs {
		fmt.Fprintf(&b, "-- %s --\n%s", s.Name, s.SDL)
	}
	return b.String()
}
