package traffic

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sample is one operation of a run.
type Sample struct {
	Kind Kind
	// Due is when it was to begin, Latency counts from then to its end.
	Due     time.Time
	Latency time.Duration
	Outcome Outcome
}

// End is when the operation was answered, or given up.
func (s Sample) End() time.Time { return s.Due.Add(s.Latency) }

// Record is what a run was like.
type Record struct {
	Began, Ended time.Time
	Pace         Pace
	// Dropped is how many operations were due and had not begun when the run ended: the shop was too slow, or there were
	// too few workers.
	Dropped int

	mu      sync.Mutex
	samples []Sample
}

// Add adds an operation that has ended.
func (r *Record) Add(s Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, s)
}

// Samples returns the operations so far, in the order in which they ended.
func (r *Record) Samples() []Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.samples)
	slices.SortStableFunc(out, func(a, b Sample) int { return a.End().Compare(b.End()) })
	return out
}

// Recovery returns how long after a moment n operations of the kind in a row were answered in full: the time to the
// last of them. It is false if that never happened.
func (r *Record) Recovery(kind Kind, after time.Time, n int) (time.Duration, bool) {
	row := 0
	for _, s := range r.Samples() {
		if s.Kind != kind || s.End().Before(after) {
			continue
		}
		if s.Outcome.Class != OK {
			row = 0
			continue
		}
		if row++; row == n {
			return s.End().Sub(after), true
		}
	}
	return 0, false
}

// Figure is what a run was like for one kind of operation.
type Figure struct {
	Kind     Kind
	Requests int
	// P50, P99 and Max are of all that were answered, with whatever answer, and of those that were given up.
	P50, P99, Max time.Duration
	// Outcomes counts those that were not answered in full.
	Outcomes []Count
}

// Count is how often something happened.
type Count struct {
	Outcome Outcome
	N       int
}

// Errors is how many operations were not answered in full.
func (f Figure) Errors() (n int) {
	for _, count := range f.Outcomes {
		n += count.N
	}
	return n
}

// Figures returns a figure for each kind of operation that was done, in the order of kinds.
func (r *Record) Figures() []Figure {
	byKind := make([][]Sample, kinds)
	for _, s := range r.Samples() {
		byKind[s.Kind] = append(byKind[s.Kind], s)
	}
	var figures []Figure
	for kind, samples := range byKind {
		if len(samples) > 0 {
			figures = append(figures, figure(Kind(kind), samples))
		}
	}
	return figures
}

func figure(kind Kind, samples []Sample) Figure {
	latencies := make([]time.Duration, len(samples))
	outcomes := map[Outcome]int{}
	for i, s := range samples {
		latencies[i] = s.Latency
		if s.Outcome.Class != OK {
			outcomes[s.Outcome]++
		}
	}
	slices.Sort(latencies)
	f := Figure{
		Kind: kind, Requests: len(samples),
		P50: Quantile(latencies, 0.50), P99: Quantile(latencies, 0.99), Max: latencies[len(latencies)-1],
	}
	for outcome, n := range outcomes {
		f.Outcomes = append(f.Outcomes, Count{outcome, n})
	}
	slices.SortFunc(f.Outcomes, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Outcome.String(), b.Outcome.String()))
	})
	return f
}

// Quantile returns the smallest of the sorted values that the fraction q of them does not exceed; 0 if there is none.
func Quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(q * float64(len(sorted))) // rounded up below: the nearest rank
	if float64(rank) < q*float64(len(sorted)) {
		rank++
	}
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Table writes figures as a table in Markdown.
func Table(figures []Figure) string {
	var out strings.Builder
	out.WriteString("| operation | requests | p50 ms | p99 ms | max ms | errors |\n|---|---:|---:|---:|---:|---|\n")
	for _, f := range figures {
		counts := make([]string, len(f.Outcomes))
		for i, count := range f.Outcomes {
			counts[i] = fmt.Sprintf("%d %s", count.N, count.Outcome)
		}
		if len(counts) == 0 {
			counts = []string{"0"}
		}
		fmt.Fprintf(&out, "| %s | %d | %.1f | %.1f | %.1f | %s |\n", f.Kind, f.Requests,
			milliseconds(f.P50), milliseconds(f.P99), milliseconds(f.Max), strings.Join(counts, ", "))
	}
	return out.String()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
