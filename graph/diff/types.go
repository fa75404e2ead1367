package diff

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// compareRoots compares which operations there are.
func (c *comparison) compareRoots() {
	for _, operation := range []string{"query", "mutation", "subscription"} {
		old, new := c.old.schema.Root(operation), c.new.schema.Root(operation)
		affected := reach{kind: reachRoot, typ: operation}
		switch {
		case old == nil && new != nil:
			c.add(RootOperationAdded, schemaCoordinate, reach{}, "there are operations of the kind %s now", operation)
		case old != nil && new == nil:
			c.add(RootOperationRemoved, schemaCoordinate, affected, "there are no more operations of the kind %s", operation)
		case old != nil && old.Name != new.Name:
			c.add(RootTypeRenamed, schemaCoordinate, reach{kind: reachType, typ: old.Name},
				"the root type of the kind %s was %q and is %q", operation, old.Name, new.Name)
		}
	}
	if c.old.schema.Description != c.new.schema.Description {
		c.add(DescriptionChanged, schemaCoordinate, reach{}, "the description of the schema has changed")
	}
}

// compareTypes compares the types that clients see, by name.
func (c *comparison) compareTypes() {
	for _, old := range c.old.schema.Types {
		if old.BuiltIn {
			continue
		}
		all := reach{kind: reachType, typ: old.Name}
		new := c.new.schema.Type(old.Name)
		switch {
		case new == nil:
			c.add(TypeRemoved, old.Name, all, "%s %q was removed", old.Kind, old.Name)
		case new.Kind != old.Kind:
			c.add(TypeKindChanged, old.Name, all, "%q was %s and is %s", old.Name, article(old.Kind), article(new.Kind))
		default:
			c.compareType(old, new)
		}
	}
	for _, new := range c.new.schema.Types {
		if !new.BuiltIn && c.old.schema.Type(new.Name) == nil {
			c.add(TypeAdded, new.Name, reach{}, "%s %q was added", new.Kind, new.Name)
			c.compareInterfaces(&schema.Type{Name: new.Name, Kind: new.Kind}, new)
		}
	}
}

func article(kind schema.Kind) string {
	name := kind.String()
	if slices.Contains([]byte("aeio"), name[0]) { // "a union"
		return "an " + name
	}
	return "a " + name
}

// compareType compares two types of one name and kind.
func (c *comparison) compareType(old, new *schema.Type) {
	c.compareDescription(old.Name, old.Description, new.Description)
	switch old.Kind {
	case schema.Object, schema.Interface:
		c.compareInterfaces(old, new)
		c.compareFields(old, new)
	case schema.InputObject:
		c.compareInputObject(old, new)
	case schema.Union:
		c.compareMembers(old, new)
	case schema.Enum:
		c.compareValues(old, new)
	case schema.Scalar:
		before, after := argument(old.Applied, "specifiedBy", "url"), argument(new.Applied, "specifiedBy", "url")
		if before != after {
			c.add(SpecifiedByChanged, old.Name, reach{kind: reachType, typ: old.Name},
				"scalar %q was specified by %q and is by %q", old.Name, before, after)
		}
	}
}

func (c *comparison) compareInterfaces(old, new *schema.Type) {
	for _, name := range old.Interfaces {
		if !slices.Contains(new.Interfaces, name) {
			c.add(InterfaceRemoved, old.Name, reach{kind: reachFragment, typ: name, member: old.Name},
				"%q no longer implements interface %q", old.Name, name)
		}
	}
	for _, name := range new.Interfaces {
		if !slices.Contains(old.Interfaces, name) && c.old.schema.Type(name) != nil {
			c.add(InterfaceAdded, old.Name, reach{kind: reachResult, typ: name},
				"%q implements interface %q now: fields of that type may return it", old.Name, name)
		}
	}
}

func (c *comparison) compareFields(old, new *schema.Type) {
	for _, before := range old.Fields {
		coordinate := old.Name + "." + before.Name
		used := reach{kind: reachField, typ: old.Name, member: before.Name}
		after := new.Field(before.Name)
		if after == nil {
			c.add(FieldRemoved, coordinate, used, "field %q was removed%s", coordinate, wasDeprecated(before.Applied))
			continue
		}
		c.compareDescription(coordinate, before.Description, after.Description)
		c.compareDeprecation(coordinate, used, before.Applied, after.Applied)
		if code := c.outputChange(before.Type, after.Type); code != "" {
			touched := used
			if code.Class() == Safe {
				touched = reach{}
			}
			c.add(code, coordinate, touched, "the type of field %q was %s and is %s", coordinate, before.Type, after.Type)
		}
		c.compareInputs(&inputOwner{
			coordinate: func(name string) string { return argCoordinate(coordinate, name) },
			what:       "argument", codes: argCodes, typ: old.Name, member: before.Name,
		}, before.Args, after.Args)
	}
	for _, after := range new.Fields {
		if coordinate := new.Name + "." + after.Name; old.Field(after.Name) == nil {
			c.add(FieldAdded, coordinate, reach{}, "field %q was added", coordinate)
		}
	}
}

// outputChange classifies the change of a type that clients receive; "" for none.
func (c *comparison) outputChange(old, new *schema.TypeRef) Code {
	switch {
	case old.String() == new.String():
		return ""
	case !c.isCovariant(old, new):
		return FieldTypeChanged
	case old.Named() != new.Named():
		return FieldTypeNarrowed
	}
	return FieldTypeRefined
}

// isCovariant reports whether every value of the new type is one of the old type (GraphQL spec 3.6,
// IsValidImplementationFieldType).
func (c *comparison) isCovariant(old, new *schema.TypeRef) bool {
	switch {
	case old.NonNull && !new.NonNull:
		return false
	case (old.Elem == nil) != (new.Elem == nil):
		return false
	case old.Elem != nil:
		return c.isCovariant(old.Elem, new.Elem)
	case old.Name == new.Name:
		return true
	}
	narrow, wide := c.new.schema.Type(new.Name), c.new.schema.Type(old.Name)
	return wide != nil && (slices.Contains(narrow.Interfaces, wide.Name) || slices.Contains(wide.Members, narrow.Name))
}

func (c *comparison) compareMembers(old, new *schema.Type) {
	for _, name := range old.Members {
		if !slices.Contains(new.Members, name) {
			c.add(UnionMemberRemoved, old.Name, reach{kind: reachFragment, typ: old.Name, member: name},
				"%q is no longer a member of union %q", name, old.Name)
		}
	}
	for _, name := range new.Members {
		if !slices.Contains(old.Members, name) {
			c.add(UnionMemberAdded, old.Name, reach{kind: reachResult, typ: old.Name},
				"%q is a member of union %q now: fields of that type may return it", name, old.Name)
		}
	}
}

func (c *comparison) compareValues(old, new *schema.Type) {
	isSent, isReceived := c.old.uses.sent[old.Name], c.new.uses.received[old.Name]
	for _, before := range old.Values {
		coordinate := old.Name + "." + before.Name
		sent := reach{kind: reachEnumValue, typ: old.Name, member: before.Name}
		i := slices.IndexFunc(new.Values, func(v *schema.EnumValue) bool { return v.Name == before.Name })
		switch {
		case i >= 0:
			c.compareDescription(coordinate, before.Description, new.Values[i].Description)
			c.compareDeprecation(coordinate, sent, before.Applied, new.Values[i].Applied)
		case isSent:
			c.add(EnumValueRemoved, coordinate, sent, "value %q was removed%s", coordinate, wasDeprecated(before.Applied))
		default:
			c.add(ReturnedEnumValueRemoved, coordinate, reach{kind: reachResult, typ: old.Name},
				"value %q was removed%s: fields of that type no longer return it", coordinate, wasDeprecated(before.Applied))
		}
	}
	for _, after := range new.Values {
		coordinate := new.Name + "." + after.Name
		switch {
		case old.HasValue(after.Name):
		case isReceived:
			c.add(EnumValueAdded, coordinate, reach{kind: reachResult, typ: old.Name},
				"value %q was added: fields of that type may return it", coordinate)
		default:
			c.add(SentEnumValueAdded, coordinate, reach{}, "value %q was added", coordinate)
		}
	}
}
