package compose

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// supergraph puts together what was merged.
func (m *merger) supergraph() *supergraph.Supergraph {
	parts := schema.Parts{Applied: m.applied, Directives: m.directives, Description: m.description}
	var kept []schema.Type
	if m.before != nil {
		kept = make([]schema.Type, len(m.types))
	}
	parts.Types = make([]*schema.Type, 0, len(m.types))
	for i, t := range m.types {
		if t.isKept { // a schema takes its types over: this one is in another schema
			kept[i] = *t.def
			parts.Types = append(parts.Types, &kept[i])
			continue
		}
		t.listFields()
		parts.Types = append(parts.Types, t.def)
	}
	for _, root := range []struct {
		name string
		slot *string
	}{{"Query", &parts.Query}, {"Mutation", &parts.Mutation}, {"Subscription", &parts.Subscription}} {
		if t := m.byName[root.name]; t != nil && t.def.Kind == schema.Object {
			*root.slot = root.name
		}
	}
	out := supergraph.Supergraph{Schema: schema.New(parts), Join: m.joinVersion()}
	enums, types := enumNames(m.subgraphs), m.subgraphTypes()
	for i, sub := range m.subgraphs {
		out.Subgraphs = append(out.Subgraphs, &supergraph.Subgraph{Name: sub.Name, Enum: enums[i], URL: sub.URL, Types: types[i]})
	}
	out.Links = m.links()
	if m.before != nil {
		return m.before.s.Renew(out)
	}
	return supergraph.New(out)
}

// listFields completes the definition of a type.
func (t *mergedType) listFields() {
	t.def.Fields = make([]*schema.Field, 0, len(t.fields))
	for _, f := range t.fields {
		t.def.Fields = append(t.def.Fields, f.def)
	}
}

// joinVersion is the oldest version of the join spec that can say what was composed.
func (m *merger) joinVersion() federation.Version {
	switch {
	case m.version.AtLeast(federation.Version{Major: 2, Minor: 8}):
		return federation.Version{Minor: 5}
	case m.version.AtLeast(federation.Version{Major: 2, Minor: 7}):
		return federation.Version{Minor: 4}
	}
	return federation.Version{Minor: 3}
}

// links are the features whose directives are applied somewhere, in order of the table of features,
// and then the specifications of composed directives.
func (m *merger) links() []supergraph.Link {
	var out []supergraph.Link
	for i := range federation.Features {
		feature := &federation.Features[i]
		isUsed := slices.ContainsFunc(feature.Directives(), func(name string) bool { return m.features[name[1:]] })
		if isUsed {
			out = append(out, supergraph.Link{
				URL: feature.Identity + "/" + feature.Newest.String(), For: feature.Purpose, Import: feature.Imports(),
			})
		}
	}
	return append(out, m.composed.links()...)
}

// subgraphTypes are what each subgraph has of the merged types, in their order.
func (m *merger) subgraphTypes() [][]*supergraph.SubgraphType {
	m.eachType(buildPass, func(t *mergedType) {
		for i, source := range t.sources.all() {
			t.inSubgraphs = append(t.inSubgraphs, m.subgraphType(t, i, source))
		}
	})
	out := make([][]*supergraph.SubgraphType, len(m.subgraphs))
	for _, t := range m.types {
		for at, one := range t.sources {
			out[one.subgraph] = append(out[one.subgraph], t.inSubgraphs[at])
		}
		if t.def.Name != "Query" {
			continue
		}
		for i := range m.subgraphs {
			if !t.sources.has(i) { // every subgraph has at least the one with _entities
				out[i] = append(out[i], &supergraph.SubgraphType{Name: t.def.Name, Kind: schema.Object})
			}
		}
	}
	return out
}

func (m *merger) subgraphType(t *mergedType, i int, source *federation.Type) *supergraph.SubgraphType {
	st := &supergraph.SubgraphType{
		Name: t.def.Name, Kind: source.Kind, IsInterfaceObject: source.InterfaceObject != nil,
		Interfaces: source.Def.Interfaces, Members: source.Def.Members, Pos: source.Def.Pos,
	}
	st.Directives = m.handedOn(i, source.Applied)
	for _, key := range source.Keys {
		st.Keys = append(st.Keys, supergraph.Key{
			Fields: key.Fields, Text: key.Fields.String(), Resolvable: key.Resolvable, OfExtension: key.OfExtension || source.IsExtension,
		})
	}
	for _, v := range t.def.Values {
		if m.enumValue(source, v.Name) != nil {
			st.Values = append(st.Values, v.Name)
		}
	}
	st.Fields = make([]*supergraph.SubgraphField, 0, len(source.Fields))
	block := make([]supergraph.SubgraphField, len(source.Fields))
	for _, f := range t.fields {
		if own := f.sources.get(i); own != nil && !f.overriddenIn(i).gone {
			at := len(st.Fields)
			m.subgraphField(&block[at], f, i, own)
			st.Fields = append(st.Fields, &block[at])
		}
	}
	return st
}

// handedOn are the directives that are not merged and that routers want to know by subgraph.
func (m *merger) handedOn(i int, applied []schema.Directive) []schema.Directive {
	var out []schema.Directive
	for _, d := range applied {
		if name, known := m.subgraphs[i].Canonical(d); known && name == federation.CacheTag {
			m.addFeature(usedFeature{feature: name})
			out = append(out, schema.Directive{Name: "federation__" + name, Args: d.Args})
		}
	}
	return out
}

// subgraphField fills out with what subgraph i, which has source, has of the merged field.
func (m *merger) subgraphField(out *supergraph.SubgraphField, f *mergedField, i int, source *federation.Field) {
	out.Name, out.Type, out.External, out.Pos = f.def.Name, source.Type, source.External != nil, source.Def.Pos
	if len(source.Applied) > 0 {
		out.Directives = m.handedOn(i, source.Applied)
	}
	if f.overridden != nil {
		out.UsedOverridden, out.OverrideLabel = f.overriddenIn(i).used, f.overriddenIn(i).label
	}
	if source.Requires != nil {
		out.Requires = source.Requires.Fields
	}
	if source.Provides != nil {
		out.Provides = source.Provides.Fields
	}
	for _, c := range source.Contexts {
		out.Contexts = append(out.Contexts, supergraph.ContextArgument{
			Name: c.Arg.Name, Type: c.Arg.Type, Context: m.contextName(i, c.Context), Selection: c.Selection,
		})
	}
	if source.Override != nil && !f.overriddenIn(i).isMoot {
		out.Override = source.Override.From
	}
}
