package federation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// addDefinitions puts the definitions of the known specifications into the schema, under the names
// by which it sees them. Definitions that the SDL has itself are checked and replaced.
func (l *loader) addDefinitions(parts *schema.Parts) {
	l.specTypes, l.specDirectives = map[string]bool{}, map[string]bool{}
	if l.sub.IsFed1() {
		l.addSpec(parts, parsedSpecs().federation[Fed1], func(name string) string {
			if name == "FieldSet" {
				return "_FieldSet"
			}
			return name
		})
		l.adopt(parts)
	}
	for _, link := range l.sub.Links.List {
		if definitions := definitionsOf(link); definitions != nil {
			l.addSpec(parts, definitions, link.NameOf)
		}
	}
}

// adopt takes directives of Federation 2 that a Federation 1 subgraph defines as Federation does for
// what they are: an upgraded subgraph would import them.
func (l *loader) adopt(parts *schema.Parts) {
	l.sub.adopted = map[string]bool{}
	own := map[string]bool{}
	for _, d := range parts.Directives {
		own[d.Name] = true
	}
	for _, want := range parsedSpecs().federation[LastFed2].Directives {
		if !own[want.Name] || l.specDirectives[want.Name] {
			continue
		}
		before := l.diags
		l.addSpec(parts, &schema.Parts{Directives: []*schema.DirectiveDefinition{want}}, func(name string) string { return name })
		if len(l.diags) > len(before) { // it only has the name
			l.diags = before
			delete(l.specDirectives, want.Name)
			continue
		}
		l.sub.adopted[want.Name] = true
	}
}

// addSpec adds one specification's definitions; nameOf gives an element's name in this schema, with
// "@" for directives.
func (l *loader) addSpec(parts, spec *schema.Parts, nameOf func(string) string) {
	for _, t := range spec.Types {
		name := nameOf(t.Name)
		if l.specTypes[name] {
			continue
		}
		l.specTypes[name] = true
		parts.Types = slices.DeleteFunc(parts.Types, func(own *schema.Type) bool {
			if own.Name == name {
				l.checkTypeDefinition(t, own)
				l.checkShown(own.Name, own.Applied)
			}
			return own.Name == name
		})
		added := *t
		added.Name = name
		parts.Types = append(parts.Types, &added)
	}
	for _, d := range spec.Directives {
		added := *d
		added.Name = nameOf("@" + d.Name)[1:]
		added.Args = nil
		for _, a := range d.Args {
			arg := *a
			arg.Type = renamedRef(a.Type, func(name string) string {
				if slices.ContainsFunc(spec.Types, func(t *schema.Type) bool { return t.Name == name }) {
					return nameOf(name)
				}
				return name
			})
			added.Args = append(added.Args, &arg)
		}
		if l.specDirectives[added.Name] {
			continue
		}
		l.specDirectives[added.Name] = true
		parts.Directives = slices.DeleteFunc(parts.Directives, func(own *schema.DirectiveDefinition) bool {
			if own.Name == added.Name {
				l.checkDirectiveDefinition(&added, own, parts)
				for _, arg := range own.Args {
					l.checkShown(fmt.Sprintf("@%s(%s:)", own.Name, arg.Name), arg.Applied)
				}
			}
			return own.Name == added.Name
		})
		parts.Directives = append(parts.Directives, &added)
	}
}

// checkShown: what a specification defines cannot be hidden.
func (l *loader) checkShown(coordinate string, applied []schema.Directive) {
	for _, d := range applied {
		if name, known := l.sub.Canonical(d); known && name == "inaccessible" {
			l.fail(diag.DisallowedInaccessible, d.Pos, fmt.Sprintf("remove @%s from %q", d.Name, coordinate),
				"%q belongs to a specification and cannot be @inaccessible", coordinate)
		}
	}
}

func renamedRef(ref *schema.TypeRef, rename func(string) string) *schema.TypeRef {
	out := *ref
	if ref.Elem != nil {
		out.Elem = renamedRef(ref.Elem, rename)
	} else {
		out.Name = rename(ref.Name)
	}
	return &out
}

func (l *loader) checkTypeDefinition(want, own *schema.Type) {
	if own.Kind != want.Kind && own.Kind != schema.Scalar { // a scalar allows what an enum of ours does
		l.fail(diag.TypeDefinitionInvalid, own.Pos, fmt.Sprintf("remove the definition: the link defines %q", own.Name),
			"%q must be %s, here it is %s", own.Name, want.Kind, own.Kind)
	}
}

// checkDirectiveDefinition accepts a definition that allows no more than the specification's: an
// optional argument or a location may be missing.
func (l *loader) checkDirectiveDefinition(want, own *schema.DirectiveDefinition, parts *schema.Parts) {
	fix := fmt.Sprintf("remove the definition of \"@%s\": the specification defines it", own.Name)
	fail := func(format string, args ...any) {
		l.fail(diag.DirectiveDefinitionInvalid, own.Pos, fix, "\"@%s\" is not defined as its specification says: %s", own.Name, fmt.Sprintf(format, args...))
	}
	for _, wantArg := range want.Args {
		ownArg := own.Arg(wantArg.Name)
		switch {
		case ownArg == nil && wantArg.Type.NonNull && wantArg.Default == nil:
			fail("the argument %q is missing", wantArg.Name)
		case ownArg != nil && !isRedefinition(wantArg.Type, ownArg.Type, parts):
			fail("the argument %q must be %s, not %s", wantArg.Name, wantArg.Type, ownArg.Type)
		case ownArg != nil && defaultOf(ownArg) != defaultOf(wantArg):
			fail("the argument %q has another default", wantArg.Name)
		}
	}
	for _, ownArg := range own.Args {
		if want.Arg(ownArg.Name) == nil {
			fail("there is no argument %q", ownArg.Name)
		}
	}
	if own.Repeatable && !want.Repeatable {
		fail("it is not repeatable")
	}
	for _, location := range own.Locations {
		if !slices.Contains(want.Locations, location) {
			fail("it may not stand on %s, only on %s", location, strings.Join(want.Locations, ", "))
		}
	}
}

func defaultOf(arg *schema.InputValue) string {
	if arg.Default == nil {
		return ""
	}
	return arg.Default.String()
}

// isRedefinition reports whether own may stand for want in a definition: the same type, where a
// scalar of a specification may be another scalar, and a nullable argument may be required.
func isRedefinition(want, own *schema.TypeRef, parts *schema.Parts) bool {
	if want.NonNull && !own.NonNull {
		return false
	}
	if (want.Elem == nil) != (own.Elem == nil) {
		return false
	}
	if want.Elem != nil {
		return isRedefinition(want.Elem, own.Elem, parts)
	}
	if want.Name == own.Name {
		return true
	}
	switch want.Name {
	case "Int", "Float", "String", "Boolean", "ID":
		return false
	}
	switch own.Name {
	case "Int", "Float", "String", "Boolean", "ID":
		return own.Name == "String" || own.Name == "ID"
	}
	return slices.ContainsFunc(parts.Types, func(t *schema.Type) bool { return t.Name == own.Name && t.Kind == schema.Scalar }) ||
		slices.Contains(machineryTypes, own.Name)
}
