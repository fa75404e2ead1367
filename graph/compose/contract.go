package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// Contract says by tags which part of a graph an audience sees.
//
// An element with an excluded tag is hidden, whatever other tags it has. Where tags are included, a union or
// a field of an object or interface is hidden that has none of them; input types, enums, scalars and
// arguments stay. A tag on an object or interface counts for its fields. A type in which nothing is left is
// hidden too, and so is a field of an interface that one of the implementing types no longer shows.
type Contract struct {
	Include, Exclude []ContractTag
	// HideUnreachable hides types that no visible field or argument leads to.
	HideUnreachable bool
}

// ContractTag is the name of a tag, and where the contract has it.
type ContractTag struct {
	Name string
	Pos  diag.Position
}

// ApplyContract returns what a contract leaves of the graph: the same supergraph, in which the rest is
// @inaccessible. The supergraph may be composed or loaded and is not changed. The result is nil if and only
// if the list has errors: the contract is wrong, or what it leaves is no whole schema.
func ApplyContract(s *supergraph.Supergraph, contract Contract) (*supergraph.Supergraph, diag.List) {
	diags := checkContract(s, contract)
	if diags.HasErrors() {
		return nil, diags
	}
	f := &contractFilter{contract: contract, schema: s.Schema, reasons: map[string]reason{}}
	f.matchTags()
	f.hideEmpty()
	if contract.HideUnreachable {
		f.hideUnreachable()
	}
	out := f.apply(s)
	check := &inaccessibleCheck{s: out, hiding: f}
	diags = append(diags, check.check()...)
	if !diags.HasErrors() {
		diags = append(diags, checkGraphQL(out)...)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return out, diags
}

// checkContract checks the contract by itself and against the tags of the graph.
func checkContract(s *supergraph.Supergraph, contract Contract) diag.List {
	var diags diag.List
	report := func(severity diag.Severity, code diag.Code, at []diag.Position, fix, format string, args ...any) {
		diags = append(diags, diag.Diagnostic{Severity: severity, Code: code, Positions: at, Fix: fix, Message: fmt.Sprintf(format, args...)})
	}
	if len(contract.Include) == 0 && len(contract.Exclude) == 0 && !contract.HideUnreachable {
		report(diag.Error, diag.InvalidContract, nil, "name tags to include or to exclude, or set hide_unreachable_types", "the contract hides nothing: it is empty")
	}
	tags := graphTags(s.Schema)
	seen := map[string]diag.Position{}
	for i, tag := range slices.Concat(contract.Include, contract.Exclude) {
		at := []diag.Position{tag.Pos}
		first, isTwice := seen[tag.Name]
		isBoth := isTwice && i >= len(contract.Include) && slices.ContainsFunc(contract.Include, func(t ContractTag) bool { return t.Name == tag.Name })
		seen[tag.Name] = tag.Pos
		closest := schema.Closest(tag.Name, tags)
		switch {
		case tag.Name == "":
			report(diag.Error, diag.InvalidContract, at, "write the name of a tag", "the contract has a tag without a name")
		case isBoth:
			report(diag.Error, diag.InvalidContract, []diag.Position{first, tag.Pos}, "keep it in one of the two lists", "the contract includes and excludes the tag %q", tag.Name)
		case isTwice:
			report(diag.Error, diag.InvalidContract, []diag.Position{first, tag.Pos}, "remove one of the two", "the contract has the tag %q twice", tag.Name)
		case slices.Contains(tags, tag.Name):
		case closest != "":
			report(diag.Error, diag.ContractUnknownTag, at, fmt.Sprintf("write %q", closest), "nothing in the graph has the tag %q, and something has %q", tag.Name, closest)
		default:
			report(diag.Warn, diag.ContractUnusedTag, at, fmt.Sprintf("apply @tag(name: %q) in a subgraph, or remove it from the contract", tag.Name), "nothing in the graph has the tag %q", tag.Name)
		}
	}
	return diags
}

// graphTags are the names of all tags in the schema, sorted.
func graphTags(s *schema.Schema) []string {
	var out []string
	add := func(applied []schema.Directive) { out = append(out, tagsOf(applied)...) }
	for _, t := range s.Types {
		add(t.Applied)
		for _, f := range t.Fields {
			add(f.Applied)
			for _, a := range f.Args {
				add(a.Applied)
			}
		}
		for _, v := range t.Values {
			add(v.Applied)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func tagsOf(applied []schema.Directive) []string {
	var out []string
	for _, d := range applied {
		if name := d.Arg("name"); d.Name == "tag" && name != nil {
			out = append(out, name.Raw)
		}
	}
	return out
}

// apply returns the supergraph with what is hidden as @inaccessible.
func (f *contractFilter) apply(s *supergraph.Supergraph) *supergraph.Supergraph {
	parts := schema.Parts{Description: s.Schema.Description, Applied: s.Schema.Applied}
	for _, d := range s.Schema.Directives {
		if !d.BuiltIn {
			parts.Directives = append(parts.Directives, d)
		}
	}
	for _, t := range s.Schema.Types {
		if !t.BuiltIn {
			parts.Types = append(parts.Types, f.applyType(t))
		}
	}
	for _, root := range []struct {
		name *string
		t    *schema.Type
	}{{&parts.Query, s.Schema.Query}, {&parts.Mutation, s.Schema.Mutation}, {&parts.Subscription, s.Schema.Subscription}} {
		if root.t != nil {
			*root.name = root.t.Name
		}
	}
	out := supergraph.Supergraph{Schema: schema.New(parts), Join: s.Join, Links: s.Links}
	for _, sub := range s.Subgraphs { // New writes to them, and those of s belong to others too
		c := &supergraph.Subgraph{Name: sub.Name, Enum: sub.Enum, URL: sub.URL}
		for _, t := range sub.Types {
			own := *t
			c.Types = append(c.Types, &own)
		}
		out.Subgraphs = append(out.Subgraphs, c)
	}
	feature := federation.FeatureOf(federation.InaccessibleIdentity)
	isLinked := slices.ContainsFunc(s.Links, func(link supergraph.Link) bool {
		identity, _ := federation.IdentityOf(link.URL)
		return identity == feature.Identity
	})
	if !isLinked && len(f.reasons) > 0 {
		link := supergraph.Link{URL: feature.Identity + "/" + feature.Newest.String(), For: feature.Purpose}
		out.Links = slices.Concat([]supergraph.Link{link}, s.Links)
	}
	return supergraph.New(out)
}

func (f *contractFilter) applyType(t *schema.Type) *schema.Type {
	out := &schema.Type{
		Kind: t.Kind, Name: t.Name, Description: t.Description, Pos: t.Pos,
		Interfaces: t.Interfaces, Members: t.Members, Applied: f.withHidden(t.Applied, t.Name),
	}
	for _, field := range t.Fields {
		c, coordinate := *field, t.Name+"."+field.Name
		c.Applied, c.Args = f.withHidden(field.Applied, coordinate), nil
		for _, arg := range field.Args {
			a := *arg
			a.Applied = f.withHidden(arg.Applied, argCoordinate(coordinate, arg))
			c.Args = append(c.Args, &a)
		}
		out.Fields = append(out.Fields, &c)
	}
	for _, v := range t.Values {
		c := *v
		c.Applied = f.withHidden(v.Applied, t.Name+"."+v.Name)
		out.Values = append(out.Values, &c)
	}
	return out
}

// withHidden adds @inaccessible to the directives on a hidden element, where merging would have put it.
func (f *contractFilter) withHidden(applied []schema.Directive, coordinate string) []schema.Directive {
	if _, hidden := f.reasons[coordinate]; !hidden || isInaccessible(applied) {
		return applied
	}
	place := func(name string) int {
		return slices.IndexFunc(metadata, func(entry metadataEntry) bool { return entry.name == name })
	}
	at := slices.IndexFunc(applied, func(d schema.Directive) bool { i := place(d.Name); return i < 0 || i > place(supergraph.Inaccessible) })
	if at < 0 {
		at = len(applied)
	}
	return slices.Insert(slices.Clone(applied), at, schema.Directive{Name: supergraph.Inaccessible})
}

func argCoordinate(field string, arg *schema.InputValue) string {
	return fmt.Sprintf("%s(%s:)", field, arg.Name)
}
