package operation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/internal/golden"
)

// parser makes a Parser of a case's schema.graphql, which is also where auth directives stand.
func parser(t *testing.T, c *golden.Case, limits operation.Limits) *operation.Parser {
	t.Helper()
	return parserOf(t, string(c.Input("schema.graphql")), limits)
}

func parserOf(t testing.TB, sdl string, limits operation.Limits) *operation.Parser {
	t.Helper()
	s, err := schema.Load("schema.graphql", sdl)
	if err != nil {
		t.Fatal(err)
	}
	p, err := operation.NewParser(s, s, limits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func errorsText(errs gqlerr.List) string {
	var b strings.Builder
	for _, err := range errs {
		fmt.Fprintf(&b, "%s", err.Code)
		for _, l := range err.Locations {
			fmt.Fprintf(&b, " %d:%d", l.Line, l.Column)
		}
		fmt.Fprintf(&b, ": %s\n", err.Message)
	}
	return b.String()
}

// TestNormalise prints each operation.graphql in its normal form.
func TestNormalise(t *testing.T) {
	golden.Run(t, "testdata/normalise", func(t *testing.T, c *golden.Case) {
		p := parser(t, c, operation.Limits{})
		for _, input := range c.Inputs(".op") {
			name := strings.TrimSuffix(input.Name, ".op")
			op, errs := p.Parse(string(input.Data), "")
			if errs != nil {
				t.Fatalf("%s: %s", input.Name, errorsText(errs))
			}
			c.Compare(name, op.Text())
		}
	})
}

// TestValidate prints the errors of each document; a valid one has none.
func TestValidate(t *testing.T) {
	golden.Run(t, "testdata/validate", func(t *testing.T, c *golden.Case) {
		p := parser(t, c, operation.Limits{})
		for _, input := range c.Inputs(".op") {
			name := strings.TrimSuffix(input.Name, ".op")
			errs := p.Validate(string(input.Data))
			text := errorsText(errs)
			if errs == nil {
				text = "valid\n"
			}
			c.Compare(name, text)
		}
	})
}

// TestCoerce coerces each *.json as variables of query.op and prints the values by name.
func TestCoerce(t *testing.T) {
	golden.Run(t, "testdata/coerce", func(t *testing.T, c *golden.Case) {
		p := parser(t, c, operation.Limits{})
		op, errs := p.Parse(string(c.Input("query.op")), "")
		if errs != nil {
			t.Fatal(errorsText(errs))
		}
		for _, input := range c.Inputs(".json") {
			values, errs := p.Coerce(op, input.Data)
			var b strings.Builder
			b.WriteString(errorsText(errs))
			for i, value := range values {
				if value == nil {
					value = []byte("(absent)")
				}
				if !op.Variables[i].IsLiteral {
					fmt.Fprintf(&b, "$%s %s\n", op.Variables[i].Name, value)
				}
			}
			c.Compare(strings.TrimSuffix(input.Name, ".json"), b.String())
		}
	})
}

// TestAuthorize prints what each identity may not see, a line "user scope scope" or "anonymous".
func TestAuthorize(t *testing.T) {
	golden.Run(t, "testdata/authorize", func(t *testing.T, c *golden.Case) {
		p := parser(t, c, operation.Limits{})
		op, errs := p.Parse(string(c.Input("query.op")), "")
		if errs != nil {
			t.Fatal(errorsText(errs))
		}
		for _, identity := range strings.Split(strings.TrimSpace(string(c.Input("identities"))), "\n") {
			words := strings.Fields(identity)
			fallen := op.Authorize(words[0] == "user", words[1:])
			c.Compare(strings.ReplaceAll(strings.Join(words, "_"), ":", "_"), op.Deny(fallen).Text())
		}
	})
}
