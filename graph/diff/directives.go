package diff

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// compareDirectives compares the directives that operations may apply.
func (c *comparison) compareDirectives() {
	for _, old := range executableDirectives(c.old.schema) {
		coordinate := "@" + old.Name
		used := reach{kind: reachOwner, member: old.Name}
		new := c.new.schema.Directive(old.Name)
		if new == nil || len(executable(new.Locations)) == 0 {
			c.add(DirectiveRemoved, coordinate, used, "directive %q was removed from operations", coordinate)
			continue
		}
		c.compareDescription(coordinate, old.Description, new.Description)
		c.compareLocations(old, new)
		switch {
		case old.Repeatable && !new.Repeatable:
			c.add(DirectiveRepeatableRemoved, coordinate, reach{kind: reachRepeated, member: old.Name},
				"directive %q may no longer stand several times in one place", coordinate)
		case !old.Repeatable && new.Repeatable:
			c.add(DirectiveRepeatableAdded, coordinate, reach{}, "directive %q may stand several times in one place now", coordinate)
		}
		c.compareInputs(&inputOwner{
			coordinate: func(name string) string { return argCoordinate(coordinate, name) },
			what:       "argument", codes: directiveArgCodes, member: old.Name,
		}, old.Args, new.Args)
	}
	for _, new := range executableDirectives(c.new.schema) {
		if old := c.old.schema.Directive(new.Name); old == nil || len(executable(old.Locations)) == 0 {
			c.add(DirectiveAdded, "@"+new.Name, reach{}, "directive %q was added to operations", "@"+new.Name)
		}
	}
}

func (c *comparison) compareLocations(old, new *schema.DirectiveDefinition) {
	before, after := executable(old.Locations), executable(new.Locations)
	for _, location := range before {
		if !slices.Contains(after, location) {
			c.add(DirectiveLocationRemoved, "@"+old.Name, reach{kind: reachLocation, member: old.Name, arg: location},
				"directive %q may no longer stand at %s", "@"+old.Name, location)
		}
	}
	for _, location := range after {
		if !slices.Contains(before, location) {
			c.add(DirectiveLocationAdded, "@"+old.Name, reach{}, "directive %q may stand at %s now", "@"+old.Name, location)
		}
	}
}
