package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/weft-graph/weft/bench/machine"
	"github.com/weft-graph/weft/internal/traffic"
)

func title(database string) string {
	return map[string]string{"sqlite": "SQLite", "postgres": "Postgres"}[database]
}

// head says what was measured, on what and how.
func head(s settings) string {
	sum, shares := 0, []string{}
	for _, share := range traffic.ShopMix() {
		sum += share.Weight
	}
	for _, share := range traffic.ShopMix() {
		shares = append(shares, fmt.Sprintf("%s %.1f", share.Kind, 100*float64(share.Weight)/float64(sum)))
	}
	return fmt.Sprintf(`# The shop under load

`+"`make bench-shop`"+`: mixed traffic through the router at the highest rate at which the 99th percentile of every operation
stays below %s, but of login and register, which pay for argon2id. The router, the four services, Redis, the database and
what makes the load share the machine. Latency counts from when an operation was due, whatever became of those before. Every
commit is synced to disk. The shop's programs run %s.

%s, a load average of %s before. The mix, in percent: %s.
`, s.limit, s.runtime(), machine.Describe(), machine.Busy(), strings.Join(shares, ", "))
}

// runtime says with which settings of Go's runtime the shop's programs run.
func (s settings) runtime() string {
	switch s.env {
	case "":
		return "as Go has it"
	case runtimeSettings:
		return "with " + s.env + ", as in the images"
	default:
		return "with " + s.env
	}
}

// report is what one database was like: the rate that held, and the higher ones that were tried for as long and did not.
func (r result) report(database string, s settings, higher []result) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n## %s: %.0f operations a second\n\n", title(database), r.rate)
	if r.broken != "" {
		fmt.Fprintf(&out, "The limit of %s did not hold: %s.\n\n", s.limit, r.broken)
	}
	if len(higher) > 0 {
		fmt.Fprintf(&out, "Tried for %s before it, highest first, and did not hold:\n\n", s.confirm)
		for _, tried := range higher {
			fmt.Fprintf(&out, "- %.0f a second: %s.\n", tried.rate, tried.broken)
		}
		out.WriteByte('\n')
	}
	out.WriteString(traffic.Table(r.record.Figures()))
	fmt.Fprintf(&out, "\nOver %.0f s after a warm-up of %s:\n\n| process | CPU, of one core | ms/operation | memory MiB |\n|---|---:|---:|---:|\n", r.seconds, s.warm)
	n := float64(len(r.record.Samples()))
	sum := 0.0
	for i, name := range r.names {
		used := r.cpu[i].Seconds()
		sum += used
		fmt.Fprintf(&out, "| %s | %.0f %% | %.3f | %.0f |\n", name, 100*used/r.seconds, 1000*used/n, float64(r.kib[i])/1024)
	}
	fmt.Fprintf(&out, "| all | %.0f %% | %.3f | |\n", 100*sum/r.seconds, 1000*sum/n)
	return out.String()
}

// remarks is how what is written by hand begins, below the figures.
const remarks = "\n## What "

// writeReport writes the report over the last one and leaves what was written by hand.
func writeReport(file, report string) error {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if at := strings.Index(string(old), remarks); at >= 0 {
		report += string(old[at:])
	}
	return os.WriteFile(file, []byte(report), 0o644)
}
