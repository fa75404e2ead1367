package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/router/settings"
)

func TestAnyValue(t *testing.T) {
	var c struct {
		Any map[string]any `yaml:"any"`
	}
	text := "any:\n  text: a ${A}\n  digits: \"1\"\n  n: 1.5\n  i: -3\n  yes: true\n  none: null\n  list: [1, {deep: \"${A}\"}]\n"
	lookup := func(name string) (string, bool) { return "b", name == "A" }
	file := settings.Parse("a.yaml", []byte(text), lookup)
	file.Decode(&c)
	if err := file.Err(); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"text": "a b", "digits": "1", "n": 1.5, "i": -3.0, "yes": true, "none": nil, "list": []any{1.0, map[string]any{"deep": "b"}},
	}
	if diff := cmp.Diff(want, c.Any); diff != "" {
		t.Error(diff)
	}
	file = settings.Parse("a.yaml", []byte("any:\n  a: ${B}\n  c: 0x1f\n"), lookup)
	file.Decode(&c)
	wantMistakes := "a.yaml:2:6: any.a: the environment variable B is not set: set it, or write ${B:-default}\n" +
		"a.yaml:3:6: any.c: \"0x1f\" is not a number that JSON can hold"
	if err := file.Err(); err == nil || err.Error() != wantMistakes {
		t.Errorf("%v", err)
	}
}
