//go:build linux

package e2e

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/traffic"
)

// faultRun is what has come of a fault under load.
type faultRun struct {
	fault    *fault
	database string
	// record is of the load that is held, rushes of what was added to it before the faults.
	record  *traffic.Record
	rushes  []*traffic.Record
	rounds  []*faultRound
	figures []figureOf
	// leftBytes is how many files product has left on disk and removed afterwards.
	leftBytes int
}

// faultRound is one time at which the fault has happened.
type faultRound struct {
	target string
	// broken is when it began, mending when its end began, ready when the part was there again.
	broken, mending, ready time.Time
	// recovered is when so many operations of a kind had succeeded in a row.
	recovered map[traffic.Kind]time.Time
}

// covers says whether an operation was on its way between the beginning of the fault and the recovery of its kind, which is
// not before the part was there again: a few that needed nothing of it, such as orders without lines, may have succeeded in a
// row while it still started.
func (r *faultRound) covers(s traffic.Sample) bool {
	return !s.End().Before(r.broken) && !(s.Due.After(r.recovered[s.Kind]) && s.Due.After(r.ready))
}

// recovery is how long it took from the mending until all kinds had recovered.
func (r *faultRound) recovery() (longest time.Duration) {
	for _, at := range r.recovered {
		longest = max(longest, at.Sub(r.mending))
	}
	return longest
}

// wantFelt wants an operation that has failed since the fault began.
func (run *faultRun) wantFelt(r *faultRound) error {
	for _, s := range run.samples() {
		if isFailure(s.Outcome) && s.End().After(r.broken) {
			return nil
		}
	}
	return errors.New("all have succeeded")
}

// lastFailure is how long after the mending an operation was last not answered in full.
func (r *faultRound) lastFailure(samples []traffic.Sample) (longest time.Duration) {
	for _, s := range samples {
		if isFailure(s.Outcome) && r.covers(s) {
			longest = max(longest, s.End().Sub(r.mending))
		}
	}
	return longest
}

// isFailure says whether an operation has not got what a shop in order gives. A refusal is an answer, but for one that
// says that somebody is not logged in, or tries too often: nobody here does.
func isFailure(out traffic.Outcome) bool {
	return out.Class == traffic.Failed || out.Class == traffic.Partial || out.Code == "UNAUTHENTICATED" || out.Code == "RATE_LIMITED"
}

// isDefect says whether a service has failed in a way that it has no name for. What is broken has one: UNAVAILABLE.
func isDefect(out traffic.Outcome) bool { return out.Code == "INTERNAL" }

// explain checks that what has failed did so at the time of a fault, and needed what was broken.
func (run *faultRun) explain(samples []traffic.Sample) figureOf {
	a := &audit{}
	figure := figureOf{name: "an operation that failed needed what was broken, at that time"}
	for _, s := range samples {
		if !isFailure(s.Outcome) {
			continue
		}
		isExplained := isSlowHash(s) || s.Outcome.Class != traffic.Refused && slices.ContainsFunc(run.rounds, func(r *faultRound) bool {
			return r.covers(s) && run.fault.may(r.target).allows(s.Kind, s.Outcome.Class) && !isDefect(s.Outcome)
		})
		figure.checked += a.want(isExplained, "%s at %s, for %s: %s (%s)", s.Kind, s.Due.Format("15:04:05.000"),
			s.Latency.Round(time.Millisecond), s.Outcome, run.times())
	}
	figure.findings = a.findings
	return figure
}

// isSlowHash excuses a password that is hashed for longer than the router waits: under the race detector, on a machine that
// is busy with other tests, that says nothing about the shop.
func isSlowHash(s traffic.Sample) bool {
	return raceDetected() && s.Kind.HashesPassword() && s.Outcome.Code == "SUBGRAPH_TIMEOUT"
}

// times says when the rounds were, for who reads a finding.
func (run *faultRun) times() string {
	text := ""
	for _, r := range run.rounds {
		text += fmt.Sprintf(" %s broken at %s, mended at %s;", r.target, r.broken.Format("15:04:05.000"), r.ready.Format("15:04:05.000"))
	}
	return text
}

// samples are all operations of the run, in the order in which they ended.
func (run *faultRun) samples() []traffic.Sample {
	all := run.record.Samples()
	for _, rush := range run.rushes {
		all = append(all, rush.Samples()...)
	}
	slices.SortStableFunc(all, func(a, b traffic.Sample) int { return a.End().Compare(b.End()) })
	return all
}

// outcomes counts how operations have ended, the most frequent first.
func (run *faultRun) outcomes() (requests, failures int, counts []traffic.Count) {
	byOutcome := map[traffic.Outcome]int{}
	for _, s := range run.samples() {
		requests++
		if s.Outcome.Class != traffic.OK {
			byOutcome[s.Outcome]++
		}
		if isFailure(s.Outcome) {
			failures++
		}
	}
	for outcome, n := range byOutcome {
		counts = append(counts, traffic.Count{Outcome: outcome, N: n})
	}
	slices.SortFunc(counts, func(a, b traffic.Count) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return slices.Compare([]byte(a.Outcome.String()), []byte(b.Outcome.String()))
	})
	return requests, failures, counts
}

// log says what has come of the fault.
func (run *faultRun) log(t *testing.T) {
	t.Helper()
	requests, failures, counts := run.outcomes()
	samples := run.samples()
	slowest := slices.MaxFunc(samples, func(a, b traffic.Sample) int { return cmp.Compare(a.Latency, b.Latency) })
	t.Logf("%d requests, %d failed: %v; the slowest was a %s of %s", requests, failures, counts, slowest.Kind, slowest.Latency.Round(time.Millisecond))
	for _, r := range run.rounds {
		t.Logf("%s: ready after %s, last failure after %s, recovered after %s", r.target, r.ready.Sub(r.mending).Round(time.Millisecond),
			r.lastFailure(samples).Round(time.Millisecond), r.recovery().Round(time.Millisecond))
	}
}
