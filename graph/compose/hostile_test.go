package compose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/diag"
)

const hostileLink = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@requires\", \"@external\", \"@shareable\", \"@provides\", \"@override\"])\n"

// TestHostileSDL composes what nobody writes and somebody may send: there is a result or a diagnostic, in
// bounded time.
func TestHostileSDL(t *testing.T) {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	cases := []struct {
		name, sdl string
		// code is the first error's; empty where the graph composes.
		code diag.Code
	}{
		{"ten megabytes", hostileLink + "type Query { a: Int }\n" + repeat(10_000, "type T# { "+strings.Repeat("\"\"\"text\"\"\" ", 1)+repeat(60, "f# (a: Int): String ")+"}\n"), ""},
		{"ten thousand entities", hostileLink + "type Query { t: T0 }\n" + repeat(10_000, "type T# @key(fields: \"id\") { id: ID! next: T# }\n"), ""},
		{"many fields of one type", hostileLink + "type Query {" + repeat(30_000, "f#: Int ") + "}", ""},
		{"many implementations", hostileLink + "type Query { i: I }\ninterface I { id: ID! }\n" + repeat(3_000, "type T# implements I @key(fields: \"id\") { id: ID! f#: I }\n"), ""},
		{"deep lists", "type Query { a: " + strings.Repeat("[", 100_000) + "Int" + strings.Repeat("]", 100_000) + " }", diag.InvalidGraphQL},
		{"deep values", "type Query { a(x: Int = " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "): Int }", diag.InvalidGraphQL},
		{"a deep field set", hostileLink + "type Query { t: T }\ntype T @key(fields: \"" + strings.Repeat("t { ", 50_000) + "id" + strings.Repeat(" }", 50_000) + "\") { id: ID! t: T }", diag.KeyInvalidFields},
		{"a long field set", hostileLink + "type Query { t: T }\ntype T @key(fields: \"" + repeat(200_000, "id ") + "\") { id: ID! }", diag.KeyInvalidFields},
		{"a field set through itself", hostileLink + "type Query { t: T }\ntype T @key(fields: \"t { t { t { id } } }\") { id: ID! t: T! }", ""},
		{"fields that require each other", hostileLink + "type Query { t: T }\ntype T @key(fields: \"id\") { id: ID! a: Int @requires(fields: \"b\") b: Int @external }", diag.ExternalMissingOnBase},
		{"an interface of itself", "type Query { i: I }\ninterface I implements I { id: ID }", diag.InvalidGraphQL},
		{"an input of itself", "type Query { a(i: In): Int }\ninput In { in: In! }", diag.InvalidGraphQL},
		{"absurd names", "type Query { " + strings.Repeat("a", 1_000_000) + ": Int __a: Int }", diag.InvalidGraphQL},
		{"no text", "", diag.NoQueries},
		{"not text", "\x00\xff\xfe", diag.InvalidGraphQL},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			s, diags := Compose([]Subgraph{{Name: "a", SDL: c.sdl}})
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v", took)
			}
			var code diag.Code
			for _, d := range diags {
				if d.Severity == diag.Error {
					code = d.Code
					break
				}
			}
			if code != c.code || (s == nil) != (c.code != "") {
				t.Errorf("the first error is %q, want %q; composed: %v", code, c.code, s != nil)
			}
		})
	}
}
