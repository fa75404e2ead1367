package operation_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/weft-graph/weft/graph/internal/operation"
)

type graphQLJSVariables struct {
	Document, Variables string
	Refused             bool
	Coerced             map[string]any
}

// TestGraphQLJSVariables compares what variables are coerced to with the reference implementation,
// whose results testdata/graphqljs/variables.mjs has written down. WEFT_GRAPHQLJS_VARIABLES may name
// another file of it, with another seed.
func TestGraphQLJSVariables(t *testing.T) {
	sdl, err := os.ReadFile("testdata/graphqljs/schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	p := parserOf(t, string(sdl), operation.Limits{})
	refused := 0
	for _, c := range readGraphQLJS[graphQLJSVariables](t, "WEFT_GRAPHQLJS_VARIABLES", "testdata/graphqljs/variables.jsonl") {
		op, errs := p.Parse(c.Document, "")
		if errs != nil {
			t.Fatalf("%s: %s", c.Document, errorsText(errs))
		}
		values, errs := p.Coerce(op, []byte(c.Variables))
		if c.Refused != (errs != nil) {
			t.Errorf("%s with %s: refused %t, and our errors are %q", c.Document, c.Variables, c.Refused, errorsText(errs))
			continue
		}
		if c.Refused {
			refused++
			continue
		}
		want, has := c.Coerced["v"]
		ours := values[variableNamed(op, "v")]
		if has != (ours != nil) {
			t.Errorf("%s with %s: %s, want %v", c.Document, c.Variables, ours, c.Coerced)
			continue
		}
		var got any
		if has {
			if err := json.Unmarshal(ours, &got); err != nil {
				t.Fatalf("%s with %s: %s: %v", c.Document, c.Variables, ours, err)
			}
		}
		if !reflect.DeepEqual(withoutDefaults(got), withoutDefaults(want)) {
			t.Errorf("%s with %s: %s, want %v", c.Document, c.Variables, ours, want)
		}
	}
	if refused < 100 {
		t.Errorf("only %d of the variables are refused", refused)
	}
}

func variableNamed(op *operation.Operation, name string) int {
	for i, v := range op.Variables {
		if v.Name == name {
			return i
		}
	}
	return -1
}

// withoutDefaults drops the fields of input objects that have their default value: we leave it to the
// subgraph to fill in what composition has made sure is the same default everywhere.
func withoutDefaults(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutDefaults(v[i])
		}
	case map[string]any:
		if v["level"] == "LOW" {
			delete(v, "level")
		}
		if v["from"] == 0.0 {
			delete(v, "from")
		}
		for name := range v {
			v[name] = withoutDefaults(v[name])
		}
	}
	return v
}
