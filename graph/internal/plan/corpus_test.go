//go:build corpus

package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/corpus"
)

// corpusCase is a line of plans-open.jsonl.
type corpusCase struct {
	ID                 string          `json:"id"`
	Group              string          `json:"group"`
	Operation          string          `json:"operation"`
	SupergraphSDL      string          `json:"supergraphSdl"`
	OverrideConditions map[string]bool `json:"overrideConditions"`
	Defer              bool            `json:"defer"`
	Topics             []string        `json:"topics"`
	Best               struct{ Fetches, Depth int }
}

func readCorpus(t testing.TB) []*corpusCase {
	var cases []*corpusCase
	sdl := map[string]string{}
	corpus.Each(t, "plans-open.jsonl", func(c *corpusCase) {
		if c.SupergraphSDL != "" {
			sdl[c.Group] = c.SupergraphSDL
		}
		cases = append(cases, c)
	})
	for _, c := range cases {
		if c.SupergraphSDL == "" {
			c.SupergraphSDL = sdl[c.Group]
		}
	}
	return cases
}

// maxWorse is how many plans take more fetches or waves than the best reference: mutations whose
// followers a reference does not wait for, a field that it reads where it is external, an interface
// without any type, and lists of entities that it joins by position. The decision records say why.
const maxWorse = 11

// TestCorpus plans every case of the plan corpus and counts fetches and waves against the best of
// the reference planners.
func TestCorpus(t *testing.T) {
	graphs := map[string]*planned{}
	var planned, worse, better, refused, fetches, best int
	var slowest, total time.Duration
	for _, c := range readCorpus(t) {
		g, ok := graphs[c.SupergraphSDL]
		if !ok {
			var err error
			if g, err = load(c.SupergraphSDL); err != nil {
				t.Logf("%s: load: %v", c.ID, err)
			}
			graphs[c.SupergraphSDL] = g
		}
		if g == nil {
			refused++
			continue
		}
		op, errs := g.parser.Parse(c.Operation, "")
		if len(errs) > 0 {
			refused++
			t.Logf("%s: parse: %v", c.ID, errs[0])
			continue
		}
		var on []string
		for label, isOn := range c.OverrideConditions {
			if isOn {
				on = append(on, label)
			}
		}
		begin := time.Now()
		p, err := g.planner.Plan(t.Context(), op, on...)
		took := time.Since(begin)
		slowest = max(slowest, took)
		total += took
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		planned++
		if again, err := g.planner.Plan(t.Context(), op, on...); err != nil || again.String() != p.String() {
			t.Errorf("%s: planned twice, the plans differ (%v)", c.ID, err)
		}
		for _, problem := range g.simulate(p, on...) {
			t.Errorf("%s: %s", c.ID, problem)
		}
		waves := slices.Max(append(p.Waves(), 0))
		fetches += len(p.Fetches)
		best += c.Best.Fetches
		if len(p.Fetches) <= c.Best.Fetches && waves <= c.Best.Depth && len(p.Fetches)+waves < c.Best.Fetches+c.Best.Depth {
			better++
		}
		if len(p.Fetches) > c.Best.Fetches || waves > c.Best.Depth {
			worse++
			t.Logf("%s: %d fetches, %d waves; best %d, %d %v", c.ID, len(p.Fetches), waves, c.Best.Fetches, c.Best.Depth, c.Topics)
		}
	}
	if worse > maxWorse {
		t.Errorf("%d plans are worse than the best reference's, %d were: see the log for which", worse, maxWorse)
	}
	t.Logf("%d planned, %d refused before planning, %d worse than the best reference, %d better, fetches %d of %d, slowest %v, mean %v",
		planned, refused, worse, better, fetches, best, slowest, total/time.Duration(max(planned, 1)))
}
