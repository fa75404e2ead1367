package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// checkInaccessible checks that the API schema is whole after everything @inaccessible is gone.
func checkInaccessible(m *merger, s *supergraph.Supergraph) diag.List {
	if !m.features[supergraph.Inaccessible] {
		return nil // nothing is hidden
	}
	c := &inaccessibleCheck{m: m, s: s}
	for _, t := range m.types {
		switch {
		case !isInaccessible(t.def.Applied):
			c.checkVisibleType(t)
		case t.def.Name == "Query":
			m.report(diag.QueryRootTypeInaccessible, m.typePositions(t, nil), "remove @inaccessible from Query", "the query root type is @inaccessible: no query could be asked")
		}
	}
	for _, d := range m.directives {
		c.checkArgs("@"+d.Name, d.Args, nil)
	}
	return m.takeDiags()
}

func isInaccessible(applied []schema.Directive) bool {
	return slices.ContainsFunc(applied, func(d schema.Directive) bool { return d.Name == supergraph.Inaccessible })
}

type inaccessibleCheck struct {
	m *merger
	s *supergraph.Supergraph
}

// isHidden reports whether the named type is @inaccessible.
func (c *inaccessibleCheck) isHidden(name string) bool {
	t := c.m.byName[name]
	return t != nil && isInaccessible(t.def.Applied)
}

func (c *inaccessibleCheck) checkVisibleType(t *mergedType) {
	visible, total := 0, 0
	count := func(hidden bool) {
		total++
		if !hidden {
			visible++
		}
	}
	for _, f := range t.fields {
		count(isInaccessible(f.def.Applied))
		if !isInaccessible(f.def.Applied) {
			c.checkVisibleField(t, f)
		} else if t.def.Kind == schema.InputObject && f.def.Type.NonNull && f.def.Default == nil {
			c.m.report(diag.RequiredInaccessible, c.m.fieldPositions(f), "give it a default, or make it nullable",
				"input field %q is required and @inaccessible: nobody could pass it", f.coordinate())
		}
	}
	for _, v := range t.def.Values {
		count(isInaccessible(v.Applied))
	}
	for _, name := range t.def.Members {
		count(c.isHidden(name))
	}
	if total > 0 && visible == 0 {
		c.m.report(diag.OnlyInaccessibleChildren, c.m.typePositions(t, nil), fmt.Sprintf("put @inaccessible on %q itself, or show one of its elements", t.def.Name),
			"%s %q is visible and everything in it is @inaccessible", t.def.Kind, t.def.Name)
	}
	c.checkImplementations(t)
}

func (c *inaccessibleCheck) checkVisibleField(t *mergedType, f *mergedField) {
	at := func() []diag.Position { return c.m.fieldPositions(f) }
	if name := f.def.Type.Named(); c.isHidden(name) {
		c.m.report(diag.ReferencedInaccessible, at(), fmt.Sprintf("put @inaccessible on %q too, or remove it from %q", f.coordinate(), name),
			"%q is visible and its type %q is @inaccessible", f.coordinate(), name)
	}
	if f.def.Default != nil {
		c.checkDefault(f.coordinate(), *f.def.Default, f.def.Type, at())
	}
	c.checkArgs(f.coordinate(), f.def.Args, at())
}

func (c *inaccessibleCheck) checkArgs(owner string, args []*schema.InputValue, at []diag.Position) {
	for _, arg := range args {
		coordinate := fmt.Sprintf("%s(%s:)", owner, arg.Name)
		if isInaccessible(arg.Applied) {
			if arg.Type.NonNull && arg.Default == nil {
				c.m.report(diag.RequiredInaccessible, at, "give it a default, or make it nullable",
					"argument %q is required and @inaccessible: nobody could pass it", coordinate)
			}
			continue
		}
		if name := arg.Type.Named(); c.isHidden(name) {
			c.m.report(diag.ReferencedInaccessible, at, fmt.Sprintf("put @inaccessible on the argument too, or remove it from %q", name),
				"argument %q is visible and its type %q is @inaccessible", coordinate, name)
		}
		if arg.Default != nil {
			c.checkDefault(coordinate, *arg.Default, arg.Type, at)
		}
	}
}

// checkDefault refuses a default that holds a hidden enum value or input field.
func (c *inaccessibleCheck) checkDefault(coordinate string, v schema.Value, ref *schema.TypeRef, at []diag.Position) {
	if v.Kind == schema.ListValue {
		for _, item := range v.Items {
			elem := ref
			if ref.Elem != nil {
				elem = ref.Elem
			}
			c.checkDefault(coordinate, item, elem, at)
		}
		return
	}
	t := c.m.byName[ref.Named()]
	if t == nil {
		return
	}
	fail := func(hidden string) {
		c.m.report(diag.DefaultValueUsesInaccessible, at, "choose another default", "the default %s of %q holds %q, which is @inaccessible", v, coordinate, hidden)
	}
	switch v.Kind {
	case schema.EnumLiteral:
		for _, value := range t.def.Values {
			if value.Name == v.Raw && isInaccessible(value.Applied) {
				fail(t.def.Name + "." + value.Name)
			}
		}
	case schema.ObjectValue:
		for _, a := range v.Fields {
			f := t.field(a.Name)
			if f == nil {
				continue
			}
			if isInaccessible(f.def.Applied) {
				fail(f.coordinate())
			}
			c.checkDefault(coordinate, a.Value, f.def.Type, at)
		}
	case schema.Null, schema.Int, schema.Float, schema.String, schema.Boolean, schema.ListValue:
	}
}

// checkImplementations: what a visible interface shows, its visible implementing types must show.
func (c *inaccessibleCheck) checkImplementations(t *mergedType) {
	for _, name := range t.def.Interfaces {
		iface := c.m.byName[name]
		if isInaccessible(iface.def.Applied) {
			continue
		}
		for _, want := range iface.fields {
			f := t.field(want.def.Name)
			if f == nil || isInaccessible(want.def.Applied) {
				continue
			}
			if isInaccessible(f.def.Applied) {
				c.m.report(diag.ImplementedByInaccessible, c.m.fieldPositions(f), fmt.Sprintf("put @inaccessible on %q too", want.coordinate()),
					"%q is @inaccessible and implements %q, which is visible", f.coordinate(), want.coordinate())
				continue
			}
			for _, arg := range want.def.Args {
				if own := f.def.Arg(arg.Name); own != nil && isInaccessible(own.Applied) && !isInaccessible(arg.Applied) {
					c.m.report(diag.ImplementedByInaccessible, c.m.fieldPositions(f), "put @inaccessible on the interface's argument too",
						"argument \"%s(%s:)\" is @inaccessible and implements that of %q, which is visible", f.coordinate(), arg.Name, want.coordinate())
				}
			}
		}
	}
}
