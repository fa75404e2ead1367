package compose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// TestLabelsAreExact compares the walk, which looks at few settings of override labels, with one walk for
// each setting of all labels, on random graphs.
func TestLabelsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	refused, together := 0, 0
	for i := range 1500 {
		subgraphs := labelledGraph(random)
		m := mergedOf(subgraphs)
		if m == nil {
			continue
		}
		s := m.supergraph()
		walk := func(prepare func(*overrideLabels)) []string {
			w := newWalk(m, querygraph.Build(s))
			prepare(w.labels)
			for _, labels := range w.labels.settings(nil, w.labels.always) {
				w.walkFrom(s.API().Query, labels)
			}
			m.takeDiags()
			var out []string
			for coordinate := range w.reported {
				out = append(out, coordinate)
			}
			slices.Sort(out)
			return out
		}
		got := walk(func(*overrideLabels) {})
		want := walk(func(l *overrideLabels) { l.always = indexes(l.names) })
		if !slices.Equal(got, want) {
			t.Fatalf("graph %d: found %v, all settings show %v\n%v", i, got, want, subgraphs)
		}
		single := walk(func(l *overrideLabels) { l.names = l.names[:0] }) // all labels off
		if len(want) > 0 {
			refused++
		}
		if len(want) > len(single) {
			together++
		}
	}
	if refused < 100 || together < 100 {
		t.Errorf("%d graphs were refused, %d because of a label: the test does not see enough", refused, together)
	}
}

// mergedOf is composition up to the question whether all queries can be answered; nil where it fails.
func mergedOf(subgraphs []Subgraph) *merger {
	var loaded []*federation.Subgraph
	for _, s := range subgraphs {
		sub, diags := federation.Load(federation.Source{Name: s.Name, File: s.Name, SDL: s.SDL})
		if diags.HasErrors() || sub.Validate().HasErrors() {
			return nil
		}
		loaded = append(loaded, sub)
	}
	m := newMerger(loaded)
	if m.merge().HasErrors() || m.checkMerged().HasErrors() {
		return nil
	}
	return m
}

// labelledGraph is a graph of few entities whose fields move under few labels.
func labelledGraph(random *rand.Rand) []Subgraph {
	const types, fields = 3, 3
	names := []string{"a", "b", "c", "d"}
	bodies := map[string]map[string][]string{} // by subgraph and type
	for _, name := range names {
		bodies[name] = map[string][]string{}
	}
	hide := func() string {
		if random.IntN(4) == 0 {
			return " @inaccessible"
		}
		return ""
	}
	for t := range types {
		for f := range fields {
			owner := names[random.IntN(len(names))]
			kind := []string{"Int", "Int", fmt.Sprintf("T%d", random.IntN(types))}[random.IntN(3)]
			field := fmt.Sprintf("f%d: %s", f, kind)
			typeName, isHidden := fmt.Sprintf("T%d", t), hide()
			if kind == "Int" {
				if reader := names[random.IntN(len(names))]; reader != owner && random.IntN(3) == 0 {
					bodies[reader][typeName] = append(bodies[reader][typeName], fmt.Sprintf("r%d: Int @requires(fields: \"f%d\")", f, f), field+" @external")
				}
			}
			bodies[owner][typeName] = append(bodies[owner][typeName], field+isHidden)
			if taker := names[random.IntN(len(names))]; taker != owner && random.IntN(2) == 0 {
				has := slices.ContainsFunc(bodies[taker][typeName], func(s string) bool { return strings.HasPrefix(s, fmt.Sprintf("f%d:", f)) })
				if !has {
					bodies[taker][typeName] = append(bodies[taker][typeName], fmt.Sprintf("%s @override(from: %q, label: \"l%d\")", field, owner, random.IntN(4)))
				}
			}
		}
	}
	for t := range types {
		owner := names[random.IntN(len(names))]
		bodies[owner]["Query"] = append(bodies[owner]["Query"], fmt.Sprintf("t%d: T%d", t, t))
		if taker := names[random.IntN(len(names))]; taker != owner && random.IntN(2) == 0 {
			bodies[taker]["Query"] = append(bodies[taker]["Query"], fmt.Sprintf("t%d: T%d @override(from: %q, label: \"l%d\")", t, t, owner, random.IntN(4)))
		}
	}
	var out []Subgraph
	for _, name := range names {
		var b strings.Builder
		b.WriteString(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override", "@shareable", "@inaccessible", "@requires", "@external"])` + "\n")
		if query := bodies[name]["Query"]; len(query) > 0 {
			fmt.Fprintf(&b, "type Query { %s }\n", strings.Join(query, " "))
		}
		for t := range types {
			body := append(bodies[name][fmt.Sprintf("T%d", t)], "id: ID!")
			key := ` @key(fields: "id")`
			if random.IntN(3) == 0 {
				key = ` @key(fields: "id", resolvable: false)`
			}
			if random.IntN(4) == 0 {
				key = ` @key(fields: "k")`
				body[len(body)-1] = "id: ID! @shareable"
				body = append(body, "k: ID!"+hide())
			}
			fmt.Fprintf(&b, "type T%d%s { %s }\n", t, key, strings.Join(body, " "))
		}
		out = append(out, Subgraph{Name: name, SDL: b.String()})
	}
	return out
}
