package compose

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// metadataEntry says how a directive is merged.
type metadataEntry struct {
	name string
	// isRepeatable: all different applications are kept.
	isRepeatable bool
	// combine merges the arguments of a directive that is not repeatable; nil where the most
	// frequent application wins.
	combine func(list []schema.Directive) schema.Directive
}

// metadata are the directives that are merged from the subgraphs into the supergraph, in the order
// in which they are printed.
var metadata = []metadataEntry{
	{name: "deprecated"},
	{name: "specifiedBy"},
	{name: "oneOf"},
	{name: "inaccessible"},
	{name: "tag", isRepeatable: true},
	{name: "authenticated"},
	{name: "requiresScopes", combine: requireAll("scopes")},
	{name: "policy", combine: requireAll("policies")},
	{name: "cost", combine: maxWeight},
	{name: "listSize", combine: mergeListSize},
	{name: "context", isRepeatable: true},
}

// mergedName is the name under which a directive of subgraph i is merged; false for one that is not.
func (m *merger) mergedName(i int, d schema.Directive) (string, bool) {
	name, known := m.subgraphs[i].Canonical(d)
	if !known {
		if composed, ok := m.composed.mergedName(i, d.Name); ok {
			return composed, true
		}
		definition := m.subgraphs[i].Schema.Directive(d.Name)
		if definition == nil || !definition.BuiltIn {
			return "", false
		}
		name = d.Name
	}
	for _, entry := range metadata {
		if entry.name == name {
			return name, true
		}
	}
	return "", false
}

// mergeMetadata merges the directives on one element, given by subgraph.
func (m *merger) mergeMetadata(coordinate string, applied bySubgraph[[]schema.Directive]) []schema.Directive {
	if !applied.any(func(i int) bool { return len(applied.get(i)) > 0 }) {
		return nil
	}
	byName := map[string][]schema.Directive{}
	positions := map[string][]diag.Position{}
	var custom []string
	for i, list := range applied.all() {
		for _, d := range list {
			name, ok := m.mergedName(i, d)
			if !ok {
				continue
			}
			if m.composed.byMerged(name) != nil && !slices.Contains(custom, name) {
				custom = append(custom, name)
			}
			m.addFeature(usedFeature{name, featureName{i, d.Name, d.Pos}})
			positions[name] = append(positions[name], m.subgraphs[i].At(d.Pos))
			d.Name, d.Pos, d.Declaration = name, schema.Position{}, 0
			if name == "context" {
				d.Args = m.contextArgs(i, d)
			}
			byName[name] = append(byName[name], d)
		}
	}
	var out []schema.Directive
	for _, entry := range metadata {
		list := byName[entry.name]
		if len(list) == 0 {
			continue
		}
		m.addFeature(usedFeature{feature: entry.name})
		different := distinct(list)
		switch {
		case entry.isRepeatable || len(different) == 1:
			out = append(out, different...)
		case entry.combine != nil:
			merged := entry.combine(list)
			out = append(out, merged)
			m.hintMerged(entry.name, coordinate, merged, positions[entry.name])
		default:
			out = append(out, m.mostFrequent(coordinate, list, positions[entry.name]))
		}
	}
	slices.Sort(custom)
	for _, name := range custom {
		if different := distinct(byName[name]); m.composed.byMerged(name).definition.Repeatable || len(different) == 1 {
			out = append(out, different...)
		} else {
			out = append(out, m.mostFrequent(coordinate, byName[name], positions[name]))
		}
	}
	return out
}

func (m *merger) hintMerged(name, coordinate string, merged schema.Directive, positions []diag.Position) {
	m.add(diag.Info, diag.MergedNonRepeatableDirectiveArguments, positions, "apply it alike in all subgraphs",
		"@%s on %q has different arguments in the subgraphs, the supergraph has %s", name, coordinate, merged)
}

// mostFrequent is the application that most subgraphs have.
func (m *merger) mostFrequent(coordinate string, list []schema.Directive, positions []diag.Position) schema.Directive {
	count := map[string]int{}
	best := list[0]
	for _, d := range list {
		count[canonicalText(d)]++
	}
	for _, d := range list {
		if count[canonicalText(d)] > count[canonicalText(best)] {
			best = d
		}
	}
	m.add(diag.Warn, diag.InconsistentNonRepeatableDirectiveArguments, positions, "apply it alike in all subgraphs",
		"@%s on %q has different arguments in the subgraphs, the supergraph has %s", best.Name, coordinate, best)
	return best
}

// distinct drops applications that say the same.
func distinct(list []schema.Directive) []schema.Directive {
	var out []schema.Directive
	seen := map[string]bool{}
	for _, d := range list {
		if text := canonicalText(d); !seen[text] {
			seen[text] = true
			out = append(out, d)
		}
	}
	return out
}

// canonicalText prints an application with its arguments sorted.
func canonicalText(d schema.Directive) string {
	d.Args = slices.SortedFunc(slices.Values(d.Args), func(a, b schema.Argument) int { return cmp.Compare(a.Name, b.Name) })
	return d.String()
}

// requireAll merges alternatives of lists ("one of these sets is needed") from several subgraphs:
// all of them must be met.
func requireAll(argument string) func([]schema.Directive) schema.Directive {
	return func(list []schema.Directive) schema.Directive {
		merged := [][]string{nil}
		for _, d := range list {
			if list := alternatives(d, argument); len(list) > 0 { // an empty list asks for nothing
				merged = conjunction(merged, list)
			}
		}
		return schema.Directive{Name: list[0].Name, Args: []schema.Argument{{Name: argument, Value: alternativesValue(merged)}}}
	}
}

// alternatives reads [["a", "b"], ["c"]].
func alternatives(d schema.Directive, argument string) [][]string {
	v := d.Arg(argument)
	if v == nil {
		return nil
	}
	var out [][]string
	for _, item := range v.Items {
		var one []string
		for _, scope := range item.Items {
			one = append(one, scope.Raw)
		}
		if item.Kind == schema.String {
			one = []string{item.Raw}
		}
		out = append(out, one)
	}
	if v.Kind == schema.String {
		out = [][]string{{v.Raw}}
	}
	return out
}

func alternativesValue(list [][]string) schema.Value {
	out := schema.Value{Kind: schema.ListValue}
	for _, one := range list {
		inner := schema.Value{Kind: schema.ListValue}
		for _, scope := range one {
			inner.Items = append(inner.Items, schema.Value{Kind: schema.String, Raw: scope})
		}
		out.Items = append(out.Items, inner)
	}
	return out
}

// maxAlternatives bounds what requirements of many types or subgraphs multiply to.
const maxAlternatives = 256

// conjunction is (a1 or a2) and (b1 or b2) as alternatives again, sorted, without those that ask for
// more than another one. Where that would be too many it asks for everything that is named: more than
// needed, never less.
func conjunction(a, b [][]string) [][]string {
	if len(a)*len(b) > maxAlternatives {
		var all []string
		for _, one := range slices.Concat(a, b) {
			all = sortedUnion(all, one)
		}
		return [][]string{all}
	}
	var all [][]string
	for _, x := range a {
		for _, y := range b {
			all = append(all, sortedUnion(x, y))
		}
	}
	slices.SortFunc(all, func(x, y []string) int { return cmp.Or(cmp.Compare(len(x), len(y)), slices.Compare(x, y)) })
	var out [][]string
	for _, one := range all {
		isMore := slices.ContainsFunc(out, func(less []string) bool { return isSubset(less, one) })
		if !isMore {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

func sortedUnion(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func isSubset(less, more []string) bool {
	return !slices.ContainsFunc(less, func(one string) bool { return !slices.Contains(more, one) })
}

func maxWeight(list []schema.Directive) schema.Directive {
	return schema.Directive{Name: list[0].Name, Args: []schema.Argument{{Name: "weight", Value: maxInt(list, "weight")}}}
}

func maxInt(list []schema.Directive, argument string) schema.Value {
	best, found := int64(0), false
	for _, d := range list {
		if v := d.Arg(argument); v != nil && v.Kind == schema.Int {
			n, err := strconv.ParseInt(v.Raw, 10, 64)
			if err == nil && (!found || n > best) {
				best, found = n, true
			}
		}
	}
	if !found {
		return schema.Value{Kind: schema.Null}
	}
	return schema.Value{Kind: schema.Int, Raw: fmt.Sprint(best)}
}

// mergeListSize takes the largest assumed size, all names, and asks for exactly one slicing argument
// only where all subgraphs do.
func mergeListSize(list []schema.Directive) schema.Directive {
	out := schema.Directive{Name: list[0].Name}
	if size := maxInt(list, "assumedSize"); size.Kind != schema.Null {
		out.Args = append(out.Args, schema.Argument{Name: "assumedSize", Value: size})
	}
	for _, name := range []string{"slicingArguments", "sizedFields"} {
		names := schema.Value{Kind: schema.ListValue}
		for _, d := range list {
			if v := d.Arg(name); v != nil {
				for _, item := range v.Items {
					if !slices.ContainsFunc(names.Items, func(other schema.Value) bool { return other.Raw == item.Raw }) {
						names.Items = append(names.Items, item)
					}
				}
			}
		}
		if len(names.Items) > 0 {
			out.Args = append(out.Args, schema.Argument{Name: name, Value: names})
		}
	}
	isExact, isSaid := true, false
	for _, d := range list {
		if v := d.Arg("requireOneSlicingArgument"); v != nil {
			isExact, isSaid = isExact && v.Raw != "false", true
		}
	}
	if isSaid {
		out.Args = append(out.Args, schema.Argument{Name: "requireOneSlicingArgument", Value: schema.Value{Kind: schema.Boolean, Raw: fmt.Sprint(isExact)}})
	}
	return out
}

// mergeTypeMetadata merges descriptions of and directives on types.
func (m *merger) mergeTypeMetadata() {
	m.eachType(typeMetadataPass, func(t *mergedType) {
		if !slices.ContainsFunc(t.sources, func(one ofSubgraph[*federation.Type]) bool {
			return one.value.Def.Description != "" || len(one.value.Applied) > 0
		}) {
			return // nothing to merge
		}
		var texts []string
		var applied bySubgraph[[]schema.Directive]
		for i, source := range t.sources.all() {
			texts = append(texts, source.Def.Description)
			applied.set(i, source.Applied)
		}
		t.def.Description = m.mergeDescription(fmt.Sprintf("type %q", t.def.Name), texts, func() []diag.Position { return m.typePositions(t, nil) })
		t.def.Applied = m.mergeMetadata(t.def.Name, applied)
		if t.def.Kind != schema.InputObject { // where a service allows it, it means nothing
			t.def.Applied = slices.DeleteFunc(t.def.Applied, func(d schema.Directive) bool { return d.Name == "oneOf" })
		}
	})
}

// mergeSchemaMetadata merges the directives on the schema definitions.
func (m *merger) mergeSchemaMetadata() {
	var applied bySubgraph[[]schema.Directive]
	var texts []string
	for i, sub := range m.subgraphs {
		applied.set(i, sub.Applied)
		texts = append(texts, sub.Description)
	}
	m.description = m.mergeDescription("the schema", texts, func() []diag.Position {
		var out []diag.Position
		for _, sub := range m.subgraphs {
			if sub.Description != "" {
				out = append(out, diag.Position{Subgraph: sub.Name, File: sub.File})
			}
		}
		return out
	})
	m.applied = m.mergeMetadata("schema", applied)
}

// mergeDescription takes the most frequent description and hints where they differ.
func (m *merger) mergeDescription(what string, texts []string, at func() []diag.Position) string {
	merged := description(texts)
	for _, text := range texts {
		if text != "" && text != merged {
			m.add(diag.Warn, diag.InconsistentDescription, at(), "describe it alike in all subgraphs", "%s has different descriptions in the subgraphs", what)
			break
		}
	}
	return merged
}
