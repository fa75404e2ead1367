// Package schematest compares schemas in tests.
//
// What goes in is a schema; what comes out is a text that two schemas have in common if they differ in nothing but order
// and descriptions. The package knows nothing of federation.
package schematest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// Sorted prints a schema with everything in alphabetical order and without descriptions.
func Sorted(s *schema.Schema) string {
	var out []string
	for _, d := range s.Directives {
		if !d.BuiltIn {
			c := *d
			c.Description, c.Args = "", sortedArgs(d.Args)
			c.Locations = slices.Sorted(slices.Values(d.Locations))
			out = append(out, schema.Print(schema.New(schema.Parts{Directives: []*schema.DirectiveDefinition{&c}})))
		}
	}
	for _, t := range s.Types {
		if !t.BuiltIn {
			out = append(out, schema.PrintType(sortedType(t)))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func sortedType(t *schema.Type) *schema.Type {
	c := *t
	c.Description, c.Fields, c.Values = "", nil, nil
	for _, f := range t.Fields {
		g := *f
		g.Description, g.Args = "", sortedArgs(f.Args)
		c.Fields = append(c.Fields, &g)
	}
	for _, v := range t.Values {
		w := *v
		w.Description = ""
		c.Values = append(c.Values, &w)
	}
	slices.SortFunc(c.Fields, func(a, b *schema.Field) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Values, func(a, b *schema.EnumValue) int { return cmp.Compare(a.Name, b.Name) })
	c.Interfaces = slices.Sorted(slices.Values(t.Interfaces))
	c.Members = slices.Sorted(slices.Values(t.Members))
	return &c
}

func sortedArgs(args []*schema.InputValue) []*schema.InputValue {
	var out []*schema.InputValue
	for _, a := range args {
		b := *a
		b.Description = ""
		out = append(out, &b)
	}
	slices.SortFunc(out, func(a, b *schema.InputValue) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
