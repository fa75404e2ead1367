package federation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Validate checks what Federation asks of one subgraph. Upgrade must have run.
func (s *Subgraph) Validate() diag.List {
	v := &validator{sub: s, diags: slices.Clone(s.pending)}
	for _, t := range s.Types {
		v.checkKeys(t)
		v.checkInterfaceObject(t)
		v.checkContextNames(t)
		for _, f := range t.Fields {
			v.checkRequires(f)
			v.checkProvides(f)
			v.checkExternal(f)
			v.checkShareable(f)
			v.checkContexts(f)
		}
	}
	for _, t := range s.Types {
		v.checkInterfaceKeys(t)
		v.checkCosts(t)
		v.checkCacheTags(t)
		v.checkAuth(t)
	}
	return v.diags
}

type validator struct {
	sub   *Subgraph
	diags diag.List
}

func (v *validator) fail(code diag.Code, pos schema.Position, fix, format string, args ...any) {
	v.diags = append(v.diags, diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Positions: []diag.Position{v.sub.At(pos)}, Fix: fix,
	})
}

func (v *validator) warn(code diag.Code, pos schema.Position, fix, format string, args ...any) {
	v.fail(code, pos, fix, format, args...)
	v.diags[len(v.diags)-1].Severity = diag.Warn
}

// The versions from which on a rule changes.
var (
	versionInterfaceKeys    = Version{2, 3}
	versionShareableObjects = Version{2, 2}
)

func (v *validator) checkKeys(t *Type) {
	for _, key := range t.Keys {
		if t.Kind == schema.Interface && v.sub.Version.Less(versionInterfaceKeys) {
			v.fail(diag.KeyUnsupportedOnInterface, key.Pos, "link "+FederationIdentity+"/v2.3 or newer",
				"@key on the interface %q needs Federation 2.3, the subgraph links %s", t.Name, v.sub.Version)
			continue
		}
		if key.invalid {
			continue
		}
		c := &selectionCheck{
			validator: v, directive: "@key", at: t.Name, pos: key.Pos,
			invalid: diag.KeyInvalidFields, hasArgs: diag.KeyFieldsHasArgs, abstract: diag.KeyFieldsSelectInvalidType,
		}
		faults := len(v.diags)
		c.check(t, key.Fields, false)
		key.invalid = slices.ContainsFunc(v.diags[faults:], func(d diag.Diagnostic) bool { return d.Code == diag.KeyInvalidFields })
	}
}

func (v *validator) checkRequires(f *Field) {
	if f.Requires == nil || f.Requires.invalid {
		return
	}
	if f.Parent.Kind == schema.Interface {
		v.fail(diag.RequiresUnsupportedOnInterface, f.Requires.Pos, v.onImplementations("@requires", f),
			"@requires cannot stand on %q, a field of an interface", f.Coordinate())
		return
	}
	c := &selectionCheck{
		validator: v, directive: "@requires", at: f.Coordinate(), pos: f.Requires.Pos,
		invalid: diag.RequiresInvalidFields, external: diag.RequiresFieldsMissingExternal,
	}
	c.check(f.Parent, f.Requires.Fields, false)
}

func (v *validator) checkProvides(f *Field) {
	if f.Provides == nil || f.Provides.invalid {
		return
	}
	target := v.sub.Type(f.Type.Named())
	if target == nil || !target.Def.IsComposite() {
		v.fail(diag.ProvidesOnNonObjectField, f.Provides.Pos, "remove @provides",
			"@provides on %q has nothing to select from: its type %s has no fields", f.Coordinate(), f.Type)
		return
	}
	if f.Parent.Kind == schema.Interface {
		v.fail(diag.ProvidesUnsupportedOnInterface, f.Provides.Pos, v.onImplementations("@provides", f),
			"@provides cannot stand on %q, a field of an interface", f.Coordinate())
		return
	}
	c := &selectionCheck{
		validator: v, directive: "@provides", at: f.Coordinate(), pos: f.Provides.Pos,
		invalid: diag.ProvidesInvalidFields, hasArgs: diag.ProvidesFieldsHasArgs, external: diag.ProvidesFieldsMissingExternal,
	}
	c.check(target, f.Provides.Fields, false)
}

func (v *validator) checkExternal(f *Field) {
	switch {
	case f.External == nil:
	case f.Parent.Kind == schema.Interface:
		v.fail(diag.ExternalOnInterface, f.External.Pos, v.onImplementations("@external", f),
			"@external cannot stand on %q, a field of an interface", f.Coordinate())
	case f.Requires != nil || f.Provides != nil:
		v.fail(diag.ExternalCollisionWithAnotherDirective, f.External.Pos, "remove @external if the subgraph resolves the field, else the other directive",
			"%q is @external, so another subgraph resolves it, and has @requires or @provides, which are for fields that are resolved here", f.Coordinate())
	case !f.Uses.Any():
		fix := fmt.Sprintf("remove the field %q from the subgraph", f.Coordinate())
		if !slices.ContainsFunc(f.Def.Applied, func(d schema.Directive) bool { return d.Pos == f.External.Pos }) {
			fix += fmt.Sprintf(", or put @external on the fields that are meant and not on %q at %s", f.Parent.Name, v.sub.At(f.External.Pos))
		}
		v.fail(diag.ExternalUnused, f.Def.Pos, fix,
			"%q is @external and no @key, @requires, @provides or interface of the subgraph needs it", f.Coordinate())
	}
}

func (v *validator) checkShareable(f *Field) {
	if f.ShareableAt == nil || f.Parent.Kind != schema.Interface || v.sub.Version.Less(versionShareableObjects) {
		return
	}
	v.fail(diag.InvalidShareableUsage, f.ShareableAt.Pos, v.onImplementations("@shareable", f),
		"@shareable cannot stand on %q, a field of an interface", f.Coordinate())
}

func (v *validator) checkInterfaceObject(t *Type) {
	if t.InterfaceObject != nil && len(t.Keys) == 0 {
		v.fail(diag.InterfaceObjectUsageError, t.InterfaceObject.Pos, fmt.Sprintf("give %q the @key of the interface", t.Name),
			"@interfaceObject on %q needs a @key: only entities can be interface objects", t.Name)
	}
}

// checkInterfaceKeys: whoever has a key of an interface must be able to find any of its implementing
// types by it.
func (v *validator) checkInterfaceKeys(t *Type) {
	if t.Kind != schema.Interface || v.sub.IsFed1() {
		return
	}
	for _, key := range t.Keys {
		for _, impl := range v.sub.Types {
			if key.invalid || impl.Kind != schema.Object || !slices.Contains(impl.Def.Interfaces, t.Name) {
				continue
			}
			i := slices.IndexFunc(impl.Keys, func(k *Key) bool { return k.Fields.SameAs(key.Fields) })
			switch {
			case i < 0:
				v.fail(diag.InterfaceKeyNotOnImplementation, key.Pos, fmt.Sprintf("add @key(fields: %q) to %q", key.Text, impl.Name),
					"interface %q has the key %q, its implementing type %q has not", t.Name, key.Text, impl.Name)
			case key.Resolvable && !impl.Keys[i].Resolvable:
				v.fail(diag.InterfaceKeyNotOnImplementation, key.Pos, fmt.Sprintf("make the key %q of %q resolvable", key.Text, impl.Name),
					"the key %q of interface %q is resolvable, that of its implementing type %q is not", key.Text, t.Name, impl.Name)
			}
		}
	}
}

// SameAs reports whether both select the same, whatever the order.
func (s FieldSet) SameAs(other FieldSet) bool { return s.contains(other) && other.contains(s) }

func (s FieldSet) contains(other FieldSet) bool {
	for _, want := range other {
		found := slices.ContainsFunc(s, func(item FieldSetItem) bool {
			return item.Field == want.Field && item.On == want.On && item.Selections.contains(want.Selections) && (FieldSet{item}).argsText() == (FieldSet{want}).argsText()
		})
		if !found {
			return false
		}
	}
	return true
}

// argsText prints the fields without their selections, to compare names and arguments.
func (s FieldSet) argsText() string {
	flat := make(FieldSet, len(s))
	for i, item := range s {
		item.Selections = nil
		flat[i] = item
	}
	return flat.String()
}

// checkAuth: interfaces get their requirements from the types that implement them.
func (v *validator) checkAuth(t *Type) {
	if t.Kind != schema.Interface && t.InterfaceObject == nil {
		return
	}
	refuse := func(coordinate string, applied []schema.Directive) {
		for _, d := range applied {
			switch name, known := v.sub.Canonical(d); {
			case known && (name == "authenticated" || name == "requiresScopes" || name == "policy"):
				v.fail(diag.AuthRequirementsAppliedOnInterface, d.Pos, v.onTypes("@"+name, t),
					"@%s cannot stand on %q: an interface has the requirements of its implementing types", name, coordinate)
			}
		}
	}
	refuse(t.Name, t.Applied)
	for _, f := range t.Fields {
		if t.InterfaceObject == nil {
			refuse(f.Coordinate(), f.Applied)
		}
	}
}

// onImplementations is the fix for a directive that cannot stand on a field of an interface.
func (v *validator) onImplementations(directive string, f *Field) string {
	var names []string
	for _, t := range v.sub.implementing(f.Parent) {
		if t.Field(f.Name) != nil {
			names = append(names, fmt.Sprintf("%q", t.Name+"."+f.Name))
		}
	}
	return putOn(directive, names, "the fields of the implementing types")
}

// onTypes is the fix for a directive that cannot stand on an interface.
func (v *validator) onTypes(directive string, iface *Type) string {
	var names []string
	for _, t := range v.sub.implementing(iface) {
		names = append(names, fmt.Sprintf("%q", t.Name))
	}
	return putOn(directive, names, "the implementing types")
}

func putOn(directive string, names []string, otherwise string) string {
	if len(names) == 0 || len(names) > 5 {
		return fmt.Sprintf("put %s on %s", directive, otherwise)
	}
	return fmt.Sprintf("put %s on %s instead", directive, strings.Join(names, " and "))
}

// implementing are the object types that implement the interface in the subgraph.
func (s *Subgraph) implementing(iface *Type) []*Type {
	var out []*Type
	for _, t := range s.Types {
		if t.Kind == schema.Object && slices.Contains(t.Def.Interfaces, iface.Name) {
			out = append(out, t)
		}
	}
	return out
}
