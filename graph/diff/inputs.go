package diff

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// inputCodes are the codes of one sort of input.
type inputCodes struct {
	removed, requiredAdded, optionalAdded, becameRequired, typeChanged, typeRelaxed, defaultChanged Code
}

var (
	argCodes = inputCodes{
		ArgRemoved, RequiredArgAdded, OptionalArgAdded, ArgBecameRequired, ArgTypeChanged, ArgTypeRelaxed, ArgDefaultChanged,
	}
	inputFieldCodes = inputCodes{
		InputFieldRemoved, RequiredInputFieldAdded, OptionalInputFieldAdded, InputFieldBecameRequired,
		InputFieldTypeChanged, InputFieldTypeRelaxed, InputFieldDefaultChanged,
	}
	directiveArgCodes = inputCodes{
		DirectiveArgRemoved, RequiredDirectiveArgAdded, OptionalDirectiveArgAdded, DirectiveArgBecameRequired,
		DirectiveArgTypeChanged, DirectiveArgTypeRelaxed, DirectiveArgDefaultChanged,
	}
)

// inputOwner is what has inputs: a field (typ and member), an input object (typ) or a directive (member).
type inputOwner struct {
	coordinate  func(name string) string
	what        string
	codes       inputCodes
	typ, member string
}

func (o *inputOwner) reach(kind reachKind, name string) reach {
	return reach{kind: kind, typ: o.typ, member: o.member, arg: name}
}

func (c *comparison) compareInputObject(old, new *schema.Type) {
	before, after := isApplied(old.Applied, "oneOf"), isApplied(new.Applied, "oneOf")
	switch {
	case !before && after:
		c.add(OneOfAdded, old.Name, reach{kind: reachType, typ: old.Name}, "exactly one field of input type %q must be given now", old.Name)
	case before && !after:
		c.add(OneOfRemoved, old.Name, reach{}, "several fields of input type %q may be given now", old.Name)
	}
	c.compareInputs(&inputOwner{
		coordinate: func(name string) string { return old.Name + "." + name },
		what:       "input field", codes: inputFieldCodes, typ: old.Name,
	}, inputsOf(old), inputsOf(new))
}

// inputsOf returns the input fields as what they share with arguments.
func inputsOf(t *schema.Type) []*schema.InputValue {
	var out []*schema.InputValue
	for _, f := range t.Fields {
		out = append(out, &schema.InputValue{Name: f.Name, Description: f.Description, Type: f.Type, Default: f.Default, Applied: f.Applied})
	}
	return out
}

// compareInputs compares arguments, or input fields, by name.
func (c *comparison) compareInputs(owner *inputOwner, old, new []*schema.InputValue) {
	for _, before := range old {
		coordinate := owner.coordinate(before.Name)
		i := indexOf(new, before.Name)
		if i < 0 {
			c.add(owner.codes.removed, coordinate, owner.reach(reachGiven, before.Name),
				"%s %q was removed%s", owner.what, coordinate, wasDeprecated(before.Applied))
			continue
		}
		after := new[i]
		c.compareDescription(coordinate, before.Description, after.Description)
		c.compareDeprecation(coordinate, owner.reach(reachGiven, before.Name), before.Applied, after.Applied)
		if !c.becameRequired(owner, before, after) {
			c.compareInputType(owner, before, after)
			c.compareDefault(owner, before, after)
		}
	}
	for _, after := range new {
		if indexOf(old, after.Name) >= 0 {
			continue
		}
		coordinate := owner.coordinate(after.Name)
		if isRequired(after) {
			c.add(owner.codes.requiredAdded, coordinate, owner.reach(reachOwner, after.Name),
				"%s %q was added and must be given", owner.what, coordinate)
		} else {
			c.add(owner.codes.optionalAdded, coordinate, reach{}, "%s %q was added and may be left out", owner.what, coordinate)
		}
	}
}

func indexOf(list []*schema.InputValue, name string) int {
	return slices.IndexFunc(list, func(v *schema.InputValue) bool { return v.Name == name })
}

func isRequired(v *schema.InputValue) bool { return v.Type.NonNull && v.Default == nil }

// becameRequired notes an input that must be given now and takes what it took otherwise; then its type and default
// need no words of their own.
func (c *comparison) becameRequired(owner *inputOwner, old, new *schema.InputValue) bool {
	nullable := *new.Type
	nullable.NonNull = false
	if isRequired(old) || !isRequired(new) || !isContravariant(old.Type, &nullable) {
		return false
	}
	coordinate := owner.coordinate(old.Name)
	c.add(owner.codes.becameRequired, coordinate, owner.reach(reachMissing, old.Name),
		"%s %q could be left out and must be given now: it was %s and is %s", owner.what, coordinate, inputText(old), inputText(new))
	return true
}

func inputText(v *schema.InputValue) string {
	if v.Default == nil {
		return v.Type.String()
	}
	return v.Type.String() + " = " + v.Default.String()
}

func (c *comparison) compareInputType(owner *inputOwner, old, new *schema.InputValue) {
	if old.Type.String() == new.Type.String() {
		return
	}
	coordinate := owner.coordinate(old.Name)
	nullable := *new.Type
	nullable.NonNull = false
	code, kind := owner.codes.typeChanged, reachGiven
	switch {
	case isContravariant(old.Type, new.Type):
		code, kind = owner.codes.typeRelaxed, reachNothing
	case isContravariant(old.Type, &nullable): // it has a default, so only null is refused
		kind = reachNullable
	case isRequired(new):
		kind = reachOwner
	}
	c.add(code, coordinate, owner.reach(kind, old.Name), "the type of %s %q was %s and is %s", owner.what, coordinate, old.Type, new.Type)
}

// isContravariant reports whether the new type takes every value, and every variable, that the old one took.
func isContravariant(old, new *schema.TypeRef) bool {
	switch {
	case !old.NonNull && new.NonNull:
		return false
	case (old.Elem == nil) != (new.Elem == nil):
		return false
	case old.Elem != nil:
		return isContravariant(old.Elem, new.Elem)
	}
	return old.Name == new.Name
}

func (c *comparison) compareDefault(owner *inputOwner, old, new *schema.InputValue) {
	before, after := defaultText(old.Default), defaultText(new.Default)
	if before == after {
		return
	}
	coordinate := owner.coordinate(old.Name)
	c.add(owner.codes.defaultChanged, coordinate, owner.reach(reachOmitted, old.Name),
		"the default of %s %q was %s and is %s", owner.what, coordinate, before, after)
}

func defaultText(v *schema.Value) string {
	if v == nil {
		return "none"
	}
	return v.String()
}
