package operation_test

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// messages tell which rule of the specification an error of ours is about.
var messages = []struct {
	rule    string
	message *regexp.Regexp
}{
	{"UniqueOperationNames", regexp.MustCompile(`^Two operations are named`)},
	{"LoneAnonymousOperation", regexp.MustCompile(`^This anonymous operation must be the only`)},
	{"SingleFieldSubscriptions", regexp.MustCompile(`^A subscription must|^Subscription root fields must not`)},
	{"KnownTypeNames", regexp.MustCompile(`^Unknown type`)},
	{"FragmentsOnCompositeTypes", regexp.MustCompile(`cannot condition on non composite type`)},
	{"VariablesAreInputTypes", regexp.MustCompile(`cannot be non-input type`)},
	{"ScalarLeafs", regexp.MustCompile(`must have a selection|must not have a selection`)},
	{"FieldsOnCorrectType", regexp.MustCompile(`^Type ".*" has no field`)},
	{"UniqueFragmentNames", regexp.MustCompile(`only one fragment named`)},
	{"KnownFragmentNames", regexp.MustCompile(`^Unknown fragment`)},
	{"NoUnusedFragments", regexp.MustCompile(`^Fragment ".*" is never used`)},
	{"PossibleFragmentSpreads", regexp.MustCompile(`can never apply here`)},
	{"NoFragmentCycles", regexp.MustCompile(`^Cannot spread fragment .* within itself`)},
	{"UniqueVariableNames", regexp.MustCompile(`only one variable named`)},
	{"NoUndefinedVariables", regexp.MustCompile(`^Variable ".*" is not defined`)},
	{"NoUnusedVariables", regexp.MustCompile(`^Variable ".*" is never used`)},
	{"KnownDirectives", regexp.MustCompile(`^Unknown directive|^Directive ".*" may not be used on`)},
	{"UniqueDirectivesPerLocation", regexp.MustCompile(`can only be used once at this location`)},
	{"KnownArgumentNames", regexp.MustCompile(`^Unknown argument`)},
	{"UniqueArgumentNames", regexp.MustCompile(`only one argument named`)},
	{"ValuesOfCorrectType", regexp.MustCompile(`cannot be .*\.|^Enum ".*" has no value|^Expected a value of type|^Field ".*" of required type|^Input type ".*" (has no field|takes exactly one)`)},
	{"ProvidedRequiredArguments", regexp.MustCompile(`argument ".*" of type ".*" is required`)},
	{"VariablesInAllowedPosition", regexp.MustCompile(`used in position expecting|must be non-nullable to be used for OneOf`)},
	{"OverlappingFieldsCanBeMerged", regexp.MustCompile(`^Fields with the response key`)},
	{"UniqueInputFieldNames", regexp.MustCompile(`only one input field named`)},
	{"MaxIntrospectionDepth", regexp.MustCompile(`^Maximum introspection depth`)},
}

// notOurs are rules without a message of ours. A document of definitions that are no operations does
// not parse here. A directive that the client may add and the server may ignore has no rules.
var notOurs = []string{
	"ExecutableDefinitions", "DeferStreamDirectiveLabel", "DeferStreamDirectiveOnRootField",
	"DeferStreamDirectiveOnValidOperations",
}

// differ are the documents on which we differ from the reference on purpose; the decision record on
// validation says why.
var differ = map[string]bool{
	`{ ... @defer { count } }`: true,
	`{ ... @defer(label: "a") { count } ... @defer(label: "a") { me { id } } }`: true,
	`subscription { ... @defer { ticks } }`:                                     true,
	`{ echo(float: 1e400) }`:                                                    true,
	`{ echo(string: "a") echo(string: """a""") }`:                               true,
	`query ($a: ID) { pet(pick: {id: $a}) { __typename } }`:                     true,
	`query ($a: ID = 1) { pet(pick: {id: $a}) { __typename } }`:                 true,
	`{ thing { ... on Person { a: age } ... on Dog { a: __typename } } }`:       true,
}

type graphQLJSCase struct {
	Document string
	// Rules are the rules that the document breaks; null is one that does not parse.
	Rules []string
}

// TestGraphQLJS compares our verdict on many documents with that of the reference implementation's
// validation rules, which testdata/graphqljs/generate.mjs has written down. WEFT_GRAPHQLJS may name
// another file of it, with another seed.
func TestGraphQLJS(t *testing.T) {
	sdl, err := os.ReadFile("testdata/graphqljs/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	p := parserOf(t, string(sdl), operation.Limits{})
	cases := readGraphQLJS[graphQLJSCase](t, "WEFT_GRAPHQLJS", "testdata/graphqljs/cases.jsonl")
	alike := 0
	broken := map[string]int{}
	for _, c := range cases {
		errs := p.Validate(c.Document)
		if isValid := c.Rules != nil && len(c.Rules) == 0 || isOnlyFragments(c); isValid != (len(errs) == 0) {
			if !differ[c.Document] {
				t.Errorf("%s\nbreaks %q, and our errors are:\n%s", c.Document, c.Rules, errorsText(errs))
			}
			continue
		}
		if differ[c.Document] {
			t.Errorf("%s: the verdicts agree: it is no difference", c.Document)
		}
		if c.Rules == nil {
			continue // any syntax error is as good as another
		}
		var ours []string
		for _, err := range errs {
			ours = append(ours, rulesOf(err.Message)...)
		}
		for _, rule := range c.Rules {
			broken[rule]++
		}
		slices.Sort(ours)
		if slices.Equal(slices.Compact(ours), c.Rules) {
			alike++
		}
		if len(c.Rules) == 1 && !slices.Contains(ours, c.Rules[0]) && !slices.Contains(notOurs, c.Rules[0]) && !isOnlyFragments(c) {
			t.Errorf("%s\nbreaks %s, and our errors are about something else:\n%s", c.Document, c.Rules[0], errorsText(errs))
		}
	}
	for _, m := range messages {
		if broken[m.rule] == 0 {
			t.Errorf("no document breaks %s: the comparison says nothing about it", m.rule)
		}
	}
	t.Logf("%d documents, of which %d have the very same set of broken rules", len(cases), alike)
}

// readGraphQLJS reads the lines of the file that the environment names, or of the one that is here.
func readGraphQLJS[T any](t *testing.T, variable, name string) []T {
	if other := os.Getenv(variable); other != "" {
		name = other
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var cases []T
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var c T
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// rulesOf are the rules that a message of ours is about.
func rulesOf(message string) []string {
	for _, m := range messages {
		if m.message.MatchString(message) {
			return []string{m.rule}
		}
	}
	return nil
}

var anOperation = regexp.MustCompile(`^\s*\{|\b(query|mutation|subscription)\b|\}\s*\{`)

// isOnlyFragments reports whether a document has fragments for others to use and no operation: it
// can be checked, but not run.
func isOnlyFragments(c graphQLJSCase) bool {
	return slices.Equal(c.Rules, []string{"NoUnusedFragments"}) && !anOperation.MatchString(c.Document)
}
