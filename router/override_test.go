package router_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weft-graph/weft/router/config"
)

// overridingSDL is the graph of the tests with a field that orders takes over from people, as far as a label says.
func (s *server) overridingSDL(label string) string {
	sdl := strings.Replace(s.sdl("extra"), "join/v0.3", "join/v0.4", 1)
	sdl = strings.Replace(sdl, "usedOverridden: Boolean)", "usedOverridden: Boolean, overrideLabel: String)", 1)
	return strings.Replace(sdl, "hello: String @join__field(graph: PEOPLE)",
		`hello: String @join__field(graph: PEOPLE, overrideLabel: "`+label+`") @join__field(graph: ORDERS, override: "people", overrideLabel: "`+label+`")`, 1)
}

// TestOverrideLabels: a label that is on moves a field to the subgraph that takes it over, for as many requests as the
// label or the configuration says, or for those that name it.
func TestOverrideLabels(t *testing.T) {
	const requests = 200
	named := func(percent float64) func(*config.Config) {
		return func(c *config.Config) { c.Overrides.Labels = map[string]float64{"moved": percent} }
	}
	byHeader := func(c *config.Config) { c.Overrides.Header = "weft-override" }
	for _, c := range []struct {
		name, label string
		change      func(*config.Config)
		value       string
		least, most int32
	}{
		{"percent(0)", "percent(0)", nil, "", 0, 0},
		{"percent(100)", "percent(100)", nil, "", requests, requests},
		{"percent(50)", "percent(50)", nil, "", 40, 160}, // a sound router misses these bounds once in 10^17 runs
		{"a name that nothing turns on", "moved", nil, "moved", 0, 0},
		{"a name in the configuration", "moved", named(100), "", requests, requests},
		{"a share of a name", "moved", named(50), "", 40, 160},
		{"a header", "moved", byHeader, "other, moved", requests, requests},
		{"a header with another name", "moved", byHeader, "moved-not", 0, 0},
		{"a header for a share", "percent(0)", byHeader, "percent(0)", requests, requests},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.change)
			s.swap(t, s.overridingSDL(c.label))
			var moved atomic.Int32
			s.orders.reply(func(w http.ResponseWriter, r *http.Request) {
				moved.Add(1)
				io.WriteString(w, `{"data":{"hello":"world"}}`)
			})
			for range requests {
				if got := s.post(t, `{"query":"{ hello }"}`, "Weft-Override", c.value); got.body != `{"data":{"hello":"world"}}` {
					t.Fatal(got.body)
				}
			}
			if n := moved.Load(); n < c.least || n > c.most {
				t.Errorf("%d of %d requests went to the new subgraph, want %d to %d", n, requests, c.least, c.most)
			}
		})
	}
}

// TestUnusedOverrideLabel: a misspelt label is told.
func TestUnusedOverrideLabel(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Overrides.Labels = map[string]float64{"move": 5} })
	s.swap(t, s.overridingSDL("moved"))
	if log := s.log.String(); !strings.Contains(log, `"label":"move"`) || !strings.Contains(log, `["moved"]`) {
		t.Error(log)
	}
}
