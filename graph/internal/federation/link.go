package federation

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// Identities of the specifications that are treated specially: a link's URL without its version.
const (
	specHost           = "https://specs.apollo.dev/"
	LinkIdentity       = specHost + "link"
	CoreIdentity       = specHost + "core"
	JoinIdentity       = specHost + "join"
	FederationIdentity = specHost + "federation"
	ConnectIdentity    = specHost + "connect"
)

// Link is one application of @link (or of its ancestor @core): a specification whose elements the
// schema uses.
type Link struct {
	URL string
	// Identity is the URL without its version, Name its last segment.
	Identity, Name string
	Version        Version
	// As is the namespace under which elements that are not imported are reached: "federation" in
	// "@federation__key".
	As string
	// Purpose is SECURITY, EXECUTION or empty.
	Purpose string
	Imports []Import
	Pos     schema.Position
	// Directive is the application as written.
	Directive schema.Directive
}

// Import is an element that a link makes known under a name of its own; directives begin with "@".
type Import struct{ Name, As string }

// Links are the links of one schema, in order.
type Links struct {
	List []*Link
	// Directive is the name of the link directive itself, without "@"; empty in a schema without links.
	Directive string
}

// LinkProblem is a link that cannot be followed.
type LinkProblem struct {
	Code    diag.Code
	Pos     schema.Position
	Message string
	Fix     string
}

// ReadLinks finds the links among the directives on a schema definition.
func ReadLinks(applied []schema.Directive) (Links, []LinkProblem) {
	links := Links{Directive: linkDirectiveName(applied)}
	var problems []LinkProblem
	if links.Directive == "" {
		return links, nil
	}
	for _, d := range applied {
		if d.Name != links.Directive {
			continue
		}
		link, faults := readLink(d)
		problems = append(problems, faults...)
		if link == nil {
			continue
		}
		if other := links.ByIdentity(link.Identity); other != nil {
			problems = append(problems, LinkProblem{diag.InvalidLinkDirectiveUsage, d.Pos, fmt.Sprintf(
				"%q is linked twice", link.Identity), "keep one of the two links, with the imports of both"})
			continue
		}
		links.List = append(links.List, link)
	}
	return links, append(problems, links.checkNames()...)
}

// linkDirectiveName finds the name under which @link (or @core) is used: the schema may link the
// link specification itself under another name.
func linkDirectiveName(applied []schema.Directive) string {
	plain := ""
	for _, d := range applied {
		target := d.Arg("url")
		if target == nil {
			target = d.Arg("feature")
		}
		if target == nil {
			if d.Name == "link" || d.Name == "core" {
				plain = d.Name
			}
			continue
		}
		identity, _, ok := splitURL(target.Raw)
		if ok && (identity == LinkIdentity || identity == CoreIdentity) && nameOfLink(d, identity) == d.Name {
			return d.Name
		}
		if d.Name == "link" || d.Name == "core" {
			plain = d.Name
		}
	}
	return plain
}

// nameOfLink is the name that an application of @link to the link specification itself gives it.
func nameOfLink(d schema.Directive, identity string) string {
	if imports := d.Arg("import"); imports != nil {
		for _, item := range imports.Items {
			if one, ok := readImport(item); ok && one.Name == "@link" {
				return one.As[1:]
			}
		}
	}
	if as := d.Arg("as"); as != nil {
		return as.Raw
	}
	return identity[strings.LastIndexByte(identity, '/')+1:]
}

// readLink reads one application. The link is nil where it cannot be read at all; imports that cannot are
// left out of it.
func readLink(d schema.Directive) (*Link, []LinkProblem) {
	fail := func(code diag.Code, fix, format string, args ...any) (*Link, []LinkProblem) {
		return nil, []LinkProblem{{code, d.Pos, fmt.Sprintf(format, args...), fix}}
	}
	var problems []LinkProblem
	target := d.Arg("url")
	if target == nil {
		target = d.Arg("feature")
	}
	if target == nil || target.Kind != schema.String {
		return fail(diag.InvalidLinkDirectiveUsage, "add url: \""+FederationIdentity+"/v2.9\", or the specification that is meant", "\"@%s\" needs the argument \"url\" with a string", d.Name)
	}
	identity, version, ok := splitURL(target.Raw)
	if !ok {
		return fail(diag.InvalidLinkIdentifier, "write the whole URL, such as \""+FederationIdentity+"/v2.9\"", "%q is not the URL of a specification", target.Raw)
	}
	link := &Link{
		URL: target.Raw, Identity: identity, Version: version, Pos: d.Pos, Directive: d,
		Name: identity[strings.LastIndexByte(identity, '/')+1:],
	}
	link.As = link.Name
	for _, a := range d.Args {
		switch a.Name {
		case "url", "feature":
		case "as":
			if a.Value.Kind != schema.String || a.Value.Raw == "" {
				return fail(diag.InvalidLinkDirectiveUsage, "write a name in quotes", "the argument \"as\" of %q must be a name", link.URL)
			}
			link.As = a.Value.Raw
		case "for":
			link.Purpose = a.Value.Raw
			if link.Purpose != "SECURITY" && link.Purpose != "EXECUTION" && a.Value.Kind != schema.Null {
				return fail(diag.InvalidLinkDirectiveUsage, "remove \"for\"", "the purpose of %q must be SECURITY or EXECUTION, not %s", link.URL, a.Value)
			}
		case "import":
			problems = link.readImports(a.Value)
		default:
			return fail(diag.InvalidLinkDirectiveUsage, "remove it", "\"@%s\" has the unknown argument %q", d.Name, a.Name)
		}
	}
	if fix := link.missingVersion(); fix != "" {
		return fail(diag.InvalidLinkIdentifier, fix, "%q does not end with a version, \"v\" and two numbers", link.URL)
	}
	if !isName(link.As) {
		return fail(diag.InvalidLinkDirectiveUsage, "give it another name with \"as\"", "the name %q of %q is no GraphQL name", link.As, link.URL)
	}
	if strings.Contains(link.As, "__") {
		return fail(diag.InvalidLinkDirectiveUsage, "give it another name with \"as\"",
			"the name %q of %q holds \"__\", which separates the name from what it names", link.As, link.URL)
	}
	return link, problems
}

// readImports reads the imports; those that cannot be read become problems.
func (l *Link) readImports(list schema.Value) []LinkProblem {
	var problems []LinkProblem
	fail := func(format string, args ...any) {
		problems = append(problems, LinkProblem{diag.InvalidLinkDirectiveUsage, l.Pos, fmt.Sprintf(format, args...), "write import: [\"@name\", {name: \"@name\", as: \"@other\"}]"})
	}
	switch list.Kind {
	case schema.Null:
	case schema.ListValue:
		for _, item := range list.Items {
			switch one, ok := readImport(item); {
			case !ok:
				fail("%s cannot be imported from %q", item, l.URL)
			case strings.HasPrefix(one.Name, "@") != strings.HasPrefix(one.As, "@"):
				fail("%q cannot be imported as %q: both must begin with \"@\", or neither", one.Name, one.As)
			default:
				l.Imports = append(l.Imports, one)
			}
		}
	case schema.Int, schema.Float, schema.String, schema.Boolean, schema.EnumLiteral, schema.ObjectValue:
		fail("the imports of %q must be a list", l.URL)
	}
	return problems
}

func readImport(item schema.Value) (Import, bool) {
	switch item.Kind {
	case schema.String:
		return Import{item.Raw, item.Raw}, len(strings.TrimPrefix(item.Raw, "@")) > 0
	case schema.ObjectValue:
		var one Import
		for _, f := range item.Fields {
			switch {
			case f.Value.Kind == schema.String && f.Name == "name":
				one.Name = f.Value.Raw
			case f.Value.Kind == schema.String && f.Name == "as":
				one.As = f.Value.Raw
			default:
				return Import{}, false
			}
		}
		if one.As == "" {
			one.As = one.Name
		}
		return one, len(strings.TrimPrefix(one.Name, "@")) > 0 && len(strings.TrimPrefix(one.As, "@")) > 0
	case schema.Null, schema.Int, schema.Float, schema.Boolean, schema.EnumLiteral, schema.ListValue:
	}
	return Import{}, false
}

// splitURL splits "https://specs.apollo.dev/federation/v2.9" into identity and version. A URL
// without a version is its own identity, with version zero.
func splitURL(text string) (identity string, version Version, ok bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", Version{}, false
	}
	path := strings.TrimSuffix(u.Path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 || path[i+1:] == "" {
		return "", Version{}, false
	}
	identity = u.Scheme + "://" + u.Host + path
	if v, isVersion := parseVersion(path[i+1:]); isVersion {
		version = v
		identity = u.Scheme + "://" + u.Host + path[:i]
		if i == 0 {
			return "", Version{}, false
		}
	}
	return identity, version, true
}

// checkNames refuses two links that give the same name to different things.
func (l Links) checkNames() []LinkProblem {
	var problems []LinkProblem
	owner := map[string]*Link{}
	for _, link := range l.List {
		for _, one := range link.Imports {
			if other := owner[one.As]; other != nil && other != link {
				problems = append(problems, LinkProblem{diag.InvalidLinkDirectiveUsage, link.Pos, fmt.Sprintf(
					"%q is imported from %q and from %q", one.As, other.URL, link.URL), "rename one of them with \"as\""})
			}
			owner[one.As] = link
			if namespace, _, ok := strings.Cut(strings.TrimPrefix(one.As, "@"), "__"); ok && l.isTaken(namespace, link) {
				problems = append(problems, LinkProblem{diag.InvalidLinkDirectiveUsage, link.Pos, fmt.Sprintf(
					"%q of %q is imported as %q, a name in the namespace of another specification", one.Name, link.URL, one.As), "import it under another name"})
			}
		}
	}
	for _, link := range l.List {
		if other := owner["@"+link.As]; other != nil && other != link && len(link.Imports) == 0 {
			problems = append(problems, LinkProblem{diag.InvalidLinkDirectiveUsage, link.Pos, fmt.Sprintf(
				"\"@%s\" is imported from %q and is the name of %q", link.As, other.URL, link.URL), "rename one of them with \"as\""})
		}
	}
	return problems
}

// isTaken reports whether a namespace belongs to a specification other than the given link's.
func (l Links) isTaken(namespace string, link *Link) bool {
	if namespace == "join" {
		return link.Identity != JoinIdentity
	}
	return slices.ContainsFunc(l.List, func(other *Link) bool { return other != link && other.As == namespace })
}

// missingVersion is the fix for a URL that ends with what was meant to be a version, or that names a specification of
// Federation and no version of it; empty where all is well. The URL of another specification need not have one.
func (l *Link) missingVersion() string {
	number := strings.TrimLeft(l.Name, "vV")
	isVersion := number != "" && strings.Trim(number, "0123456789.") == ""
	switch before, _, _ := strings.Cut(l.Identity, "/"+l.Name); {
	case isVersion && strings.Count(number, ".") == 1:
		return fmt.Sprintf("write \"%s/v%s\"", before, number)
	case l.Identity == FederationIdentity && l.Version == Version{}, isVersion && before == FederationIdentity:
		return fmt.Sprintf("write \"%s/%s\"", FederationIdentity, LastFed2)
	case isVersion, l.Version == Version{} && strings.HasPrefix(l.Identity, specHost):
		return "add the version, such as \"v1.0\""
	}
	return ""
}

func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

// shadowed are the names that elements would have if they were not imported under another one, each with
// that other one. Directives begin with "@".
func (l Links) shadowed() map[string]string {
	var out map[string]string
	for _, link := range l.List {
		for _, one := range link.Imports {
			if name := link.namespaced(one.Name); name != one.As {
				if out == nil {
					out = map[string]string{}
				}
				out[name] = one.As
			}
		}
	}
	for _, link := range l.List {
		for _, one := range link.Imports {
			delete(out, one.As)
		}
	}
	return out
}

// ByIdentity returns the link of that identity, or nil.
func (l Links) ByIdentity(identity string) *Link {
	for _, link := range l.List {
		if link.Identity == identity {
			return link
		}
	}
	return nil
}

// ResolveDirective finds the link and the element's own name, without "@", behind the name of a
// directive; nil when no link has it.
func (l Links) ResolveDirective(name string) (*Link, string) { return l.resolve("@", name) }

// ResolveType finds the link and the element's own name behind the name of a type; nil when no link
// has it.
func (l Links) ResolveType(name string) (*Link, string) { return l.resolve("", name) }

func (l Links) resolve(sigil, name string) (*Link, string) {
	for _, link := range l.List {
		for _, one := range link.Imports {
			if len(one.As) == len(sigil)+len(name) && strings.HasPrefix(one.As, sigil) && one.As[len(sigil):] == name {
				return link, strings.TrimPrefix(one.Name, "@")
			}
		}
	}
	namespace, element, isNamespaced := strings.Cut(name, "__")
	for _, link := range l.List {
		switch {
		case isNamespaced && link.As == namespace && element != "":
			return link, element
		case !isNamespaced && sigil == "@" && link.As == name && !link.IsImported("@"+link.Name):
			return link, link.Name
		}
	}
	return nil, ""
}

// IsImported reports whether the element is imported, under whatever name.
func (l *Link) IsImported(name string) bool {
	return slices.ContainsFunc(l.Imports, func(one Import) bool { return one.Name == name })
}

// NameOf returns the name by which the schema reaches an element of the link: "@key" imported,
// "@federation__key" not imported. Directives begin with "@", also in the result.
func (l *Link) NameOf(element string) string {
	for _, one := range l.Imports {
		if one.Name == element {
			return one.As
		}
	}
	return l.namespaced(element)
}

// namespaced is the name of an element that is not imported.
func (l *Link) namespaced(element string) string {
	name, isDirective := strings.CutPrefix(element, "@")
	if isDirective && name == l.Name {
		return "@" + l.As
	}
	if isDirective {
		return "@" + l.As + "__" + name
	}
	return l.As + "__" + name
}

// IdentityOf returns the identity in the URL of a specification: the URL without its version.
func IdentityOf(url string) (string, bool) {
	identity, _, ok := splitURL(url)
	return identity, ok
}
