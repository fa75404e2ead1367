package federation

import (
	"testing"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// linksOf reads the links of "extend schema" with the given directives.
func linksOf(t *testing.T, directives string) Links {
	t.Helper()
	parts, err := schema.Parse("s", "extend schema "+directives)
	if err != nil {
		t.Fatal(err)
	}
	links, problems := ReadLinks(parts.Applied)
	if len(problems) > 0 {
		t.Fatal(problems[0].Message)
	}
	return links
}

func TestResolveDirective(t *testing.T) {
	for _, c := range []struct{ links, name, identity, element string }{
		{`@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`, "key", FederationIdentity, "key"},
		{`@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`, "federation__shareable", FederationIdentity, "shareable"},
		{`@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`, "shareable", "", ""},
		{`@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed", import: [{name: "@key", as: "@id"}])`, "id", FederationIdentity, "key"},
		{`@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")`, "fed__tag", FederationIdentity, "tag"},
		{`@link(url: "https://specs.apollo.dev/tag/v0.3", as: "label")`, "label", specHost + "tag", "tag"},
		{`@lnk(url: "https://specs.apollo.dev/link/v1.0", as: "lnk") @lnk(url: "https://specs.apollo.dev/tag/v0.3")`, "tag", specHost + "tag", "tag"},
		{`@core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.2", for: EXECUTION)`, "join__type", JoinIdentity, "type"},
	} {
		link, element := linksOf(t, c.links).ResolveDirective(c.name)
		identity := ""
		if link != nil {
			identity = link.Identity
		}
		if identity != c.identity || element != c.element {
			t.Errorf("%s: @%s is %q of %q, want %q of %q", c.links, c.name, element, identity, c.element, c.identity)
		}
		if link != nil && link.NameOf("@"+element) != "@"+c.name {
			t.Errorf("%s: @%s of %q is called %s, want @%s", c.links, element, identity, link.NameOf("@"+element), c.name)
		}
	}
}

// TestVersions checks the table of what each version defines against the versions in which
// directives appeared.
func TestVersions(t *testing.T) {
	for name, since := range map[string]Version{
		"key": {2, 0}, "composeDirective": {2, 1}, "interfaceObject": {2, 3}, "authenticated": {2, 5}, "requiresScopes": {2, 5},
		"policy": {2, 6}, "context": {2, 8}, "fromContext": {2, 8}, "cost": {2, 9}, "listSize": {2, 9}, "cacheTag": {2, 12},
	} {
		for v := FirstFed2; LastFed2.AtLeast(v); v.Minor++ {
			if got, want := defines(parsedSpecs().federation[v], "@"+name), v.AtLeast(since); got != want {
				t.Errorf("@%s in %s: defined %v, want %v", name, v, got, want)
			}
		}
	}
	override := func(v Version) bool { return directiveOf(parsedSpecs().federation[v], "override").Arg("label") != nil }
	if override(Version{2, 6}) || !override(Version{2, 7}) {
		t.Error("@override has a label from v2.7 on")
	}
}
