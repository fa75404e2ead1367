//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// faultReport is bench/faults.md.
func faultReport(runs []*faultRun, hold time.Duration, isWhole bool) string {
	var out strings.Builder
	fmt.Fprintf(&out, `# Faults under load

%[1]s, %[2]s, commit %[3]s: `+"`"+`make faults FAULTS_FOR=%[4]s`+"`"+`.

A load of mixed traffic is held on the whole shop, through the router, while one part of it after the other breaks, %[4]s
for each kind of fault. The load, %[5]v operations a second at random times, runs on the same machine: people browse,
search, look at products and orders, add, change quantities, check out, cancel, apply for financing, register, log in and
out; staff upload and delete files and decide on applications. Kills and cuts find %[9]d more at work, who never rest. A
fault lasts %[6]s (dead connections %[8]s, which is longer than the router waits), is mended, and happens again as soon as
every kind of operation has succeeded %[7]d times in a row. Faults of connections, and kills of services on Postgres, take
another service each time. Faults of processes, of connections and disks, and of Postgres have a shop each, in which users,
orders and files stay from one fault to the next.
`, time.Now().UTC().Format("2 January 2006"), machine(), commit(), hold, pace, outage, inARow, silence, workers)
	if !isWhole {
		out.WriteString("\n**Something failed: what follows is not the whole.**\n")
	}
	out.WriteString(faultTable(runs))
	out.WriteString(outcomeTable(runs))
	out.WriteString(invariantTable(runs))
	return out.String()
}

func faultTable(runs []*faultRun) string {
	var out strings.Builder
	out.WriteString(`
## How long it takes

*Ready* is from the mending, such as the start of a process that was killed, until the part says that it is ready; *last
failure* until the last operation that failed or missed a part of its answer; *recovered* until every kind of operation has
succeeded in a row, which is mostly the time in which the rarer kinds come by. All are medians, with the longest in brackets.

| fault | store | times | requests | not answered in full | ready | last failure | recovered |
|---|---|---:|---:|---:|---:|---:|---:|
`)
	for _, run := range runs {
		requests, failures, _ := run.outcomes()
		samples := run.samples()
		fmt.Fprintf(&out, "| %s | %s | %d | %d | %d | %s | %s | %s |\n", run.fault.name, run.database, len(run.rounds), requests, failures,
			run.spread(func(r *faultRound) time.Duration { return r.ready.Sub(r.mending) }),
			run.spread(func(r *faultRound) time.Duration { return r.lastFailure(samples) }),
			run.spread((*faultRound).recovery))
	}
	return out.String()
}

// spread is the median of a time over the rounds, and the longest.
func (run *faultRun) spread(of func(*faultRound) time.Duration) string {
	times := make([]time.Duration, len(run.rounds))
	for i, r := range run.rounds {
		times[i] = of(r)
	}
	if len(times) == 0 {
		return ""
	}
	slices.Sort(times)
	return fmt.Sprintf("%.2f s (%.2f)", times[(len(times)-1)/2].Seconds(), times[len(times)-1].Seconds())
}

func outcomeTable(runs []*faultRun) string {
	var out strings.Builder
	out.WriteString(`
## What people saw

A *partial* answer has everything but what comes from the broken part; *failed* is an error or no answer at all; *refused*
is an answer that says no, such as CONFLICT for an order that has been cancelled for want of stock. Each failed and partial
one was on its way while the part was broken, or had not recovered, and needs that part.

| fault | store | answers |
|---|---|---|
`)
	for _, run := range runs {
		_, _, counts := run.outcomes()
		list := []string{"all in full"}
		if len(counts) > 0 {
			list = nil
		}
		for _, count := range counts {
			list = append(list, fmt.Sprintf("%d %s", count.N, count.Outcome))
		}
		fmt.Fprintf(&out, "| %s | %s | %s |\n", run.fault.name, run.database, strings.Join(list, ", "))
	}
	return out.String()
}

func invariantTable(runs []*faultRun) string {
	var out strings.Builder
	out.WriteString(`
## What was checked after each fault

By the databases and the files on disk, when the last event had arrived; the last three by requests. The number of checks is
that of all faults together; each fault checks everything since the shop's start, but refusals and logins once.

| invariant | checks | broken |
|---|---:|---:|
`)
	var names []string
	checks, broken := map[string]int{}, map[string]int{}
	left := 0
	for _, run := range runs {
		left += run.leftBytes
		for _, figure := range run.figures {
			if !slices.Contains(names, figure.name) {
				names = append(names, figure.name)
			}
			checks[figure.name] += figure.checked
			broken[figure.name] += len(figure.findings)
		}
	}
	for _, name := range names {
		fmt.Fprintf(&out, "| %s | %d | %d |\n", name, checks[name], broken[name])
	}
	fmt.Fprintf(&out, `
A product that dies while it writes a file leaves its bytes without a file: %d times here. It removes them when they are an
hour old; for the check they were made older, and had to be gone.
`, left)
	return out.String()
}

// machine says on what this runs.
func machine() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d CPUs, %s", name, runtime.NumCPU(), runtime.Version())
}

// commit is the last one that has changed the program.
func commit() string {
	show := exec.Command("git", "log", "-1", "--format=%H", "--", "*.go", "go.mod")
	show.Dir = root
	text, err := show.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
