// Command shop finds how many operations a second the whole shop takes: the highest rate of mixed traffic at which the
// 99th percentile of every operation stays below a limit, on SQLite and on Postgres. Operations that hash a password pay
// for argon2id and are told apart.
//
// The shop runs as in production, each part a process of its own with a real Redis, and shares the machine with what
// makes the load. The rate is that at which operations become due, whether or not those before have ended, and latency
// counts from then. It is doubled until the limit breaks, bisected, and then has to hold for longer; as long as it does
// not, less is tried.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/weft-graph/weft/bench/machine"
	"github.com/weft-graph/weft/internal/postgres"
	"github.com/weft-graph/weft/internal/shop"
)

// settings are the command's flags.
type settings struct {
	databases string
	limit     time.Duration
	warm      time.Duration
	step      time.Duration
	confirm   time.Duration
	rate      float64
	profile   string
	write     string
	env       string
}

// quietGC is the growth of the heap between two collections, in percent: the load's own collector should not be what is
// measured.
const quietGC = 800

// runtimeSettings are the variables of Go's runtime with which the shop's images run, and so with which it is measured.
const runtimeSettings = "GOMAXPROCS=1 GOGC=400 GOMEMLIMIT=200MiB"

func main() {
	var s settings
	flag.StringVar(&s.databases, "databases", "sqlite,postgres", "the databases to measure on")
	flag.DurationVar(&s.limit, "limit", 50*time.Millisecond, "what the 99th percentile of each operation must stay below")
	flag.DurationVar(&s.warm, "warm", time.Second, "load before each measurement")
	flag.DurationVar(&s.step, "step", 3*time.Second, "how long each rate is tried in the search")
	flag.DurationVar(&s.confirm, "confirm", 20*time.Second, "how long the rate that was found must hold")
	flag.Float64Var(&s.rate, "rate", 0, "search for nothing, hold this rate")
	flag.StringVar(&s.profile, "profile", "", "write CPU profiles of the services and the router at the end to this folder")
	flag.StringVar(&s.write, "write", "", "write the report to this file, in place of what stands there before the first line that begins with ## What")
	flag.StringVar(&s.env, "env", runtimeSettings, "variables with which every program of the shop runs")
	flag.Parse()
	debug.SetGCPercent(quietGC)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench/shop:", err)
		os.Exit(1)
	}
}

// run builds the shop, measures it on each database, and prints.
func run(ctx context.Context, s settings) (err error) {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	say("building the shop …")
	binaries := filepath.Join(dir, "bin")
	if err := shop.Build(".", binaries); err != nil {
		return err
	}
	report := head(s)
	for name := range strings.SplitSeq(s.databases, ",") {
		text, err := measure(ctx, s, name, shop.Config{
			Root: ".", Binaries: binaries, Dir: filepath.Join(dir, name), Postgres: name == "postgres", Env: strings.Fields(s.env),
		})
		if errors.Is(err, postgres.ErrNone) {
			text, err = fmt.Sprintf("\n## %s\n\nNot measured: %s.\n", title(name), postgres.ErrNone), nil
		}
		if err != nil {
			return fmt.Errorf("on %s: %w", name, err)
		}
		report += text
	}
	fmt.Print(report)
	if s.write != "" {
		return writeReport(s.write, report)
	}
	return nil
}

// measure starts a shop, finds its rate and returns its part of the report.
func measure(ctx context.Context, s settings, name string, config shop.Config) (text string, err error) {
	if name != "sqlite" && name != "postgres" {
		return "", fmt.Errorf("there is no database %q: sqlite or postgres", name)
	}
	say("starting the shop on %s …", name)
	if err := os.MkdirAll(config.Dir, 0o755); err != nil {
		return "", err
	}
	running, err := shop.StartAs(config)
	defer func() { err = errors.Join(err, running.Stop()) }()
	if err != nil {
		return "", err
	}
	t, err := newTrial(ctx, s, running)
	if err != nil {
		return "", err
	}
	rate := s.rate
	if rate == 0 {
		if rate, err = search(t.holds(ctx)); err != nil {
			return "", err
		}
	}
	tried, err := t.confirm(ctx, rate)
	if err != nil {
		return "", err
	}
	result := tried[len(tried)-1]
	if s.profile != "" {
		if err := t.profile(ctx, result.rate, filepath.Join(s.profile, name), running.Addresses); err != nil {
			return "", err
		}
	}
	return result.report(name, s, tried[:len(tried)-1]), nil
}

func say(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }

// processes are the shop's programs, in the order in which they are reported, and what makes the load.
func processes(running *shop.Shop) (names []string, list []machine.Process) {
	for _, name := range slices.Concat([]string{"router"}, shop.Services, []string{"redis", "postgres"}) {
		if p := running.Programs[name]; p != nil {
			names, list = append(names, name), append(list, machine.Process{PID: p.PID()})
		}
	}
	return append(names, "load"), append(list, machine.Process{PID: os.Getpid()})
}
