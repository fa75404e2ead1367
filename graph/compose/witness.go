package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// origins names the subgraphs from which the object may have been read.
func (w *walk) origins(s *state) string {
	var names []string
	for _, id := range s.nodes {
		if name := fmt.Sprintf("%q", w.g.Nodes[id].Subgraph.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return joinAnd(names)
}

// reasons says why no subgraph answers the field, and what would help.
func (w *walk) reasons(s *state, f *schema.Field) (text, fix string) {
	var reasons []string
	add := func(format string, args ...any) {
		if reason := fmt.Sprintf(format, args...); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	name := w.g.Types[s.runtimeType].Name
	for _, id := range s.nodes {
		place := querygraph.Place{Node: id, Type: s.runtimeType}
		for _, at := range w.reach.Nodes(place) {
			if better := w.addEdgeReason(s, place, at, f, add); better != "" {
				fix = better
			}
			w.addContextReason(s, at, f, add)
		}
		for _, refusal := range w.reach.Refusals(place) {
			node := w.g.Nodes[refusal.Edge.Target]
			e := node.Field(f.Name)
			if e == nil || !e.Resolvable {
				continue
			}
			key := refusal.Edge.Fields.String()
			if refusal.Missing == "" {
				add("subgraph %q has it and its key %q is not resolvable", node.Subgraph.Name, key)
				fix = fmt.Sprintf("make the key %q of %q resolvable in %q (it says \"resolvable: false\"), or resolve %q in %s", key, name, node.Subgraph.Name, f.Name, w.origins(s))
				continue
			}
			add("subgraph %q has it and its key %q cannot be collected: %q is not resolved before", node.Subgraph.Name, key, refusal.Missing)
			fix = fmt.Sprintf("resolve %q of %q in %s, or give %q a key that can be collected there", refusal.Missing, name, w.origins(s), name)
		}
	}
	if len(reasons) == 0 && isOtherRoot(name) && s.by != nil {
		returning := w.g.Types[s.from.runtimeType].Name + "." + s.by.Name
		return fmt.Sprintf("only an operation of its own can ask another subgraph for a field of %q", name), fmt.Sprintf("let %q return another type than %q", returning, name)
	}
	if fix == "" {
		fix = fmt.Sprintf("resolve %q in %s, or give %q a resolvable @key in the subgraphs that resolve it", f.Name, w.origins(s), name)
	}
	if len(reasons) == 0 {
		add("no subgraph that has it can be entered: %q has no @key there", name)
	}
	return strings.Join(reasons, "; "), fix
}

// addEdgeReason says why a node that is reached does not answer the field. It returns what would help,
// if it knows better than the other reasons.
func (w *walk) addEdgeReason(s *state, place querygraph.Place, at querygraph.NodeID, f *schema.Field, add func(string, ...any)) (fix string) {
	node := w.g.Nodes[at]
	e := node.Field(f.Name)
	if e == nil || e.Requires == nil || !e.Resolvable {
		return ""
	}
	there := querygraph.Place{Node: at, Type: place.Type}
	missing := w.reach.Missing(there, e.Requires)
	switch {
	case missing == "":
		add("subgraph %q requires %q and has no @key by which they could be sent to it", node.Subgraph.Name, e.Requires)
	case w.reach.Missing(place, e.Requires) != "":
		if w.needsBack(place.Type, missing, f.Name) {
			add("subgraph %q requires %q, and %q requires %q itself", node.Subgraph.Name, e.Requires, missing, f.Name)
			return fmt.Sprintf("let %q or %q be resolved without the other", f.Name, missing)
		}
		add("subgraph %q requires %q, and %q cannot be collected", node.Subgraph.Name, e.Requires, missing)
		return fmt.Sprintf("resolve %q in a subgraph that can be entered from %s", missing, w.origins(s))
	default:
		add("subgraph %q requires %q, and %q cannot be collected from there, whatever was read before", node.Subgraph.Name, e.Requires, missing)
		return w.wayBack(there, missing)
	}
	return ""
}

// needsBack reports whether whoever resolves the field called missing of an object requires the field called name.
func (w *walk) needsBack(runtimeType int, missing, name string) bool {
	found := false
	for _, node := range w.g.Nodes {
		if node.Type.Name != w.g.Types[runtimeType].Name {
			continue
		}
		if e := node.Field(missing); e != nil && e.Resolvable {
			if !slices.ContainsFunc(e.Requires, func(item federation.FieldSetItem) bool { return item.Field == name }) {
				return false
			}
			found = true
		}
	}
	return found
}

// wayBack says which key would let a subgraph go to another one for a field that it requires.
func (w *walk) wayBack(from querygraph.Place, missing string) string {
	field, _, _ := strings.Cut(missing, ".")
	name, asks := w.g.Types[from.Type].Name, w.g.Nodes[from.Node].Subgraph.Name
	for _, refusal := range w.reach.Refusals(from) {
		target := w.g.Nodes[refusal.Edge.Target]
		if e := target.Field(field); refusal.Missing == "" && e != nil && e.Resolvable {
			return fmt.Sprintf("let %q be entered from %q for %q: make the key %q of %q resolvable there", target.Subgraph.Name, asks, field, refusal.Edge.Fields, name)
		}
	}
	if t := w.g.Nodes[from.Node].Type; t.IsInterfaceObject {
		return fmt.Sprintf("give the interface %q a @key that %q has, in a subgraph that resolves %q", t.Name, asks, field)
	}
	return fmt.Sprintf("give %q a resolvable @key that %q has, in a subgraph that resolves %q", name, asks, field)
}

// addContextReason says which contextual argument of a field that is reached has no value here.
func (w *walk) addContextReason(s *state, at querygraph.NodeID, f *schema.Field, add func(string, ...any)) {
	e := w.g.Nodes[at].Field(f.Name)
	if e == nil {
		return
	}
	for _, c := range e.Field.Contexts {
		if !slices.Contains(s.bound, contextKey(c)) {
			add("subgraph %q reads the argument %q from the context %q, and no object above it offers \"%s\"", w.g.Nodes[at].Subgraph.Name, c.Name, c.Context, c.Selection)
		}
	}
}

// witness is an operation that leads to the field.
func (w *walk) witness(s *state, f *schema.Field) string {
	selection := w.fieldText(f)
	if t := w.api.Type(f.Type.Named()); t != nil && t.IsComposite() {
		selection += " { __typename }"
	}
	for ; s.from != nil; s = s.from {
		if s.isAbstract && f.Name != "__typename" {
			selection = fmt.Sprintf("... on %s { %s }", w.g.Types[s.runtimeType].Name, selection)
		}
		selection = fmt.Sprintf("%s { %s }", w.fieldText(s.by), selection)
	}
	keyword := "query"
	switch w.api.Type(w.g.Types[s.runtimeType].Name) {
	case w.api.Mutation:
		keyword = "mutation"
	case w.api.Subscription:
		keyword = "subscription"
	}
	return fmt.Sprintf("%s { %s }", keyword, selection)
}

// fieldText prints the field with its required arguments.
func (w *walk) fieldText(f *schema.Field) string {
	var args []string
	for _, arg := range f.Args {
		if arg.Type.NonNull && arg.Default == nil {
			args = append(args, arg.Name+": "+w.example(arg.Type, 0))
		}
	}
	if len(args) == 0 {
		return f.Name
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// example is a value of an input type.
func (w *walk) example(ref *schema.TypeRef, depth int) string {
	if ref.Elem != nil {
		return "[]"
	}
	t := w.api.Type(ref.Name)
	switch {
	case t == nil || depth > 10:
		return "null"
	case t.Kind == schema.Enum:
		return t.Values[0].Name
	case t.Kind == schema.InputObject:
		var fields []string
		for _, f := range t.Fields {
			if f.Type.NonNull && f.Default == nil {
				fields = append(fields, f.Name+": "+w.example(f.Type, depth+1))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	switch ref.Name {
	case "Int":
		return "1"
	case "Float":
		return "1.5"
	case "Boolean":
		return "true"
	}
	return `"…"`
}
