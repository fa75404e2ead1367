package supergraph

import (
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Print writes the supergraph as SDL in the join spec, so that any router can run it. Definitions
// are sorted by name; fields and values keep their order.
func Print(s *Supergraph) string {
	w := &writer{s: s, merged: map[string]bool{}}
	parts := schema.Parts{Description: s.Schema.Description, HasSchemaDefinition: true}
	for _, root := range []struct {
		name *string
		t    *schema.Type
	}{{&parts.Query, s.Schema.Query}, {&parts.Mutation, s.Schema.Mutation}, {&parts.Subscription, s.Schema.Subscription}} {
		if root.t != nil {
			*root.name = root.t.Name
		}
	}
	parts.Applied = append(w.links(), s.Schema.Applied...)
	w.addDefinitions(&parts)
	for _, d := range s.Schema.Directives {
		if !d.BuiltIn {
			parts.Directives = append(parts.Directives, d)
		}
	}
	parts.Types = append(parts.Types, w.graphEnum())
	var block typeBlock
	for _, t := range s.Schema.Types {
		if !t.BuiltIn {
			outline := block.one()
			*outline = *t
			parts.Types = append(parts.Types, outline)
			w.merged[t.Name] = true
		}
	}
	slices.SortStableFunc(parts.Types, func(a, b *schema.Type) int { return strings.Compare(a.Name, b.Name) })
	printed := schema.New(parts)
	defineOneOf(printed)
	slices.SortStableFunc(printed.Directives, func(a, b *schema.DirectiveDefinition) int { return strings.Compare(a.Name, b.Name) })
	return schema.PrintWith(printed, w.definition)
}

// defineOneOf adds the definition of @oneOf where it is applied: readers that are older than the directive
// refuse a schema that applies it and does not define it.
func defineOneOf(printed *schema.Schema) {
	isOneOf := func(d schema.Directive) bool { return d.Name == "oneOf" }
	if slices.ContainsFunc(printed.Types, func(t *schema.Type) bool { return slices.ContainsFunc(t.Applied, isOneOf) }) {
		definition := *printed.Directive("oneOf")
		definition.BuiltIn = false
		printed.Directives = append(printed.Directives, &definition)
	}
}

// PrintAPI writes the API schema as SDL.
func PrintAPI(s *Supergraph) string { return schema.Print(s.api) }

// writer prints one supergraph.
type writer struct {
	s *Supergraph
	// merged are the names of the merged types; the others only define what is applied to them.
	merged map[string]bool
	// parts are what the subgraphs have of each type; nil until a type is printed.
	parts map[string][]part
}

// part is what one subgraph has of a type.
type part struct {
	sub *Subgraph
	of  *SubgraphType
}

// definition prints a type, unless a graph with the same type was printed before.
func (w *writer) definition(t *schema.Type) string {
	if !w.merged[t.Name] {
		return schema.PrintType(t)
	}
	if text, known := w.s.texts.get(t.Name); known {
		return text
	}
	text := schema.PrintType(w.typeOf(w.s.Schema.Type(t.Name)))
	w.s.texts.set(t.Name, text)
	return text
}

// partsOf are what the subgraphs have of the type, in their order.
func (w *writer) partsOf(t *schema.Type) []part {
	if w.parts == nil {
		w.parts = make(map[string][]part, len(w.s.Schema.Types))
		for _, sub := range w.s.Subgraphs {
			for _, st := range sub.Types {
				w.parts[st.Name] = append(w.parts[st.Name], part{sub, st})
			}
		}
	}
	return w.parts[t.Name]
}

// directive is the application of @link that the link stands for.
func (l Link) directive() schema.Directive {
	d := schema.Directive{Name: "link", Args: []schema.Argument{text("url", l.URL)}}
	if l.As != "" {
		d.Args = append(d.Args, text("as", l.As))
	}
	if l.For != "" {
		d.Args = append(d.Args, word("for", l.For))
	}
	if len(l.Import) > 0 {
		list := schema.Value{Kind: schema.ListValue}
		for _, one := range l.Import {
			item := schema.Value{Kind: schema.String, Raw: one}
			if name, as, renamed := strings.Cut(one, " as "); renamed {
				item = schema.Value{Kind: schema.ObjectValue, Fields: []schema.Argument{text("name", name), text("as", as)}}
			}
			list.Items = append(list.Items, item)
		}
		d.Args = append(d.Args, schema.Argument{Name: "import", Value: list})
	}
	return d
}

func (w *writer) links() []schema.Directive {
	out := []schema.Directive{
		Link{URL: federation.LinkIdentity + "/v1.0"}.directive(),
		Link{URL: federation.JoinIdentity + "/" + w.s.Join.String(), For: "EXECUTION"}.directive(),
	}
	for _, link := range w.s.Links {
		out = append(out, link.directive())
	}
	return out
}

// addDefinitions adds the definitions of link, join and the linked features that we know.
func (w *writer) addDefinitions(parts *schema.Parts) {
	sdl := linkDefinitions + joinDefinitions
	if w.s.Join.AtLeast(federation.Version{Minor: 4}) {
		sdl += joinDefinitions4
	} else {
		sdl += joinDefinitions3
	}
	if w.s.Join.AtLeast(federation.Version{Minor: 5}) {
		sdl += joinField5
	} else if w.s.Join.AtLeast(federation.Version{Minor: 4}) {
		sdl += joinField4
	}
	for _, link := range w.s.Links {
		if identity, ok := federation.IdentityOf(link.URL); ok {
			if known := federation.FeatureOf(identity); known != nil && !known.ByJoin {
				sdl += known.Definitions + "\n"
			}
		}
	}
	definitions, err := schema.Parse("definitions", sdl)
	if err != nil {
		panic("supergraph: our own definitions do not parse: " + err.Error())
	}
	parts.Types = append(parts.Types, definitions.Types...)
	parts.Directives = append(parts.Directives, definitions.Directives...)
}

const linkDefinitions = `
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose {
  "SECURITY features provide metadata necessary to securely resolve fields."
  SECURITY
  "EXECUTION features provide metadata necessary for operation execution."
  EXECUTION
}
`

const joinDefinitions = `
scalar join__FieldSet
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
`

const joinDefinitions3 = `
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
`

const joinDefinitions4 = `
scalar join__DirectiveArguments
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
`

const joinField4 = `
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
`

const joinField5 = `
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
scalar join__FieldValue
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
`

func (w *writer) graphEnum() *schema.Type {
	out := &schema.Type{Kind: schema.Enum, Name: "join__Graph"}
	for _, sub := range w.s.Subgraphs {
		out.Values = append(out.Values, &schema.EnumValue{Name: sub.Enum, Applied: []schema.Directive{
			{Name: "join__graph", Args: []schema.Argument{text("name", sub.Name), text("url", sub.URL)}},
		}})
	}
	return out
}

// typeOf copies a merged type with its join directives.
func (w *writer) typeOf(t *schema.Type) *schema.Type {
	out := *t
	out.Applied = slices.Concat(w.joinTypes(t), w.joinDirectives(t, nil), t.Applied)
	out.Fields, out.Values = nil, nil
	for _, f := range t.Fields {
		c := *f
		c.Applied = slices.Concat(w.joinFields(t, f), w.joinDirectives(t, f), f.Applied)
		out.Fields = append(out.Fields, &c)
	}
	for _, v := range t.Values {
		c := *v
		c.Applied = nil
		for _, p := range w.partsOf(t) {
			if slices.Contains(p.of.Values, v.Name) {
				c.Applied = append(c.Applied, schema.Directive{Name: "join__enumValue", Args: []schema.Argument{word("graph", p.sub.Enum)}})
			}
		}
		c.Applied = append(c.Applied, v.Applied...)
		out.Values = append(out.Values, &c)
	}
	return &out
}

func (w *writer) joinTypes(t *schema.Type) []schema.Directive {
	var types, implements, members []schema.Directive
	for _, p := range w.partsOf(t) {
		st := p.of
		graph := word("graph", p.sub.Enum)
		if len(st.Keys) == 0 {
			types = append(types, joinType([]schema.Argument{graph}, st, nil))
		}
		for _, key := range st.Keys {
			types = append(types, joinType([]schema.Argument{graph}, st, &key))
		}
		for _, name := range st.Interfaces {
			implements = append(implements, schema.Directive{Name: "join__implements", Args: []schema.Argument{graph, text("interface", name)}})
		}
		for _, name := range st.Members {
			members = append(members, schema.Directive{Name: "join__unionMember", Args: []schema.Argument{graph, text("member", name)}})
		}
	}
	return slices.Concat(types, implements, members)
}

func joinType(args []schema.Argument, st *SubgraphType, key *Key) schema.Directive {
	if key != nil {
		args = append(args, text("key", key.Text))
	}
	if key != nil && key.OfExtension {
		args = append(args, word("extension", "true"))
	}
	if key != nil && !key.Resolvable {
		args = append(args, word("resolvable", "false"))
	}
	if st.IsInterfaceObject {
		args = append(args, word("isInterfaceObject", "true"))
	}
	return schema.Directive{Name: "join__type", Args: args}
}

// joinFields are the join__field applications of a field: none where every subgraph that has the
// type has the field just as it was merged. Where one has another type, each says its own.
func (w *writer) joinFields(t *schema.Type, f *schema.Field) []schema.Directive {
	var out []schema.Directive
	parts := w.partsOf(t)
	saysType := slices.ContainsFunc(parts, func(p part) bool {
		sf := p.of.Field(f.Name)
		return sf != nil && !sf.Type.Equal(f.Type)
	})
	isPlain := true
	for _, p := range parts {
		sf := p.of.Field(f.Name)
		if sf == nil {
			isPlain = false
			continue
		}
		args := joinFieldArgs(sf, saysType)
		isPlain = isPlain && len(args) == 0
		out = append(out, schema.Directive{Name: "join__field", Args: append([]schema.Argument{word("graph", p.sub.Enum)}, args...)})
	}
	if isPlain && len(out) > 0 {
		return nil
	}
	if len(out) == 0 { // comes through an interface object
		return []schema.Directive{{Name: "join__field"}}
	}
	return out
}

// joinDirectives are the join__directive applications of a type, or of its field f: one for each
// different directive, with the subgraphs that have it.
func (w *writer) joinDirectives(t *schema.Type, f *schema.Field) []schema.Directive {
	var out []schema.Directive
	var index map[string]int
	for _, p := range w.partsOf(t) {
		list := p.of.Directives
		if f != nil {
			list = nil
			if sf := p.of.Field(f.Name); sf != nil {
				list = sf.Directives
			}
		}
		for _, d := range list {
			key := d.String()
			at, known := index[key]
			if !known {
				at = len(out)
				if index == nil {
					index = map[string]int{}
				}
				index[key] = at
				out = append(out, schema.Directive{Name: "join__directive", Args: []schema.Argument{
					{Name: "graphs", Value: schema.Value{Kind: schema.ListValue}}, text("name", d.Name),
					{Name: "args", Value: schema.Value{Kind: schema.ObjectValue, Fields: d.Args}},
				}})
			}
			graphs := &out[at].Args[0].Value
			graphs.Items = append(graphs.Items, schema.Value{Kind: schema.EnumLiteral, Raw: p.sub.Enum})
		}
	}
	return out
}

func joinFieldArgs(sf *SubgraphField, saysType bool) []schema.Argument {
	var args []schema.Argument
	if sf.Requires != nil {
		args = append(args, text("requires", sf.Requires.String()))
	}
	if sf.Provides != nil {
		args = append(args, text("provides", sf.Provides.String()))
	}
	if saysType {
		args = append(args, text("type", sf.Type.String()))
	}
	if sf.External {
		args = append(args, word("external", "true"))
	}
	if sf.Override != "" {
		args = append(args, text("override", sf.Override))
	}
	if sf.UsedOverridden {
		args = append(args, word("usedOverridden", "true"))
	}
	if sf.OverrideLabel != "" {
		args = append(args, text("overrideLabel", sf.OverrideLabel))
	}
	if len(sf.Contexts) > 0 {
		args = append(args, schema.Argument{Name: "contextArguments", Value: contextArguments(sf.Contexts)})
	}
	return args
}

func contextArguments(list []ContextArgument) schema.Value {
	out := schema.Value{Kind: schema.ListValue}
	for _, c := range list {
		selection := c.Selection.String()
		if len(c.Selection) > 0 && c.Selection[0].On == "" {
			selection = "{ " + selection + " }"
		}
		out.Items = append(out.Items, schema.Value{Kind: schema.ObjectValue, Fields: []schema.Argument{
			text("context", c.Context), text("name", c.Name), text("type", c.Type.String()), text("selection", selection),
		}})
	}
	return out
}

func text(name, value string) schema.Argument {
	return schema.Argument{Name: name, Value: schema.Value{Kind: schema.String, Raw: value}}
}

// word is an argument whose value is a name, true or false.
func word(name, value string) schema.Argument {
	return schema.Argument{Name: name, Value: schema.Value{Kind: schema.EnumLiteral, Raw: value}}
}
