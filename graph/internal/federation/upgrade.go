package federation

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Upgrade turns Federation 1 subgraphs into what Federation 2 would say of them: external markers
// that meant nothing go, and fields that several subgraphs resolve become shareable. It needs all
// subgraphs, because in Federation 1 what a subgraph meant depended on the others. Federation 2
// subgraphs are returned as they are.
func Upgrade(subgraphs []*Subgraph) ([]*Subgraph, diag.List) {
	out := slices.Clone(subgraphs)
	var diags diag.List
	for i, sub := range subgraphs {
		if !sub.IsFed1() {
			continue
		}
		others := slices.Concat(subgraphs[:i], subgraphs[i+1:])
		u := &upgrader{old: sub, sub: sub.clone(), others: others}
		u.checkBases()
		u.dropInterfaceDirectives()
		u.dropExternalOfKeys()
		u.dropInactiveSelections()
		u.sub.resetUses()
		u.dropUnusedExternals()
		u.addShareable()
		u.dropExternalMetadata()
		u.sub.index()
		u.sub.resetUses()
		out[i] = u.sub
		diags = append(diags, u.diags...)
	}
	return out, diags
}

type upgrader struct {
	// old is the subgraph as it was loaded, sub the copy that is changed.
	old, sub *Subgraph
	others   []*Subgraph
	diags    diag.List
}

// clone copies the subgraph, its types and its fields.
func (s *Subgraph) clone() *Subgraph {
	c := *s
	c.Types = nil
	for _, t := range s.Types {
		tc := *t
		tc.Fields, tc.Keys = nil, nil
		for _, key := range t.Keys {
			kc := *key
			tc.Keys = append(tc.Keys, &kc)
		}
		for _, f := range t.Fields {
			fc := *f
			fc.Parent = &tc
			tc.Fields = append(tc.Fields, &fc)
		}
		c.Types = append(c.Types, &tc)
	}
	c.index()
	return &c
}

// resetUses computes the uses of all fields anew.
func (s *Subgraph) resetUses() {
	for _, t := range s.Types {
		for _, f := range t.Fields {
			f.Uses = Uses{}
		}
	}
	s.markUses()
}

func (u *upgrader) fail(code diag.Code, pos schema.Position, fix, format string, args ...any) {
	u.diags = append(u.diags, diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Positions: []diag.Position{u.sub.At(pos)}, Fix: fix,
	})
}

// checkBases refuses an extension of a type that no subgraph defines.
func (u *upgrader) checkBases() {
	for _, t := range u.sub.Types {
		isComposite := t.Kind == schema.Object || t.Kind == schema.Interface
		if !t.IsExtension || !isComposite || u.sub.IsRoot(t) {
			continue
		}
		hasBase := slices.ContainsFunc(u.others, func(other *Subgraph) bool {
			base := other.Type(t.Name)
			return base != nil && !base.Def.IsExtension
		})
		if !hasBase {
			u.fail(diag.ExtensionWithNoBase, t.Def.Pos, fmt.Sprintf("define the type instead of extending it: \"%s %s\"", keyword(t.Kind), t.Name),
				"type %q is only extended, no other subgraph defines it", t.Name)
		}
	}
}

func keyword(kind schema.Kind) string {
	if kind == schema.Interface {
		return "interface"
	}
	return "type"
}

// dropInterfaceDirectives drops what meant nothing on interfaces in Federation 1.
func (u *upgrader) dropInterfaceDirectives() {
	for _, t := range u.sub.Types {
		if t.Kind != schema.Interface {
			continue
		}
		t.Keys = nil
		for _, f := range t.Fields {
			f.External, f.Requires, f.Provides = nil, nil, nil
		}
	}
}

// dropExternalOfKeys: an extension knows the values of the key. Without a key of its own it knows
// the first key that another subgraph has.
func (u *upgrader) dropExternalOfKeys() {
	for _, t := range u.sub.Types {
		if !t.IsExtension {
			continue
		}
		keys := t.Keys
		if len(keys) == 0 {
			for _, other := range u.others {
				if base := other.Type(t.Name); base != nil && len(base.Keys) > 0 {
					keys = append(keys, base.Keys[0])
				}
			}
		}
		for _, key := range keys {
			for _, item := range key.Fields {
				if f := t.Field(item.Field); f != nil && f.External != nil {
					f.IsKeyOfExtension, f.External = false, nil
				}
			}
		}
		t.IsExtension = false
		for _, key := range t.Keys {
			key.OfExtension = false
		}
	}
}

// dropInactiveSelections drops from @requires and @provides the fields that the subgraph resolves
// itself, and @provides on fields that return no object.
func (u *upgrader) dropInactiveSelections() {
	for _, t := range u.sub.Types {
		for _, f := range t.Fields {
			f.Requires = u.activeSelection(f.Requires, t)
			target := u.sub.Type(f.Type.Named())
			if target == nil || !target.Def.IsComposite() {
				f.Provides = nil
				continue
			}
			f.Provides = u.activeSelection(f.Provides, target)
		}
	}
}

func (u *upgrader) activeSelection(selection *Selection, t *Type) *Selection {
	if selection == nil || selection.invalid {
		return selection
	}
	active := u.active(selection.Fields, t)
	if len(active) == 0 {
		return nil
	}
	return &Selection{Fields: active, Text: active.String(), Pos: selection.Pos}
}

// active keeps what is external or leads to something external. Unknown fields stay, so that
// Validate reports them.
func (u *upgrader) active(set FieldSet, t *Type) FieldSet {
	var out FieldSet
	for _, item := range set {
		target := t
		var f *Field
		if item.On != "" {
			target = u.sub.Type(item.On)
		} else {
			if f = t.Field(item.Field); f == nil {
				if item.Field != "__typename" {
					out = append(out, item)
				}
				continue
			}
			target = u.sub.Type(f.Type.Named())
		}
		isExternal := f != nil && u.isExternalHere(f)
		if isExternal || target == nil {
			if isExternal || f == nil {
				out = append(out, item)
			}
			continue
		}
		if inner := u.active(item.Selections, target); len(inner) > 0 {
			item.Selections = inner
			out = append(out, item)
		}
	}
	return out
}

// isExternalHere reports whether the field, or for an interface's field one of its implementations,
// is external.
func (u *upgrader) isExternalHere(f *Field) bool {
	if f.External != nil || f.Parent.Kind != schema.Interface {
		return f.External != nil
	}
	for _, t := range u.sub.Types {
		if own := t.Field(f.Name); own != nil && own.External != nil && slices.Contains(t.Def.Interfaces, f.Parent.Name) {
			return true
		}
	}
	return false
}

// dropUnusedExternals drops external fields that nothing in the subgraph needs.
func (u *upgrader) dropUnusedExternals() {
	var empty []*Type
	for _, t := range u.sub.Types {
		had := len(t.Fields)
		t.Fields = slices.DeleteFunc(t.Fields, func(f *Field) bool { return f.External != nil && !f.Uses.Any() })
		if had > 0 && len(t.Fields) == 0 {
			empty = append(empty, t)
		}
	}
	for _, t := range empty {
		if u.isReferenced(t) {
			u.fail(diag.TypeWithOnlyUnusedExternal, t.Def.Pos, fmt.Sprintf("remove the type %q, or resolve one of its fields", t.Name),
				"type %q has only external fields, and no @key, @requires or @provides needs one of them", t.Name)
			continue
		}
		u.sub.Types = slices.DeleteFunc(u.sub.Types, func(other *Type) bool { return other == t })
	}
	u.sub.index()
}

func (u *upgrader) isReferenced(t *Type) bool {
	for _, other := range u.sub.Types {
		if slices.Contains(other.Def.Members, t.Name) || slices.Contains(other.Def.Interfaces, t.Name) {
			return true
		}
		for _, f := range other.Fields {
			if f.Type.Named() == t.Name {
				return true
			}
		}
	}
	return false
}

// addShareable makes shareable what several subgraphs resolve: in Federation 1 that was allowed for
// value types and for what an entity repeats.
func (u *upgrader) addShareable() {
	for _, t := range u.sub.Types {
		if t.Kind != schema.Object || t == u.sub.Subscription {
			continue
		}
		isValueType := len(t.Keys) == 0 && !u.sub.IsRoot(t)
		isShared := slices.ContainsFunc(u.others, func(other *Subgraph) bool { return other.Type(t.Name) != nil })
		for _, f := range t.Fields {
			if isValueType {
				// An extension beside the definition of its type was never part of the value type.
				f.Shareable = f.Shareable || isShared && (f.Def.Declaration == 0 || t.Def.IsExtension)
				continue
			}
			f.Shareable = f.Shareable || slices.ContainsFunc(u.others, func(other *Subgraph) bool { return other.resolves(f) })
		}
	}
}

// resolves reports whether the subgraph resolves a field of that coordinate, at least where it is
// provided.
func (s *Subgraph) resolves(f *Field) bool {
	t := s.Type(f.Parent.Name)
	if t == nil {
		return false
	}
	own := t.Field(f.Name)
	return own != nil && (own.External == nil || own.Uses.Provides)
}

// dropExternalMetadata drops @tag from external fields where the subgraph that resolves the field has
// the same tag: Federation 1 asked for it in both.
func (u *upgrader) dropExternalMetadata() {
	for _, t := range u.sub.Types {
		for _, f := range t.Fields {
			if f.External == nil {
				continue
			}
			f.Applied = slices.DeleteFunc(slices.Clone(f.Applied), func(d schema.Directive) bool {
				name, known := u.sub.Canonical(d)
				return known && name == "tag" && u.isTaggedElsewhere(f, d)
			})
		}
	}
}

func (u *upgrader) isTaggedElsewhere(f *Field, tag schema.Directive) bool {
	for _, other := range u.others {
		t := other.Type(f.Parent.Name)
		if t == nil || t.Field(f.Name) == nil || t.Field(f.Name).External != nil {
			continue
		}
		for _, d := range t.Field(f.Name).Applied {
			name, known := other.Canonical(d)
			if known && name == "tag" && d.Arg("name") != nil && tag.Arg("name") != nil && d.Arg("name").Raw == tag.Arg("name").Raw {
				return true
			}
		}
	}
	return false
}
