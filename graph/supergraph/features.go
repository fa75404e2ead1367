package supergraph

import (
	"fmt"
	"strings"
	"sync"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// feature is a specification that a supergraph may link and that we know.
type feature struct {
	identity string
	// newest is the newest version that we read.
	newest federation.Version
	// purpose is the one written when the feature is printed.
	purpose string
	// definitions are printed for it, under the spec's own names.
	definitions string
	// unsupported says, where it is not empty, why a supergraph that needs the feature is refused.
	unsupported string
}

const (
	specHost = "https://specs.apollo.dev/"

	typeSystemLocations = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
	authLocations       = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
)

// features are the specifications that we know besides link and join.
var features = []feature{
	{
		identity: specHost + "inaccessible", newest: federation.Version{Minor: 2}, purpose: "SECURITY",
		definitions: "directive @inaccessible on " + typeSystemLocations,
	},
	{
		identity: specHost + "tag", newest: federation.Version{Minor: 3},
		definitions: "directive @tag(name: String!) repeatable on " + typeSystemLocations + " | SCHEMA",
	},
	{
		identity: specHost + "authenticated", newest: federation.Version{Minor: 1}, purpose: "SECURITY",
		definitions: "directive @authenticated on " + authLocations,
	},
	{
		identity: specHost + "requiresScopes", newest: federation.Version{Minor: 1}, purpose: "SECURITY",
		definitions: "scalar requiresScopes__Scope directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on " + authLocations,
	},
	{
		identity: specHost + "policy", newest: federation.Version{Minor: 1}, purpose: "SECURITY",
		definitions: "scalar policy__Policy directive @policy(policies: [[policy__Policy!]!]!) on " + authLocations,
		unsupported: "weft does not decide policies yet, and without a decision the fields would be open to everybody",
	},
	{
		identity: specHost + "cost", newest: federation.Version{Minor: 1},
		definitions: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR " +
			"directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
	},
	{
		identity: specHost + "context", newest: federation.Version{Minor: 1}, purpose: "SECURITY",
		definitions: "scalar context__ContextFieldValue " +
			"directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION " +
			"directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
		unsupported: "weft does not pass contexts (@fromContext) yet",
	},
	{
		// Cache tags say how answers may be cached; who caches nothing by them answers the same.
		identity: specHost + "cacheTag", newest: federation.Version{Minor: 1}, purpose: "EXECUTION",
		definitions: "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION",
	},
}

func featureOf(identity string) *feature {
	for i := range features {
		if features[i].identity == identity {
			return &features[i]
		}
	}
	return nil
}

// checkLink refuses a link whose purpose says that it must not be ignored and that we cannot honour.
func checkLink(link *federation.Link) error {
	switch known := featureOf(link.Identity); {
	case link.Identity == federation.LinkIdentity, link.Identity == federation.CoreIdentity,
		link.Identity == federation.JoinIdentity, link.Purpose == "":
		return nil
	case known == nil:
		return fmt.Errorf("the supergraph links %q for %s, a feature that weft does not know: remove what uses it from the subgraphs, or use a newer weft",
			link.URL, link.Purpose)
	case known.unsupported != "":
		return fmt.Errorf("the supergraph links %q for %s: %s: remove what uses it from the subgraphs", link.URL, link.Purpose, known.unsupported)
	case known.newest.Less(link.Version):
		return fmt.Errorf("the supergraph links %q for %s, weft knows that feature up to %s: use a newer weft", link.URL, link.Purpose, known.newest)
	}
	return nil
}

// imports are what a link to the feature must import so that its directives have their own names:
// nothing where the feature has one directive, called like itself.
func (f *feature) imports() []string {
	all := canonicalImports(f)
	if len(all) == 1 && strings.HasSuffix(f.identity, "/"+all[0][1:]) {
		return nil
	}
	return all
}

// canonicalImports imports every directive of a feature under its own name.
func canonicalImports(f *feature) []string { return importsByFeature()[f.identity] }

var importsByFeature = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for i := range features {
		parts, err := schema.Parse(features[i].identity, features[i].definitions)
		if err != nil {
			panic("supergraph: our own definitions do not parse: " + err.Error())
		}
		for _, d := range parts.Directives {
			if !strings.Contains(d.Name, "__") {
				out[features[i].identity] = append(out[features[i].identity], "@"+d.Name)
			}
		}
	}
	return out
})
