package federation

import (
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
	l := &loader{sub: &Subgraph{Name: src.Name, URL: src.URL, File: src.File}}
	parts, err := schema.Parse(src.File, src.SDL)
	if err != nil {
		l.graphqlProblems(err)
		return nil, l.diags
	}
	l.readLinks(parts)
	if l.diags.HasErrors() {
		return nil, l.diags
	}
	l.renameRoots(parts)
	l.stripMachinery(parts)
	l.addDefinitions(parts)
	if l.diags.HasErrors() {
		return nil, l.diags
	}
	l.sub.Schema = schema.New(*parts)
	if problems := l.sub.Schema.Check(); len(problems) > 0 {
		l.graphqlProblems(problems)
		return nil, l.diags
	}
	l.build(parts)
	return l.sub, l.diags
}

// loader reads one subgraph.
type loader struct {
	sub   *Subgraph
	diags diag.List
	// specTypes and specDirectives are the names under which the SDL sees elements of
	// specifications that we know.
	specTypes, specDirectives map[string]bool
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
		fix := "correct the SDL here"
		if l.sub.Version == Fed1 && strings.HasPrefix(p.Message, "unknown directive") {
			fix = "define the directive, or link Federation 2 and import it: extend schema @link(url: \"" + FederationIdentity + "/v2.9\", import: [\"@…\"])"
		}
		l.fail(diag.InvalidGraphQL, p.Pos, fix, "%s", p.Message)
	}
}

func (l *loader) readLinks(parts *schema.Parts) {
	links, problems := ReadLinks(parts.Applied)
	for _, p := range problems {
		l.fail(p.Code, p.Pos, p.Fix, "%s", p.Message)
	}
	l.sub.Links, l.sub.Version = links, Fed1
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
			return
		}
		l.sub.Version = link.Version
	case LinkIdentity:
		if link.Version.Major != 1 {
			l.fail(diag.UnknownLinkVersion, link.Pos, "link "+LinkIdentity+"/v1.0", "the link specification has no version %s", link.Version)
		}
	case ConnectIdentity:
		l.fail(diag.UnsupportedLinkedFeature, link.Pos, "resolve the fields in a GraphQL subgraph instead",
			"%q is linked; weft has no connectors (@connect, @source)", link.URL)
		return
	}
	definitions := definitionsOf(link)
	if definitions == nil {
		return
	}
	for _, one := range link.Imports {
		if !defines(definitions, one.Name) {
			l.fail(diag.InvalidLinkDirectiveUsage, link.Pos, importFix(link, one.Name), "%q has no element %q to import", link.URL, one.Name)
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
	switch {
	case defines(definitions, "@"+name):
		return fmt.Sprintf("import \"@%s\"", name)
	case link.Identity == FederationIdentity && defines(parsedSpecs().federation[LastFed2], name):
		for v := link.Version; LastFed2.AtLeast(v); v.Minor++ {
			if defines(parsedSpecs().federation[v], name) {
				return fmt.Sprintf("link %s/%s, which has it", FederationIdentity, v)
			}
		}
	}
	return "remove it from the import"
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
