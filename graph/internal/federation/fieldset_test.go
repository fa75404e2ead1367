package federation

import (
	"errors"
	"testing"
)

func TestParseFieldSet(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"id", "id"},
		{" { id\norg{ id,name } } ", "id org { id name }"},
		{`f(a: [1, {b: "x"}], c: E) ... on T { __typename x: y }`, `f(a: [1, {b: "x"}], c: E) ... on T { __typename x: y }`},
		{"... { a }", "a"},
		{"id # comment", "id"},
	} {
		set, err := ParseFieldSet(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := set.String(); got != c.want {
			t.Errorf("%q prints as %q, want %q", c.text, got, c.want)
		}
	}
}

func TestParseFieldSetErrors(t *testing.T) {
	for _, c := range []struct {
		text         string
		hasDirective bool
	}{
		{"", false},
		{"a {", false},
		{"a } fragment F on T { b", false},
		{"a } query Q { b", false},
		{"...F", false},
		{"a(x: $v)", false},
		{"a(x: [$v])", false},
		{"a @skip(if: true)", true},
		{"... on T @x { a }", true},
	} {
		_, err := ParseFieldSet(c.text)
		var problem *FieldSetError
		if !errors.As(err, &problem) {
			t.Errorf("%q: error %v, want a *FieldSetError", c.text, err)
			continue
		}
		if problem.HasDirective != c.hasDirective {
			t.Errorf("%q: HasDirective %v, want %v (%v)", c.text, problem.HasDirective, c.hasDirective, err)
		}
	}
}

func TestSameFieldSet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"id sku", "sku id", true},
		{"org { id name }", "org { name id }", true},
		{"id", "id sku", false},
		{"org { id }", "org { id name }", false},
		{"f(a: 1)", "f(a: 2)", false},
	} {
		a, errA := ParseFieldSet(c.a)
		b, errB := ParseFieldSet(c.b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := a.SameAs(b); got != c.same {
			t.Errorf("%q and %q: same %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

func FuzzParseFieldSet(f *testing.F) {
	f.Add(`id org { id } ... on T { f(a: {b: [1, "\u00e9"]}) }`)
	f.Fuzz(func(t *testing.T, text string) {
		set, err := ParseFieldSet(text)
		if err != nil {
			return
		}
		printed := set.String()
		if printed == "" { // only empty fragments
			return
		}
		again, err := ParseFieldSet(printed)
		if err != nil {
			t.Fatalf("%q prints as %q, which does not parse: %v", text, printed, err)
		}
		if twice := again.String(); twice != printed {
			t.Fatalf("%q prints as %q and then as %q", text, printed, twice)
		}
	})
}
