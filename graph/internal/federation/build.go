package federation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// build turns the checked schema into the Subgraph's types: directives of Federation become fields.
func (l *loader) build(parts *schema.Parts) {
	s := l.sub
	s.nameDirectives()
	s.Description = parts.Description
	for _, d := range parts.Applied {
		if d.Name != s.Links.Directive {
			s.Applied = append(s.Applied, d)
		}
	}
	for _, d := range parts.Directives {
		if !l.specDirectives[d.Name] {
			s.Directives = append(s.Directives, d)
		}
	}
	for _, def := range s.Schema.Types {
		if !def.BuiltIn && !l.specTypes[def.Name] {
			s.Types = append(s.Types, l.readType(def))
		}
	}
	s.Query, s.Mutation, s.Subscription = typeNamed(s.Types, parts.Query), typeNamed(s.Types, parts.Mutation), typeNamed(s.Types, parts.Subscription)
	s.index()
	s.markUses()
}

func typeNamed(types []*Type, name string) *Type {
	for _, t := range types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (l *loader) readType(def *schema.Type) *Type {
	t := &Type{Kind: def.Kind, Name: def.Name, Def: def, IsExtension: def.IsExtension}
	var external *schema.Directive
	var shareable []schema.Directive
	for _, d := range def.Applied {
		l.checkShadowed("@"+d.Name, d.Pos)
		name, known := l.sub.Canonical(d)
		switch {
		case !known:
			t.Applied = append(t.Applied, d)
		case name == "key":
			t.Keys = append(t.Keys, l.readKey(d))
		case name == "interfaceObject":
			t.InterfaceObject = &d
		case name == "context":
			if v := d.Arg("name"); v != nil {
				t.Contexts = append(t.Contexts, v.Raw)
			}
			t.Applied = append(t.Applied, d)
		case name == "extends":
			t.IsExtension = true
		case name == "external" && l.sub.IsFed1(): // meant nothing in Federation 1
		case name == "external":
			external = cmp.Or(external, &d)
		case name == "shareable":
			l.checkOneShareable(ofDeclaration(shareable, d.Declaration), d, t.Name)
			shareable = append(shareable, d)
		default:
			t.Applied = append(t.Applied, d)
		}
	}
	t.Fields = make([]*Field, 0, len(def.Fields))
	block := make([]Field, len(def.Fields))
	for i, fieldDef := range def.Fields {
		f := &block[i]
		f.Parent, f.Name, f.Type, f.Def = t, fieldDef.Name, fieldDef.Type, fieldDef
		l.readField(f)
		if external != nil && f.External == nil {
			f.External = external
		}
		// @shareable speaks for the fields of the same declaration only, @external for all of the type.
		if d := ofDeclaration(shareable, fieldDef.Declaration); d != nil && f.ShareableAt == nil {
			f.ShareableAt = d
		}
		f.Shareable = f.ShareableAt != nil
		t.Fields = append(t.Fields, f)
	}
	return t
}

// checkOneShareable: the directive is repeatable for extensions of a type only.
func (l *loader) checkOneShareable(before *schema.Directive, d schema.Directive, coordinate string) {
	if before != nil {
		l.failLater(diag.InvalidShareableUsage, d.Pos, "remove one of the two", "@shareable stands twice on %q", coordinate)
	}
}

// checkShadowed refuses the namespaced name of an element that was imported under a name of its own.
func (l *loader) checkShadowed(name string, pos schema.Position) {
	if imported := l.shadowed[name]; imported != "" {
		l.fail(diag.InvalidLinkDirectiveUsage, pos, fmt.Sprintf("write %q", imported), "%q is imported as %q and has no other name", name, imported)
	}
}

func ofDeclaration(list []schema.Directive, declaration int) *schema.Directive {
	if i := slices.IndexFunc(list, func(d schema.Directive) bool { return d.Declaration == declaration }); i >= 0 {
		return &list[i]
	}
	return nil
}

// readField reads the directives on a field.
func (l *loader) readField(f *Field) {
	l.readContexts(f)
	l.checkShadowed(f.Type.Named(), f.Def.Pos)
	for _, d := range f.Def.Applied {
		l.checkShadowed("@"+d.Name, d.Pos)
		name, known := l.sub.Canonical(d)
		switch {
		case !known:
			f.Applied = append(f.Applied, d)
		case name == "external":
			f.External = &d
		case name == "requires":
			f.Requires = l.readSelection(d, diag.RequiresInvalidFieldsType, diag.RequiresInvalidFields, diag.RequiresDirectiveInFieldsArg)
		case name == "provides":
			f.Provides = l.readSelection(d, diag.ProvidesInvalidFieldsType, diag.ProvidesInvalidFields, diag.ProvidesDirectiveInFieldsArg)
		case name == "shareable":
			l.checkOneShareable(f.ShareableAt, d, f.Coordinate())
			f.ShareableAt = &d
		case name == "override":
			f.Override = &Override{Pos: d.Pos}
			if from := d.Arg("from"); from != nil {
				f.Override.From = from.Raw
			}
			if label := d.Arg("label"); label != nil && label.Kind == schema.String {
				f.Override.Label = label.Raw
			}
		default:
			f.Applied = append(f.Applied, d)
		}
	}
}

func (l *loader) readKey(d schema.Directive) *Key {
	key := &Key{
		Selection:   *l.readSelection(d, diag.KeyInvalidFieldsType, diag.KeyInvalidFields, diag.KeyDirectiveInFieldsArg),
		Resolvable:  true,
		OfExtension: d.Declaration > 0,
	}
	if v := d.Arg("resolvable"); v != nil && v.Raw == "false" {
		key.Resolvable = false
	}
	return key
}

// readSelection parses the argument "fields". Federation 1 also took names and lists of strings.
func (l *loader) readSelection(d schema.Directive, badType, badFields, hasDirective diag.Code) *Selection {
	out := &Selection{Pos: d.Pos}
	v := d.Arg("fields")
	if v == nil {
		out.invalid = true // reported as a missing argument
		return out
	}
	text, ok := v.Raw, v.Kind == schema.String
	if !ok && l.sub.IsFed1() {
		text, ok = fed1Fields(*v)
	}
	if !ok {
		out.invalid = true
		l.failLater(badType, d.Pos, "write the fields in one string", "the argument \"fields\" of \"@%s\" must be a string, not %s", d.Name, v)
		return out
	}
	set, err := ParseFieldSet(text)
	if err != nil {
		out.invalid = true
		code := badFields
		if e, is := err.(*FieldSetError); is && e.HasDirective {
			code = hasDirective
		}
		l.failLater(code, d.Pos, "write fields of the type, such as \"id org { id }\"", "the argument \"fields\" of \"@%s\": %v", d.Name, err)
		return out
	}
	out.Text, out.Fields = text, set
	return out
}

func fed1Fields(v schema.Value) (string, bool) {
	switch v.Kind {
	case schema.EnumLiteral, schema.String:
		return v.Raw, true
	case schema.ListValue:
		text := ""
		for i, item := range v.Items {
			one, ok := fed1Fields(item)
			if !ok {
				return "", false
			}
			if i > 0 {
				text += " "
			}
			text += one
		}
		return text, text != ""
	case schema.Null, schema.Int, schema.Float, schema.Boolean, schema.ObjectValue:
	}
	return "", false
}
