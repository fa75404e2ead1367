package supergraph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// The join versions that Load reads.
var (
	oldestJoin = federation.Version{Minor: 2}
	newestJoin = federation.Version{Minor: 5}
)

// Load reads supergraph SDL in join v0.2 to v0.5, whoever composed it. It refuses what is not a
// supergraph and what needs a feature that we do not know: then ignoring it would be wrong. The error is a
// *LoadError.
func Load(sdl string) (*Supergraph, error) { return load(sdl, (*Supergraph).CheckFeatures) }

// LoadForPlanning is Load for who looks at plans and serves nobody: it takes also a graph whose
// access rules we cannot decide (see CheckPlanning).
func LoadForPlanning(sdl string) (*Supergraph, error) { return load(sdl, (*Supergraph).CheckPlanning) }

func load(sdl string, checkFeatures func(*Supergraph) error) (*Supergraph, error) {
	l, err := read(sdl)
	if err != nil {
		return nil, &LoadError{err: err}
	}
	s := l.build()
	if err := checkFeatures(s); err != nil {
		return nil, &LoadError{err: err, isUnsupported: true}
	}
	if err := l.check(s); err != nil {
		return nil, &LoadError{err: err}
	}
	return s, nil
}

// check says what is wrong with a supergraph that was built.
func (l *loader) check(s *Supergraph) error {
	if len(l.problems) > 0 {
		return l.problems
	}
	if s.api.Query == nil {
		return errors.New("the supergraph has no query root that clients may see: compose it with a subgraph that has a query field")
	}
	if problems := s.api.Check(); len(problems) > 0 {
		return fmt.Errorf("the supergraph's API schema breaks rules of GraphQL: %w", problems)
	}
	return nil
}

// loader turns the SDL's parts into a Supergraph.
type loader struct {
	parts *schema.Parts
	links federation.Links
	join  *federation.Link
	// namespaces are the names that features which we do not know have in the Supergraph.
	namespaces map[*federation.Link]string
	// graphs are the subgraphs by their value in the join__Graph enum.
	graphs    map[string]*Subgraph
	types     map[string]*schema.Type
	subgraphs []*Subgraph
	problems  schema.Problems
}

// read parses the SDL and finds the join link and the subgraphs.
func read(sdl string) (*loader, error) {
	parts, err := schema.Parse("supergraph.graphql", sdl)
	if err != nil {
		return nil, err
	}
	links, linkProblems := federation.ReadLinks(parts.Applied)
	if len(linkProblems) > 0 {
		return nil, fmt.Errorf("%s: %s", linkProblems[0].Pos, linkProblems[0].Message)
	}
	l := &loader{parts: parts, links: links, join: links.ByIdentity(federation.JoinIdentity), graphs: map[string]*Subgraph{}, types: map[string]*schema.Type{}}
	for _, t := range parts.Types {
		l.types[t.Name] = t
	}
	switch {
	case l.join == nil:
		return nil, fmt.Errorf("this is no supergraph: its schema does not link %q; compose the subgraphs first", federation.JoinIdentity)
	case l.join.Version.Less(oldestJoin):
		return nil, fmt.Errorf("the supergraph uses join %s, weft reads %s to %s: compose it with Federation 2", l.join.Version, oldestJoin, newestJoin)
	case newestJoin.Less(l.join.Version):
		return nil, fmt.Errorf("the supergraph uses join %s, weft reads %s to %s: use a newer weft", l.join.Version, oldestJoin, newestJoin)
	}
	l.nameForeign()
	l.readGraphs()
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	if len(l.subgraphs) == 0 {
		return nil, fmt.Errorf("this is no supergraph: it has no enum %s with the subgraphs", l.join.NameOf("Graph"))
	}
	return l, nil
}

func (l *loader) readGraphs() {
	for _, t := range l.parts.Types {
		if !l.isJoinType(t.Name, "Graph") {
			continue
		}
		for _, v := range t.Values {
			sub := &Subgraph{Enum: v.Name, Name: v.Name}
			for _, d := range l.joins(v.Applied, "graph") {
				if name := d.Arg("name"); name != nil {
					sub.Name = name.Raw
				}
				if url := d.Arg("url"); url != nil {
					sub.URL = url.Raw
				}
			}
			if slices.ContainsFunc(l.subgraphs, func(other *Subgraph) bool { return other.Name == sub.Name }) {
				l.fail(v.Pos, "two subgraphs are called %q", sub.Name)
			}
			l.graphs[v.Name] = sub
			l.subgraphs = append(l.subgraphs, sub)
		}
	}
}

func (l *loader) fail(pos schema.Position, format string, args ...any) {
	l.problems = append(l.problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (l *loader) isJoinType(name, element string) bool {
	link, own := l.links.ResolveType(name)
	return link == l.join && own == element
}

// joins are the applications of a directive of the join spec.
func (l *loader) joins(applied []schema.Directive, element string) []schema.Directive {
	var out []schema.Directive
	for _, d := range applied {
		if link, own := l.links.ResolveDirective(d.Name); link == l.join && own == element {
			out = append(out, d)
		}
	}
	return out
}

// graph returns the subgraph that an application's argument "graph" names, or nil.
func (l *loader) graph(d schema.Directive) *Subgraph {
	v := d.Arg("graph")
	if v == nil || v.Kind == schema.Null {
		return nil
	}
	sub := l.graphs[v.Raw]
	if sub == nil {
		l.fail(d.Pos, "\"@%s\" names the unknown subgraph %s", d.Name, v)
	}
	return sub
}

func (l *loader) build() *Supergraph {
	merged := schema.Parts{
		Description: l.parts.Description, Applied: l.own(l.parts.Applied),
		Query: l.parts.Query, Mutation: l.parts.Mutation, Subscription: l.parts.Subscription,
	}
	for _, d := range l.parts.Directives {
		if link, _ := l.links.ResolveDirective(d.Name); !isMachinery(link) {
			c := *d
			c.Name = l.ownName(d.Name)
			c.Args = l.ownInputs(d.Args)
			merged.Directives = append(merged.Directives, &c)
		}
	}
	for _, t := range l.parts.Types {
		if link, _ := l.links.ResolveType(t.Name); isMachinery(link) {
			continue
		}
		l.readType(t)
		merged.Types = append(merged.Types, l.ownType(t))
	}
	return New(Supergraph{Schema: schema.New(merged), Subgraphs: l.subgraphs, Links: l.ownLinks(), Join: l.join.Version})
}

// isMachinery reports whether an element belongs to link, core, join or a feature that we know;
// those are printed anew. Elements of other features stay.
func isMachinery(link *federation.Link) bool {
	return link != nil && (isLinkOrJoin(link.Identity) || federation.FeatureOf(link.Identity) != nil)
}

func isLinkOrJoin(identity string) bool {
	return identity == federation.LinkIdentity || identity == federation.CoreIdentity || identity == federation.JoinIdentity
}

// nameForeign names the features that we do not know, beside those that we do.
func (l *loader) nameForeign() {
	var foreign []*federation.Link
	for _, link := range l.links.List {
		if !isMachinery(link) {
			foreign = append(foreign, link)
		}
	}
	l.namespaces = map[*federation.Link]string{}
	for i, namespace := range federation.ForeignNamespaces(foreign) {
		l.namespaces[foreign[i]] = namespace
	}
}

// ownName is the name of a directive in the Supergraph: that of a known feature has its spec's own name, and
// no other has it.
func (l *loader) ownName(name string) string {
	link, element := l.links.ResolveDirective(name)
	switch {
	case link == nil:
		return name
	case federation.FeatureOf(link.Identity) != nil:
		return canonicalName(link, element)
	}
	return federation.ForeignDirective(link, name, element, l.namespaces[link])
}

// ownLinks are the links of features, with the names that their elements have in the Supergraph.
func (l *loader) ownLinks() []Link {
	var out []Link
	for _, link := range l.links.List {
		if isLinkOrJoin(link.Identity) {
			continue
		}
		one := Link{URL: link.URL, For: link.Purpose}
		if known := federation.FeatureOf(link.Identity); known != nil {
			one.Import = known.Imports()
			out = append(out, one)
			continue
		}
		if namespace := l.namespaces[link]; namespace != link.Name {
			one.As = namespace
		}
		for _, imported := range link.Imports {
			if as, isDirective := strings.CutPrefix(imported.As, "@"); isDirective && l.ownName(as) != as {
				continue // called by its namespace
			}
			name := imported.Name
			if imported.As != name {
				name += " as " + imported.As
			}
			one.Import = append(one.Import, name)
		}
		out = append(out, one)
	}
	return out
}

// ownType copies a type without its join directives, with known features' directives renamed.
func (l *loader) ownType(t *schema.Type) *schema.Type {
	out := *t
	out.Applied = l.own(t.Applied)
	out.Fields, out.Values = nil, nil
	for _, f := range t.Fields {
		c := *f
		c.Applied, c.Args = l.own(f.Applied), l.ownInputs(f.Args)
		out.Fields = append(out.Fields, &c)
	}
	for _, v := range t.Values {
		c := *v
		c.Applied = l.own(v.Applied)
		out.Values = append(out.Values, &c)
	}
	return &out
}

func (l *loader) ownInputs(list []*schema.InputValue) []*schema.InputValue {
	var out []*schema.InputValue
	for _, v := range list {
		c := *v
		c.Applied = l.own(v.Applied)
		out = append(out, &c)
	}
	return out
}

// own drops what belongs to link, core and join, and gives the rest the Supergraph's names.
func (l *loader) own(applied []schema.Directive) []schema.Directive {
	var out []schema.Directive
	for _, d := range applied {
		link, _ := l.links.ResolveDirective(d.Name)
		isLink := d.Name == l.links.Directive // also in a schema that does not link the link specification itself
		if isLink || link != nil && isLinkOrJoin(link.Identity) {
			continue
		}
		d.Name = l.ownName(d.Name)
		out = append(out, d)
	}
	return out
}

// canonicalName is the name of a known feature's directive in a Supergraph: "tag", but
// "context__fromContext" for one that its feature does not export under a name of its own.
func canonicalName(link *federation.Link, element string) string {
	for _, name := range federation.FeatureOf(link.Identity).Directives() {
		if name == "@"+element {
			return element
		}
	}
	return link.Name + "__" + element
}

// readFieldSet parses a field set of the join spec.
func (l *loader) readFieldSet(d schema.Directive, name string) federation.FieldSet {
	v := d.Arg(name)
	if v == nil || v.Kind == schema.Null {
		return nil
	}
	set, err := federation.ParseFieldSet(v.Raw)
	if err != nil {
		l.fail(d.Pos, "argument %q of \"@%s\": %v", name, d.Name, err)
	}
	return set
}

func isTrue(d schema.Directive, name string) bool {
	v := d.Arg(name)
	return v != nil && strings.EqualFold(v.Raw, "true")
}
