//go:build corpus

package plan_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/internal/corpus"
)

// randomOperation writes a random valid operation of an API schema: nested fields, fragments on
// overlapping types, aliases, conditions.
type randomOperation struct {
	api   *schema.Schema
	rand  *rand.Rand
	b     strings.Builder
	left  int
	names int
}

func newRandomOperation(api *schema.Schema, seed int64) string {
	r := &randomOperation{api: api, rand: rand.New(rand.NewSource(seed)), left: 60}
	root := api.Query
	keyword := "query"
	if api.Mutation != nil && len(api.Mutation.Fields) > 0 && r.rand.Intn(5) == 0 {
		root, keyword = api.Mutation, "mutation"
	}
	r.selections(root, 0)
	text := r.b.String()
	var used []string
	for _, v := range []string{"$a", "$b"} {
		if strings.Contains(text, v+")") {
			used = append(used, v+": Boolean!")
		}
	}
	if len(used) > 0 {
		keyword += "(" + strings.Join(used, ", ") + ")"
	}
	return keyword + text
}

func (r *randomOperation) selections(t *schema.Type, depth int) {
	r.b.WriteString(" {")
	defer r.b.WriteString(" }")
	some := false
	for range 1 + r.rand.Intn(5) {
		r.left--
		switch {
		case t.IsAbstract() && r.rand.Intn(3) == 0 || t.Kind == schema.Union:
			some = r.fragment(t, depth) || some
		case len(t.Fields) > 0:
			some = r.field(t.Fields[r.rand.Intn(len(t.Fields))], depth) || some
		}
	}
	if !some || r.rand.Intn(6) == 0 {
		r.b.WriteString(" __typename")
	}
}

func (r *randomOperation) fragment(t *schema.Type, depth int) bool {
	var fits []*schema.Type
	for _, other := range r.api.Types {
		if other.IsComposite() && !other.BuiltIn && !other.Possible().And(t.Possible()).IsEmpty() {
			fits = append(fits, other)
		}
	}
	if len(fits) == 0 || depth > 6 || r.left < 0 {
		return false
	}
	on := fits[r.rand.Intn(len(fits))]
	r.b.WriteString(" ... on " + on.Name)
	r.condition()
	r.selections(on, depth+1)
	return true
}

func (r *randomOperation) condition() {
	switch r.rand.Intn(12) {
	case 0:
		r.b.WriteString(" @include(if: $a)")
	case 1:
		r.b.WriteString(" @skip(if: $a)")
	case 2:
		r.b.WriteString(" @include(if: $b)")
	}
}

func (r *randomOperation) field(f *schema.Field, depth int) bool {
	t := r.api.Type(f.Type.Named())
	isComposite := t.IsComposite()
	if isComposite && (depth > 6 || r.left < 0) {
		return false
	}
	r.b.WriteByte(' ')
	if len(f.Args) > 0 || r.rand.Intn(4) == 0 {
		r.names++
		fmt.Fprintf(&r.b, "k%d: ", r.names)
	}
	r.b.WriteString(f.Name)
	var args []string
	for _, a := range f.Args {
		if a.Type.NonNull && a.Default == nil || r.rand.Intn(2) == 0 {
			args = append(args, a.Name+": "+r.value(a.Type, 0))
		}
	}
	if len(args) > 0 {
		r.b.WriteString("(" + strings.Join(args, ", ") + ")")
	}
	r.condition()
	if isComposite {
		r.selections(t, depth+1)
	}
	return true
}

func (r *randomOperation) value(ref *schema.TypeRef, depth int) string {
	if ref.Elem != nil {
		return "[" + r.value(ref.Elem, depth+1) + "]"
	}
	switch t := r.api.Type(ref.Name); {
	case t.Kind == schema.Enum:
		return t.Values[r.rand.Intn(len(t.Values))].Name
	case t.Kind == schema.InputObject:
		var fields []string
		for _, f := range t.Fields {
			if f.Type.NonNull && f.Default == nil {
				fields = append(fields, f.Name+": "+r.value(f.Type, depth+1))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case ref.Name == "Int" || ref.Name == "Float":
		return fmt.Sprint(r.rand.Intn(3))
	case ref.Name == "Boolean":
		return "true"
	}
	return `"v"`
}

// unsatisfiable are composition cases that the reference accepts although a field of them cannot be
// reached: the only subgraph that returns its object has lost the field to an override, and the
// object has no key.
var unsatisfiable = map[string]bool{"8744af29956fea1c": true}

// randomSeeds is how many operations are made for each supergraph.
const randomSeeds = 8

// TestRandomOperations plans random operations on every supergraph of the corpus and simulates the
// plans.
func TestRandomOperations(t *testing.T) {
	var counts randomCounts
	for id, sdl := range readSupergraphs(t) {
		g, err := load(sdl)
		if err != nil || unsatisfiable[id] {
			continue
		}
		counts.add(t, id, g)
	}
	counts.report(t)
}

// TestComposedIsPlannable composes the composition cases and plans random operations on what was
// accepted: if composition accepts, planning cannot fail.
func TestComposedIsPlannable(t *testing.T) {
	var counts randomCounts
	corpus.Each(t, "open.jsonl", func(c struct {
		ID        string
		Subgraphs []struct{ Name, URL, SDL string }
	}) {
		var subgraphs []compose.Subgraph
		for _, s := range c.Subgraphs {
			subgraphs = append(subgraphs, compose.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
		}
		sg, _ := compose.Compose(subgraphs)
		if sg == nil {
			return
		}
		g, err := plannable(sg)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			return
		}
		counts.add(t, c.ID, g)
	})
	counts.report(t)
}

// randomCounts counts what became of random operations.
type randomCounts struct{ planned, refused int }

// add plans random operations on a graph and simulates the plans.
func (c *randomCounts) add(t *testing.T, id string, g *planned) {
	for seed := range int64(randomSeeds) {
		text := newRandomOperation(g.sg.API(), seed)
		op, errs := g.parser.Parse(text, "")
		if len(errs) > 0 {
			c.refused++
			continue
		}
		p, err := g.planner.Plan(t.Context(), op)
		if err != nil {
			t.Errorf("%s: %v\n%s", id, err, text)
			continue
		}
		c.planned++
		if problems := g.simulate(p); len(problems) > 0 {
			t.Errorf("%s: %s\n%s\n%s", id, strings.Join(problems, "\n"), text, p)
		}
	}
}

func (c *randomCounts) report(t *testing.T) {
	t.Logf("%d operations planned and simulated, %d refused before planning", c.planned, c.refused)
	if c.planned == 0 {
		t.Error("nothing was planned")
	}
}

// readSupergraphs returns the distinct supergraphs of the plan cases and the composition cases.
func readSupergraphs(t *testing.T) map[string]string {
	out := map[string]string{}
	seen := map[string]bool{}
	for _, c := range readCorpus(t) {
		if !seen[c.SupergraphSDL] {
			seen[c.SupergraphSDL] = true
			out[c.ID] = c.SupergraphSDL
		}
	}
	corpus.Each(t, "open.jsonl", func(c struct {
		ID       string
		Expected struct{ SupergraphSDL string }
	}) {
		if sdl := c.Expected.SupergraphSDL; sdl != "" && !seen[sdl] {
			seen[sdl] = true
			out[c.ID] = sdl
		}
	})
	return out
}
