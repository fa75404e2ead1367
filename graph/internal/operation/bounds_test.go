package operation_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
)

const boundsSchema = `type Query { a: Int  t(x: Int): T  s: S  i: I }
type T { a: Int  t(x: Int): T  u: T  i: I }
type S { t: T }
interface I { a: Int  i: I  t: T }
` + "type X implements I { a: Int i: I t: T }\ntype Y implements I { a: Int i: I t: T }\n"

// fragments prints n fragments of which each spreads the next one in the way that body says.
func fragments(n int, body string) string {
	var b strings.Builder
	b.WriteString("{ t { ...F0 } }\n")
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on T { %s }\n", i, strings.ReplaceAll(body, "NEXT", fmt.Sprintf("...F%d", i+1)))
	}
	fmt.Fprintf(&b, "fragment F%d on T { a }\n", n)
	return b.String()
}

// allocated is how many bytes f allocates: a measure of its work that does not depend on the machine.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// TestBounds holds hostile documents to an answer with bounded work; code is empty where the document
// is fine after all.
func TestBounds(t *testing.T) {
	repeat := strings.Repeat
	var unknown strings.Builder
	for i := range 14_000 {
		fmt.Fprintf(&unknown, "f%d ", i)
	}
	var aliases strings.Builder
	for i := range 1_500 {
		fmt.Fprintf(&aliases, "a%d: a ", i)
	}
	var types strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&types, "...on Z%d{a}", i)
	}
	tests := []struct {
		name, document string
		code           gqlerr.Code
		// megabytes is about twice what the document makes the parser allocate.
		megabytes int
	}{
		{"3000 equal fields", "{" + repeat("a ", 3000) + "}", "", 10},
		{"3000 equal objects", "{" + repeat("t{a} ", 3000) + "}", "", 20},
		{"18 nested pairs", fragments(18, "t { NEXT } t { NEXT }"), "", 1},
		{"90 nested pairs of two kinds", fragments(90, "t { NEXT } u { NEXT }"), gqlerr.TooHigh, 60},
		{"14 nested pairs of two kinds", fragments(14, "t { NEXT } u { NEXT }"), gqlerr.TooHigh, 60},
		{"1800 fragments in a row", fragments(1800, "NEXT"), "", 270},
		{"500 fragments spread twice", fragments(500, "NEXT NEXT"), "", 25},
		{"fragments of two types", "{ i { ...F } } fragment F on I {" + repeat("... on X { i { a } } ... on Y { i { a } } ", 600) + "}", "", 8},
		{"a million brackets", repeat("{", 1_000_000), gqlerr.TooNested, 1},
		{"a million lists", "{ t(x: " + repeat("[", 1_000_000), gqlerr.TooNested, 1},
		{"a million tokens", "{" + repeat("a ", 1_000_000) + "}", gqlerr.TooManyTokens, 1},
		{"deep", repeat("{t", 150) + "{a}" + repeat("}", 150), gqlerr.TooDeep, 1},
		{"14000 unknown fields", "{" + unknown.String() + "}", gqlerr.ValidationFailed, 8},
		{"2000 unknown types", "{" + types.String() + "}", gqlerr.ValidationFailed, 3},
		{"1500 aliases", "{" + aliases.String() + "}", gqlerr.TooManyAliases, 6},
		{"1500 directives", "{ a " + repeat("@skip(if: false) ", 1500) + "}", gqlerr.TooManyDirectives, 2},
		{"conditions", conditions(40), gqlerr.LimitExceeded, 25},
		{"conditions of one field", alternatives(500), gqlerr.LimitExceeded, 3},
		{"conditions that make each other needless", alternatives(100), "", 1},
		{"conditions far below others", product(16, 90), gqlerr.LimitExceeded, 3},
		{"700 operations on 600 fragments", operations(700) + fragments(600, "NEXT")[len("{ t { ...F0 } }\n"):], gqlerr.LimitExceeded, 200},
		{"a million comments", repeat("# x\n", 1_000_000) + "{ a }", gqlerr.TooManyTokens, 1},
	}
	p := parserOf(t, boundsSchema, operation.Limits{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			name := ""
			if strings.Contains(test.document, "query Q0") {
				name = "Q0"
			}
			var errs gqlerr.List
			work := allocated(func() { _, errs = p.Parse(test.document, name) })
			if work > test.megabytes<<20 {
				t.Errorf("%d bytes were allocated, more than %d MB", work, test.megabytes)
			}
			var code gqlerr.Code
			if len(errs) > 0 {
				code = errs[0].Code
			}
			if code != test.code {
				t.Errorf("code %q, want %q: %.300s", code, test.code, errorsText(errs))
			}
			if most := operation.DefaultLimits().MaxErrors + 1; len(errs) > most {
				t.Errorf("%d errors, more than %d", len(errs), most)
			}
		})
	}
}

// operations prints n operations that spread the first of fragments.
func operations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "query Q%d { t { ...F0 } }\n", i)
	}
	return b.String()
}

// alternatives selects a field n times, each time where its next place need not be looked at: of each two neighbours one
// condition is half needless, but only once the one after it has become simple.
func alternatives(n int) string {
	var head, body strings.Builder
	for i := range n {
		fmt.Fprintf(&head, "$v%d: Boolean! ", i)
		if i > 0 {
			fmt.Fprintf(&body, "a @include(if: $v%d) @skip(if: $v%d) ", i-1, i)
		}
	}
	return fmt.Sprintf("query(%s) { %s a @include(if: $v%d) }", head.String(), body.String(), n-1)
}

// product selects a field below as many fragments with two conditions each as the numbers say, other fields between: its
// last place depends on the product of what is not so at the earlier ones.
func product(levels ...int) string {
	var head, body strings.Builder
	for i, n := range levels {
		for j := range n {
			fmt.Fprintf(&head, "$v%d_%d: Boolean! $w%d_%d: Boolean! ", i, j, i, j)
			fmt.Fprintf(&body, "... @include(if: $v%d_%d) @skip(if: $w%d_%d) { ", i, j, i, j)
		}
		fmt.Fprintf(&body, "a %s b%d: a ", strings.Repeat("}", n), i)
	}
	return fmt.Sprintf("query($last: Boolean! %s) { %s a @include(if: $last) }", head.String(), body.String())
}

// conditions selects two fields n times, each time under another pair of variables, so that the
// place of each depends on all of them.
func conditions(n int) string {
	var head, body strings.Builder
	for i := range n {
		fmt.Fprintf(&head, "$p%d: Boolean! $q%d: Boolean! ", i, i)
		fmt.Fprintf(&body, "t @include(if: $p%d) @skip(if: $q%d) { a } a @skip(if: $p%d) @include(if: $q%d) ", i, i, i, i)
	}
	return "query (" + head.String() + ") {" + body.String() + "}"
}

// TestBoundedVariables holds hostile variables to an answer with bounded work.
func TestBoundedVariables(t *testing.T) {
	var fields, head, use strings.Builder
	for i := range 300 {
		fmt.Fprintf(&fields, " averylongfieldname%d: Int", i)
	}
	for i := range 400 {
		fmt.Fprintf(&head, "$variable%d: Int ", i)
		fmt.Fprintf(&use, "a%d: f(i: $variable%d) ", i, i)
	}
	p := parserOf(t, "type Query { f(i: Int, in: In, l: [[[Int]]]): Int } input In {"+fields.String()+" in: In }", operation.Limits{})
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	tests := []struct{ name, document, variables string }{
		{"members that are no variables", "query (" + head.String() + ") {" + use.String() + "}", "{" + many(`"averylongvariablename%d":1,`, 200_000) + "}"},
		{"unknown fields", "query ($in: In) { f(in: $in) }", `{"in":{` + many(`"averylongfieldnume%d":1,`, 200_000) + "}}"},
		{"fields given twice", "query ($in: In) { f(in: $in) }", `{"in":{` + strings.Repeat(`"averylongfieldname1":1,`, 200_000) + `"in":null}}`},
		{"bad items", "query ($l: [[[Int]]]) { f(l: $l) }", `{"l":[` + many(`"x%d",`, 300_000) + "]}"},
		{"deep", "query ($in: In) { f(in: $in) }", `{"in":` + strings.Repeat(`{"in":`, 500) + "{}" + strings.Repeat("}", 501)},
		{"too deep", "query ($in: In) { f(in: $in) }", `{"in":` + strings.Repeat(`{"in":`, 1_000_000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			op, errs := p.Parse(test.document, "")
			if errs != nil {
				t.Fatal(errorsText(errs))
			}
			variables := []byte(test.variables)
			work := allocated(func() { _, errs = p.Coerce(op, variables) })
			if work > 3<<20 {
				t.Errorf("%d bytes were allocated for %d bytes of variables: it does not end when there are as many errors as are reported", work, len(variables))
			}
			if most := operation.DefaultLimits().MaxErrors; len(errs) > most {
				t.Errorf("%d errors, more than %d", len(errs), most)
			}
		})
	}
}

// TestChoose picks an operation by name.
func TestChoose(t *testing.T) {
	p := parserOf(t, boundsSchema, operation.Limits{})
	tests := []struct{ document, name, want string }{
		{"query A { a } query B { a }", "B", "query B"},
		{"query A { a }", "", "query A"},
		{"query A { a } query B { a }", "", `The document holds 2 operations: say which one to run in operationName: "A", "B".`},
		{"query A { a }", "C", `Unknown operation named "C": the document holds "A".`},
		{"{ a }", "C", `Unknown operation named "C": the document holds an anonymous operation.`},
		{"fragment F on Query { a }", "", "The document holds no operation: add a query, mutation or subscription beside its fragments."},
	}
	for _, test := range tests {
		op, errs := p.Parse(test.document, test.name)
		got := ""
		if errs == nil {
			got, _, _ = strings.Cut(op.Text(), "\n")
		} else {
			got = errs[0].Message
		}
		if got != test.want {
			t.Errorf("%s with name %q: %s, want %s", test.document, test.name, got, test.want)
		}
	}
}

// FuzzParse feeds documents: none may panic, take long or give another text the second time.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"{ a }", "query Q($p: Boolean!, $x: Int = 1) { t(x: $x) @include(if: $p) { ...F a } t(x: $x) { u { a } } } fragment F on T { u { i { ... on X { a } } } }",
		"{ i { a ... on X { a i { a } } ... on Y { b: a } } }", fragments(4, "t { NEXT } t { NEXT }"), conditions(3),
		"subscription { a }", "{ __schema { types { name fields(includeDeprecated: true) { name } } } }", `{ t(x: "\u{1F600}") { a } }`, "{ t(x: 1) { a } # x\n , }",
	} {
		f.Add(seed, []byte(`{"p": true, "x": [1.0]}`))
	}
	p := parserOf(f, boundsSchema, operation.Limits{})
	f.Fuzz(func(t *testing.T, document string, variables []byte) {
		start := time.Now()
		op, errs := p.Parse(document, "")
		if took := time.Since(start); took > time.Minute {
			t.Fatalf("took %s", took)
		}
		if errs != nil {
			return
		}
		again, errs := p.Parse(document, "")
		if errs != nil || again.Text() != op.Text() {
			t.Fatalf("parsed again: %v\n%s\n%s", errs, op.Text(), again.Text())
		}
		if values, errs := p.Coerce(op, variables); errs == nil && len(values) != len(op.Variables) {
			t.Fatalf("%d values of %d variables", len(values), len(op.Variables))
		}
	})
}

const coerceSchema = `type Query { f(in: In, l: [[Int!]], e: E, id: [ID!]!, fl: Float, j: J): Int }
input In { a: Int! = 1  in: [In!]  o: One  s: String }
input One @oneOf { a: Int  b: Boolean }
enum E { A B }
scalar J`

// FuzzCoerce feeds variables: whatever is accepted is valid JSON, and is accepted again as it is.
func FuzzCoerce(f *testing.F) {
	for _, seed := range []string{
		`{"id": 1}`, `{"id": ["a", 2, 3.0], "l": [[1, 1e1]], "e": "A"}`, `{"id": "x", "in": {"in": {"a": -0}, "o": {"b": true}}}`,
		`{"id": "\ud800", "j": {"a": [null, 1e400]}, "fl": 1E+2}`, `null`, ` { "id" : [ ] , "e" : null } `, `{"\u0069d": 1, "in": {"\u0061": 1}}`,
	} {
		f.Add([]byte(seed))
	}
	p := parserOf(f, coerceSchema, operation.Limits{})
	op, errs := p.Parse("query ($in: In, $l: [[Int!]], $e: E = B, $id: [ID!]!, $fl: Float, $j: J) { f(in: $in, l: $l, e: $e, id: $id, fl: $fl, j: $j) }", "")
	if errs != nil {
		f.Fatal(errorsText(errs))
	}
	f.Fuzz(func(t *testing.T, variables []byte) {
		values, errs := p.Coerce(op, variables)
		if errs != nil {
			return
		}
		again := []byte("{")
		for i, value := range values {
			if value != nil {
				again = fmt.Appendf(again, "%q:%s,", op.Variables[i].Name, value)
			}
		}
		again = append(again[:max(1, len(again)-1)], '}')
		second, errs := p.Coerce(op, again)
		if errs != nil {
			t.Fatalf("%s became %s, which is refused: %s", variables, again, errorsText(errs))
		}
		for i := range values {
			if string(values[i]) != string(second[i]) {
				t.Fatalf("$%s is %s, and %s when coerced again", op.Variables[i].Name, values[i], second[i])
			}
		}
	})
}
