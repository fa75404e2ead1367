package federation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// selectionCheck checks one field set against the types that it selects from. A code that is empty
// turns its rule off.
type selectionCheck struct {
	validator *validator
	// directive and at say in messages where the field set stands; pos is its place.
	directive, at string
	pos           schema.Position
	invalid       diag.Code
	hasArgs       diag.Code
	abstract      diag.Code
	external      diag.Code
	// outer is the outermost field that is being selected from; nil at the outermost ones.
	outer *Field
}

func (c *selectionCheck) fail(code diag.Code, fix, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	c.validator.fail(code, c.pos, fix, "in %s of %q: %s", c.directive, c.at, message)
}

// check checks the fields selected on t. belowExternal is set below an external field, where no
// further field has to be external.
func (c *selectionCheck) check(t *Type, set FieldSet, belowExternal bool) {
	for _, item := range set {
		if item.On != "" {
			c.checkFragment(item, belowExternal)
			continue
		}
		if item.Field == "__typename" {
			if c.external != "" && !belowExternal && len(set) == 1 {
				c.fail(c.external, fmt.Sprintf("remove it from %s", c.directive), "__typename of %q is known without it", t.Name)
			}
			continue
		}
		f := t.Field(item.Field)
		if f == nil {
			add := fmt.Sprintf("add the field to %q", t.Name)
			if c.external != "" && !belowExternal {
				add += " with @external"
			}
			c.fail(c.invalid, t.otherField(item.Field, add+", or remove it from "+c.directive), "type %q has no field %q", t.Name, item.Field)
			continue
		}
		c.checkField(f, item, belowExternal)
	}
}

func (c *selectionCheck) checkField(f *Field, item FieldSetItem, belowExternal bool) {
	if item.Alias != "" {
		c.fail(c.invalid, "select the field by its own name", "%q has the alias %q", f.Coordinate(), item.Alias)
	}
	target := c.validator.sub.Type(f.Type.Named())
	isComposite := target != nil && target.Def.IsComposite()
	if c.abstract != "" && isComposite && target.Def.IsAbstract() {
		c.fail(c.abstract, fmt.Sprintf("remove %q from %s: select fields of object types only", item.Field, c.directive), "field %q returns the %s %q", f.Coordinate(), target.Kind, target.Name)
		return
	}
	if c.checkArgs(f, item) && c.hasArgs != "" && len(f.Def.Args) > 0 {
		c.fail(c.hasArgs, fmt.Sprintf("remove %q from %s: select fields without arguments only", item.Field, c.directive), "field %q has arguments", f.Coordinate())
	}
	switch {
	case isComposite && len(item.Selections) == 0:
		c.fail(c.invalid, fmt.Sprintf("write \"%s { %s }\"", item.Field, target.firstField()), "field %q returns %s and needs a selection of its fields", f.Coordinate(), f.Type)
	case !isComposite && len(item.Selections) > 0:
		c.fail(c.invalid, "remove its selection", "field %q returns %s, which has no fields", f.Coordinate(), f.Type)
	}
	isExternal := f.External != nil
	if c.external != "" && !isExternal && !belowExternal && !isComposite {
		foreign, why := f, "it is not @external"
		if c.outer != nil { // of an object that another subgraph resolves all is another's
			foreign, why = c.outer, fmt.Sprintf("neither it nor %q is @external", c.outer.Coordinate())
		}
		c.fail(c.external, fmt.Sprintf("mark %q with @external at %s if another subgraph resolves it, or remove %q from %s", foreign.Coordinate(), c.validator.sub.At(foreign.Def.Pos), item.Field, c.directive),
			"field %q is resolved by this subgraph itself, %s", f.Coordinate(), why)
	}
	if isComposite {
		below := *c
		below.outer = cmp.Or(c.outer, f)
		below.check(target, item.Selections, belowExternal || isExternal || c.isExternalInImplementation(f))
	}
}

// otherField is the fix for a field that does not exist: the one that was probably meant, or else.
func (t *Type) otherField(name, otherwise string) string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	if closest := schema.Closest(name, names); closest != "" {
		return fmt.Sprintf("write %q, or %s", closest, otherwise)
	}
	return otherwise
}

// firstField is a field to begin a selection with.
func (t *Type) firstField() string {
	if len(t.Fields) == 0 {
		return "__typename"
	}
	return t.Fields[0].Name
}

// otherType is the fix for a type condition on a type that does not exist.
func (c *selectionCheck) otherType(name string) string {
	var names []string
	for _, t := range c.validator.sub.Types {
		if t.Def.IsComposite() {
			names = append(names, t.Name)
		}
	}
	if closest := schema.Closest(name, names); closest != "" {
		return fmt.Sprintf("write \"... on %s\"", closest)
	}
	return "name an object, interface or union of the subgraph"
}

// isExternalInImplementation: an interface's field cannot be external itself, those of its
// implementing types can.
func (c *selectionCheck) isExternalInImplementation(f *Field) bool {
	if f.Parent.Kind != schema.Interface {
		return false
	}
	return slices.ContainsFunc(c.validator.sub.Types, func(t *Type) bool {
		own := t.Field(f.Name)
		return own != nil && own.External != nil && slices.Contains(t.Def.Interfaces, f.Parent.Name)
	})
}

func (c *selectionCheck) checkFragment(item FieldSetItem, belowExternal bool) {
	on := c.validator.sub.Type(item.On)
	if on == nil || !on.Def.IsComposite() {
		c.fail(c.invalid, c.otherType(item.On), "\"... on %s\": there is no such composite type", item.On)
		return
	}
	// Whether the two can meet is for the merged schema to say: other subgraphs know more types.
	c.check(on, item.Selections, belowExternal)
}

// checkArgs checks the arguments that a selected field is called with; it reports whether they fit.
func (c *selectionCheck) checkArgs(f *Field, item FieldSetItem) bool {
	faults := len(c.validator.diags)
	for _, a := range item.Args {
		arg := f.Def.Arg(a.Name)
		if arg == nil {
			c.fail(c.invalid, "remove the argument", "field %q has no argument %q", f.Coordinate(), a.Name)
		} else if why := c.validator.sub.Schema.CheckValue(a.Value, arg.Type); why != "" {
			c.fail(c.invalid, fmt.Sprintf("pass a value of the type %s", arg.Type), "argument %q of %q: %s", a.Name, f.Coordinate(), why)
		}
	}
	for _, arg := range f.Def.Args {
		given := slices.ContainsFunc(item.Args, func(a schema.Argument) bool { return a.Name == arg.Name })
		if !given && arg.Type.NonNull && arg.Default == nil {
			c.fail(c.invalid, fmt.Sprintf("pass %q", arg.Name), "field %q needs the argument %q", f.Coordinate(), arg.Name)
		}
	}
	return len(c.validator.diags) == faults
}
