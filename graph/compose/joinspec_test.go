package compose

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/internal/schematest"
	"github.com/weft-graph/weft/graph/supergraph"
)

// joinSpec is what a version of the join specification defines, written down here a second time so that
// what is printed is compared with the specification and not with itself.
func joinSpec(version string) string {
	field := "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean"
	sdl := `
scalar join__FieldSet
enum join__Graph { A }
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
type Query { a: Int }
`
	if version >= "v0.4" {
		field += ", overrideLabel: String"
		sdl += `
scalar join__DirectiveArguments
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
`
	}
	if version >= "v0.5" {
		field += ", contextArguments: [join__ContextArgument!]"
		sdl += `
scalar join__FieldValue
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
`
	}
	return sdl + "directive @join__field(" + field + ") repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION\n"
}

// featurePurposes are the features that a supergraph may link, with their version and purpose.
var featurePurposes = map[string]string{
	"link/v1.0": "", "join/v0.3": "EXECUTION", "join/v0.4": "EXECUTION", "join/v0.5": "EXECUTION",
	"inaccessible/v0.2": "SECURITY", "tag/v0.3": "", "authenticated/v0.1": "SECURITY", "requiresScopes/v0.1": "SECURITY",
	"policy/v0.1": "SECURITY", "cost/v0.1": "", "context/v0.1": "SECURITY", "cacheTag/v0.1": "EXECUTION",
}

// TestPrintedIsJoinSpec holds every supergraph that the cases make, with and without their contracts, to
// the join specification: other routers must know all that is in it.
func TestPrintedIsJoinSpec(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	checked := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var subgraphs []Subgraph
		for _, file := range archive.Files {
			if name, ok := strings.CutSuffix(file.Name, ".graphqls"); ok {
				subgraphs = append(subgraphs, Subgraph{Name: name, SDL: string(file.Data)})
			}
		}
		s, _ := Compose(subgraphs)
		if s == nil {
			continue
		}
		checked++
		for _, problem := range joinProblems(supergraph.Print(s)) {
			t.Errorf("%s: %s", path, problem)
		}
		checkContracts(t, path, s)
	}
	if checked < 50 {
		t.Errorf("checked %d supergraphs: the test does not see the cases", checked)
	}
}

// checkContracts applies contracts about each of the graph's tags. What they leave must be a supergraph
// that loads, with the same API.
func checkContracts(t *testing.T, name string, s *supergraph.Supergraph) {
	t.Helper()
	for _, tag := range graphTags(s.Schema) {
		for _, contract := range contractsOf(tag) {
			filtered, diags := ApplyContract(s, contract)
			if (filtered == nil) != diags.HasErrors() {
				t.Errorf("%s with %v: a supergraph: %v, with %s", name, contract, filtered != nil, diags)
			}
			if filtered == nil {
				continue
			}
			printed := supergraph.Print(filtered)
			for _, problem := range joinProblems(printed) {
				t.Errorf("%s with %v: %s", name, contract, problem)
			}
			loaded, err := supergraph.LoadForPlanning(printed)
			if err != nil && s.CheckPlanning() == nil {
				t.Errorf("%s with %v does not load: %v", name, contract, err)
			}
			if loaded != nil && schematest.Sorted(loaded.API()) != schematest.Sorted(filtered.API()) {
				t.Errorf("%s with %v has another API when it is loaded", name, contract)
			}
		}
	}
}

// contractsOf are contracts about one tag.
func contractsOf(tag string) []Contract {
	list := []ContractTag{{Name: tag}}
	return []Contract{{Exclude: list}, {Include: list}, {Exclude: list, HideUnreachable: true}, {Include: list, HideUnreachable: true}}
}

// joinProblems says what of the SDL is not GraphQL, or unknown to the specifications that it links.
func joinProblems(sdl string) []string {
	got, err := schema.Load("supergraph", sdl)
	if err != nil {
		return []string{"it is not GraphQL: " + err.Error()}
	}
	links, problems := federation.ReadLinks(got.Applied)
	var out []string
	fail := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, p := range problems {
		fail("%s", p.Message)
	}
	join := ""
	for _, d := range got.Applied {
		if d.Name != "link" {
			continue
		}
		feature, isOurs := strings.CutPrefix(d.Arg("url").Raw, "https://specs.apollo.dev/")
		purpose := ""
		if v := d.Arg("for"); v != nil {
			purpose = v.Raw
		}
		want, known := featurePurposes[feature]
		if isOurs && known && purpose != want {
			fail("%q is linked for %q, want %q", feature, purpose, want)
		}
		if version, isJoin := strings.CutPrefix(feature, "join/"); isJoin {
			join = version
		}
	}
	spec, err := schema.Load("spec", joinSpec(join))
	if err != nil {
		panic(err)
	}
	for _, d := range got.Directives {
		if strings.HasPrefix(d.Name, "join__") || d.Name == "link" {
			if want := spec.Directive(d.Name); want == nil || definitionText(want) != definitionText(d) {
				fail("@%s is not what join %s defines", d.Name, join)
			}
			continue
		}
		if link, _ := links.ResolveDirective(d.Name); link != nil && federation.IsKnown(link.Identity) && !knows(link, d.Name) {
			fail("@%s is of %q, which has no such directive", d.Name, link.URL)
		}
	}
	for _, typeOfJoin := range got.Types {
		if strings.HasPrefix(typeOfJoin.Name, "join__") && spec.Type(typeOfJoin.Name) == nil {
			fail("%s is not what join %s defines", typeOfJoin.Name, join)
		}
	}
	return out
}

// definitionText prints a definition of a directive without what it is described as.
func definitionText(d *schema.DirectiveDefinition) string {
	c := *d
	c.Description = ""
	c.Locations = slices.Sorted(slices.Values(d.Locations))
	return schema.Print(schema.New(schema.Parts{Directives: []*schema.DirectiveDefinition{&c}}))
}

// knows reports whether a linked feature has the directive that the supergraph calls name.
func knows(link *federation.Link, name string) bool {
	feature := federation.FeatureOf(link.Identity)
	if feature == nil {
		return true
	}
	if strings.Contains(name, "__") {
		return true // an element that only its namespace names
	}
	return slices.ContainsFunc(feature.Directives(), func(one string) bool { return link.NameOf(one) == "@"+name })
}
