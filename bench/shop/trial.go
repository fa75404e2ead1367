package main

import (
	"context"
	"fmt"
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
	// firstRate is where the search begins, closeEnough the factor between a rate that holds and one that does not at
	// which it ends.
	firstRate   = 50.0
	closeEnough = 1.1
	// backOff is what is left of a rate that did not hold for longer, maxConfirms how often one is tried.
	backOff     = 0.85
	maxConfirms = 3
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
	var rare []time.Duration
	for _, f := range record.Figures() {
		switch {
		case f.Errors() > 0:
			return fmt.Sprintf("%d of %d %s ended with %s", f.Errors(), f.Requests, f.Kind, f.Outcomes[0].Outcome)
		case f.Kind.HashesPassword():
		case f.Requests >= minJudged && f.P99 >= limit:
			return fmt.Sprintf("p99 of %s is %s", f.Kind, f.P99.Round(time.Millisecond/10))
		case f.Requests < minJudged:
			rare = append(rare, latencies(record, f.Kind)...)
		}
	}
	slices.Sort(rare)
	if p99 := traffic.Quantile(rare, 0.99); p99 >= limit {
		return fmt.Sprintf("p99 of the rare operations together is %s", p99.Round(time.Millisecond/10))
	}
	if record.Dropped > 0 {
		return fmt.Sprintf("%d operations were due and not begun", record.Dropped)
	}
	return ""
}

func latencies(record *traffic.Record, kind traffic.Kind) (list []time.Duration) {
	for _, s := range record.Samples() {
		if s.Kind == kind {
			list = append(list, s.Latency)
		}
	}
	return list
}

// search doubles the rate until it breaks the limit twice, and then halves the distance until it is small.
func (t *trial) search(ctx context.Context) (float64, error) {
	holds := func(rate float64) (bool, error) {
		for range 2 { // one hiccup of the machine says nothing
			r, err := t.try(ctx, rate, t.settings.step)
			if r.broken == "" || err != nil {
				return err == nil, err
			}
		}
		return false, nil
	}
	low, high := 0.0, firstRate
	for {
		ok, err := holds(high)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		low, high = high, 2*high
	}
	if low == 0 {
		return 0, fmt.Errorf("%v operations a second are too many", firstRate)
	}
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

// confirm holds a rate for longer, and less if it breaks. The last result says itself whether it held.
func (t *trial) confirm(ctx context.Context, rate float64) (result, error) {
	for tries := 1; ; tries++ {
		r, err := t.try(ctx, rate, t.settings.confirm)
		if err != nil || r.broken == "" || tries == maxConfirms || t.settings.rate != 0 {
			return r, err
		}
		rate *= backOff
	}
}
