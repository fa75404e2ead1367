package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkDirectives checks the applications of directives at one place: known, allowed there, not
// repeated, with arguments that fit.
func (c *checker) checkDirectives(location string, applied []Directive) {
	for i, d := range applied {
		def := c.directives[d.Name]
		if def == nil {
			c.problems.addFix(d.Pos, c.otherDirective(d.Name), "unknown directive \"@%s\"", d.Name)
			continue
		}
		if !slices.Contains(def.Locations, location) {
			c.problems.addFix(d.Pos, fmt.Sprintf("move it to one of %s", strings.Join(def.Locations, ", ")), "directive \"@%s\" may not stand on %s", d.Name, location)
		}
		isRepeated := slices.ContainsFunc(applied[:i], func(other Directive) bool { return other.Name == d.Name })
		if isRepeated && !def.Repeatable {
			c.problems.addFix(d.Pos, "keep one of the two", "directive \"@%s\" is not repeatable and stands here twice", d.Name)
		}
		c.checkArguments(def, d)
	}
}

func (c *checker) checkArguments(def *DirectiveDefinition, d Directive) {
	for i, a := range d.Args {
		if slices.ContainsFunc(d.Args[:i], func(other Argument) bool { return other.Name == a.Name }) {
			c.problems.add(d.Pos, "\"@%s\" has the argument %q twice", d.Name, a.Name)
		}
		arg := def.Arg(a.Name)
		if arg == nil {
			c.problems.addFix(d.Pos, def.otherArgument(a.Name), "\"@%s\" has the unknown argument %q", d.Name, a.Name)
			continue
		}
		if why := c.checkValue(a.Value, arg.Type); why != "" {
			c.problems.add(d.Pos, "argument %q of \"@%s\" is not a %s: %s", a.Name, d.Name, arg.Type, why)
		}
	}
	for _, arg := range def.Args {
		if arg.Type.NonNull && arg.Default == nil && d.Arg(arg.Name) == nil && !def.isMistyped(arg.Name, d) {
			c.problems.addFix(d.Pos, c.missingArgument(d, arg), "\"@%s\" lacks the required argument %q", d.Name, arg.Name)
		}
	}
}

// isMistyped reports whether an unknown argument was probably meant to be the one called name: that it is unknown says
// it all.
func (d *DirectiveDefinition) isMistyped(name string, applied Directive) bool {
	return slices.ContainsFunc(applied.Args, func(a Argument) bool { return d.Arg(a.Name) == nil && Closest(a.Name, []string{name}) != "" })
}

// missingArgument is the fix for an argument that was forgotten.
func (c *checker) missingArgument(d Directive, arg *InputValue) string {
	t := c.schema.Type(arg.Type.Named())
	if t != nil && t.Kind == Scalar && arg.Type.Elem == nil && (t.Name == "String" || !t.BuiltIn) {
		return fmt.Sprintf("write @%s(%s: \"…\")", d.Name, arg.Name)
	}
	return fmt.Sprintf("write @%s(%s: …) with a %s", d.Name, arg.Name, arg.Type)
}

// otherDirective is the fix for a directive that does not exist.
func (c *checker) otherDirective(name string) string {
	var names []string
	for _, d := range c.schema.Directives {
		if len(c.problems) < maxSuggestions {
			names = append(names, d.Name)
		}
	}
	if closest := Closest(name, names); closest != "" {
		return fmt.Sprintf("write \"@%s\", or define \"@%s\"", closest, name)
	}
	return fmt.Sprintf("define \"@%s\", or remove it", name)
}

// otherArgument is the fix for an argument that the directive does not have.
func (d *DirectiveDefinition) otherArgument(name string) string {
	var names []string
	for _, a := range d.Args {
		names = append(names, a.Name)
	}
	switch closest := Closest(name, names); {
	case closest != "":
		return fmt.Sprintf("write %q", closest)
	case len(names) > 0:
		return fmt.Sprintf("remove it; @%s has %s", d.Name, strings.Join(names, ", "))
	}
	return "remove it"
}

// Arg returns the argument called name, or nil.
func (d *DirectiveDefinition) Arg(name string) *InputValue {
	for _, a := range d.Args {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// checkValue implements "Values of Correct Type" (GraphQL spec 5.6.1) for a constant; it returns
// what is wrong, or "".
func (c *checker) checkValue(v Value, t *TypeRef) string {
	if v.Kind == Null {
		if t.NonNull {
			return "it is null"
		}
		return ""
	}
	if t.Elem != nil {
		if v.Kind != ListValue {
			return c.checkValue(v, t.Elem) // a single value stands for a list of one
		}
		for _, item := range v.Items {
			if why := c.checkValue(item, t.Elem); why != "" {
				return why
			}
		}
		return ""
	}
	named := c.schema.Type(t.Name)
	if named == nil {
		return "" // reported where the type is used
	}
	switch named.Kind {
	case Enum:
		// A string stands for the value of that name, as many servers print it.
		if v.Kind != EnumLiteral && v.Kind != String || !named.HasValue(v.Raw) {
			return fmt.Sprintf("%s is not one of its values", v)
		}
	case InputObject:
		return c.checkObjectValue(v, named)
	case Scalar:
		return checkScalar(v, named.Name)
	case Object, Interface, Union:
		return "it is not an input type"
	}
	return ""
}

// HasValue reports whether the enum t has a value called name.
func (t *Type) HasValue(name string) bool {
	return slices.ContainsFunc(t.Values, func(v *EnumValue) bool { return v.Name == name })
}

func (c *checker) checkObjectValue(v Value, t *Type) string {
	if v.Kind != ObjectValue {
		return fmt.Sprintf("%s is no input object", v)
	}
	given := map[string]bool{}
	for _, a := range v.Fields {
		f := t.Field(a.Name)
		switch {
		case f == nil:
			return fmt.Sprintf("%q has no field %q", t.Name, a.Name)
		case given[a.Name]:
			return fmt.Sprintf("the field %q is given twice", a.Name)
		}
		given[a.Name] = true
		if why := c.checkValue(a.Value, f.Type); why != "" {
			return fmt.Sprintf("in %q: %s", a.Name, why)
		}
	}
	for _, f := range t.Fields {
		if f.Type.NonNull && f.Default == nil && !given[f.Name] {
			return fmt.Sprintf("the required field %q is missing", f.Name)
		}
	}
	return ""
}

// checkScalar checks the built-in scalars; another scalar takes any value.
func checkScalar(v Value, scalar string) string {
	ok := true
	switch scalar {
	case "Int":
		_, err := strconv.ParseInt(v.Raw, 10, 32)
		ok = v.Kind == Int && err == nil
	case "Float":
		ok = v.Kind == Int || v.Kind == Float
	case "String":
		ok = v.Kind == String
	case "Boolean":
		ok = v.Kind == Boolean
	case "ID":
		ok = v.Kind == String || v.Kind == Int
	}
	if ok {
		return ""
	}
	return v.String() + " does not fit"
}

// CheckValue says what is wrong with a constant where a value of type t is wanted; "" when nothing is.
func (s *Schema) CheckValue(v Value, t *TypeRef) string {
	c := &checker{schema: s}
	return c.checkValue(v, t)
}
