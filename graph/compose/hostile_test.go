package compose

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
)

const hostileLink = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@key\", \"@requires\", \"@external\", \"@shareable\", \"@provides\", \"@override\"])\n"

// maxBytesEach bounds what may be allocated for each byte of hostile SDL, maxBytes what may be allocated
// beside that.
const (
	maxBytesEach = 400
	maxBytes     = 64 << 20
)

// TestHostileSDL composes what nobody writes and somebody may send: there is a result or a diagnostic, with
// work in proportion to the text, as far as what is allocated tells it.
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
		{"a ring of interfaces", repeat(300, "interface I# implements I0 & I# { a: Int }\n"), diag.InvalidGraphQL},
		{"a union of everything", hostileLink + "type Query { u: U }\nunion U = T0" + repeat(5_000, " | T#")[len(" | T0"):] + "\n" + repeat(5_000, "type T# @key(fields: \"id\") { id: ID! u: U }\n"), ""},
		{"many keys", hostileLink + "type Query { t: T }\ntype T " + repeat(2_000, "@key(fields: \"k#\") ") + "{" + repeat(2_000, "k#: ID! ") + "}", ""},
		{"many arguments", "type Query { a(" + repeat(20_000, "a#: Int ") + "): Int }", ""},
		{"many values", "type Query { e: E }\nenum E {" + repeat(20_000, "V# ") + "}", ""},
		{"many extensions", "type Query { a: Int }\n" + repeat(10_000, "extend type Query { f#: Int }\n"), ""},
		{"many repetitions of a field", "type Query {" + strings.Repeat("a: Int ", 5_000) + "}", diag.InvalidGraphQL},
		{"many links", repeat(2_000, "extend schema @link(url: \"https://example.com/s#/v1.0\")\n") + "type Query { a: Int }", ""},
		{"no text", "", diag.InvalidGraphQL},
		{"not text", "\x00\xff\xfe", diag.InvalidGraphQL},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, diags := Compose([]Subgraph{{Name: "a", SDL: c.sdl}})
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > uint64(maxBytes+maxBytesEach*len(c.sdl)) {
				t.Errorf("%d bytes of SDL took %d bytes of memory", len(c.sdl), used)
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
