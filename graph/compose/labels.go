package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// Override labels may be on or off, in any combination, and the graph must be whole in each. There are too
// many combinations to walk the graph once for each. Instead, a state of the walk knows which labels it
// takes to get there, a field is looked at in all settings of those labels only that can decide it, and
// what comes out alike whatever a label is does not remember it.

// setting is a set of labels that are known to be on or off: the label's number twice, plus one if it is
// on; sorted. Labels that are not in it may be either.
type setting []int

func literal(label int, on bool) int {
	if on {
		return 2*label + 1
	}
	return 2 * label
}

// with is the setting with one more label.
func (s setting) with(one int) setting {
	out := append(slices.Clone(s), one)
	slices.Sort(out)
	return out
}

// without is the setting with one label forgotten.
func (s setting) without(one int) setting {
	return slices.DeleteFunc(slices.Clone(s), func(other int) bool { return other == one })
}

func (s setting) has(label int) bool {
	return slices.ContainsFunc(s, func(one int) bool { return one/2 == label })
}

// isPartOf reports whether all that s knows is in other.
func (s setting) isPartOf(other setting) bool {
	return !slices.ContainsFunc(s, func(one int) bool { return !slices.Contains(other, one) })
}

// maxLabelWork bounds the settings of labels that are looked at, times the nodes of the query graph.
const maxLabelWork = 2_000_000

// overrideLabels knows the labels of a graph and what they decide.
type overrideLabels struct {
	g *querygraph.Graph
	// names are the labels by number.
	names  []string
	number map[string]int
	// relevant are the labels that decide a field, by coordinate.
	relevant map[string][]int
	// always are the labels that decide what contextual arguments are bound, which counts everywhere.
	always []int
	// reaches are by the labels that are on.
	reaches map[string]*querygraph.Reach
	work    int
}

func newOverrideLabels(g *querygraph.Graph, contexts contextSources) *overrideLabels {
	l := &overrideLabels{g: g, number: map[string]int{}, relevant: map[string][]int{}, reaches: map[string]*querygraph.Reach{}}
	for _, sub := range g.Supergraph.Subgraphs {
		for _, t := range sub.Types {
			for _, f := range t.Fields {
				if _, known := l.number[f.OverrideLabel]; f.OverrideLabel != "" && !known {
					l.number[f.OverrideLabel] = len(l.names)
					l.names = append(l.names, f.OverrideLabel)
				}
			}
		}
	}
	if len(l.names) > 0 {
		d := &deciding{l: l, seen: map[string]bool{}}
		for _, want := range wantedContexts(g.Supergraph) {
			for _, typeName := range contexts[want.Context] {
				d.fieldSet(typeName, want.Selection)
			}
		}
		slices.Sort(d.found)
		l.always = slices.Compact(d.found)
	}
	return l
}

// deciding finds the labels that decide a field.
type deciding struct {
	l     *overrideLabels
	seen  map[string]bool
	found []int
}

// of are the labels that decide whether and where a field of the type can be answered.
func (l *overrideLabels) of(typeName, fieldName string) []int {
	if len(l.names) == 0 {
		return nil
	}
	coordinate := typeName + "." + fieldName
	found, known := l.relevant[coordinate]
	if !known {
		d := &deciding{l: l, seen: map[string]bool{}}
		d.field(typeName, fieldName)
		slices.Sort(d.found)
		found = slices.Compact(d.found)
		l.relevant[coordinate] = found
	}
	return found
}

// family are the names under which subgraphs may have an object of the type: its own, its interfaces', and
// for an abstract type those of all its objects.
func (d *deciding) family(name string) []string {
	out := []string{name}
	if t := d.l.g.Supergraph.Schema.Type(name); t != nil && t.IsAbstract() {
		for _, i := range d.l.g.Possible(name).Indexes() {
			out = append(out, d.l.g.Types[i].Name)
		}
	}
	for _, one := range out {
		if t := d.l.g.Supergraph.Schema.Type(one); t != nil {
			out = append(out, t.Interfaces...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// field follows a field: its own labels, what it requires, and the keys by which it can be reached.
func (d *deciding) field(typeName, fieldName string) {
	coordinate := typeName + "." + fieldName
	if d.seen[coordinate] {
		return
	}
	d.seen[coordinate] = true
	for _, name := range d.family(typeName) {
		for _, sub := range d.l.g.Supergraph.Subgraphs {
			t := sub.Type(name)
			if t == nil {
				continue
			}
			for _, key := range t.Keys {
				d.fieldSet(name, key.Fields)
			}
			f := t.Field(fieldName)
			if f == nil {
				continue
			}
			d.fieldSet(name, f.Requires)
			if f.OverrideLabel != "" {
				d.found = append(d.found, d.l.number[f.OverrideLabel])
			}
		}
	}
}

func (d *deciding) fieldSet(typeName string, set federation.FieldSet) {
	for _, item := range set {
		if item.On != "" {
			d.fieldSet(item.On, item.Selections)
			continue
		}
		d.field(typeName, item.Field)
		if t := d.l.g.Supergraph.Schema.Type(typeName); t != nil {
			if f := t.Field(item.Field); f != nil {
				d.fieldSet(f.Type.Named(), item.Selections)
			}
		}
	}
}

// settings are all settings of the free labels beside what is known; nil where there are too many.
func (l *overrideLabels) settings(known setting, free []int) []setting {
	if len(free) > 0 && (len(free) > 30 || (l.work+1<<len(free))*len(l.g.Nodes) > maxLabelWork) {
		return nil
	}
	out := make([]setting, 1<<len(free))
	for bits := range out {
		out[bits] = known
		for i, label := range free {
			out[bits] = out[bits].with(literal(label, bits&(1<<i) != 0))
		}
	}
	return out
}

// free are the labels of a list that are not known.
func (l *overrideLabels) free(known setting, labels []int) []int {
	return slices.DeleteFunc(slices.Clone(labels), known.has)
}

// reach is what can be reached under a setting; labels that are not known count as off.
func (l *overrideLabels) reach(s setting) *querygraph.Reach {
	var names []string
	on := map[string]bool{}
	for _, one := range s {
		if one%2 == 1 {
			names = append(names, l.names[one/2])
			on[l.names[one/2]] = true
		}
	}
	key := strings.Join(names, " ")
	if l.reaches[key] == nil {
		l.work++
		l.reaches[key] = querygraph.NewReach(l.g, on)
	}
	return l.reaches[key]
}

// text says how labels are set: ` while the override label "a" is on and "b" is off`.
func (l *overrideLabels) text(s setting) string {
	if len(s) == 0 {
		return ""
	}
	var parts []string
	for _, one := range s {
		parts = append(parts, fmt.Sprintf("%q is %s", l.names[one/2], [...]string{"off", "on"}[one%2]))
	}
	return ", while the override label " + joinAnd(parts)
}

// mattering are the free labels without which the outcomes, one for each of settings(…, free), would not be
// told apart.
func mattering(free []int, outcomes []string) []int {
	var out []int
	for bit, label := range free {
		if slices.ContainsFunc(indexes(outcomes), func(i int) bool { return outcomes[i] != outcomes[i^1<<bit] }) {
			out = append(out, label)
		}
	}
	return out
}

// failTooMany reports that the settings of labels are too many to look at.
func (w *walk) failTooMany(coordinate string, labels []int) {
	if w.tooMany {
		return
	}
	w.tooMany = true
	var names []string
	for _, label := range labels {
		names = append(names, fmt.Sprintf("%q", w.labels.names[label]))
	}
	typeName, fieldName, _ := strings.Cut(coordinate, ".")
	w.m.diags = append(w.m.diags, diag.Diagnostic{
		Code: diag.MaxValidationSubgraphPathsExceeded, Positions: w.g.Supergraph.At(typeName, fieldName),
		Message: fmt.Sprintf("whether %q can always be answered depends on %d override labels together, which are too many settings to look at: %s",
			coordinate, len(labels), joinAnd(names)),
		Fix: "finish some of these migrations, or let fields that move together have one label",
	})
}
