package supergraph

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// readType gives every subgraph its part of the type.
func (l *loader) readType(t *schema.Type) {
	parts := l.readJoinTypes(t)
	for _, d := range l.joins(t.Applied, "implements") {
		if st := parts[l.graph(d)]; st != nil && d.Arg("interface") != nil {
			st.Interfaces = append(st.Interfaces, d.Arg("interface").Raw)
		}
	}
	for sub, list := range l.joinDirectives(t.Applied) {
		if st := parts[sub]; st != nil {
			st.Directives = list
		}
	}
	for _, f := range t.Fields {
		l.readField(t, f, parts)
		for sub, list := range l.joinDirectives(f.Applied) {
			if st := parts[sub]; st != nil {
				if i := slices.IndexFunc(st.Fields, func(sf *SubgraphField) bool { return sf.Name == f.Name }); i >= 0 {
					st.Fields[i].Directives = list
				}
			}
		}
	}
	switch t.Kind {
	case schema.Union:
		l.readMembers(t, parts)
	case schema.Enum:
		l.readValues(t, parts)
	case schema.Scalar, schema.Object, schema.Interface, schema.InputObject:
	}
}

// joinDirectives reads the directives that subgraphs handed on, by subgraph.
func (l *loader) joinDirectives(applied []schema.Directive) map[*Subgraph][]schema.Directive {
	var out map[*Subgraph][]schema.Directive
	for _, d := range l.joins(applied, "directive") {
		name, graphs, args := d.Arg("name"), d.Arg("graphs"), d.Arg("args")
		if name == nil || graphs == nil {
			continue
		}
		handed := schema.Directive{Name: name.Raw}
		if args != nil {
			handed.Args = args.Fields
		}
		for _, v := range graphs.Items {
			if sub := l.graphs[v.Raw]; sub != nil {
				if out == nil {
					out = map[*Subgraph][]schema.Directive{}
				}
				out[sub] = append(out[sub], handed)
			} else {
				l.fail(d.Pos, "\"@%s\" names the unknown subgraph %s", d.Name, v)
			}
		}
	}
	return out
}

// readJoinTypes makes the SubgraphType of every subgraph that has the type. One that no subgraph
// claims is in all of them.
func (l *loader) readJoinTypes(t *schema.Type) map[*Subgraph]*SubgraphType {
	parts := map[*Subgraph]*SubgraphType{}
	add := func(sub *Subgraph) *SubgraphType {
		if parts[sub] == nil {
			parts[sub] = &SubgraphType{Name: t.Name, Kind: t.Kind}
			sub.Types = append(sub.Types, parts[sub])
		}
		return parts[sub]
	}
	joins := l.joins(t.Applied, "type")
	for _, d := range joins {
		sub := l.graph(d)
		if sub == nil {
			l.fail(d.Pos, "\"@%s\" on %q names no subgraph", d.Name, t.Name)
			continue
		}
		st := add(sub)
		if isTrue(d, "isInterfaceObject") {
			st.IsInterfaceObject, st.Kind = true, schema.Object
		}
		if fields := l.readFieldSet(d, "key"); fields != nil {
			resolvable := d.Arg("resolvable") == nil || isTrue(d, "resolvable")
			st.Keys = append(st.Keys, Key{Fields: fields, Text: fields.String(), Resolvable: resolvable, OfExtension: isTrue(d, "extension")})
		}
	}
	if len(joins) == 0 {
		for _, sub := range l.subgraphs {
			add(sub)
		}
	}
	return parts
}

// readField gives the field to the subgraphs that its join__field applications name, or to all that
// have the type where there is none.
func (l *loader) readField(t *schema.Type, f *schema.Field, parts map[*Subgraph]*SubgraphType) {
	joins := l.joins(f.Applied, "field")
	if len(joins) == 0 {
		for _, sub := range l.subgraphs {
			if st := parts[sub]; st != nil {
				st.Fields = append(st.Fields, &SubgraphField{Name: f.Name, Type: f.Type})
			}
		}
		return
	}
	for _, d := range joins {
		v := d.Arg("graph")
		if v == nil || v.Kind == schema.Null {
			continue // comes to this type through an interface object
		}
		sub := l.graph(d)
		if sub == nil {
			continue
		}
		st := parts[sub]
		if st == nil {
			l.fail(d.Pos, "field \"%s.%s\" is in subgraph %q, which does not have the type", t.Name, f.Name, sub.Name)
			continue
		}
		st.Fields = append(st.Fields, l.subgraphField(f, d))
	}
}

func (l *loader) subgraphField(f *schema.Field, d schema.Directive) *SubgraphField {
	sf := &SubgraphField{
		Name: f.Name, Type: f.Type,
		External: isTrue(d, "external"), UsedOverridden: isTrue(d, "usedOverridden"),
		Requires: l.readFieldSet(d, "requires"), Provides: l.readFieldSet(d, "provides"),
	}
	if v := d.Arg("type"); v != nil && v.Kind == schema.String {
		ref, err := schema.ParseTypeRef(v.Raw)
		if err != nil {
			l.fail(d.Pos, "argument \"type\" of \"@%s\": %v", d.Name, err)
		} else {
			sf.Type = ref
		}
	}
	if v := d.Arg("override"); v != nil && v.Kind == schema.String {
		sf.Override = v.Raw
	}
	if v := d.Arg("overrideLabel"); v != nil && v.Kind == schema.String {
		sf.OverrideLabel = v.Raw
	}
	sf.Contexts = l.contextArguments(d)
	return sf
}

// contextArguments reads the contextual arguments of a join__field.
func (l *loader) contextArguments(d schema.Directive) []ContextArgument {
	v := d.Arg("contextArguments")
	if v == nil {
		return nil
	}
	var out []ContextArgument
	for _, item := range v.Items {
		var c ContextArgument
		var err error
		for _, field := range item.Fields {
			switch field.Name {
			case "context":
				c.Context = field.Value.Raw
			case "name":
				c.Name = field.Value.Raw
			case "type":
				c.Type, err = schema.ParseTypeRef(field.Value.Raw)
			case "selection":
				c.Selection, err = federation.ParseFieldSet(field.Value.Raw)
			}
			if err != nil {
				l.fail(d.Pos, "the contextual argument's %s: %v", field.Name, err)
				return nil
			}
		}
		if c.Context == "" || c.Name == "" || c.Type == nil || len(c.Selection) == 0 {
			l.fail(d.Pos, "the contextual argument %s lacks its context, name, type or selection", item)
			return nil
		}
		out = append(out, c)
	}
	return out
}

// readMembers gives each subgraph its members of a union: the listed ones, or before join v0.3, which
// lists none, all of the types that the subgraph has.
func (l *loader) readMembers(t *schema.Type, parts map[*Subgraph]*SubgraphType) {
	listed := l.joins(t.Applied, "unionMember")
	for _, d := range listed {
		if st := parts[l.graph(d)]; st != nil && d.Arg("member") != nil {
			st.Members = append(st.Members, d.Arg("member").Raw)
		}
	}
	if len(listed) > 0 {
		return
	}
	for _, sub := range l.subgraphs {
		st := parts[sub]
		for _, member := range t.Members {
			if st != nil && l.has(sub, member) {
				st.Members = append(st.Members, member)
			}
		}
	}
}

// has reports whether the subgraph claims the type.
func (l *loader) has(sub *Subgraph, name string) bool {
	t := l.types[name]
	if t == nil {
		return false
	}
	joins := l.joins(t.Applied, "type")
	return len(joins) == 0 || slices.ContainsFunc(joins, func(d schema.Directive) bool { return l.graph(d) == sub })
}

// readValues gives each subgraph its values of an enum: the listed ones, or all where none is listed.
func (l *loader) readValues(t *schema.Type, parts map[*Subgraph]*SubgraphType) {
	for _, v := range t.Values {
		listed := l.joins(v.Applied, "enumValue")
		for _, d := range listed {
			if st := parts[l.graph(d)]; st != nil {
				st.Values = append(st.Values, v.Name)
			}
		}
		if len(listed) > 0 {
			continue
		}
		for _, st := range parts {
			st.Values = append(st.Values, v.Name)
		}
	}
}
