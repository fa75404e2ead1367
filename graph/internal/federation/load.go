package federation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Source is the SDL of one subgraph.
type Source struct {
	Name, URL string
	// File is the name of the SDL in positions.
	File string
	SDL  string
}

// Load reads one subgraph: its links, its types and what Federation's directives say of them. It
// reports what makes the SDL unreadable; Validate reports the rest, after Upgrade.
func Load(src Source) (*Subgraph, diag.List) {
	l := &loader{sub: &Subgraph{Name: src.Name, URL: src.URL, File: src.File}, refused: map[string]bool{}}
	parts, err := schema.Parse(src.File, src.SDL)
	if err != nil {
		l.graphqlProblems(err)
		return nil, l.diags
	}
	if isEmpty(parts) {
		l.fail(diag.InvalidGraphQL, schema.Position{File: src.File, Line: 1, Column: 1}, "write the subgraph's schema, or remove the subgraph from the graph", "the SDL of %q is empty", src.Name)
		return nil, l.diags
	}
	l.readLinks(parts)
	l.renameRoots(parts)
	if l.isUnlinked {
		return nil, l.diags // what Federation would say of it is not known
	}
	l.stripMachinery(parts)
	before := len(l.diags)
	l.addDefinitions(parts)
	if len(l.diags) > before {
		return nil, l.diags // how what is defined wrongly is applied means nothing
	}
	l.sub.Schema = schema.New(*parts)
	if problems := l.sub.Schema.Check(); len(problems) > 0 {
		l.graphqlProblems(problems)
		return nil, l.diags
	}
	l.build(parts)
	l.checkRedefined(parts)
	if l.diags.HasErrors() { // then nobody else will ask it
		if !l.sub.IsFed1() {
			l.diags = append(l.diags, l.sub.Validate()...)
		}
		return nil, l.diags
	}
	return l.sub, l.diags
}

// loader reads one subgraph.
type loader struct {
	sub   *Subgraph
	diags diag.List
	// specTypes and specDirectives are the names under which the SDL sees elements of
	// specifications that we know.
	specTypes, specDirectives map[string]bool
	// isUnlinked is set where a link could not be read at all.
	isUnlinked bool
	// hasBadImports is set where an import was refused, refused are the names that it would have brought.
	// That they are unknown is not said again.
	hasBadImports bool
	refused       map[string]bool
	// shadowed are the names that nothing may be reached by, see Links.shadowed.
	shadowed map[string]string
}

func (l *loader) fail(code diag.Code, pos schema.Position, fix, format string, args ...any) {
	l.diags = append(l.diags, diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Positions: []diag.Position{l.sub.At(pos)}, Fix: fix,
	})
}

// failLater keeps a fault for Validate.
func (l *loader) failLater(code diag.Code, pos schema.Position, fix, format string, args ...any) {
	l.sub.pending = append(l.sub.pending, diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Positions: []diag.Position{l.sub.At(pos)}, Fix: fix,
	})
}

func (l *loader) graphqlProblems(err error) {
	var problems schema.Problems
	if !errors.As(err, &problems) {
		problems = schema.Problems{{Message: err.Error()}}
	}
	for _, p := range problems {
		if l.isFollowOn(p.Message) {
			continue
		}
		fix := cmp.Or(l.missingImport(p.Message), l.newerArgument(p.Message), p.Fix, "correct the SDL here")
		l.fail(diag.InvalidGraphQL, p.Pos, fix, "%s", p.Message)
	}
}

// missingImport is the fix for a directive of Federation that is unknown because it was not imported.
func (l *loader) missingImport(message string) string {
	_, rest, _ := strings.Cut(message, "unknown directive \"")
	name, _, _ := strings.Cut(rest, "\"")
	if name == "" || !defines(parsedSpecs().federation[LastFed2], name) {
		return ""
	}
	link := l.sub.Links.ByIdentity(FederationIdentity)
	if link == nil {
		return fmt.Sprintf("link Federation 2 and import it: extend schema @link(url: \"%s/%s\", import: [%q])", FederationIdentity, Since(name[1:]), name)
	}
	at := l.sub.At(link.Pos)
	if v, ok := firstWith(link, name); ok && link.Version.Less(v) {
		return fmt.Sprintf("link %s/%s, which has it, and add %q to the import at %s", FederationIdentity, v, name, at)
	}
	return fmt.Sprintf("add %q to the import at %s", name, at)
}

// newerArgument is the fix for an argument that a directive of Federation has in newer versions only.
func (l *loader) newerArgument(message string) string {
	var directive, argument string
	if _, err := fmt.Sscanf(message, "%q has the unknown argument %q", &directive, &argument); err != nil || len(directive) < 2 {
		return ""
	}
	link, element := l.sub.Links.ResolveDirective(directive[1:])
	if link == nil || link.Identity != FederationIdentity {
		return ""
	}
	for v := link.Version; LastFed2.AtLeast(v); v.Minor++ {
		if d := directiveOf(parsedSpecs().federation[v], element); d != nil && d.Arg(argument) != nil {
			return fmt.Sprintf("link %s/%s, in which %s has it, at %s", FederationIdentity, v, directive, l.sub.At(link.Pos))
		}
	}
	return ""
}

// checkRedefined refuses what would hide or protect a built-in type: the SDL of a supergraph leaves those out
// (GraphQL spec 3.5), so the rule would be lost. What else is said of them does no harm.
func (l *loader) checkRedefined(parts *schema.Parts) {
	for _, t := range parts.Redefined {
		for _, d := range t.Applied {
			fix := fmt.Sprintf("put @%s on the fields that are meant, or on a scalar of your own", d.Name)
			switch name, _ := l.sub.Canonical(d); name {
			case "inaccessible":
				l.fail(diag.DisallowedInaccessible, d.Pos, fix, "%s %q is built into GraphQL and cannot be hidden", t.Kind, t.Name)
			case "authenticated", "requiresScopes", "policy":
				l.fail(diag.InvalidGraphQL, d.Pos, fix, "%s %q is built into GraphQL and cannot be protected: no schema says anything of it", t.Kind, t.Name)
			}
		}
	}
}

// isEmpty reports whether an SDL says nothing: a file that was cut off, or not written yet (a document has a
// definition, GraphQL spec 2.2).
func isEmpty(parts *schema.Parts) bool {
	return len(parts.Types)+len(parts.Redefined)+len(parts.Directives)+len(parts.Applied) == 0 && !parts.HasSchemaDefinition
}

// isFollowOn reports whether a problem is that a name is unknown which a refused import, or the one that
// was meant by it, would have brought.
func (l *loader) isFollowOn(message string) bool {
	if !l.hasBadImports {
		return false
	}
	for _, before := range []string{"unknown directive \"", "unknown type \""} {
		if _, rest, ok := strings.Cut(message, before); ok {
			name, _, _ := strings.Cut(rest, "\"")
			return l.refused[name] || defines(parsedSpecs().federation[LastFed2], name)
		}
	}
	return false
}

func (l *loader) readLinks(parts *schema.Parts) {
	links, problems := ReadLinks(parts.Applied)
	read := 0
	for _, d := range parts.Applied {
		if d.Name == links.Directive && links.Directive != "" {
			read++
		}
	}
	for _, p := range problems {
		l.fail(p.Code, p.Pos, p.Fix, "%s", p.Message)
	}
	l.isUnlinked, l.hasBadImports = l.isUnlinked || len(links.List) < read, len(problems) > 0
	l.checkMistypedLink(parts, links)
	l.sub.Links, l.sub.Version, l.shadowed = links, Fed1, links.shadowed()
	for _, link := range links.List {
		l.checkLink(link)
	}
	if links.ByIdentity(FederationIdentity) == nil {
		l.checkFed1Links(links)
	}
	if links.Directive != "" && links.ByIdentity(LinkIdentity) == nil && links.ByIdentity(CoreIdentity) == nil {
		identity := LinkIdentity
		if links.Directive == "core" {
			identity = CoreIdentity
		}
		name := identity[strings.LastIndexByte(identity, '/')+1:]
		l.sub.Links.List = append(slices.Clone(links.List), &Link{
			URL: identity + "/v1.0", Identity: identity, Name: name, As: name, Version: Version{1, 0}, Pos: parts.Pos,
		})
	}
}

// checkMistypedLink refuses what was meant to be @link: without it everything of Federation 2 is unknown, and that
// is not worth saying.
func (l *loader) checkMistypedLink(parts *schema.Parts, links Links) {
	if links.Directive != "" {
		return
	}
	for _, d := range parts.Applied {
		isDefined := slices.ContainsFunc(parts.Directives, func(own *schema.DirectiveDefinition) bool { return own.Name == d.Name })
		if !isDefined && d.Arg("url") != nil && schema.Closest(d.Name, []string{"link"}) != "" {
			l.isUnlinked = true
			l.fail(diag.InvalidGraphQL, d.Pos, "write \"@link\"", "unknown directive \"@%s\"", d.Name)
		}
	}
}

// checkFed1Links refuses links that give a name of Federation's own directives to something else: a
// Federation 1 subgraph knows those without importing them.
func (l *loader) checkFed1Links(links Links) {
	for _, link := range links.List {
		names := []string{"@" + link.As}
		if len(link.Imports) > 0 {
			names = nil
		}
		for _, one := range link.Imports {
			names = append(names, one.As)
		}
		for _, name := range names {
			if defines(parsedSpecs().federation[LastFed2], name) {
				l.fail(diag.InvalidLinkDirectiveUsage, link.Pos, fmt.Sprintf("link %s/%s and import %q from it", FederationIdentity, LastFed2, name),
					"%q of %q is a directive of Federation, which the subgraph does not link", name, link.URL)
			}
		}
	}
}

// checkLink refuses versions and imports that do not exist.
func (l *loader) checkLink(link *Link) {
	switch link.Identity {
	case FederationIdentity:
		known := parsedSpecs().federation[link.Version] != nil && link.Version != Fed1
		if !known {
			l.fail(diag.UnknownFederationLinkVersion, link.Pos, fmt.Sprintf("link %s/%s", FederationIdentity, LastFed2),
				"Federation has no version %s; known are %s to %s", link.Version, FirstFed2, LastFed2)
			link.Version = LastFed2 // so that the rest is looked at too
		}
		l.sub.Version = link.Version
		if !known {
			l.refuseImports(link)
			return
		}
	case LinkIdentity:
		if link.Version.Major != 1 {
			l.fail(diag.UnknownLinkVersion, link.Pos, "link "+LinkIdentity+"/v1.0", "the link specification has no version %s", link.Version)
		}
	case ConnectIdentity:
		l.fail(diag.UnsupportedLinkedFeature, link.Pos, "resolve the fields in a GraphQL subgraph instead",
			"%q is linked; weft has no connectors (@connect, @source)", link.URL)
		l.isUnlinked = true
		return
	}
	definitions := definitionsOf(link)
	if definitions == nil {
		return
	}
	needed := link.Version
	for _, one := range link.Imports {
		if defines(definitions, one.Name) {
			continue
		}
		l.hasBadImports, l.refused[one.As] = true, true
		l.fail(diag.InvalidLinkDirectiveUsage, link.Pos, importFix(link, one.Name), "%q has no element %q to import", link.URL, one.Name)
		if v, ok := firstWith(link, one.Name); ok && needed.Less(v) {
			needed = v
		}
	}
	if needed != link.Version { // what else is wrong by the older version is mended with it
		link.Version, l.sub.Version = needed, needed
	}
}

// firstWith is the first version of Federation after the linked one that has the element.
func firstWith(link *Link, name string) (Version, bool) {
	for v := link.Version; link.Identity == FederationIdentity && LastFed2.AtLeast(v); v.Minor++ {
		if defines(parsedSpecs().federation[v], name) {
			return v, true
		}
	}
	return Version{}, false
}

// refuseImports notes the imports that the newest version does not have either.
func (l *loader) refuseImports(link *Link) {
	for _, one := range link.Imports {
		if !defines(definitionsOf(link), one.Name) {
			l.hasBadImports, l.refused[one.As] = true, true
		}
	}
}

// defines reports whether a specification has the element; a directive's name begins with "@".
func defines(parts *schema.Parts, name string) bool {
	if directive, ok := strings.CutPrefix(name, "@"); ok {
		return directiveOf(parts, directive) != nil
	}
	return slices.ContainsFunc(parts.Types, func(t *schema.Type) bool { return t.Name == name })
}

func importFix(link *Link, name string) string {
	definitions := definitionsOf(link)
	if defines(definitions, "@"+name) {
		return fmt.Sprintf("import \"@%s\"", name)
	}
	if v, ok := firstWith(link, name); ok {
		return fmt.Sprintf("link %s/%s, which has it", FederationIdentity, v)
	}
	if closest := schema.Closest(name, elements(definitions)); closest != "" {
		return fmt.Sprintf("import %q", closest)
	}
	return "remove it from the import"
}

// elements are the names of everything that a specification defines; those of directives begin with "@".
func elements(parts *schema.Parts) []string {
	var out []string
	for _, d := range parts.Directives {
		out = append(out, "@"+d.Name)
	}
	for _, t := range parts.Types {
		out = append(out, t.Name)
	}
	return out
}

// renameRoots gives the root operation types their default names, so that all subgraphs agree.
func (l *loader) renameRoots(parts *schema.Parts) {
	for _, root := range []struct {
		name     *string
		standard string
		code     diag.Code
	}{
		{&parts.Query, "Query", diag.RootQueryUsed},
		{&parts.Mutation, "Mutation", diag.RootMutationUsed},
		{&parts.Subscription, "Subscription", diag.RootSubscriptionUsed},
	} {
		if *root.name == root.standard {
			continue
		}
		if i := slices.IndexFunc(parts.Types, func(t *schema.Type) bool { return t.Name == root.standard }); i >= 0 && (*root.name != "" || parts.HasSchemaDefinition) {
			l.fail(root.code, parts.Types[i].Pos, fmt.Sprintf("rename the type %s, or make it the root", root.standard),
				"type %q exists and is not the root operation type of that name", root.standard)
			continue
		}
		if *root.name != "" {
			renameType(parts, *root.name, root.standard)
			*root.name = root.standard
		}
	}
}

func renameType(parts *schema.Parts, from, to string) {
	renameArgs := func(args []*schema.InputValue) {
		for _, a := range args {
			renameRef(a.Type, from, to)
		}
	}
	for _, t := range parts.Types {
		if t.Name == from {
			t.Name = to
		}
		for i, member := range t.Members {
			if member == from {
				t.Members[i] = to
			}
		}
		for _, f := range t.Fields {
			renameRef(f.Type, from, to)
			renameArgs(f.Args)
		}
	}
	for _, d := range parts.Directives {
		renameArgs(d.Args)
	}
}

// renameRef renames the type in a use of it. Uses of one type may be one in memory, so all are renamed.
func renameRef(ref *schema.TypeRef, from, to string) {
	for ref.Elem != nil {
		ref = ref.Elem
	}
	if ref.Name == from {
		ref.Name = to
	}
}

// machineryTypes are what every subgraph server adds to its SDL for the router.
var machineryTypes = []string{"_Any", "_Entity", "_Service", "_FieldSet"}

// stripMachinery drops what a subgraph server adds for the router: _service, _entities and their
// types. A query root that has nothing else goes too.
func (l *loader) stripMachinery(parts *schema.Parts) {
	parts.Types = slices.DeleteFunc(parts.Types, func(t *schema.Type) bool {
		if slices.Contains(machineryTypes, t.Name) {
			return true
		}
		if t.Name != parts.Query {
			return false
		}
		t.Fields = slices.DeleteFunc(t.Fields, func(f *schema.Field) bool { return f.Name == "_service" || f.Name == "_entities" })
		if len(t.Fields) == 0 {
			parts.Query = ""
			return true
		}
		return false
	})
}
