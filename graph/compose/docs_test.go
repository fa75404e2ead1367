package compose

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
)

// TestCatalogue holds the catalogue to what is reported: every declared code has an entry, and the
// example of every entry shows it with its severity.
func TestCatalogue(t *testing.T) {
	declared := declaredCodes(t)
	for _, entry := range diag.Catalogue() {
		i := slices.Index(declared, string(entry.Code))
		if i < 0 {
			t.Errorf("%s is listed twice, or not declared", entry.Code)
			continue
		}
		declared = slices.Delete(declared, i, i+1)
		_, _, said := Example(entry.Code)
		if want := fmt.Sprintf("%s %s ", entry.Severity, entry.Code); !strings.Contains("\n"+said, "\n"+want) {
			t.Errorf("the example of %s does not show %q, it says\n%s", entry.Code, want, said)
		}
	}
	if len(declared) > 0 {
		t.Errorf("not in the catalogue: %v", declared)
	}
}

// TestDocsAreCurrent compares the generated pages with the tables; -update writes them.
func TestDocsAreCurrent(t *testing.T) {
	compareDocs(t, "../../docs/codes.md", codesPage())
	compareDocs(t, "../../docs/federation.md", federationPage())
}

func compareDocs(t *testing.T, path, want string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not current (%v): run go test ./graph/compose -run Docs -update", path, err)
	}
}

const generated = "<!-- Generated from the tables in the code: go test ./graph/compose -run Docs -update -->\n"

// codesPage lists all codes with when they occur.
func codesPage() string {
	var b strings.Builder
	b.WriteString("# Codes of composition\n\n" + generated + `
Codes are stable and shared with the other composers of the field, so that tools can act on them; those that only weft
has are marked. ` + "`weft explain CODE`" + ` prints an example with what composition says of it and the edit that fixes
it. An error prevents the graph. A warning is probably a mistake, an info worth knowing, a debug usually meant.
`)
	topic := ""
	for _, entry := range diag.Catalogue() {
		if entry.Topic != topic {
			topic = entry.Topic
			fmt.Fprintf(&b, "\n## %s\n\n| code | level | when |\n|---|---|---|\n", topic)
		}
		own := ""
		if entry.Own {
			own = " (weft's own)"
		}
		fmt.Fprintf(&b, "| [`%s`](../graph/compose/testdata/codes/%s.txtar) | %s | %s%s |\n", entry.Code, strings.ToLower(string(entry.Code)), entry.Severity, entry.When, own)
	}
	b.WriteString(`
## Codes of others

Other composers report these, or did in Federation 1; weft does not.

| code | why not | instead |
|---|---|---|
`)
	for _, u := range diag.UnreportedCodes() {
		var see []string
		for _, code := range u.See {
			see = append(see, "`"+string(code)+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", u.Code, u.Why, strings.Join(see, ", "))
	}
	return b.String()
}

// federationPage says directive by directive what is supported.
func federationPage() string {
	var b strings.Builder
	b.WriteString("# Federation, directive by directive\n\n" + generated)
	fmt.Fprintf(&b, `
weft composes subgraphs of Federation 1 and of Federation %s to %s. The
versions say since when a subgraph may use a directive, and come from the same table that the composer uses
(`+"`graph/internal/federation/spec.go`"+`). All codes: [codes.md](codes.md).

Not supported, and refused with UNSUPPORTED_LINKED_FEATURE: connectors (@connect, @source).
`, federation.FirstFed2, federation.LastFed2)
	for _, d := range directives {
		since := federation.Since(d.name)
		fmt.Fprintf(&b, "\n## @%s\n\n%s\n\n- Since %s.\n- In the code: %s.\n", d.name, d.does, since, "`"+strings.ReplaceAll(d.where, ", ", "`, `")+"`")
		if feature := federation.FeatureOf("https://specs.apollo.dev/" + d.name); feature != nil && feature.Unsupported != "" {
			fmt.Fprintf(&b, "- Composed, and refused when the graph is served: %s.\n", feature.Unsupported)
		}
		writeCodes(&b, d.codes)
	}
	for _, section := range ruleDocs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n- In the code: %s.\n", section.name, section.does, "`"+strings.ReplaceAll(section.where, ", ", "`, `")+"`")
		writeCodes(&b, section.codes)
	}
	return b.String()
}

// writeCodes lists the codes with one of the prefixes.
func writeCodes(b *strings.Builder, prefixes []string) {
	var codes []string
	for _, entry := range diag.Catalogue() {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(string(entry.Code), prefix) }) {
			codes = append(codes, "`"+string(entry.Code)+"`")
		}
	}
	if len(codes) > 0 {
		fmt.Fprintf(b, "- Codes: %s.\n", strings.Join(codes, ", "))
	}
}

// TestEveryDirectiveIsDocumented: what a version of Federation defines has its place on the page.
func TestEveryDirectiveIsDocumented(t *testing.T) {
	for _, name := range federation.Names() {
		if !slices.ContainsFunc(directives, func(d directiveDoc) bool { return d.name == name }) {
			t.Errorf("@%s is not documented", name)
		}
	}
}

type directiveDoc struct {
	name, does, where string
	// codes are those with one of these prefixes.
	codes []string
}

var directives = []directiveDoc{
	{"key", "The fields by which an object can be asked for. `resolvable: false` mentions an entity without resolving it. On interfaces since v2.3; then every implementing type needs the key and the subgraph must know all of them.", "graph/internal/federation/validate.go, graph/internal/querygraph/build.go", []string{"KEY_", "INTERFACE_KEY_", "INCONSISTENT_ENTITY"}},
	{"requires", "Fields that must be read elsewhere before this one is asked for. Fields in it may take arguments. The subgraph that resolves the field must be able to go on to what it requires, whoever returned the object ([decision 5](decisions/0005-where-composition-differs.md)).", "graph/internal/federation/selection.go, graph/internal/querygraph/reach.go", []string{"REQUIRES_"}},
	{"provides", "External fields that are resolved below this one all the same.", "graph/internal/federation/selection.go, graph/internal/querygraph/build.go", []string{"PROVIDES_"}},
	{"external", "A field that another subgraph resolves and that a field set here needs. On a type it speaks for all of its fields, those of its extensions included.", "graph/internal/federation/validate.go, graph/compose/fields.go", []string{"EXTERNAL_", "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", "TYPE_WITH_ONLY_UNUSED_EXTERNAL"}},
	{"extends", "Federation 1's way to write `extend type`.", "graph/internal/federation/upgrade.go", []string{"EXTENSION_WITH_NO_BASE"}},
	{"shareable", "Several subgraphs may resolve the field. Repeatable since v2.2, for extensions of a type. Never on subscriptions.", "graph/compose/sharing.go", []string{"INVALID_FIELD_SHARING", "INVALID_SHAREABLE_USAGE", "SHAREABLE_", "INCONSISTENT_RUNTIME_TYPES"}},
	{"inaccessible", "Hides an element from clients. What remains must be whole.", "graph/compose/inaccessible.go, graph/supergraph/api.go", []string{"REFERENCED_INACCESSIBLE", "DEFAULT_VALUE_USES_INACCESSIBLE", "QUERY_ROOT_TYPE_INACCESSIBLE", "REQUIRED_INACCESSIBLE", "IMPLEMENTED_BY_INACCESSIBLE", "DISALLOWED_INACCESSIBLE", "ONLY_INACCESSIBLE_CHILDREN"}},
	{"tag", "A label for tools, and for [contracts](contracts.md), which hide by it. On schemas since v2.3.", "graph/compose/metadata.go, graph/compose/contract.go", []string{"MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", "CONTRACT_", "INVALID_CONTRACT"}},
	{"override", "Takes a field over from another subgraph; with a label (since v2.7) progressively. Every query must have an answer in every setting of the labels.", "graph/compose/override.go, graph/compose/labels.go", []string{"OVERRIDE", "OVERRIDDEN_", "FROM_SUBGRAPH_DOES_NOT_EXIST", "MAX_VALIDATION_"}},
	{"composeDirective", "Takes a directive of a linked specification into the supergraph, with its definition in the newest version of which anything is composed: one of the subgraphs that link that version must define it.", "graph/compose/composedirective.go", []string{"DIRECTIVE_COMPOSITION_", "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_", "LINK_IMPORT_NAME_MISMATCH"}},
	{"interfaceObject", "Adds fields to all types of an interface without knowing them.", "graph/compose/interfaceobject.go", []string{"INTERFACE_OBJECT_USAGE_ERROR", "INTERFACE_KEY_"}},
	{"authenticated", "Only for requests with an identity. Interfaces have the requirements of their implementing types.", "graph/compose/auth.go", []string{"AUTH_", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}},
	{"requiresScopes", "Only for requests with one of the sets of scopes. What several subgraphs ask for is asked for together.", "graph/compose/auth.go, graph/compose/metadata.go", []string{"AUTH_", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"}},
	{"policy", "As @requiresScopes, with policies that the router decides.", "graph/compose/auth.go, graph/supergraph/features.go", []string{"AUTH_", "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"}},
	{"context", "Offers values of a type to the fields below it.", "graph/internal/federation/context.go, graph/compose/contexts.go, graph/supergraph/features.go", []string{"CONTEXT_", "NO_CONTEXT_IN_SELECTION"}},
	{"fromContext", "An argument whose value comes from a context; clients do not see it.", "graph/internal/federation/context.go, graph/compose/contexts.go", []string{"CONTEXT"}},
	{"cost", "The weight of an element in demand control. Subgraphs that differ: the largest counts.", "graph/internal/federation/cost.go, graph/compose/metadata.go", []string{"COST_"}},
	{"listSize", "How long a list is assumed to be in demand control.", "graph/internal/federation/cost.go, graph/compose/metadata.go", []string{"LIST_SIZE_"}},
	{"cacheTag", "A label by which cached answers are dropped. Handed on by subgraph; an ill-formed one is a warning, as it spoils no answer.", "graph/internal/federation/cachetag.go, graph/compose/build.go", []string{"CACHE_TAG_"}},
}

// ruleDocs are the rules that belong to no directive of Federation.
var ruleDocs = []directiveDoc{
	{"Links", "`@link` names the specifications whose elements a schema uses: imports, also renamed, a namespace (`as`), and a purpose (`for`), with which a feature that weft does not know is refused unless it is composed. Its ancestor `@core` is read. A subgraph without a link to Federation is Federation 1 and is upgraded.", "graph/internal/federation/link.go, graph/internal/federation/load.go, graph/internal/federation/upgrade.go", []string{"INVALID_LINK_", "UNKNOWN_FEDERATION_LINK_VERSION", "UNKNOWN_LINK_VERSION", "UNSUPPORTED_LINKED_FEATURE", "LINK_IMPORT_NAME_MISMATCH", "DIRECTIVE_DEFINITION_INVALID", "TYPE_DEFINITION_INVALID", "TYPE_WITH_ONLY_UNUSED_EXTERNAL", "EXTENSION_WITH_NO_BASE", "IMPLICITLY_UPGRADED_FEDERATION_VERSION"}},
	{"Types and fields", "Objects, interfaces and unions have what any subgraph has of them, input types and arguments what all have. Output types are as general as needed, input types as narrow. Enums follow their use: all values as output, the common ones as input, the same everywhere as both.", "graph/compose/merger.go, graph/compose/fields.go, graph/compose/args.go, graph/compose/enums.go", []string{"TYPE_KIND_MISMATCH", "FIELD_", "INPUT_FIELD_", "REQUIRED_ARGUMENT_", "REQUIRED_INPUT_", "EMPTY_MERGED_", "ENUM_VALUE_MISMATCH", "INTERFACE_FIELD_NO_IMPLEM", "NO_QUERIES", "ROOT_", "INCONSISTENT_DEFAULT_", "INCONSISTENT_INPUT_", "INCONSISTENT_ENUM_", "INCONSISTENT_BUT_", "INCONSISTENT_ARGUMENT_", "INCONSISTENT_OBJECT_", "INCONSISTENT_INTERFACE_", "INCONSISTENT_UNION_", "UNUSED_ENUM_TYPE", "INCONSISTENT_DESCRIPTION"}},
	{"Directives for operations", "In the graph if every subgraph defines them, at the locations that all allow.", "graph/compose/composedirective.go", []string{"INCONSISTENT_EXECUTABLE_", "NO_EXECUTABLE_"}},
	{"Satisfiability", "Every query of the API has an answer. Most types are proven on their own; what is harder is searched for in the query graph that planning uses too, and an error shows an operation and why each subgraph cannot go on. A key is collected where the object was read, with jumps to other subgraphs; what @requires needs, from the subgraph that resolves the field, wherever the object comes from.", "graph/compose/proof.go, graph/compose/satisfiability.go, graph/compose/labels.go", []string{"SATISFIABILITY_ERROR", "MAX_VALIDATION_"}},
	{"Contracts", "[Contracts](contracts.md) hide by tags what an audience must not see.", "graph/compose/contract.go, graph/compose/contract_filter.go, router/source/contract.go", []string{"CONTRACT_", "INVALID_CONTRACT"}},
	{"Supergraphs", "Join v0.3 to v0.5 are written, the oldest that can say what was composed; v0.2 to v0.5 are read. A test holds what is written to the join specification.", "graph/supergraph/print.go, graph/supergraph/load.go", []string{"INVALID_FEDERATION_SUPERGRAPH"}},
}
