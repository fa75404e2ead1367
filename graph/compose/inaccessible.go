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
	c := &inaccessibleCheck{s: s, hiding: hiddenBySubgraphs{}}
	return c.check()
}

func isInaccessible(applied []schema.Directive) bool {
	return slices.ContainsFunc(applied, func(d schema.Directive) bool { return d.Name == supergraph.Inaccessible })
}

// hiding says how elements came to be hidden, and how one hides or shows another.
type hiding interface {
	// why is the end of a sentence about a hidden element: "is @inaccessible".
	why(hidden string) string
	// alsoHide is the edit that hides an element as well, where one that it depends on is hidden.
	alsoHide(element, hidden string) string
	// show is the edit that shows the hidden element again.
	show(hidden string) string
	// at is where it is said that the element is hidden, if that is not in the subgraphs.
	at(hidden string) []diag.Position
}

// hiddenBySubgraphs is the hiding of @inaccessible that stands in the subgraphs.
type hiddenBySubgraphs struct{}

func (hiddenBySubgraphs) why(string) string                 { return "is @inaccessible" }
func (hiddenBySubgraphs) alsoHide(element, _ string) string { return "put @inaccessible on " + element }
func (hiddenBySubgraphs) show(hidden string) string {
	return fmt.Sprintf("remove @inaccessible from %q", hidden)
}
func (hiddenBySubgraphs) at(string) []diag.Position { return nil }

// inaccessibleCheck checks one supergraph.
type inaccessibleCheck struct {
	s      *supergraph.Supergraph
	hiding hiding
	diags  diag.List
}

func (c *inaccessibleCheck) check() diag.List {
	for _, t := range c.s.Schema.Types {
		switch {
		case t.BuiltIn:
		case !isInaccessible(t.Applied):
			c.checkVisibleType(t)
		case t == c.s.Schema.Query:
			c.report(finding{diag.QueryRootTypeInaccessible, c.s.At(t.Name, ""), t.Name, c.hiding.show(t.Name)},
				"the query root type %s: no query could be asked", c.hiding.why(t.Name))
		}
	}
	for _, d := range c.s.Schema.Directives {
		if !d.BuiltIn {
			c.checkArgs("@"+d.Name, d.Args, nil)
		}
	}
	return c.diags
}

// finding is what a report is made of besides its message.
type finding struct {
	code      diag.Code
	positions []diag.Position
	// hidden is the element that is hidden, and whose hiding is the reason.
	hidden, fix string
}

func (c *inaccessibleCheck) report(f finding, format string, args ...any) {
	c.diags = append(c.diags, diag.Diagnostic{
		Code: f.code, Message: fmt.Sprintf(format, args...), Fix: f.fix,
		Positions: slices.Concat(f.positions, c.hiding.at(f.hidden)),
	})
}

// isHidden reports whether the named type is @inaccessible.
func (c *inaccessibleCheck) isHidden(name string) bool {
	t := c.s.Schema.Type(name)
	return t != nil && isInaccessible(t.Applied)
}

func (c *inaccessibleCheck) checkVisibleType(t *schema.Type) {
	visible, total := 0, 0
	count := func(hidden bool) {
		total++
		if !hidden {
			visible++
		}
	}
	for _, f := range t.Fields {
		count(isInaccessible(f.Applied))
		coordinate := t.Name + "." + f.Name
		if !isInaccessible(f.Applied) {
			c.checkVisibleField(t, f)
		} else if t.Kind == schema.InputObject && f.Type.NonNull && f.Default == nil {
			c.report(finding{diag.RequiredInaccessible, c.s.At(t.Name, f.Name), coordinate, fmt.Sprintf("make %q nullable, or give it a default", coordinate)},
				"input field %q is required and %s: nobody could pass it", coordinate, c.hiding.why(coordinate))
		}
	}
	for _, v := range t.Values {
		count(isInaccessible(v.Applied))
	}
	for _, name := range t.Members {
		count(c.isHidden(name))
	}
	if total > 0 && visible == 0 {
		c.report(finding{diag.OnlyInaccessibleChildren, c.s.At(t.Name, ""), t.Name, c.hiding.alsoHide(fmt.Sprintf("%q itself", t.Name), t.Name) + ", or show one of its elements"},
			"%s %q is visible and everything in it %s", t.Kind, t.Name, c.hiding.why(t.Name))
	}
	c.checkImplementations(t)
}

func (c *inaccessibleCheck) checkVisibleField(t *schema.Type, f *schema.Field) {
	coordinate := t.Name + "." + f.Name
	if name := f.Type.Named(); c.isHidden(name) {
		c.report(finding{diag.ReferencedInaccessible, c.s.At(t.Name, f.Name), name, c.hiding.alsoHide(fmt.Sprintf("%q too", coordinate), name) + ", or " + c.hiding.show(name)},
			"%q is visible and its type %q %s", coordinate, name, c.hiding.why(name))
	}
	at := element{coordinate, t.Name, f.Name}
	if f.Default != nil {
		c.checkDefault(at, *f.Default, *f.Default, f.Type)
	}
	c.checkArgs(coordinate, f.Args, &at)
}

// element is what a message is about: its coordinate, and the type and field where it stands.
type element struct{ coordinate, typeName, fieldName string }

// checkArgs checks the arguments of a field; owner is nil for those of a directive.
func (c *inaccessibleCheck) checkArgs(name string, args []*schema.InputValue, owner *element) {
	for _, arg := range args {
		at := element{coordinate: fmt.Sprintf("%s(%s:)", name, arg.Name)}
		var positions []diag.Position
		if owner != nil {
			at.typeName, at.fieldName = owner.typeName, owner.fieldName
			positions = c.s.At(at.typeName, at.fieldName)
		}
		if isInaccessible(arg.Applied) {
			if arg.Type.NonNull && arg.Default == nil {
				c.report(finding{diag.RequiredInaccessible, positions, at.coordinate, fmt.Sprintf("make %q nullable, or give it a default", at.coordinate)},
					"argument %q is required and %s: nobody could pass it", at.coordinate, c.hiding.why(at.coordinate))
			}
			continue
		}
		if name := arg.Type.Named(); c.isHidden(name) {
			c.report(finding{diag.ReferencedInaccessible, positions, name, c.hiding.alsoHide(fmt.Sprintf("%q too", at.coordinate), name) + ", or " + c.hiding.show(name)},
				"argument %q is visible and its type %q %s", at.coordinate, name, c.hiding.why(name))
		}
		if arg.Default != nil {
			c.checkDefault(at, *arg.Default, *arg.Default, arg.Type)
		}
	}
}

// checkDefault refuses a default that holds a hidden enum value or input field; v is a part of it.
func (c *inaccessibleCheck) checkDefault(at element, whole, v schema.Value, ref *schema.TypeRef) {
	if v.Kind == schema.ListValue {
		for _, item := range v.Items {
			elem := ref
			if ref.Elem != nil {
				elem = ref.Elem
			}
			c.checkDefault(at, whole, item, elem)
		}
		return
	}
	t := c.s.Schema.Type(ref.Named())
	if t == nil {
		return
	}
	fail := func(hidden string) {
		c.report(finding{diag.DefaultValueUsesInaccessible, c.s.At(at.typeName, at.fieldName), hidden, fmt.Sprintf("give %q another default, or %s", at.coordinate, c.hiding.show(hidden))},
			"the default %s of %q holds %q, which %s", whole, at.coordinate, hidden, c.hiding.why(hidden))
	}
	switch v.Kind {
	case schema.EnumLiteral:
		for _, value := range t.Values {
			if value.Name == v.Raw && isInaccessible(value.Applied) {
				fail(t.Name + "." + value.Name)
			}
		}
	case schema.ObjectValue:
		for _, a := range v.Fields {
			f := t.Field(a.Name)
			if f == nil {
				continue
			}
			if isInaccessible(f.Applied) {
				fail(t.Name + "." + f.Name)
			}
			c.checkDefault(at, whole, a.Value, f.Type)
		}
	case schema.Null, schema.Int, schema.Float, schema.String, schema.Boolean, schema.ListValue:
	}
}

// checkImplementations: what a visible interface shows, its visible implementing types must show.
func (c *inaccessibleCheck) checkImplementations(t *schema.Type) {
	for _, name := range t.Interfaces {
		iface := c.s.Schema.Type(name)
		if iface == nil || isInaccessible(iface.Applied) {
			continue
		}
		for _, want := range iface.Fields {
			f := t.Field(want.Name)
			if f == nil || isInaccessible(want.Applied) {
				continue
			}
			wanted, own := name+"."+want.Name, t.Name+"."+f.Name
			if isInaccessible(f.Applied) {
				c.report(finding{diag.ImplementedByInaccessible, c.s.At(t.Name, f.Name), own, c.hiding.alsoHide(fmt.Sprintf("%q too", wanted), own)},
					"%q %s and implements %q, which is visible", own, c.hiding.why(own), wanted)
				continue
			}
			for _, arg := range want.Args {
				if ownArg := f.Arg(arg.Name); ownArg != nil && isInaccessible(ownArg.Applied) && !isInaccessible(arg.Applied) {
					coordinate := fmt.Sprintf("%s(%s:)", own, arg.Name)
					c.report(finding{diag.ImplementedByInaccessible, c.s.At(t.Name, f.Name), coordinate, c.hiding.alsoHide(fmt.Sprintf("\"%s(%s:)\" too", wanted, arg.Name), coordinate)},
						"argument %q %s and implements that of %q, which is visible", coordinate, c.hiding.why(coordinate), wanted)
				}
			}
		}
	}
}
