package config_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/internal/golden"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/upstream"
)

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

// TestMistakes shows for each file all that is said about it.
func TestMistakes(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		_, err := config.Parse("router.yaml", c.Input("router.yaml"), lookup(map[string]string{"KEY": "short", "EMPTY": ""}))
		text := "no mistake\n"
		if err != nil {
			text = err.Error()
		}
		c.Compare("mistakes", text)
	})
}

func TestNothingIsTheDefault(t *testing.T) {
	for _, text := range []string{"", "\n# only a comment\n", "{}", "listen:\nauth:\nsubgraphs:\n"} {
		c, err := config.Parse("router.yaml", []byte(text), lookup(nil))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if diff := cmp.Diff(config.Default(), c); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// TestReferenceIsComplete: the reference says what the defaults are and leaves no setting out.
func TestReferenceIsComplete(t *testing.T) {
	c, err := config.Parse("reference.yaml", []byte(config.Reference), lookup(nil))
	if err != nil {
		t.Fatal(err)
	}
	// An empty list and no list are the same setting.
	if diff := cmp.Diff(config.Default(), c, cmp.Comparer(func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }),
		cmp.FilterValues(func(a, b []upstream.HeaderRule) bool { return len(a)+len(b) == 0 }, cmp.Ignore()),
		cmp.FilterValues(func(a, b map[string]upstream.Config) bool { return len(a)+len(b) == 0 }, cmp.Ignore()),
	); diff != "" {
		t.Errorf("the reference differs from the defaults (-default +reference):\n%s", diff)
	}
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(config.Reference), &tree); err != nil {
		t.Fatal(err)
	}
	checkDocumented(t, reflect.TypeFor[config.Config](), tree, "")
	lines := strings.Split(config.Reference, "\n")
	for i, line := range lines {
		key, _, isKey := strings.Cut(strings.TrimSpace(line), ":")
		if !isKey || strings.HasPrefix(key, "#") || i == 0 {
			continue
		}
		above := strings.TrimSpace(lines[i-1])
		isSection := strings.HasSuffix(line, ":")
		// The members of a pair share one comment: version_claim and version_member, client and secret.
		isPair := strings.HasPrefix(above, "version_claim") || strings.HasPrefix(above, "client")
		if !strings.HasPrefix(above, "#") && !isSection && !isPair {
			t.Errorf("reference.yaml:%d: %s has no comment", i+1, key)
		}
	}
}

func checkDocumented(t *testing.T, typ reflect.Type, tree map[string]any, path string) {
	t.Helper()
	for i := range typ.NumField() {
		field := typ.Field(i)
		key := field.Tag.Get("yaml")
		value, ok := tree[key]
		if !ok {
			t.Errorf("reference.yaml has no %s%s", path, key)
			continue
		}
		if field.Type.Kind() == reflect.Struct {
			below, _ := value.(map[string]any)
			checkDocumented(t, field.Type, below, path+key+".")
		}
	}
}

func TestSubgraphsStartAsAll(t *testing.T) {
	text := `
subgraphs:
  user:
    url: http://${HOST:-localhost}:4001/graphql
    token: true
    timeout: 1m30s
    headers: [{forward: Weft-Token-In-Body}]
  order: {max_answer: 1 MiB}
auth: {jwks: [ "http://user/jwks" ]}
all_subgraphs:
  timeout: 250ms
  max_representations: 7
  headers:
    - {insert: X-Region, value: "$${x}"}
`
	c, err := config.Parse("/etc/weft/router.yaml", []byte(text), lookup(map[string]string{"HOST": "user.internal"}))
	if err != nil {
		t.Fatal(err)
	}
	region := upstream.HeaderRule{Insert: "X-Region", Value: "${x}"}
	all := upstream.Defaults()
	all.Timeout, all.MaxRepresentations, all.Headers = 250*time.Millisecond, 7, []upstream.HeaderRule{region}
	user, order := all, all
	user.URL, user.Token, user.Timeout = "http://user.internal:4001/graphql", true, 90*time.Second
	user.Headers = []upstream.HeaderRule{region, {Forward: "Weft-Token-In-Body"}}
	order.MaxAnswerBytes = 1 << 20
	if diff := cmp.Diff(map[string]upstream.Config{"user": user, "order": order}, c.Subgraphs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all, c.AllSubgraphs); diff != "" {
		t.Error(diff)
	}
}

func TestSupergraphIsRelativeToTheFile(t *testing.T) {
	for supergraph, want := range map[string]string{"a/supergraph.yaml": "/etc/weft/a/supergraph.yaml", "/b.graphql": "/b.graphql"} {
		c, err := config.Parse("/etc/weft/router.yaml", fmt.Appendf(nil, "{supergraph: %s, contract: %[1]s}", supergraph), lookup(nil))
		if err != nil || c.Supergraph != want || c.Contract != want {
			t.Errorf("%s became %s and %s, %v", supergraph, c.Supergraph, c.Contract, err)
		}
	}
}
