package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/weft-graph/weft/bench/machine"
	"github.com/weft-graph/weft/internal/shop"
	"github.com/weft-graph/weft/internal/traffic"
)

const (
	// workers is how many operations may be on their way; at a rate that holds, a tenth is.
	workers = 256
	// firstRate is where the search begins, lowestRate where it gives up, and closeEnough the factor between a rate that
	// holds and one that does not at which it ends.
	firstRate   = 100.0
	lowestRate  = 5.0
	closeEnough = 1.1
	// backOff is what is left of a rate that did not hold for longer.
	backOff = 0.9
	// minJudged is how many operations of a kind a 99th percentile needs; rarer kinds are judged together.
	minJudged = 100
)

// trial is a running shop with its customers.
type trial struct {
	settings  settings
	load      *traffic.Load
	names     []string
	processes []machine.Process
}

func newTrial(ctx context.Context, s settings, running *shop.Shop) (*trial, error) {
	load, err := traffic.Prepare(ctx, traffic.Plan{
		URL: running.URL(), Staff: traffic.Account{Username: "clerk", Password: "clerk-demo"}, Seed: 1, Customers: 200,
	})
	if err != nil {
		return nil, err
	}
	t := &trial{settings: s, load: load}
	t.names, t.processes = processes(running)
	return t, nil
}

// result is what one rate was like.
type result struct {
	rate    float64
	record  *traffic.Record
	seconds float64
	// broken says why the rate does not hold; empty if it does.
	broken string
	names  []string
	cpu    []time.Duration // by process, over the measurement
	kib    []int           // by process: the peak, of Postgres what all of it has at the end
}

// try holds a rate, after a warm-up that does not count.
func (t *trial) try(ctx context.Context, rate float64, d time.Duration) (result, error) {
	pace := traffic.Pace{Rate: rate, Workers: workers}
	t.hold(ctx, pace, t.settings.warm)
	before := t.cpu()
	record := t.hold(ctx, pace, d)
	out := result{rate: rate, record: record, seconds: record.Ended.Sub(record.Began).Seconds(), names: t.names, cpu: t.cpu()}
	for i := range out.cpu {
		out.cpu[i] -= before[i]
	}
	for i, p := range t.processes {
		kib := p.PeakKiB()
		if t.names[i] == "postgres" {
			kib = p.FamilyKiB()
		}
		out.kib = append(out.kib, kib)
	}
	out.broken = judge(record, t.settings.limit)
	say("  %4.0f a second for %s: %s", rate, d, orHolds(out.broken))
	return out, ctx.Err()
}

func orHolds(broken string) string {
	if broken == "" {
		return "holds"
	}
	return broken
}

func (t *trial) hold(ctx context.Context, pace traffic.Pace, d time.Duration) *traffic.Record {
	ctx, stop := context.WithTimeout(ctx, d)
	defer stop()
	return t.load.Run(ctx, pace)
}

func (t *trial) cpu() []time.Duration {
	list := make([]time.Duration, len(t.processes))
	for i, p := range t.processes {
		list[i] = p.CPU()
		if t.names[i] == "postgres" { // a process for each connection
			list[i] = p.FamilyCPU()
		}
	}
	return list
}

// judge says which operation breaks the limit or failed, or that the shop did not keep up; "" if all is well.
func judge(record *traffic.Record, limit time.Duration) string {
	if record.Dropped > 0 {
		return fmt.Sprintf("%d operations were due and not begun", record.Dropped)
	}
	byKind := map[traffic.Kind][]time.Duration{}
	for _, sample := range record.Samples() {
		if sample.Outcome.Class != traffic.OK && !isRule(sample) {
			return fmt.Sprintf("%s: %s", sample.Kind, sample.Outcome)
		}
		if !sample.Kind.HashesPassword() {
			byKind[sample.Kind] = append(byKind[sample.Kind], sample.Latency)
		}
	}
	var rare []time.Duration
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		if len(byKind[kind]) < minJudged {
			rare = append(rare, byKind[kind]...)
		} else if p99 := p99(byKind[kind]); p99 >= limit {
			return fmt.Sprintf("p99 of %s is %s", kind, p99.Round(time.Millisecond/10))
		}
	}
	if p99 := p99(rare); p99 >= limit {
		return fmt.Sprintf("p99 of the rare operations together is %s", p99.Round(time.Millisecond/10))
	}
	return ""
}

// isRule reports whether the shop was right to refuse: credit hears of an order a moment later, and an application may
// have been replaced before staff decide on it.
func isRule(s traffic.Sample) bool {
	return s.Outcome.Class == traffic.Refused && (s.Kind == traffic.Apply || s.Kind == traffic.Decide)
}

func p99(latencies []time.Duration) time.Duration {
	slices.Sort(latencies)
	return traffic.Quantile(latencies, 0.99)
}

// holds tries a rate for a step of the search, and once more if it breaks: one hiccup of the machine says nothing.
func (t *trial) holds(ctx context.Context) func(rate float64) (bool, error) {
	return func(rate float64) (bool, error) {
		for range 2 {
			r, err := t.try(ctx, rate, t.settings.step)
			if r.broken == "" || err != nil {
				return err == nil, err
			}
		}
		return false, nil
	}
}

// search returns the highest rate that holds: it doubles the first one until it breaks, or halves it until it holds, and
// then halves the distance until that is small. Where nothing holds it returns about the lowest rate.
func search(holds func(rate float64) (bool, error)) (float64, error) {
	rate, factor := firstRate, 2.0
	first, err := holds(rate)
	if !first {
		factor = 0.5
	}
	for ok := first; err == nil && rate*factor >= lowestRate; rate *= factor {
		if ok, err = holds(rate * factor); err == nil && ok != first {
			return bisect(min(rate, rate*factor), max(rate, rate*factor), holds)
		}
	}
	return rate, err
}

// bisect returns a rate that holds and is close to one that does not. The low one holds, the high one does not.
func bisect(low, high float64, holds func(rate float64) (bool, error)) (float64, error) {
	for high/low > closeEnough {
		middle := math.Sqrt(low * high)
		ok, err := holds(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// confirm returns the first of the rates, from the one given downwards, that holds for longer, and before it those that
// did not. Where none holds, or only one rate was asked for, the last result says why.
func (t *trial) confirm(ctx context.Context, rate float64) (tried []result, err error) {
	return backOffUntil(rate, t.settings.rate != 0, func(rate float64) (result, error) {
		return t.try(ctx, rate, t.settings.confirm)
	})
}

func backOffUntil(rate float64, once bool, try func(rate float64) (result, error)) (tried []result, err error) {
	for {
		r, err := try(rate)
		if err != nil {
			return nil, err
		}
		tried = append(tried, r)
		rate *= backOff
		if r.broken == "" || once || rate < lowestRate {
			return tried, nil
		}
	}
}
