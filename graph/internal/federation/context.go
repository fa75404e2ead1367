package federation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// ContextArgument is an argument with @fromContext: its value is read from an object above the field.
type ContextArgument struct {
	Arg *schema.InputValue
	// Context is the name by which types of the same subgraph offer themselves with @context.
	Context string
	// Selection is what is read of such an object: one field, or one for each of several types.
	Selection FieldSet
	Pos       schema.Position
	// invalid is set where the text could not be read; it was reported.
	invalid bool
}

// readContexts reads @fromContext of the field's arguments.
func (l *loader) readContexts(f *Field) {
	for _, arg := range f.Def.Args {
		for _, d := range arg.Applied {
			if name, known := l.sub.Canonical(d); known && name == "fromContext" {
				f.Contexts = append(f.Contexts, l.readContext(f, arg, d))
			}
		}
	}
}

func (l *loader) readContext(f *Field, arg *schema.InputValue, d schema.Directive) *ContextArgument {
	out := &ContextArgument{Arg: arg, Pos: d.Pos}
	fail := func(code diag.Code, format string, args ...any) *ContextArgument {
		out.invalid = true
		l.failLater(code, d.Pos, "write the context and a field of it: \"$user { locale }\"", "@fromContext of \"%s(%s:)\": %s", f.Coordinate(), arg.Name, fmt.Sprintf(format, args...))
		return out
	}
	v := d.Arg("field")
	if v == nil || v.Kind != schema.String {
		return fail(diag.NoContextInSelection, "there is no text that names a context")
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(v.Raw), "$")
	end := strings.IndexFunc(rest, func(r rune) bool { return !isName(string(r)) && (r < '0' || r > '9') })
	if !ok || end == 0 {
		return fail(diag.NoContextInSelection, "%q does not begin with the name of a context", v.Raw)
	}
	if end < 0 {
		return fail(diag.ContextInvalidSelection, "%q selects nothing", v.Raw)
	}
	out.Context = rest[:end]
	set, err := ParseFieldSet(rest[end:])
	if err != nil {
		return fail(diag.ContextInvalidSelection, "%v", err)
	}
	if len(set) == 0 {
		return fail(diag.ContextInvalidSelection, "%q selects nothing", v.Raw)
	}
	out.Selection = set
	return out
}

// ContextTypes are the types that offer themselves under the name of a context.
func (s *Subgraph) ContextTypes(name string) []*Type {
	var out []*Type
	for _, t := range s.Types {
		if slices.Contains(t.Contexts, name) {
			out = append(out, t)
		}
	}
	return out
}

// checkContextNames checks the names that a type offers itself under.
func (v *validator) checkContextNames(t *Type) {
	for _, name := range t.Contexts {
		if !isName(name) || strings.Contains(name, "_") {
			v.fail(diag.ContextNameInvalid, t.Def.Pos, fmt.Sprintf("write %q: letters and digits only", contextNameOf(name)), "the context name %q of %q is not a GraphQL name without \"_\"", name, t.Name)
		}
	}
}

// checkContexts checks the contextual arguments of a field.
func (v *validator) checkContexts(f *Field) {
	for _, c := range f.Contexts {
		if c.invalid {
			continue
		}
		types := v.sub.ContextTypes(c.Context)
		if code, fix, why := v.contextFault(f, c, types); why != "" {
			v.fail(code, c.Pos, fix, "@fromContext of \"%s(%s:)\": %s", f.Coordinate(), c.Arg.Name, why)
			continue
		}
		if why := v.contextSelectionFault(c, types); why != "" {
			v.fail(diag.ContextInvalidSelection, c.Pos, "select one field of the argument's type, for each type of the context", "@fromContext of \"%s(%s:)\": %s", f.Coordinate(), c.Arg.Name, why)
		}
	}
	if len(f.Contexts) > 0 && !slices.ContainsFunc(f.Parent.Keys, func(k *Key) bool { return k.Resolvable }) {
		v.fail(diag.ContextNoResolvableKey, f.Contexts[0].Pos, fmt.Sprintf("give %q a resolvable @key", f.Parent.Name),
			"%q has a contextual argument, and %q has no resolvable @key by which it could be asked for", f.Coordinate(), f.Parent.Name)
	}
}

// contextFault says what is wrong with the place of a contextual argument.
func (v *validator) contextFault(f *Field, c *ContextArgument, types []*Type) (code diag.Code, fix, why string) {
	switch {
	case f.Parent.Kind == schema.Interface:
		return diag.ContextNotSet, "move it to the fields of the implementing types", "a field of an interface cannot have contextual arguments"
	case f.Uses.Interface:
		return diag.ContextNotSet, "remove the field from the interface", "a field that an interface asks for cannot have contextual arguments"
	case c.Arg.Default != nil:
		return diag.ContextNotSet, "remove the default", "a contextual argument cannot have a default"
	case len(types) == 0:
		return diag.ContextNotSet, v.otherContext(c.Context), fmt.Sprintf("no type of the subgraph has the context %q", c.Context)
	case c.Arg.Type.NonNull:
		return diag.ContextInvalidSelection, "make the argument nullable", fmt.Sprintf("the argument's type %s must be nullable: the object may lack the value", c.Arg.Type)
	}
	return "", "", ""
}

// otherContext is the fix for a context that no type offers.
func (v *validator) otherContext(name string) string {
	var names []string
	for _, t := range v.sub.Types {
		names = append(names, t.Contexts...)
	}
	if closest := schema.Closest(name, names); closest != "" {
		return fmt.Sprintf("write \"$%s\"", closest)
	}
	return fmt.Sprintf("put @context(name: %q) on the type that has the value", name)
}

// contextNameOf is the name without what a context's name cannot have.
func contextNameOf(name string) string {
	out := strings.Map(func(r rune) rune {
		if isName("a"+string(r)) && r != '_' {
			return r
		}
		return -1
	}, name)
	if !isName(out) {
		return "context"
	}
	return out
}

// contextSelectionFault says why the selection does not give one value for each type of the context.
func (v *validator) contextSelectionFault(c *ContextArgument, types []*Type) string {
	hasConditions := slices.ContainsFunc(c.Selection, func(item FieldSetItem) bool { return item.On != "" })
	for _, t := range types {
		if t.InterfaceObject != nil {
			return fmt.Sprintf("%q is an @interfaceObject, of which no context can be read", t.Name)
		}
		if !hasConditions {
			if why := v.contextFieldFault(c, t, c.Selection, nil); why != "" {
				return why
			}
			continue
		}
		matches := false
		for _, item := range c.Selection {
			on := v.sub.Type(item.On)
			switch {
			case on == nil:
				return fmt.Sprintf("%q must be inside a type condition that names a type of the subgraph, as other fields are", FieldSet{item})
			case !v.overlap(t, on):
				continue
			}
			matches = true
			if why := v.contextFieldFault(c, on, item.Selections, nil); why != "" {
				return why
			}
		}
		if !matches {
			return fmt.Sprintf("no type condition fits %q, which has the context", t.Name)
		}
	}
	return ""
}

// overlap reports whether an object can be of both types.
func (v *validator) overlap(a, b *Type) bool {
	x, y := v.sub.Schema.Type(a.Name), v.sub.Schema.Type(b.Name)
	return x == y || x != nil && y != nil && x.IsComposite() && y.IsComposite() && !x.Possible().And(y.Possible()).IsEmpty()
}

// contextFieldFault follows a selection of one field each to its leaf, whose type must be the
// argument's. lists are the list types that were passed on the way.
func (v *validator) contextFieldFault(c *ContextArgument, t *Type, set FieldSet, lists []bool) string {
	if t.Kind == schema.Union {
		for _, member := range t.Def.Members {
			if m := v.sub.Type(member); m != nil {
				if why := v.contextFieldFault(c, m, set, lists); why != "" {
					return why
				}
			}
		}
		return ""
	}
	if len(set) != 1 || set[0].On != "" {
		return fmt.Sprintf("%q must select one field", set)
	}
	item := set[0]
	if item.Alias != "" {
		return fmt.Sprintf("the alias %q cannot stand in a context's selection", item.Alias)
	}
	f := t.Field(item.Field)
	if f == nil {
		return fmt.Sprintf("type %q has no field %q", t.Name, item.Field)
	}
	ref := f.Type
	for ; ref.Elem != nil; ref = ref.Elem {
		lists = append(lists, true)
	}
	target := v.sub.Type(ref.Name)
	isComposite := target != nil && target.Def.IsComposite()
	switch {
	case isComposite && len(item.Selections) == 0, !isComposite && len(item.Selections) > 0:
		return fmt.Sprintf("%q must lead to a leaf", set)
	case isComposite:
		return v.contextFieldFault(c, target, item.Selections, lists)
	}
	want := c.Arg.Type
	for range lists {
		if want.Elem == nil {
			return fmt.Sprintf("it selects a list, and the argument's type is %s", c.Arg.Type)
		}
		want = want.Elem
	}
	if want.Elem != nil || want.Name != ref.Name {
		return fmt.Sprintf("it selects %s, and the argument's type is %s", f.Type, c.Arg.Type)
	}
	return ""
}
