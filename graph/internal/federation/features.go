package federation

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// Feature is a specification besides link, join and federation that a schema may link and that we
// know.
type Feature struct {
	Identity string
	// Newest is the newest version that we read.
	Newest Version
	// Since is the version of Federation that brought the feature.
	Since Version
	// Purpose is the one written when the feature is printed.
	Purpose string
	// Definitions are SDL, under the spec's own names.
	Definitions string
	// ByJoin is set where the feature's directives stand in a supergraph as applications of
	// join__directive, by subgraph.
	ByJoin bool
	// Unsupported says, where it is not empty, why a supergraph that needs the feature is refused.
	Unsupported string
}

const (
	typeSystemLocations = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
	authLocations       = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
)

// InaccessibleIdentity is the identity of the feature that hides elements from clients.
const InaccessibleIdentity = specHost + "inaccessible"

// CacheTag is the name of the directive that tags answers for caches.
const CacheTag = "cacheTag"

// Features are the specifications that we know.
var Features = []Feature{
	{
		Identity: InaccessibleIdentity, Newest: Version{Minor: 2}, Since: Version{2, 0}, Purpose: "SECURITY",
		Definitions: "directive @inaccessible on " + typeSystemLocations,
	},
	{
		Identity: specHost + "tag", Newest: Version{Minor: 3}, Since: Version{2, 0},
		Definitions: "directive @tag(name: String!) repeatable on " + typeSystemLocations + " | SCHEMA",
	},
	{
		Identity: specHost + "authenticated", Newest: Version{Minor: 1}, Since: Version{2, 5}, Purpose: "SECURITY",
		Definitions: "directive @authenticated on " + authLocations,
	},
	{
		Identity: specHost + "requiresScopes", Newest: Version{Minor: 1}, Since: Version{2, 5}, Purpose: "SECURITY",
		Definitions: "scalar requiresScopes__Scope directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on " + authLocations,
	},
	{
		Identity: specHost + "policy", Newest: Version{Minor: 1}, Since: Version{2, 6}, Purpose: "SECURITY",
		Definitions: "scalar policy__Policy directive @policy(policies: [[policy__Policy!]!]!) on " + authLocations,
		Unsupported: "weft does not decide policies yet, and without a decision the fields would be open to everybody",
	},
	{
		Identity: specHost + "cost", Newest: Version{Minor: 1}, Since: Version{2, 9},
		Definitions: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR " +
			"directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
	},
	{
		Identity: specHost + "context", Newest: Version{Minor: 1}, Since: Version{2, 8}, Purpose: "SECURITY",
		Definitions: "scalar context__ContextFieldValue " +
			"directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION " +
			"directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
	},
	{
		// Cache tags say how answers may be cached; who caches nothing by them answers the same.
		Identity: specHost + "cacheTag", Newest: Version{Minor: 1}, Since: Version{2, 12}, Purpose: "EXECUTION", ByJoin: true,
		Definitions: "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION",
	},
}

// FeatureOf returns the feature of that identity, or nil.
func FeatureOf(identity string) *Feature {
	for i := range Features {
		if Features[i].Identity == identity {
			return &Features[i]
		}
	}
	return nil
}

// IsKnown reports whether the specification of that identity is one that we know.
func IsKnown(identity string) bool {
	switch identity {
	case LinkIdentity, CoreIdentity, JoinIdentity, FederationIdentity, ConnectIdentity:
		return true
	}
	return FeatureOf(identity) != nil
}

// ForeignNamespaces are names, one for each link, for specifications that are not ours, which a supergraph can
// have beside ours: who linked one may have called Federation's otherwise.
func ForeignNamespaces(links []*Link) []string {
	var out []string
	for _, link := range links {
		free := link.As
		for i := 2; slices.Contains(out, free) || isOurNamespace(free); i++ {
			free = link.As + strconv.Itoa(i)
		}
		out = append(out, free)
	}
	return out
}

// ForeignDirective is the supergraph's name for a link's element that its schema calls name. What would be taken
// for a directive of ours is called by the link's namespace in the supergraph, as what was so before.
func ForeignDirective(link *Link, name, element, namespace string) string {
	if strings.HasPrefix(name, link.As+"__") || isOurDirective(name) {
		return namespace + "__" + element
	}
	return name
}

// isOurDirective reports whether one of the features has a directive of that name.
func isOurDirective(name string) bool {
	return slices.ContainsFunc(Features, func(f Feature) bool { return slices.Contains(f.Directives(), "@"+name) })
}

// isOurNamespace reports whether a specification that we know is called so.
func isOurNamespace(as string) bool {
	isLast := func(identity string) bool { return strings.HasSuffix(identity, "/"+as) }
	return slices.ContainsFunc([]string{LinkIdentity, CoreIdentity, JoinIdentity, FederationIdentity, ConnectIdentity}, isLast) ||
		slices.ContainsFunc(Features, func(f Feature) bool { return isLast(f.Identity) })
}

// Imports are what a link to the feature must import so that its directives have their own names:
// nothing where the feature has one directive, called like itself.
func (f *Feature) Imports() []string {
	all := f.Directives()
	if len(all) == 1 && strings.HasSuffix(f.Identity, "/"+all[0][1:]) {
		return nil
	}
	return all
}

// Directives are the directives that the feature exports, as an import names them: "@tag".
func (f *Feature) Directives() []string { return importsByFeature()[f.Identity] }

var importsByFeature = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for i := range Features {
		parts, err := schema.Parse(Features[i].Identity, Features[i].Definitions)
		if err != nil {
			panic("federation: our own definitions do not parse: " + err.Error())
		}
		for _, d := range parts.Directives {
			if !strings.Contains(d.Name, "__") {
				out[Features[i].Identity] = append(out[Features[i].Identity], "@"+d.Name)
			}
		}
	}
	return out
})
