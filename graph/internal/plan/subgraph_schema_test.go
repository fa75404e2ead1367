package plan_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// subgraphSchema is the schema of one subgraph as far as the supergraph tells it, with _entities:
// what the operations of a plan are validated against. Arguments are the merged ones.
func subgraphSchema(sg *supergraph.Supergraph, sub *supergraph.Subgraph) (*ast.Schema, error) {
	var b strings.Builder
	b.WriteString("scalar _Any\n")
	var entities []string
	for _, t := range sub.Types {
		merged := sg.Schema.Type(t.Name)
		if merged == nil || merged.BuiltIn {
			continue
		}
		if t.Kind == schema.Object && len(t.Keys) > 0 {
			entities = append(entities, t.Name)
		}
		writeType(&b, sg, t, merged)
	}
	if len(entities) > 0 {
		fmt.Fprintf(&b, "union _Entity = %s\n", strings.Join(entities, " | "))
		fmt.Fprintf(&b, "extend type %s { _entities(representations: [_Any!]!): [_Entity]! }\n", sg.Schema.Query.Name)
	}
	if sub.Type(sg.Schema.Query.Name) == nil {
		fmt.Fprintf(&b, "type %s { _service: String }\n", sg.Schema.Query.Name)
	}
	fmt.Fprintf(&b, "schema { query: %s", sg.Schema.Query.Name)
	for name, root := range map[string]*schema.Type{"mutation": sg.Schema.Mutation, "subscription": sg.Schema.Subscription} {
		if root != nil && sub.Type(root.Name) != nil && len(sub.Type(root.Name).Fields) > 0 {
			fmt.Fprintf(&b, " %s: %s", name, root.Name)
		}
	}
	b.WriteString(" }\n")
	s, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: sub.Name, Input: b.String()})
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, b.String())
	}
	return s, nil
}

func writeType(b *strings.Builder, sg *supergraph.Supergraph, t *supergraph.SubgraphType, merged *schema.Type) {
	switch t.Kind {
	case schema.Scalar:
		fmt.Fprintf(b, "scalar %s\n", t.Name)
	case schema.Enum:
		fmt.Fprintf(b, "enum %s { %s }\n", t.Name, strings.Join(t.Values, " "))
	case schema.Union:
		fmt.Fprintf(b, "union %s = %s\n", t.Name, strings.Join(t.Members, " | "))
	case schema.InputObject:
		fmt.Fprintf(b, "input %s {\n", t.Name)
		for _, f := range merged.Fields {
			fmt.Fprintf(b, "  %s: %s\n", f.Name, f.Type)
		}
		b.WriteString("}\n")
	case schema.Object, schema.Interface:
		kind := map[schema.Kind]string{schema.Object: "type", schema.Interface: "interface"}[t.Kind]
		fmt.Fprintf(b, "%s %s", kind, t.Name)
		if len(t.Interfaces) > 0 {
			fmt.Fprintf(b, " implements %s", strings.Join(t.Interfaces, " & "))
		}
		b.WriteString(" {\n")
		if len(t.Fields) == 0 {
			b.WriteString("  _none: String\n")
		}
		for _, f := range t.Fields {
			fmt.Fprintf(b, "  %s%s: %s\n", f.Name, argsOf(merged.Field(f.Name), f.Contexts), f.Type)
		}
		b.WriteString("}\n")
	}
}

func argsOf(f *schema.Field, contexts []supergraph.ContextArgument) string {
	if f == nil || len(f.Args)+len(contexts) == 0 {
		return ""
	}
	parts := make([]string, len(f.Args), len(f.Args)+len(contexts))
	for _, c := range contexts {
		parts = append(parts, c.Name+": "+c.Type.String())
	}
	for i, a := range f.Args {
		parts[i] = a.Name + ": " + a.Type.String()
		if a.Default != nil {
			parts[i] += " = " + a.Default.String()
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
