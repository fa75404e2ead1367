package router_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/config"
)

// debugFacts are extensions.weft.
type debugFacts struct {
	Plan *struct {
		Fetches []struct {
			ID, Wave             int
			Kind, Subgraph, Text string
			DependsOn            []int
		}
	}
	Trace *struct {
		DurationMs float64
		Fetches    []struct {
			ID, Bytes, Entities, Status int
			Subgraph, Error             string
			StartMs, DurationMs         float64
			Shared                      bool
		}
	}
}

// factsOf parses a response; nil when it has no extensions.
func factsOf(t *testing.T, body string) (data string, facts *debugFacts) {
	t.Helper()
	var response struct {
		Data       json.RawMessage
		Extensions *struct{ Weft *debugFacts }
	}
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if response.Extensions == nil {
		return string(response.Data), nil
	}
	return string(response.Data), response.Extensions.Weft
}

func development(c *config.Config) { c.Development = true }

const meQuery = `{"query":"query($b: Boolean = true) { me { name total @include(if: $b) } }"}`

// TestDebugOnlyInDevelopment: in production the header is as good as absent.
func TestDebugOnlyInDevelopment(t *testing.T) {
	const query = `{"query":"{ hello }"}`
	for _, c := range []struct {
		name          string
		change        func(*config.Config)
		header        string
		isPlan, trace bool
	}{
		{"production", nil, "plan, trace, dry-run", false, false},
		{"without the header", development, "", false, false},
		{"with words that mean nothing", development, "everything", false, false},
		{"plan", development, "plan", true, false},
		{"trace", development, "trace", false, true},
		{"both", development, "plan,trace", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.change)
			got := s.post(t, query, "Weft-Debug", c.header)
			data, facts := factsOf(t, got.body)
			if got.status != 200 || data != `{"hello":"world"}` {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if facts == nil {
				facts = &debugFacts{}
				if strings.Contains(got.body, "extensions") != (c.isPlan || c.trace) {
					t.Errorf("%s", got.body)
				}
			}
			if (facts.Plan != nil) != c.isPlan || (facts.Trace != nil) != c.trace {
				t.Errorf("%s", got.body)
			}
		})
	}
}

// TestPlanHeader: in production, too, the header that the configuration names asks for the plan, and for nothing else.
func TestPlanHeader(t *testing.T) {
	const query = `{"query":"{ hello }"}`
	planned := func(c *config.Config) { c.Planning.Header = "Show-Plan" }
	for _, c := range []struct {
		name          string
		change        func(*config.Config)
		header, value string
		isPlan        bool
	}{
		{"not configured", nil, "Show-Plan", "true", false},
		{"asked for", planned, "show-plan", "true", true},
		{"not asked for", planned, "Other", "true", false},
		{"another value", planned, "Show-Plan", "false", false},
		{"the header of development", planned, "Weft-Debug", "plan, trace, dry-run", false},
		{"in development", func(c *config.Config) { planned(c); development(c) }, "Show-Plan", "true", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.change)
			got := s.post(t, query, c.header, c.value)
			data, facts := factsOf(t, got.body)
			if got.status != 200 || data != `{"hello":"world"}` || (facts != nil) != c.isPlan {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if c.isPlan && (facts.Plan == nil || len(facts.Plan.Fetches) != 1 || facts.Trace != nil) {
				t.Errorf("%s", got.body)
			}
		})
	}
}

// TestReuseEntities: what one part of an operation has read of an entity, another part does not ask for again, unless
// that is switched off.
func TestReuseEntities(t *testing.T) {
	for _, c := range []struct {
		reuse bool
		calls int32
	}{{true, 1}, {false, 2}} {
		i := newIssuer(t)
		s := start(t, func(config *config.Config) {
			i.configure(config)
			config.Planning.ReuseEntities = c.reuse
		})
		var calls atomic.Int32
		usual := s.people.answer
		s.people.reply(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			usual(w, r)
		})
		got := s.post(t, `{"query":"{ me { name friend { name } } }"}`, "Authorization", "Bearer "+i.token(t, "", time.Minute))
		if data, _ := factsOf(t, got.body); data != `{"me":{"name":"Walter","friend":{"name":"Walter"}}}` || calls.Load() != c.calls {
			t.Errorf("reuse %t: %d calls, want %d: %s", c.reuse, calls.Load(), c.calls, got.body)
		}
	}
}

// TestPlanningBudget: an operation that takes more than the budget is refused.
func TestPlanningBudget(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Planning.MaxBytes = 1 })
	if got := s.post(t, `{"query":"{ hello }"}`); !strings.Contains(got.body, `"PLAN_BUDGET_EXCEEDED"`) {
		t.Errorf("%s", got.body)
	}
}

func TestDebugFacts(t *testing.T) {
	i := newIssuer(t)
	s := start(t, func(c *config.Config) {
		i.configure(c)
		c.Development = true
	})
	headers := []string{"Weft-Debug", "plan, trace", "Authorization", "Bearer " + i.token(t, "", time.Minute)}
	s.orders.reply(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		io.WriteString(w, `{"data":{"_entities":[{"__typename":"User","total":42}]}}`)
	})
	data, facts := factsOf(t, s.post(t, meQuery, headers...).body)
	if data != `{"me":{"name":"Walter","total":42}}` || facts == nil || len(facts.Plan.Fetches) != 2 || len(facts.Trace.Fetches) != 2 {
		t.Fatalf("%s %+v", data, facts)
	}
	me, total := facts.Plan.Fetches[0], facts.Plan.Fetches[1]
	if me.Subgraph != "people" || me.Kind != "query" || me.Wave != 1 || total.Subgraph != "orders" || total.Kind != "entities" || total.Wave != 2 ||
		len(total.DependsOn) != 1 || total.DependsOn[0] != 0 || !strings.Contains(total.Text, "_entities") {
		t.Errorf("plan %+v", facts.Plan)
	}
	first, second := facts.Trace.Fetches[0], facts.Trace.Fetches[1]
	if first.ID != 0 || first.Subgraph != "people" || first.Status != 200 || first.Bytes == 0 || first.Entities != 0 || first.Shared ||
		second.ID != 1 || second.Entities != 1 || second.DurationMs < 20 || second.StartMs < first.StartMs+first.DurationMs ||
		facts.Trace.DurationMs < second.StartMs+second.DurationMs {
		t.Errorf("trace %+v", facts.Trace)
	}
	t.Run("a fetch that fails", func(t *testing.T) {
		s.orders.reply(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
		_, facts := factsOf(t, s.post(t, meQuery, headers...).body)
		if len(facts.Trace.Fetches) != 2 || facts.Trace.Fetches[1].Status != http.StatusTeapot {
			t.Errorf("trace %+v", facts.Trace)
		}
		s.orders.Close()
		_, facts = factsOf(t, s.post(t, meQuery, headers...).body)
		if len(facts.Trace.Fetches) != 2 || facts.Trace.Fetches[1].Status != 0 || facts.Trace.Fetches[1].Error == "" {
			t.Errorf("trace %+v", facts.Trace)
		}
	})
}

// TestDebugShared: a request that joins another's fetch says so.
func TestDebugShared(t *testing.T) {
	s := start(t, development)
	// Nobody can see the second wait for the first, so on a slow machine it is given more time.
	for wait := 50 * time.Millisecond; !isShared(t, s, wait); wait *= 2 {
		if wait > patience {
			t.Fatal("of two requests for the same none has joined the other")
		}
	}
}

// isShared sends the same request twice, the second a while before the first is answered, and reports whether one of
// them says that it has joined the other. If so the subgraph was asked once.
func isShared(t *testing.T, s *server, wait time.Duration) bool {
	t.Helper()
	arrived, release := make(chan struct{}, 2), make(chan struct{})
	s.people.reply(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		io.WriteString(w, `{"data":{"hello":"world"}}`)
	})
	bodies := make(chan string, 2)
	ask := func() { bodies <- s.post(t, `{"query":"{ hello }"}`, "Weft-Debug", "trace").body }
	go ask()
	<-arrived
	go ask()
	time.Sleep(wait)
	close(release)
	shared := 0
	for range 2 {
		_, facts := factsOf(t, <-bodies)
		for _, fetch := range facts.Trace.Fetches {
			if fetch.Status != 200 || fetch.Bytes == 0 {
				t.Errorf("%+v", fetch)
			}
			if fetch.Shared {
				shared++
			}
		}
	}
	if shared+len(arrived) != 1 {
		t.Errorf("%d of 2 fetches were shared, %d more arrived at the subgraph", shared, len(arrived))
	}
	return shared == 1
}

func TestDryRun(t *testing.T) {
	s := start(t, development)
	got := s.post(t, `{"query":"mutation { login }"}`, "Weft-Debug", "plan, dry-run")
	data, facts := factsOf(t, got.body)
	if got.status != 200 || data != "null" || len(facts.Plan.Fetches) != 1 || facts.Plan.Fetches[0].Kind != "mutation" || s.people.last() != nil {
		t.Errorf("%d %s; the subgraph got %v", got.status, got.body, s.people.last())
	}
	if got := s.post(t, `{"query":"query($n: Int!) { echo(n: $n) }"}`, "Weft-Debug", "plan, dry-run"); got.status != 200 {
		t.Errorf("a plan needs no variables: %d %s", got.status, got.body)
	}
	production := start(t, nil)
	if got := production.post(t, `{"query":"mutation { login }"}`, "Weft-Debug", "dry-run"); got.body != `{"data":{"login":"in"}}` {
		t.Errorf("in production: %s", got.body)
	}
}
