package badinput

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// classes are the kinds of bad input that a table has to have of each mutation which takes a value of one of the types.
// A line is of a class if its variables and code match.
var classes = []struct {
	name  string
	types []string
	shows *regexp.Regexp
}{
	{"a text that is too long", []string{"ID", "String"}, regexp.MustCompile(`\{\d+\}`)},
	{"a text that is no Unicode", []string{"ID", "String"}, regexp.MustCompile(`\\u0000|\\ud[89a-f]`)},
	{"bytes that are not UTF-8", []string{"ID", "String"}, regexp.MustCompile(`\{not UTF-8\}`)},
	{"a value of another type", []string{"ID", "String", "Int", "Boolean"}, regexp.MustCompile(`GRAPHQL_VALIDATION_FAILED`)},
	{"a negative number", []string{"Int"}, regexp.MustCompile(`:-\d`)},
	{"a number past 32 bits", []string{"Int"}, regexp.MustCompile(`:(2147483648|4294967296|9223372036854775808)\b`)},
	{"an id of SQL", []string{"ID"}, regexp.MustCompile(`' OR |DROP TABLE|UPDATE `)},
	{"an id that is a path", []string{"ID"}, regexp.MustCompile(`\.\./|\.\.%2f`)},
	{"an id that nobody has", []string{"ID"}, regexp.MustCompile(`(NOT_FOUND|CONFLICT|BAD_INPUT \w*[iI]d)$`)},
}

// wantClasses checks that the lines, by the mutation that each calls, have every mutation of the schema with each class
// of bad input and a caller who is not logged in. What takes a file is tried by requests of another form, elsewhere.
func (table Table) wantClasses(t *testing.T, lines map[string][]line) {
	t.Helper()
	text, err := os.ReadFile(table.Schema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := parser.ParseSchema(&ast.Source{Name: table.Schema, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, mutation := range document.Definitions.ForName("Mutation").Fields {
		own, types := lines[mutation.Name], map[string]bool{}
		for _, argument := range mutation.Arguments {
			collect(types, document.Definitions, argument.Type.Name())
		}
		if types["Upload"] {
			continue
		}
		if !slices.ContainsFunc(own, func(l line) bool { return l.caller == "nobody" }) {
			t.Errorf("%s: nobody calls %s without being logged in", table.File, mutation.Name)
		}
		for _, class := range classes {
			isMeant := slices.ContainsFunc(class.types, func(name string) bool { return types[name] })
			if isMeant && !slices.ContainsFunc(own, func(l line) bool { return class.shows.MatchString(l.variables + " | " + l.want) }) {
				t.Errorf("%s: %s is never called with %s", table.File, mutation.Name, class.name)
			}
		}
	}
}

// collect adds the names of a type and, if that is an input, of all types in it.
func collect(types map[string]bool, definitions ast.DefinitionList, name string) {
	if types[name] {
		return
	}
	types[name] = true
	if definition := definitions.ForName(name); definition != nil && definition.Kind == ast.InputObject {
		for _, field := range definition.Fields {
			collect(types, definitions, field.Type.Name())
		}
	}
}

// fieldOf returns the only field of an operation.
func fieldOf(t *testing.T, query string) string {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil || len(document.Operations) != 1 || len(document.Operations[0].SelectionSet) != 1 {
		t.Fatal(fmt.Errorf("%s is no operation with one field: %w", query, err))
	}
	field, isField := document.Operations[0].SelectionSet[0].(*ast.Field)
	if !isField {
		t.Fatalf("%s begins with a fragment", query)
	}
	return strings.Clone(field.Name)
}
