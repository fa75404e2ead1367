package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/weft-graph/weft/internal/golden"
	"github.com/weft-graph/weft/internal/shop"
)

// TestAnswers holds whole answers of the demo data against golden files: an operation, and who sends it.
func TestAnswers(t *testing.T) {
	s := startShop(t)
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		who := s.anonymous()
		if c.Has("login") {
			who = s.login(t, string(bytes.TrimSpace(c.Input("login"))))
		}
		query := openOrder(t)
		if c.Has("query.graphql") {
			query = string(c.Input("query.graphql"))
		}
		res := who.send(t, query, nil)
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(res.Body), "", "  "); err != nil {
			t.Fatal(err)
		}
		c.Compare("answer", fmt.Sprintf("%d\n%s", res.Status, pretty.String()))
	})
}

// TestDecisions is the promise of `make run`: three people, three decisions.
func TestDecisions(t *testing.T) {
	s := startShop(t)
	for _, test := range []struct{ username, status, decision string }{
		{"walter", "GOOD", "OFFER"},
		{"jack", "BAD", "DECLINE"},
		{"leslie", "UNKNOWN", "MORE_INFORMATION_NEEDED"},
	} {
		t.Run(test.username, func(t *testing.T) {
			res := s.login(t, test.username).must(t, openOrder(t), nil)
			if got := res.at("me", "creditStatus"); got != test.status {
				t.Errorf("creditStatus is %v, want %s", got, test.status)
			}
			if got := res.at("me", "openOrder", "financing", "decision"); got != test.decision {
				t.Errorf("decision is %v, want %s", got, test.decision)
			}
			if items, _ := res.at("me", "openOrder", "items").([]any); len(items) == 0 {
				t.Errorf("the open order is empty: %s", res.Body)
			}
		})
	}
}

// owned is what a service answers in the shop's query: the fields that may be null while it is down.
var owned = map[string][]string{
	"user":    {"me"},
	"order":   {"me.openOrder"},
	"product": {"me.openOrder.items.product"},
	"credit":  {"me.creditStatus", "me.openOrder.financing"},
}

// TestOneServiceDown is rule 6 of the shop: with any one service down, what does not come from it equals the healthy
// answer, and the errors name the subgraph.
func TestOneServiceDown(t *testing.T) {
	s := startShop(t)
	walter := s.login(t, "walter")
	healthy := walter.must(t, openOrder(t), nil)
	for _, name := range shop.Services {
		t.Run(name, func(t *testing.T) {
			s.stop(t, name)
			res := walter.send(t, openOrder(t), nil)
			s.start(t, name)
			if res.Status != http.StatusOK {
				t.Fatalf("answered %d: %s", res.Status, res.Body)
			}
			var wrong []string
			compareData("", healthy.Data, res.Data, owned[name], &wrong)
			for _, difference := range wrong {
				t.Error(difference)
			}
			if len(res.Errors) == 0 {
				t.Errorf("no error tells that %s is down: %s", name, res.Body)
			}
			for _, e := range res.Errors {
				if e.Extensions["subgraph"] != name {
					t.Errorf("error %q has the extensions %v, want the subgraph %s", e.Message, e.Extensions, name)
				}
			}
		})
	}
	after := walter.must(t, openOrder(t), nil)
	var wrong []string
	compareData("", healthy.Data, after.Data, nil, &wrong)
	if len(wrong) > 0 {
		t.Errorf("after all services came back the answer differs: %v", wrong)
	}
}

// compareData collects where got differs from want, except at the fields that have to be null.
func compareData(path string, want, got any, null []string, wrong *[]string) {
	if slices.Contains(null, path) {
		if got != nil {
			*wrong = append(*wrong, fmt.Sprintf("%s is %v although its subgraph is down", path, got))
		}
		return
	}
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) {
			*wrong = append(*wrong, fmt.Sprintf("%s is %v, want %v", path, got, want))
			return
		}
		for key, value := range want {
			below := key
			if path != "" {
				below = path + "." + key
			}
			compareData(below, value, object[key], null, wrong)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			*wrong = append(*wrong, fmt.Sprintf("%s is %v, want %v", path, got, want))
			return
		}
		for i, value := range want {
			compareData(path, value, list[i], null, wrong)
		}
	default:
		if want != got {
			*wrong = append(*wrong, fmt.Sprintf("%s is %v, want %v", path, got, want))
		}
	}
}
