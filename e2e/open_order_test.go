package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
			c := comparison{null: owned[name]}
			c.compare("", healthy.Data, res.Data)
			for _, difference := range c.wrong {
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
	after := comparison{}
	if after.compare("", healthy.Data, walter.must(t, openOrder(t), nil).Data); len(after.wrong) > 0 {
		t.Errorf("after all services came back the answer differs: %v", after.wrong)
	}
}

// comparison collects where an answer differs from the healthy one.
type comparison struct {
	// null are the fields, without list indexes, that are null while their subgraph is down.
	null []string
	// perhaps is set where the subgraph may be up again: then these fields may also have their value.
	perhaps bool
	wrong   []string
}

func (c *comparison) compare(path string, want, got any) {
	if slices.Contains(c.null, path) && (got == nil || !c.perhaps) {
		if got != nil {
			c.report("%s is %v although its subgraph is down", path, got)
		}
		return
	}
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok || len(object) != len(want) {
			c.report("%s is %v, want %v", path, got, want)
			return
		}
		for key, value := range want {
			c.compare(strings.TrimPrefix(path+"."+key, "."), value, object[key])
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			c.report("%s is %v, want %v", path, got, want)
			return
		}
		for i, value := range want {
			c.compare(path, value, list[i])
		}
	default:
		if want != got {
			c.report("%s is %v, want %v", path, got, want)
		}
	}
}

func (c *comparison) report(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// TestKillsUnderLoad kills each service in turn while people ask: every answer is the healthy one, but for fields of
// services that may be down, and afterwards all is well.
func TestKillsUnderLoad(t *testing.T) {
	s := startShop(t)
	walter, query := s.login(t, "walter"), openOrder(t)
	healthy := walter.must(t, query, nil)
	null := slices.Concat(owned["user"], owned["order"], owned["product"], owned["credit"])
	var stop atomic.Bool
	var asked, whole atomic.Int64
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for !stop.Load() && !t.Failed() {
				res, err := walter.try(query, nil)
				c := comparison{null: null, perhaps: true}
				if err == nil {
					c.compare("", healthy.Data, res.Data)
				}
				if err != nil || res.Status != http.StatusOK || len(c.wrong) > 0 {
					t.Errorf("answer %d %s (%v) differs: %v", res.Status, res.Body, err, c.wrong)
				}
				asked.Add(1)
				if len(res.Errors) == 0 {
					whole.Add(1)
				}
			}
		})
	}
	for _, name := range shop.Services {
		s.kill(t, name)
		time.Sleep(100 * time.Millisecond)
		s.start(t, name)
		time.Sleep(100 * time.Millisecond)
	}
	stop.Store(true)
	wait.Wait()
	t.Logf("%d answers, %d of them whole", asked.Load(), whole.Load())
	if whole.Load() == asked.Load() {
		t.Error("no answer lacks anything: the kills were not seen")
	}
	after := comparison{}
	if after.compare("", healthy.Data, walter.must(t, query, nil).Data); len(after.wrong) > 0 {
		t.Errorf("after the services came back the answer differs: %v", after.wrong)
	}
}
