package schema

import (
	"fmt"
	"slices"
	"strings"
)

// checkInterfaces implements "IsValidImplementation" (GraphQL spec 3.6.1) for each interface that
// an object or interface declares.
func (c *checker) checkInterfaces(t *Type) {
	for i, name := range t.Interfaces {
		iface := c.schema.Type(name)
		switch {
		case slices.Contains(t.Interfaces[:i], name):
			c.problems.add(t.Pos, "%q implements %q twice", t.Name, name)
		case iface == nil:
			c.problems.add(t.Pos, "%q implements the unknown interface %q", t.Name, name)
		case iface.Kind != Interface:
			c.problems.add(t.Pos, "%q cannot implement %q, which is %s", t.Name, name, iface.Kind)
		case iface == t:
			c.problems.add(t.Pos, "interface %q cannot implement itself", t.Name)
		default:
			c.checkImplementation(t, iface)
		}
	}
}

func (c *checker) checkImplementation(t, iface *Type) {
	for _, name := range iface.Interfaces {
		switch {
		case name == t.Name:
			c.problems.add(t.Pos, "%q cannot implement %q, which implements it", t.Name, iface.Name)
		case !slices.Contains(t.Interfaces, name):
			c.problems.addFix(t.Pos, fmt.Sprintf("add %q to what %q implements", name, t.Name), "%q must implement %q because %q does", t.Name, name, iface.Name)
		}
	}
	for _, want := range iface.Fields {
		f := t.Field(want.Name)
		if f == nil {
			c.problems.addFix(t.Pos, fmt.Sprintf("add \"%s\" to %q, or do not implement %q", signature(want), t.Name, iface.Name),
				"%q lacks the field %q of its interface %q", t.Name, want.Name, iface.Name)
			continue
		}
		if !c.schema.IsSubtype(f.Type, want.Type) {
			c.problems.addFix(f.Pos, fmt.Sprintf("declare it as %s, or as a type that stands for it", want.Type),
				"%q has the type %s, its interface %q wants %s", t.Name+"."+f.Name, f.Type, iface.Name, want.Type)
		}
		c.checkImplementationArgs(t, f, iface, want)
	}
}

// signature is a field as one declares it: "f(a: Int!): T".
func signature(f *Field) string {
	var args []string
	for _, a := range f.Args {
		args = append(args, a.Name+": "+a.Type.String())
	}
	if len(args) == 0 {
		return f.Name + ": " + f.Type.String()
	}
	return f.Name + "(" + strings.Join(args, ", ") + "): " + f.Type.String()
}

func (c *checker) checkImplementationArgs(t *Type, f *Field, iface *Type, want *Field) {
	for _, wantArg := range want.Args {
		arg := f.Arg(wantArg.Name)
		switch {
		case arg == nil:
			c.problems.addFix(f.Pos, fmt.Sprintf("add the argument \"%s: %s\"", wantArg.Name, wantArg.Type),
				"%q lacks the argument %q of its interface %q", t.Name+"."+f.Name, wantArg.Name, iface.Name)
		case !arg.Type.Equal(wantArg.Type):
			c.problems.addFix(arg.Pos, fmt.Sprintf("declare it as %s", wantArg.Type), "\"%s.%s(%s:)\" has the type %s, its interface %q wants %s",
				t.Name, f.Name, arg.Name, arg.Type, iface.Name, wantArg.Type)
		}
	}
	for _, arg := range f.Args {
		if want.Arg(arg.Name) == nil && arg.Type.NonNull && arg.Default == nil {
			c.problems.addFix(arg.Pos, fmt.Sprintf("make it optional, or add it to %q", iface.Name+"."+want.Name), "\"%s.%s(%s:)\" is required and its interface %q does not have it",
				t.Name, f.Name, arg.Name, iface.Name)
		}
	}
}

// IsSubtype reports whether a value of type sub may stand where super is wanted: non-null for
// nullable, a possible type or implementing interface for an abstract type, lists item by item.
func (s *Schema) IsSubtype(sub, super *TypeRef) bool {
	if super.NonNull && !sub.NonNull {
		return false
	}
	if (sub.Elem == nil) != (super.Elem == nil) {
		return false
	}
	if sub.Elem != nil {
		return s.IsSubtype(sub.Elem, super.Elem)
	}
	return s.IsNamedSubtype(sub.Name, super.Name)
}

// IsNamedSubtype is IsSubtype for names.
func (s *Schema) IsNamedSubtype(sub, super string) bool {
	if sub == super {
		return true
	}
	subType, superType := s.Type(sub), s.Type(super)
	if subType == nil || superType == nil {
		return false
	}
	switch superType.Kind {
	case Interface:
		return slices.Contains(subType.Interfaces, super)
	case Union:
		return slices.Contains(superType.Members, sub)
	case Scalar, Object, Enum, InputObject:
	}
	return false
}

// Arg returns the argument called name, or nil.
func (f *Field) Arg(name string) *InputValue {
	for _, a := range f.Args {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Equal reports whether both are the same use of the same type.
func (r *TypeRef) Equal(other *TypeRef) bool {
	if r.NonNull != other.NonNull || r.Name != other.Name || (r.Elem == nil) != (other.Elem == nil) {
		return false
	}
	return r.Elem == nil || r.Elem.Equal(other.Elem)
}
