package diff

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

func (c *comparison) compareDescription(coordinate, old, new string) {
	if old != new {
		c.add(DescriptionChanged, coordinate, reach{}, "the description of %q has changed", coordinate)
	}
}

// compareDeprecation compares @deprecated; used says who would do well to look for something else.
func (c *comparison) compareDeprecation(coordinate string, used reach, old, new []schema.Directive) {
	before, after := isApplied(old, deprecated), isApplied(new, deprecated)
	was, is := argument(old, deprecated, "reason"), argument(new, deprecated, "reason")
	switch {
	case !before && after:
		c.add(DeprecationAdded, coordinate, used, "%q is deprecated now: %s", coordinate, is)
	case before && !after:
		c.add(DeprecationRemoved, coordinate, reach{}, "%q is no longer deprecated", coordinate)
	case was != is:
		c.add(DeprecationReasonChanged, coordinate, reach{}, "%q is deprecated for another reason now: %s", coordinate, is)
	}
}

const deprecated = "deprecated"

// defaultReason is that of @deprecated without one (GraphQL spec 3.13.3).
const defaultReason = "No longer supported"

// wasDeprecated is an addition to the message on an element that is gone.
func wasDeprecated(applied []schema.Directive) string {
	if !isApplied(applied, deprecated) {
		return ""
	}
	return " (it was deprecated: " + argument(applied, deprecated, "reason") + ")"
}

func isApplied(applied []schema.Directive, name string) bool {
	return slices.ContainsFunc(applied, func(d schema.Directive) bool { return d.Name == name })
}

// argument returns the text of a directive's argument, "" where there is none.
func argument(applied []schema.Directive, directive, name string) string {
	for _, d := range applied {
		if d.Name != directive {
			continue
		}
		if v := d.Arg(name); v != nil {
			return v.Raw
		}
		if directive == deprecated {
			return defaultReason
		}
	}
	return ""
}
