package federation

import (
	"sync"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// element is a directive or scalar of the Federation specification in a range of its versions.
type element struct {
	since Version
	// until is the first version in which this form no longer holds; zero means that it still does.
	until Version
	sdl   string
}

// federation1 are the directives of a schema that does not link the specification.
const federation1 = `
scalar FieldSet
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external(reason: String) on OBJECT | FIELD_DEFINITION
directive @extends on OBJECT | INTERFACE
directive @tag(name: String!) repeatable on ` + typeSystemLocations

// federation2 says which version of Federation 2 has which elements: one table for all versions.
var federation2 = []element{
	{since: Version{2, 0}, sdl: "scalar FieldSet"},
	{since: Version{2, 0}, sdl: "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"},
	{since: Version{2, 0}, sdl: "directive @requires(fields: FieldSet!) on FIELD_DEFINITION"},
	{since: Version{2, 0}, sdl: "directive @provides(fields: FieldSet!) on FIELD_DEFINITION"},
	{since: Version{2, 0}, sdl: "directive @external(reason: String) on OBJECT | FIELD_DEFINITION"},
	{since: Version{2, 0}, sdl: "directive @extends on OBJECT | INTERFACE"},
	{since: Version{2, 0}, until: Version{2, 2}, sdl: "directive @shareable on OBJECT | FIELD_DEFINITION"},
	{since: Version{2, 2}, sdl: "directive @shareable repeatable on OBJECT | FIELD_DEFINITION"},
	{since: Version{2, 0}, sdl: "directive @inaccessible on " + typeSystemLocations},
	{since: Version{2, 0}, until: Version{2, 3}, sdl: "directive @tag(name: String!) repeatable on " + typeSystemLocations},
	{since: Version{2, 3}, sdl: "directive @tag(name: String!) repeatable on " + typeSystemLocations + " | SCHEMA"},
	{since: Version{2, 0}, until: Version{2, 7}, sdl: "directive @override(from: String!) on FIELD_DEFINITION"},
	{since: Version{2, 7}, sdl: "directive @override(from: String!, label: String) on FIELD_DEFINITION"},
	{since: Version{2, 1}, sdl: "directive @composeDirective(name: String) repeatable on SCHEMA"},
	{since: Version{2, 3}, sdl: "directive @interfaceObject on OBJECT"},
	{since: Version{2, 5}, sdl: "directive @authenticated on " + authLocations},
	{since: Version{2, 5}, sdl: "scalar Scope directive @requiresScopes(scopes: [[Scope!]!]!) on " + authLocations},
	{since: Version{2, 6}, sdl: "scalar Policy directive @policy(policies: [[Policy!]!]!) on " + authLocations},
	{since: Version{2, 8}, sdl: "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION"},
	{since: Version{2, 8}, sdl: "scalar ContextFieldValue directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION"},
	{since: Version{2, 9}, sdl: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"},
	{since: Version{2, 9}, sdl: "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"},
	{since: Version{2, 12}, sdl: "directive @cacheTag(format: String!) repeatable on OBJECT | FIELD_DEFINITION"},
}

// linkSpec is what the link specification itself defines.
const linkSpec = `
scalar Import
enum Purpose { SECURITY EXECUTION }
directive @link(url: String, as: String, for: Purpose, import: [Import]) repeatable on SCHEMA`

// coreSpec is the ancestor of linkSpec.
const coreSpec = `
enum Purpose { SECURITY EXECUTION }
directive @core(feature: String!, as: String, for: Purpose) repeatable on SCHEMA`

// definitionsOf returns what a linked specification defines at the link's version, under its own
// names; nil for one that we do not know.
func definitionsOf(link *Link) *schema.Parts {
	switch link.Identity {
	case LinkIdentity:
		return parsedSpecs().link
	case CoreIdentity:
		return parsedSpecs().core
	case FederationIdentity:
		return parsedSpecs().federation[link.Version]
	}
	if feature := FeatureOf(link.Identity); feature != nil {
		return parsedSpecs().features[link.Identity]
	}
	return nil
}

type specs struct {
	link, core *schema.Parts
	federation map[Version]*schema.Parts
	features   map[string]*schema.Parts
}

// parsedSpecs parses our own definitions once; they are only read.
var parsedSpecs = sync.OnceValue(func() specs {
	out := specs{
		link: parseSpec(linkSpec), core: parseSpec(coreSpec),
		federation: map[Version]*schema.Parts{Fed1: parseSpec(federation1)},
		features:   map[string]*schema.Parts{},
	}
	for v := FirstFed2; LastFed2.AtLeast(v); v.Minor++ {
		sdl := ""
		for _, e := range federation2 {
			if v.AtLeast(e.since) && (e.until == Version{} || v.Less(e.until)) {
				sdl += e.sdl + "\n"
			}
		}
		out.federation[v] = parseSpec(sdl)
	}
	for _, feature := range Features {
		out.features[feature.Identity] = parseSpec(feature.Definitions)
	}
	return out
})

func parseSpec(sdl string) *schema.Parts {
	parts, err := schema.Parse("specification", sdl)
	if err != nil {
		panic("federation: our own definitions do not parse: " + err.Error())
	}
	return parts
}

// Names are the directives of Federation 2 in the order of the table.
func Names() []string {
	var out []string
	for _, d := range parsedSpecs().federation[LastFed2].Directives {
		out = append(out, d.Name)
	}
	return out
}

// Since returns the first version of Federation 2 that has the directive; the zero Version for none.
func Since(name string) Version {
	for v := FirstFed2; LastFed2.AtLeast(v); v.Minor++ {
		if directiveOf(parsedSpecs().federation[v], name) != nil {
			return v
		}
	}
	return Version{}
}
