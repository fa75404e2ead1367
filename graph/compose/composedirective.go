package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// composedDirectives are the custom directives that @composeDirective takes into the supergraph, and the
// specifications that they are of, both in order of the subgraphs.
type composedDirectives struct {
	list  []*composedDirective
	specs []*composedSpec
}

// composedSpec is a linked specification of which subgraphs compose directives.
type composedSpec struct {
	// newest is the newest link of a subgraph that composes of it, the last one of that version.
	newest *federation.Link
	// isSplit is set where subgraphs compose of different major versions; it was reported.
	isSplit bool
	// as is its namespace in the supergraph.
	as string
}

type composedDirective struct {
	// name is what the subgraphs call it, merged what the supergraph does, element what its specification does.
	name, merged, element string
	// link is that of the last subgraph that composes the directive in the newest version.
	link *federation.Link
	spec *composedSpec
	// definition is that of the last subgraph, from, that links the specification in its newest version and
	// defines the directive, whether or not it composes it.
	definition *schema.DirectiveDefinition
	from       int
	// in says by subgraph whether it composes the directive; at is the first place that does.
	in []bool
	at []diag.Position
	// isAmbiguous is set where subgraphs compose it under different names; it was reported.
	isAmbiguous bool
}

func (c *composedDirectives) byName(name string) *composedDirective {
	for _, d := range c.list {
		if d.name == name {
			return d
		}
	}
	return nil
}

// ofIdentity returns the specification, or nil where nothing of it is composed.
func (c *composedDirectives) ofIdentity(identity string) *composedSpec {
	for _, spec := range c.specs {
		if spec.newest.Identity == identity {
			return spec
		}
	}
	return nil
}

// byMerged returns the directive that the supergraph calls name, or nil.
func (c *composedDirectives) byMerged(name string) *composedDirective {
	for _, d := range c.list {
		if d.merged == name {
			return d
		}
	}
	return nil
}

// mergedName returns the supergraph's name for a directive that subgraph i composes.
func (c *composedDirectives) mergedName(i int, name string) (string, bool) {
	d := c.byName(name)
	if d == nil || !d.in[i] {
		return "", false
	}
	return d.merged, true
}

// composeDirectives follows the applications of @composeDirective.
func (m *merger) composeDirectives() {
	m.composed = &composedDirectives{}
	for i, sub := range m.subgraphs {
		for _, d := range sub.Applied {
			if name, known := sub.Canonical(d); known && name == "composeDirective" {
				m.composeDirective(i, d)
			}
		}
	}
	m.defineComposed()
	m.nameComposed()
	m.checkComposedNames()
	m.checkForeignLinks()
}

// checkForeignLinks looks at the links of specifications that are not Federation's: one with a purpose must not
// be ignored, and different major versions of which not both are composed are worth a hint.
func (m *merger) checkForeignLinks() {
	first := map[string]*federation.Link{}
	said := map[string]bool{}
	for _, sub := range m.subgraphs {
		for _, link := range sub.Links.List {
			spec := m.composed.ofIdentity(link.Identity)
			if federation.IsKnown(link.Identity) || said[link.Identity] || spec != nil && spec.isSplit {
				continue
			}
			if spec == nil && link.Purpose != "" {
				said[link.Identity] = true
				m.report(diag.UnsupportedLinkedFeature, []diag.Position{sub.At(link.Pos)}, fmt.Sprintf("compose what the router must know of it with @composeDirective, or remove \"for: %s\"", link.Purpose),
					"%q is linked for %s by %q: nobody may ignore it, and nothing of it is composed", link.URL, link.Purpose, sub.Name)
				continue
			}
			if other := first[link.Identity]; other == nil {
				first[link.Identity] = link
			} else if other.Version.Major != link.Version.Major {
				said[link.Identity] = true
				what := "nothing of them is composed"
				if spec != nil {
					what = fmt.Sprintf("only directives of %q are composed", spec.newest.URL)
				}
				m.add(diag.Info, diag.DirectiveCompositionInfo, []diag.Position{sub.At(link.Pos)}, "link one major version in all subgraphs",
					"%q and %q are linked, whose major versions differ; %s", other.URL, link.URL, what)
			}
		}
	}
}

func isMetadata(name string) bool {
	return slices.ContainsFunc(metadata, func(entry metadataEntry) bool { return entry.name == name })
}

func (m *merger) composeDirective(i int, d schema.Directive) {
	sub := m.subgraphs[i]
	at := []diag.Position{sub.At(d.Pos)}
	argument := d.Arg("name")
	if argument == nil || argument.Kind != schema.String || !strings.HasPrefix(argument.Raw, "@") || len(argument.Raw) < 2 {
		m.report(diag.DirectiveCompositionError, at, "write the directive's name: \"@name\"", "@composeDirective in %q needs a name that begins with \"@\"", sub.Name)
		return
	}
	name := argument.Raw[1:]
	definition := sub.Schema.Directive(name)
	link, element := sub.Links.ResolveDirective(name)
	_, isKnown := sub.Canonical(schema.Directive{Name: name})
	switch {
	case definition == nil && link == nil:
		m.report(diag.DirectiveCompositionError, at, "define the directive, or correct the name", "@composeDirective in %q names the unknown directive @%s", sub.Name, name)
	case name == "oneOf" && definition != nil: // composers that are older than it want it composed
	case isKnown && isMetadata(element), definition != nil && definition.BuiltIn && isMetadata(name):
		m.add(diag.Info, diag.DirectiveCompositionInfo, at, "remove @composeDirective", "@%s is composed without @composeDirective", name)
	case isKnown, definition != nil && definition.BuiltIn, link != nil && link.Identity == federation.JoinIdentity:
		m.report(diag.DirectiveCompositionError, at, "remove @composeDirective", "@%s belongs to GraphQL or to the federation of the subgraphs and cannot be composed", name)
	case link == nil:
		m.report(diag.DirectiveCompositionError, at, "link the specification of the directive: @link(url: \"https://…/v1.0\", import: [\"@"+name+"\"])",
			"@%s in %q belongs to no linked specification and cannot be composed", name, sub.Name)
	default:
		m.addComposed(i, name, &composedDirective{name: name, element: element, link: link}, at)
	}
}

// addComposed joins one subgraph's use of a composed directive with those before it.
func (m *merger) addComposed(i int, name string, d *composedDirective, at []diag.Position) {
	for _, other := range m.composed.list {
		if other.link.Identity == d.link.Identity && other.element == d.element && other.name != name {
			m.report(diag.DirectiveCompositionError, slices.Concat(other.at, at), "import the directive under one name in all subgraphs",
				"@%s of %q is composed as @%s and as @%s", d.element, d.link.Identity, other.name, name)
			other.isAmbiguous = true
			return
		}
	}
	old := m.composed.byName(name)
	if old != nil && old.link.Identity != d.link.Identity {
		m.report(diag.DirectiveCompositionError, at, "rename one of them in its import",
			"@%s is composed from %q and from %q", name, old.link.URL, d.link.URL)
		return
	}
	d.spec = m.addComposedSpec(d.link, at)
	if old == nil {
		d.at = at
		d.in = make([]bool, len(m.subgraphs))
		d.in[i] = true
		m.composed.list = append(m.composed.list, d)
		return
	}
	old.in[i] = true
	if !d.link.Version.Less(old.link.Version) {
		old.link = d.link
	}
}

// addComposedSpec joins one subgraph's link of a specification of which it composes with those before it.
func (m *merger) addComposedSpec(link *federation.Link, at []diag.Position) *composedSpec {
	spec := m.composed.ofIdentity(link.Identity)
	switch {
	case spec == nil:
		spec = &composedSpec{newest: link}
		m.composed.specs = append(m.composed.specs, spec)
	case spec.newest.Version.Major != link.Version.Major:
		if !spec.isSplit {
			m.report(diag.DirectiveCompositionError, at, "link one major version in all subgraphs",
				"directives are composed from %q and from %q, whose major versions differ", spec.newest.URL, link.URL)
		}
		spec.isSplit = true
	case !link.Version.Less(spec.newest.Version):
		spec.newest = link
	}
	return spec
}

// defineComposed finds the definitions of the composed directives. As the supergraph links a specification
// once, in the newest version, it is that version that must have the directive.
func (m *merger) defineComposed() {
	m.composed.list = slices.DeleteFunc(m.composed.list, func(d *composedDirective) bool {
		for i, sub := range slices.Backward(m.subgraphs) {
			link := sub.Links.ByIdentity(d.link.Identity)
			if link == nil || link.Version != d.spec.newest.Version {
				continue
			}
			if own := sub.Schema.Directive(link.NameOf("@" + d.element)[1:]); own != nil {
				definition := *own
				definition.Name = d.name
				d.definition, d.from = &definition, i
				return false
			}
		}
		if !d.spec.isSplit {
			m.report(diag.DirectiveCompositionError, d.at, fmt.Sprintf("define @%s where %q is linked", d.name, d.spec.newest.URL),
				"@%s is composed, and no subgraph that links %q, the newest version, defines it", d.name, d.spec.newest.URL)
		}
		return true
	})
	for _, d := range m.composed.list {
		m.checkComposedUses(d)
	}
}

// nameComposed gives the composed directives and their specifications names in the supergraph, where none may be
// taken for Federation's own: what subgraphs import as "@tag" is called by its namespace there.
func (m *merger) nameComposed() {
	var links []*federation.Link
	for _, spec := range m.composed.specs {
		links = append(links, spec.newest)
	}
	for i, namespace := range federation.ForeignNamespaces(links) {
		m.composed.specs[i].as = namespace
	}
	for _, d := range m.composed.list {
		d.merged = federation.ForeignDirective(d.link, d.name, d.element, d.spec.as)
	}
}

// checkComposedUses: a subgraph may define a directive otherwise than the one whose definition is composed,
// and must then apply it as that one allows.
func (m *merger) checkComposedUses(d *composedDirective) {
	for i, sub := range m.subgraphs {
		own := sub.Schema.Directive(d.name)
		if !d.in[i] || i == d.from || own == nil || hasOtherTypes(sub.Schema, d.definition) {
			continue
		}
		for _, problem := range sub.Schema.CheckAs(d.definition) {
			m.report(diag.DirectiveCompositionError, []diag.Position{sub.At(problem.Pos), sub.At(own.Pos), m.subgraphs[d.from].At(d.definition.Pos)},
				fmt.Sprintf("define @%s in %q as in %q, or link the newest version of %q where it is defined", d.name, m.subgraphs[d.from].Name, sub.Name, d.link.Identity),
				"@%s is composed with the definition of %q, by which %s in %q", d.name, m.subgraphs[d.from].Name, problem.Message, sub.Name)
		}
	}
}

// hasOtherTypes reports whether the definition's arguments have types that the subgraph does not know.
func hasOtherTypes(s *schema.Schema, d *schema.DirectiveDefinition) bool {
	return slices.ContainsFunc(d.Args, func(arg *schema.InputValue) bool { return s.Type(arg.Type.Named()) == nil })
}

// featureName is the name by which a subgraph applies a directive that is merged, and where.
type featureName struct {
	subgraph int
	name     string
	pos      schema.Position
}

// checkFeatureNames: a directive that is merged must be applied under one name, or readers of one
// subgraph would not know it in another.
func (m *merger) checkFeatureNames() {
	for _, entry := range metadata {
		names := m.featureNames[entry.name]
		if d := m.composed.byName(entry.name); d != nil {
			m.checkFeatureHidden(d, names)
			continue
		}
		slices.SortFunc(names, func(a, b featureName) int { return a.subgraph - b.subgraph })
		for i := 1; i < len(names); i++ {
			first, other := names[0], names[i]
			if first.name == other.name {
				continue
			}
			m.report(diag.LinkImportNameMismatch,
				[]diag.Position{m.subgraphs[first.subgraph].At(first.pos), m.subgraphs[other.subgraph].At(other.pos)},
				"import the directive under one name in all subgraphs",
				"@%s is called @%s in %q and @%s in %q", entry.name, first.name, m.subgraphs[first.subgraph].Name, other.name, m.subgraphs[other.subgraph].Name)
			break
		}
	}
}

// checkFeatureHidden: a composed directive must not take the name of a directive of Federation that another
// subgraph applies.
func (m *merger) checkFeatureHidden(d *composedDirective, names []featureName) {
	for _, n := range names {
		if d.in[n.subgraph] {
			continue
		}
		m.report(diag.DirectiveCompositionError, append(slices.Clone(d.at), m.subgraphs[n.subgraph].At(n.pos)),
			fmt.Sprintf("import \"@%s\" of %q under another name", d.element, d.link.URL),
			"@%s is composed from %q, and @%s of Federation, which %q applies, has the same name", d.name, d.link.URL, d.name, m.subgraphs[n.subgraph].Name)
		return
	}
}

// checkComposedNames hints at subgraphs that have a composed directive under another name.
func (m *merger) checkComposedNames() {
	for _, d := range m.composed.list {
		for i, sub := range m.subgraphs {
			link := sub.Links.ByIdentity(d.link.Identity)
			if link == nil || d.isAmbiguous {
				continue
			}
			if own := link.NameOf("@" + d.element); own != "@"+d.name && sub.Schema.Directive(own[1:]) != nil {
				m.add(diag.Warn, diag.DirectiveCompositionWarn, []diag.Position{sub.At(link.Pos)}, "import it under the same name and compose it there too",
					"the composed directive @%s of %q is called %s in %q, where it is not composed", d.name, d.link.Identity, own, m.subgraphs[i].Name)
			}
		}
	}
}

// links are the links of composed directives, one a specification.
func (c *composedDirectives) links() []supergraph.Link {
	var out []supergraph.Link
	for _, spec := range c.specs {
		link := supergraph.Link{URL: spec.newest.URL, For: spec.newest.Purpose}
		if spec.as != spec.newest.Name {
			link.As = spec.as
		}
		for _, d := range c.list {
			switch {
			case d.spec != spec || d.merged == spec.as+"__"+d.element:
			case d.element == d.merged:
				link.Import = append(link.Import, "@"+d.element)
			default:
				link.Import = append(link.Import, "@"+d.element+" as @"+d.merged)
			}
		}
		slices.Sort(link.Import)
		out = append(out, link)
	}
	return out
}

// mergeExecutableDirectives merges the definitions of directives for operations: those that every
// subgraph has, with the locations that all allow. Composed definitions are added as they are.
func (m *merger) mergeExecutableDirectives() {
	var names []string
	for _, sub := range m.subgraphs {
		for _, d := range sub.Directives {
			if len(executableLocations(d)) > 0 && !isRouterDirective(d.Name) && !slices.Contains(names, d.Name) {
				names = append(names, d.Name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if m.composed.byName(name) == nil {
			m.mergeExecutableDirective(name)
		}
	}
	for _, d := range m.composed.list {
		m.checkComposedArgs(d)
		m.hintComposedDefinitions(d)
		for _, arg := range d.definition.Args {
			m.use(arg.Type, enumUse{input: true})
		}
		definition := *d.definition
		definition.Name, definition.Pos, definition.Args = d.merged, schema.Position{}, nil
		for _, arg := range d.definition.Args {
			c := *arg // the subgraph keeps its own
			definition.Args = append(definition.Args, &c)
		}
		m.directives = append(m.directives, &definition)
	}
}

// isRouterDirective reports whether a directive for operations is one that a router answers itself,
// whatever subgraphs define.
func isRouterDirective(name string) bool { return name == "defer" || name == "stream" }

// checkComposedArgs: an argument of a directive of schemas is no part of the API that could be hidden.
func (m *merger) checkComposedArgs(d *composedDirective) {
	sub := m.subgraphs[d.from]
	for _, arg := range d.definition.Args {
		for _, applied := range arg.Applied {
			if name, known := sub.Canonical(applied); known && name == supergraph.Inaccessible {
				m.report(diag.DisallowedInaccessible, d.at, "remove @inaccessible from the argument",
					"argument \"@%s(%s:)\" is @inaccessible, and a composed directive's arguments cannot be hidden", d.name, arg.Name)
			}
		}
	}
}

// hintComposedDefinitions hints at subgraphs that compose a directive and define it otherwise.
func (m *merger) hintComposedDefinitions(d *composedDirective) {
	var positions []diag.Position
	var repeatable, locations bool
	for i, sub := range m.subgraphs {
		own := sub.Schema.Directive(d.name)
		if link := sub.Links.ByIdentity(d.link.Identity); !d.in[i] || own == nil || link.Version != d.spec.newest.Version {
			continue
		}
		positions = append(positions, sub.At(own.Pos))
		repeatable = repeatable || own.Repeatable != d.definition.Repeatable
		locations = locations || !slices.Equal(slices.Sorted(slices.Values(own.Locations)), slices.Sorted(slices.Values(d.definition.Locations)))
	}
	if repeatable {
		m.add(diag.Debug, diag.InconsistentTypeSystemDirectiveRepeatable, positions, "define it alike in all subgraphs",
			"@%s is repeatable in some subgraphs only; the supergraph has the definition of %q", d.name, d.link.URL)
	}
	if locations {
		m.add(diag.Debug, diag.InconsistentTypeSystemDirectiveLocations, positions, "define it alike in all subgraphs",
			"@%s has different locations in the subgraphs; the supergraph has the definition of %q", d.name, d.link.URL)
	}
}

func executableLocations(d *schema.DirectiveDefinition) []string {
	var out []string
	for _, location := range d.Locations {
		switch location {
		case "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION":
			out = append(out, location)
		}
	}
	return out
}

func (m *merger) mergeExecutableDirective(name string) {
	sources := make([]*schema.DirectiveDefinition, len(m.subgraphs))
	var positions []diag.Position
	var args bySubgraph[*argSource]
	merged := &schema.DirectiveDefinition{Name: name, Repeatable: true}
	var texts []string
	isFirst := true
	lacks := func(i int) bool { return sources[i] == nil || len(executableLocations(sources[i])) == 0 }
	for i, sub := range m.subgraphs {
		if at := slices.IndexFunc(sub.Directives, func(d *schema.DirectiveDefinition) bool { return d.Name == name }); at >= 0 {
			sources[i] = sub.Directives[at]
			positions = append(positions, sub.At(sources[i].Pos))
			args.set(i, &argSource{args: sources[i].Args, pos: sources[i].Pos})
		}
	}
	if slices.ContainsFunc(indexes(sources), lacks) {
		m.add(diag.Warn, diag.InconsistentExecutableDirectivePresence, positions, fmt.Sprintf("define it in %s", m.names(lacks)),
			"@%s is not defined in %s and therefore not in the supergraph", name, m.names(lacks))
		return
	}
	differs := false
	for _, d := range sources {
		locations := executableLocations(d)
		merged.Repeatable = merged.Repeatable && d.Repeatable
		texts = append(texts, d.Description)
		if isFirst {
			merged.Locations, isFirst = locations, false
			continue
		}
		before := len(merged.Locations)
		merged.Locations = slices.DeleteFunc(slices.Clone(merged.Locations), func(l string) bool { return !slices.Contains(locations, l) })
		differs = differs || before != len(merged.Locations) || len(locations) != before
	}
	if len(merged.Locations) == 0 {
		m.add(diag.Warn, diag.NoExecutableDirectiveIntersection, positions, "let the definitions share a location",
			"the definitions of @%s share no location; it is not in the supergraph", name)
		return
	}
	if differs {
		m.add(diag.Warn, diag.InconsistentExecutableDirectiveLocations, positions, "allow the same locations in all subgraphs",
			"@%s has different locations in the subgraphs, the supergraph has %s", name, strings.Join(merged.Locations, " | "))
	}
	if isRepeatable := func(d *schema.DirectiveDefinition) bool { return d.Repeatable }; !merged.Repeatable && slices.ContainsFunc(sources, isRepeatable) {
		m.add(diag.Warn, diag.InconsistentExecutableDirectiveRepeatable, positions, "make it repeatable in all subgraphs, or in none",
			"@%s is repeatable in some subgraphs only; in the supergraph it is not", name)
	}
	merged.Description = m.mergeDescription("directive @"+name, texts, func() []diag.Position { return positions })
	merged.Args = m.mergeArgs(argOwner{coordinate: "@" + name, sources: args})
	m.directives = append(m.directives, merged)
}
