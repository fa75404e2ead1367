package supergraph

import (
	"maps"
	"reflect"
	"slices"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Inaccessible is the canonical name of the directive that hides an element from the API.
const Inaccessible = "inaccessible"

// apiSchema copies the merged schema without what is inaccessible, what refers to it, and what
// linked features define or apply. What did not change since before, which may be nil, is shared with it.
func (s *Supergraph) apiSchema(before *Supergraph) *schema.Schema {
	a := &apiBuilder{merged: s.Schema, links: s.federationLinks(), hidden: map[string]bool{}}
	a.hide()
	s.links, s.hidden = a.links, a.hidden
	if before != nil && a.seesAlike(before) {
		a.before = before
	}
	parts := schema.Parts{Description: s.Schema.Description, Applied: a.directives(s.Schema.Applied)}
	for _, root := range []struct {
		name *string
		t    *schema.Type
	}{{&parts.Query, s.Schema.Query}, {&parts.Mutation, s.Schema.Mutation}, {&parts.Subscription, s.Schema.Subscription}} {
		if root.t != nil && !a.hidden[root.t.Name] {
			*root.name = root.t.Name
		}
	}
	for _, t := range s.Schema.Types {
		if !t.BuiltIn && !a.hidden[t.Name] {
			parts.Types = append(parts.Types, a.typeOf(t))
		}
	}
	for _, d := range s.Schema.Directives {
		if link, _ := a.links.ResolveDirective(d.Name); link != nil || d.BuiltIn {
			continue
		}
		c := *d
		c.Args = a.inputValues(d.Args)
		parts.Directives = append(parts.Directives, &c)
	}
	return schema.New(parts)
}

type apiBuilder struct {
	merged *schema.Schema
	links  federation.Links
	// hidden are the names of types that clients do not see.
	hidden map[string]bool
	// before is a graph of which unchanged types are seen as now; nil without.
	before *Supergraph
	block  typeBlock
}

// typeBlock is memory for types, of which a graph has so many that each on its own would cost more.
type typeBlock []schema.Type

func (b *typeBlock) one() *schema.Type {
	if len(*b) == 0 {
		*b = make(typeBlock, 64)
	}
	out := &(*b)[0]
	*b = (*b)[1:]
	return out
}

// seesAlike reports whether clients see a type as in a graph before, if the type is the same.
func (a *apiBuilder) seesAlike(before *Supergraph) bool {
	return maps.Equal(a.hidden, before.hidden) && reflect.DeepEqual(a.links, before.links)
}

// hide finds the types that clients do not see.
func (a *apiBuilder) hide() {
	for _, t := range a.merged.Types {
		if link, _ := a.links.ResolveType(t.Name); isHidden(t.Applied) || link != nil {
			a.hidden[t.Name] = true
		}
	}
}

func isHidden(applied []schema.Directive) bool {
	return slices.ContainsFunc(applied, func(d schema.Directive) bool { return d.Name == Inaccessible })
}

func (a *apiBuilder) typeOf(t *schema.Type) *schema.Type {
	if a.before != nil {
		if old := a.before.Schema.Type(t.Name); old != nil && t.SharesAll(old) {
			out := a.block.one()
			*out = *a.before.api.Type(t.Name)
			return out
		}
	}
	out := a.block.one()
	*out = *t
	out.Applied, out.Interfaces, out.Members, out.Values = a.directives(t.Applied), a.visible(t.Interfaces), a.visible(t.Members), nil
	out.Fields = a.fields(t.Fields)
	for _, v := range t.Values {
		if !isHidden(v.Applied) {
			c := *v
			c.Applied = a.directives(v.Applied)
			out.Values = append(out.Values, &c)
		}
	}
	return out
}

// fields are the fields that clients see. Schemas are immutable, so they may share what is the same.
func (a *apiBuilder) fields(list []*schema.Field) []*schema.Field {
	if !slices.ContainsFunc(list, func(f *schema.Field) bool { return !a.isPlain(f) }) {
		return list
	}
	var out []*schema.Field
	for _, f := range list {
		if isHidden(f.Applied) || a.isHiddenType(f.Type) {
			continue
		}
		if a.isPlain(f) {
			out = append(out, f)
			continue
		}
		c := *f
		c.Args, c.Applied = a.inputValues(f.Args), a.directives(f.Applied)
		out = append(out, &c)
	}
	return out
}

// isHiddenType reports whether clients do not see the type that ref uses.
func (a *apiBuilder) isHiddenType(ref *schema.TypeRef) bool {
	return len(a.hidden) > 0 && a.hidden[ref.Named()]
}

// isPlain reports whether clients see the field just as it was merged.
func (a *apiBuilder) isPlain(f *schema.Field) bool {
	return len(f.Applied) == 0 && !a.isHiddenType(f.Type) && !slices.ContainsFunc(f.Args, func(arg *schema.InputValue) bool {
		return len(arg.Applied) > 0 || a.isHiddenType(arg.Type)
	})
}

func (a *apiBuilder) inputValues(list []*schema.InputValue) []*schema.InputValue {
	var out []*schema.InputValue
	for _, v := range list {
		if isHidden(v.Applied) || a.isHiddenType(v.Type) {
			continue
		}
		c := *v
		c.Applied = a.directives(v.Applied)
		out = append(out, &c)
	}
	return out
}

func (a *apiBuilder) visible(names []string) []string {
	var out []string
	for _, name := range names {
		if !a.hidden[name] {
			out = append(out, name)
		}
	}
	return out
}

// directives drops those of linked features: they are meant for the router.
func (a *apiBuilder) directives(applied []schema.Directive) []schema.Directive {
	var out []schema.Directive
	for _, d := range applied {
		if link, _ := a.links.ResolveDirective(d.Name); link == nil {
			out = append(out, d)
		}
	}
	return out
}

// federationLinks are the links as package federation reads them. Directives of known features are
// applied under their spec's own names, whatever the link calls them.
func (s *Supergraph) federationLinks() federation.Links {
	applied := []schema.Directive{Link{URL: federation.LinkIdentity + "/v1.0"}.directive()}
	known := map[string]bool{}
	for i := range federation.Features {
		known[federation.Features[i].Identity] = true
		applied = append(applied, Link{
			URL: federation.Features[i].Identity + "/" + federation.Features[i].Newest.String(), Import: federation.Features[i].Directives(),
		}.directive())
	}
	for _, link := range s.Links {
		if identity, ok := federation.IdentityOf(link.URL); ok && !known[identity] {
			applied = append(applied, link.directive())
		}
	}
	links, _ := federation.ReadLinks(applied)
	return links
}
