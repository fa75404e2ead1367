package differential

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/fedtest/internal/world"
)

var (
	duration   = flag.Duration("time", 0, "how long to hunt for wrong answers; 0 tries -graphs")
	graphs     = flag.Int("graphs", 60, "how many graphs to make up, without -time")
	operations = flag.Int("operations", 50, "how many operations to make up on each graph")
	seed       = flag.Uint64("seed", 1, "the seed of the first made-up graph, those of the others follow; 0 takes the clock")
	isSpoilt   = flag.Bool("faults", true, "compare each operation also with subgraphs whose answers are spoilt")
	isFirst    = flag.Bool("first", false, "stop at the first difference, and leave it as large as it is")
	folder     = flag.String("write", "", "the folder into which cases that differ are written")
	report     = flag.String("report", "", "the Markdown file that tells of the run")
	commit     = flag.String("commit", "", "what the report says that was tried")
)

const (
	// leastShare is the share of operations, in percent, that must have used each feature where there were manyOperations,
	// or the run shows little.
	leastShare     = 1
	manyOperations = 100_000
)

// foundMark is what a run with -first says before what it has found.
const foundMark = "found a difference:"

// hunt is one run of the fuzzer.
type hunt struct {
	t       *testing.T
	started time.Time
	mu      sync.Mutex
	next    uint64
	run     Report
	found   map[string]int
	example map[string]string
}

// TestDifferential makes up graphs and operations and compares the engine's answers with those of the unsplit schema.
// `make fuzz TIME=60s SEED=7` runs it longer, `make fuzz-long` for two million operations. What it finds on a graph it finds
// again with that graph's seed alone: `make fuzz SEED=<seed> GRAPHS=1`.
func TestDifferential(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // what a graph takes is small and soon forgotten
	h := &hunt{t: t, started: time.Now(), next: *seed, found: map[string]int{}, example: map[string]string{}}
	h.run = Report{Commit: *commit, FirstSeed: *seed, Refusals: Refusals{}}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(h.work)
	}
	workers.Wait()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	h.run.Took, h.run.Found, h.run.Memory = time.Since(h.started), h.found, memory.Sys
	t.Log(h.run.Summary())
	for kind, n := range h.found {
		if *isFirst {
			t.Fatalf("%s %s on graph %d", foundMark, kind, h.run.Graphs)
		}
		t.Errorf("%d times: %s\n%s", n, kind, h.example[kind])
	}
	if *duration == 0 && h.run.Features.Operations < *graphs**operations/2 {
		t.Errorf("only %d operations were compared", h.run.Features.Operations)
	}
	for _, name := range h.run.Features.Names() {
		if h.run.Features.Operations >= manyOperations && h.run.Features.Share(name) < leastShare {
			t.Errorf("only %.2f %% of the operations used %q", h.run.Features.Share(name), name)
		}
	}
	if *report != "" {
		if err := os.WriteFile(*report, h.run.Markdown(), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// take returns the seed of the next graph; false when it is enough.
func (h *hunt) take() (uint64, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if *isFirst && len(h.found) > 0 || *duration == 0 && h.run.Graphs >= *graphs || *duration > 0 && time.Since(h.started) > *duration {
		return 0, false
	}
	h.run.Graphs++
	h.next++
	return h.next - 1, true
}

func (h *hunt) work() {
	var features Features
	for {
		seed, ok := h.take()
		if !ok {
			break
		}
		h.try(seed, &features)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.run.Features.Add(&features)
}

// try compares on one made-up graph.
func (h *hunt) try(seed uint64, features *Features) {
	random := rand.New(rand.NewPCG(seed, 1))
	settings := world.Settings{Salt: fmt.Sprint(seed), Breaks: seed%3 == 0, Long: seed%4 < 2}
	g, loaded, err := NewGraph(random, settings, func(g generate.Graph, refusal *RefusedError) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.run.Refusals.Add(refusal)
	})
	if err != nil {
		h.report(&Case{Graph: g, Settings: settings}, Difference{"load", err.Error()})
		return
	}
	for range *operations {
		if *isFirst && h.hasFound() {
			return
		}
		c := loaded.NewCase(random, g)
		if d := loaded.Compare(h.t.Context(), c, features); d.Kind != "" {
			h.report(c, d)
			continue
		}
		if c.Faults, c.Order = random.Uint64()|1, newOrder(random); *isSpoilt {
			features.Spoilt++
			if d := loaded.Compare(h.t.Context(), c, nil); d.Kind != "" {
				h.report(c, d)
			}
		}
	}
}

func (h *hunt) hasFound() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.found) > 0
}

// report notes a difference and, for the first of its kind, makes it small.
func (h *hunt) report(c *Case, d Difference) {
	h.mu.Lock()
	h.found[d.Kind]++
	isNew := h.found[d.Kind] == 1
	h.mu.Unlock()
	if !isNew || *isFirst {
		return
	}
	small, difference := Shrink(h.t.Context(), c, d)
	text := small.Format(difference)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.example[d.Kind] = string(text)
	if *folder != "" {
		path := filepath.Join(*folder, fmt.Sprintf("%s_%s.txtar", d.Kind, small.Salt))
		if err := os.WriteFile(path, text, 0o644); err != nil {
			h.t.Error(err)
		}
	}
}

// TestKnown runs the cases in which the engine is known to differ, with the reason above them. One that does not differ any
// more belongs into testdata/cases.
func TestKnown(t *testing.T) { runCases(t, "../../testdata/known", true) }

// TestCases runs the cases in which the engine once differed.
func TestCases(t *testing.T) { runCases(t, "../../testdata/cases", false) }

func runCases(t *testing.T, dir string, mustDiffer bool) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 && !mustDiffer {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ParseCase(data)
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := Load(c.Graph, c.Settings)
			if err != nil {
				t.Fatal(err)
			}
			switch d := loaded.Compare(t.Context(), c, nil); {
			case mustDiffer && d.Kind == "":
				t.Error("it does not differ any more: move it to testdata/cases")
			case !mustDiffer && d.Kind != "":
				t.Errorf("%s: %s", d.Kind, d.Text)
			}
		})
	}
}
