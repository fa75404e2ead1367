package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Check holds the schema to the rules of plain GraphQL (spec 3): names, known types, kinds where
// they may stand, interfaces implemented, directives and values. A schema without a query root is
// allowed: a subgraph may have none.
func (s *Schema) Check() Problems { return newChecker(s).check() }

// CheckAs returns what would be wrong with the schema if the directive were defined like this.
func (s *Schema) CheckAs(d *DirectiveDefinition) Problems {
	c := newChecker(s)
	c.directives[d.Name] = d
	return c.check()
}

func (c *checker) check() Problems {
	s := c.schema
	c.checkDirectives("SCHEMA", s.Applied)
	for _, d := range s.Directives {
		if !d.BuiltIn {
			c.checkDirectiveDefinition(d)
		}
	}
	for _, t := range s.Types {
		if !t.BuiltIn {
			c.checkType(t)
		}
	}
	if len(c.problems) == 0 { // the walk needs resolvable types
		c.checkInputCycles()
	}
	return c.problems
}

func newChecker(s *Schema) *checker {
	c := &checker{schema: s, directives: map[string]*DirectiveDefinition{}}
	for _, d := range s.Directives {
		c.directives[d.Name] = d
	}
	return c
}

type checker struct {
	schema     *Schema
	directives map[string]*DirectiveDefinition
	problems   Problems
	// recent are types that were looked up lately, by nameSlot: most fields have one of a few types.
	recent [nameSlots]*Type
}

func (c *checker) checkDirectiveDefinition(d *DirectiveDefinition) {
	c.checkName(d.Name, d.Pos)
	c.checkInputValues(coordinate{directive: d.Name}, d.Args)
	for i, location := range d.Locations {
		if slices.Contains(d.Locations[:i], location) {
			c.problems.add(d.Pos, "directive \"@%s\" lists the location %s twice", d.Name, location)
		}
	}
}

func (c *checker) checkType(t *Type) {
	c.checkName(t.Name, t.Pos)
	c.checkDirectives(typeLocations[t.Kind], t.Applied)
	switch t.Kind {
	case Object, Interface:
		c.checkFields(t)
		c.checkInterfaces(t)
	case InputObject:
		c.checkInputFields(t)
	case Union:
		c.checkMembers(t)
	case Enum:
		c.checkValues(t)
	case Scalar:
	}
}

var typeLocations = [...]string{
	Scalar: "SCALAR", Object: "OBJECT", Interface: "INTERFACE", Union: "UNION", Enum: "ENUM", InputObject: "INPUT_OBJECT",
}

// checkName implements "Reserved Names" (GraphQL spec 2.1.9). A double underscore inside a name is
// a namespace of a linked specification and is allowed.
func (c *checker) checkName(name string, pos Position) {
	if strings.HasPrefix(name, "__") {
		c.problems.add(pos, "name %q must not begin with \"__\", which is reserved for introspection", name)
	}
}

// coordinate names an element in messages: "Type.field", "Type.field(arg:)", "@directive(arg:)". It is
// made into text only where there is something to say.
type coordinate struct{ owner, field, directive, arg string }

// String writes the coordinate as in the spec of schema coordinates.
func (c coordinate) String() string {
	text := c.owner + "." + c.field
	if c.directive != "" {
		text = "@" + c.directive
	}
	if c.arg != "" {
		text += "(" + c.arg + ":)"
	}
	return text
}

func (c *checker) checkFields(t *Type) {
	if len(t.Fields) == 0 {
		c.problems.add(t.Pos, "%s %q must have at least one field", t.Kind, t.Name)
	}
	before := names{n: len(t.Fields)}
	for i, f := range t.Fields {
		at := coordinate{owner: t.Name, field: f.Name}
		if before.has(f.Name, func(j int) string { return t.Fields[j].Name }, i) {
			c.problems.add(f.Pos, "field %q is defined twice", at)
		}
		c.checkName(f.Name, f.Pos)
		if named := c.checkTypeRef(at, f.Type, f.Pos); named != nil && named.Kind == InputObject {
			c.problems.add(f.Pos, "field %q must have an output type, %q is an input type", at, named.Name)
		}
		c.checkInputValues(at, f.Args)
		c.checkDirectives("FIELD_DEFINITION", f.Applied)
	}
}

func (c *checker) checkInputFields(t *Type) {
	if len(t.Fields) == 0 {
		c.problems.add(t.Pos, "%s %q must have at least one field", t.Kind, t.Name)
	}
	before := names{n: len(t.Fields)}
	for i, f := range t.Fields {
		at := coordinate{owner: t.Name, field: f.Name}
		if before.has(f.Name, func(j int) string { return t.Fields[j].Name }, i) {
			c.problems.add(f.Pos, "input field %q is defined twice", at)
		}
		c.checkInput(at, &InputValue{Name: f.Name, Type: f.Type, Default: f.Default, Pos: f.Pos, Applied: f.Applied})
		c.checkDirectives("INPUT_FIELD_DEFINITION", f.Applied)
	}
}

// checkInputValues checks the arguments of the field or directive called owner.
func (c *checker) checkInputValues(owner coordinate, args []*InputValue) {
	before := names{n: len(args)}
	for i, a := range args {
		at := owner
		at.arg = a.Name
		if before.has(a.Name, func(j int) string { return args[j].Name }, i) {
			c.problems.add(a.Pos, "argument \"%s\" is defined twice", at)
		}
		c.checkInput(at, a)
		c.checkDirectives("ARGUMENT_DEFINITION", a.Applied)
	}
}

// manyNames is the length from which on a list's names are kept in a table; shorter lists, which almost
// all are, are looked through.
const manyNames = 24

// names finds repeated names in a list of n.
type names struct {
	n    int
	seen map[string]bool
}

// has reports whether the name, the list's ith, stood before. It must be called for each in order.
func (s *names) has(name string, at func(i int) string, i int) bool {
	if s.n < manyNames {
		for j := range i {
			if at(j) == name {
				return true
			}
		}
		return false
	}
	if s.seen == nil {
		s.seen = make(map[string]bool, s.n)
	}
	was := s.seen[name]
	s.seen[name] = true
	return was
}

func (c *checker) checkInput(at coordinate, v *InputValue) {
	c.checkName(v.Name, v.Pos)
	named := c.checkTypeRef(at, v.Type, v.Pos)
	if named == nil {
		return
	}
	if named.IsComposite() {
		c.problems.add(v.Pos, "%q must have an input type, %q is %s", at, named.Name, named.Kind)
		return
	}
	if v.Default != nil {
		if why := c.checkValue(*v.Default, v.Type); why != "" {
			c.problems.add(v.Pos, "the default value of %q is not a %s: %s", at, v.Type, why)
		}
	}
	isRequired := v.Type.NonNull && v.Default == nil
	if isRequired && slices.ContainsFunc(v.Applied, func(d Directive) bool { return d.Name == "deprecated" }) {
		c.problems.add(v.Pos, "%q is required and cannot be deprecated", at)
	}
}

// checkTypeRef returns the named type at the heart of ref, or nil after reporting that there is none.
func (c *checker) checkTypeRef(at coordinate, ref *TypeRef, pos Position) *Type {
	name := ref.Named()
	recent := &c.recent[nameSlot(name)]
	if *recent != nil && (*recent).Name == name {
		return *recent
	}
	named := c.schema.Type(name)
	if named == nil {
		c.problems.addFix(pos, c.otherType(name), "%q has the unknown type %q", at, name)
		return nil
	}
	*recent = named
	return named
}

// maxSuggestions bounds the problems for which it is looked up what was probably meant.
const maxSuggestions = 50

// otherType is the fix for a type that does not exist.
func (c *checker) otherType(name string) string {
	var names []string
	for _, t := range c.schema.Types {
		if len(c.problems) >= maxSuggestions {
			break
		}
		if !strings.HasPrefix(t.Name, "__") {
			names = append(names, t.Name)
		}
	}
	if closest := Closest(name, names); closest != "" {
		return fmt.Sprintf("write %q, or define %q", closest, name)
	}
	return fmt.Sprintf("define %q in this subgraph too, or use another type", name)
}

func (c *checker) checkMembers(t *Type) {
	if len(t.Members) == 0 {
		c.problems.add(t.Pos, "union %q must have at least one member", t.Name)
	}
	for i, name := range t.Members {
		member := c.schema.Type(name)
		switch {
		case slices.Contains(t.Members[:i], name):
			c.problems.add(t.Pos, "union %q lists the member %q twice", t.Name, name)
		case member == nil:
			c.problems.addFix(t.Pos, c.otherType(name), "union %q has the unknown member %q", t.Name, name)
		case member.Kind != Object:
			c.problems.add(t.Pos, "union %q can have object types only, %q is %s", t.Name, name, member.Kind)
		}
	}
}

func (c *checker) checkValues(t *Type) {
	if len(t.Values) == 0 {
		c.problems.add(t.Pos, "enum %q must have at least one value", t.Name)
	}
	seen := map[string]bool{}
	for _, v := range t.Values {
		if seen[v.Name] {
			c.problems.add(v.Pos, "enum value %q is defined twice", t.Name+"."+v.Name)
		}
		seen[v.Name] = true
		if v.Name == "true" || v.Name == "false" || v.Name == "null" {
			c.problems.add(v.Pos, "enum %q cannot have a value called %s", t.Name, v.Name)
		}
		c.checkName(v.Name, v.Pos)
		c.checkDirectives("ENUM_VALUE", v.Applied)
	}
}

// checkInputCycles implements "Circular References" (GraphQL spec 3.10): an input object must not
// need itself through fields that can be neither null nor an empty list.
func (c *checker) checkInputCycles() {
	const (
		onPath = 1
		done   = 2
	)
	state := map[*Type]int{}
	var visit func(t *Type)
	visit = func(t *Type) {
		state[t] = onPath
		for _, f := range t.Fields {
			if !f.Type.NonNull || f.Type.Elem != nil {
				continue
			}
			next := c.schema.Type(f.Type.Name)
			switch {
			case next == nil || next.Kind != InputObject:
			case state[next] == onPath:
				c.problems.add(f.Pos, "input type %q needs itself without end through the non-null field %q", next.Name, t.Name+"."+f.Name)
			case state[next] != done:
				visit(next)
			}
		}
		state[t] = done
	}
	for _, t := range c.schema.Types {
		if t.Kind == InputObject && state[t] == 0 {
			visit(t)
		}
	}
}
