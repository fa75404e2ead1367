package differential

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/graph"
)

// Features counts the operations that used each feature of federation or of GraphQL. A nil *Features counts nothing.
type Features struct {
	// Operations is how many were compared.
	Operations int
	counts     map[string]int
	// now are those of the operation at hand.
	now map[string]bool
}

// names are the features that are counted.
var names = []string{
	"abstract type", "alias of a key", "condition", "error", "interface object", "list of lists", "multiple subgraphs", "mutation", "null entity",
	"override", "override by label", "provides", "requires", "requires with arguments", "shared field", "shared root", "three waves", "variables",
	"key chain", "requires of requires", "fragment",
}

// facts are what the texts of a graph say of its fields, by "Type.field".
type facts struct {
	features map[string][]string
	// hasObjects is set where a subgraph has an interface object.
	hasObjects bool
}

// factsOf reads the subgraphs' SDL line by line, as the generator prints it: a field a line.
func factsOf(g generate.Graph) facts {
	f := facts{features: map[string][]string{}}
	declared, isRequired := map[string]int{}, map[string]bool{}
	for _, s := range g.Subgraphs {
		typ, isObject := "", false
		f.hasObjects = f.hasObjects || strings.Contains(s.Text, ") @interfaceObject")
		for line := range strings.Lines(s.Text) {
			words := strings.Fields(line)
			if len(words) > 1 && !strings.HasPrefix(line, " ") {
				typ, isObject = words[1], strings.Contains(line, "@interfaceObject")
				continue
			}
			name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
			name, _, _ = strings.Cut(name, "(")
			if !strings.HasPrefix(line, "  ") || name == "" {
				continue
			}
			f.addLine(typ+"."+name, line, isObject, isRequired)
			if !strings.Contains(line, "@external") {
				declared[typ+"."+name]++
			}
		}
	}
	for name, n := range declared {
		typ, _, _ := strings.Cut(name, ".")
		if n > 1 && typ == "Query" {
			f.features[name] = append(f.features[name], "shared root")
		} else if n > 1 {
			f.features[name] = append(f.features[name], "shared field")
		}
	}
	for name, all := range f.features {
		if slices.Contains(all, "requires") && isRequired[name] {
			f.features[name] = append(all, "requires of requires")
		}
	}
	return f
}

// addLine notes what the line of a field says.
func (f *facts) addLine(name, line string, isObject bool, isRequired map[string]bool) {
	add := func(feature string) { f.features[name] = append(f.features[name], feature) }
	if isObject && !strings.HasSuffix(name, ".id") {
		add("interface object")
	}
	if strings.Contains(line, "@provides") {
		add("provides")
	}
	if strings.Contains(line, "label:") {
		add("override by label")
	} else if strings.Contains(line, "@override") {
		add("override")
	}
	if strings.Contains(line, "[[") {
		add("list of lists")
	}
	if _, set, ok := strings.Cut(line, "@requires(fields: \""); ok {
		add("requires")
		if strings.Contains(set[:strings.LastIndexByte(set, '"')], "(") {
			add("requires with arguments")
		}
		typ, _, _ := strings.Cut(name, ".")
		for _, word := range strings.FieldsFunc(set, func(r rune) bool { return !isNameRune(r) }) {
			isRequired[typ+"."+word] = true
		}
	}
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// observer notes the features of fields that the monolith resolves.
func (f *Features) observer(l *Loaded) func(typ, field string, vanished bool) {
	if f == nil {
		return nil
	}
	f.now = map[string]bool{}
	return func(typ, field string, vanished bool) {
		f.now["null entity"] = f.now["null entity"] || vanished
		for _, feature := range l.facts.features[typ+"."+field] {
			f.now[feature] = true
		}
		for _, name := range l.world.Schema.Types[typ].Interfaces {
			for _, feature := range l.facts.features[name+"."+field] {
				f.now[feature] = true
			}
		}
	}
}

// count adds the features that a plan and an operation show.
func (f *Features) count(plan *graph.Plan, c *Case) {
	if f == nil {
		return
	}
	f.now["condition"] = strings.Contains(c.Text, "@skip") || strings.Contains(c.Text, "@include")
	f.now["abstract type"] = strings.Contains(c.Text, "... on")
	f.now["fragment"] = strings.Contains(c.Text, "fragment ")
	f.now["mutation"] = strings.HasPrefix(c.Text, "mutation")
	f.now["variables"] = strings.Contains(c.Text, "($v")
	f.now["multiple subgraphs"] = len(plan.Fetches) > 1
	for _, key := range []string{" id: ", " code: ", " a: ", " b: "} {
		if strings.Contains(c.Text, key) {
			f.now["alias of a key"] = true
		}
	}
	f.now["three waves"] = waves(plan) > 2
	f.now["key chain"] = hasKeyChain(plan)
	f.Operations++
}

// waves is the length of the longest chain of fetches.
func waves(plan *graph.Plan) int {
	depth, longest := make([]int, len(plan.Fetches)), 0
	for i, fetch := range plan.Fetches {
		depth[i] = 1
		for _, before := range fetch.DependsOn {
			depth[i] = max(depth[i], depth[before]+1)
		}
		longest = max(longest, depth[i])
	}
	return longest
}

// hasKeyChain reports whether a fetch of entities knows them by a key that another fetch of the same entities brought.
func hasKeyChain(plan *graph.Plan) bool {
	for _, fetch := range plan.Fetches {
		for _, entities := range fetch.Entities {
			var slots []int
			for _, representation := range entities.Cases {
				for _, f := range representation.Fields {
					if !f.Required {
						slots = append(slots, f.Slot)
					}
				}
			}
			for _, before := range fetch.DependsOn {
				if bringsSlot(plan, before, len(entities.Path), slots) {
					return true
				}
			}
		}
	}
	return false
}

// bringsSlot reports whether a fetch of entities at a depth fills one of the slots.
func bringsSlot(plan *graph.Plan, fetch, depth int, slots []int) bool {
	for _, entities := range plan.Fetches[fetch].Entities {
		if len(entities.Path) != depth {
			continue
		}
		for _, c := range entities.Scan.Cases {
			for _, f := range c.Fields {
				if slices.Contains(slots, f.Slot) {
					return true
				}
			}
		}
	}
	return false
}

// countAnswer adds the features that an answer shows, and ends the operation.
func (f *Features) countAnswer(want *direct.Response) {
	if f == nil {
		return
	}
	f.now["error"] = len(want.Errors) > 0
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	for _, name := range names {
		if f.now[name] {
			f.counts[name]++
		}
	}
}

// Add adds what another counted.
func (f *Features) Add(other *Features) {
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	f.Operations += other.Operations
	for name, n := range other.counts {
		f.counts[name] += n
	}
}

// Share is how many of a hundred operations used a feature.
func (f *Features) Share(name string) float64 {
	return 100 * float64(f.counts[name]) / float64(max(f.Operations, 1))
}

// Names are the features that are counted, sorted.
func (f *Features) Names() []string { return slices.Sorted(slices.Values(names)) }

// String prints a line for each feature.
func (f *Features) String() string {
	var b strings.Builder
	for _, name := range f.Names() {
		fmt.Fprintf(&b, "%-24s %9d  %5.1f %%\n", name, f.counts[name], f.Share(name))
	}
	return b.String()
}

// Refusals counts why graphs were refused.
type Refusals map[string]int

// Add counts one refusal.
func (r Refusals) Add(err *RefusedError) {
	for _, code := range err.Codes() {
		r[string(code)]++
	}
}

// String lists the codes with their counts.
func (r Refusals) String() string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(r)) {
		out = append(out, fmt.Sprintf("%s %d", code, r[code]))
	}
	return strings.Join(out, ", ")
}
