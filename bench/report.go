package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/bench/machine"
)

// report prints medians over the rounds, and for each target the ratio of its CPU time per request
// to that of the last one, the proxy, taken round by round.
func report(targets []*target, rounds [][]figure, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", machine.Describe())
	fmt.Fprintf(&b, "go run ./bench -rounds %d -duration %s -connections %d\n\n", s.rounds, s.duration, s.connections)
	fmt.Fprintf(&b, "| target | requests/s | p50 ms | p99 ms | CPU ms/request | × proxy | peak MiB | errors |\n|---|---:|---:|---:|---:|---:|---:|---:|\n")
	for i, t := range targets {
		column := func(value func(figure) float64) float64 {
			return median(rounds, func(round []figure) float64 { return value(round[i]) })
		}
		errs, first := 0, ""
		for _, round := range rounds {
			errs += round[i].Errors
			if first == "" {
				first = round[i].FirstError
			}
		}
		fmt.Fprintf(&b, "| %s | %.0f | %.2f | %.2f | %.3f | %.2f | %.0f | %d |\n", t.Name,
			column(func(f figure) float64 { return float64(f.Requests) / f.Seconds }),
			column(func(f figure) float64 { return milliseconds(f.P50) }),
			column(func(f figure) float64 { return milliseconds(f.P99) }),
			column(cpuPerRequest),
			median(rounds, func(round []figure) float64 { return cpuPerRequest(round[i]) / cpuPerRequest(round[len(round)-1]) }),
			float64(rounds[len(rounds)-1][i].PeakKiB)/1024, errs)
		if first != "" {
			fmt.Fprintf(&b, "\nfirst error of %s: %s\n\n", t.Name, first)
		}
	}
	return b.String()
}

func cpuPerRequest(f figure) float64 { return milliseconds(f.CPU) / float64(f.Requests) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(rounds [][]figure, value func([]figure) float64) float64 {
	values := make([]float64, len(rounds))
	for i, round := range rounds {
		values[i] = value(round)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
