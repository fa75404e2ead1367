// Command bench measures the router on the shop: requests per second, latency, CPU time per request
// and peak memory, for the query that everything is for and for a query of one fetch, beside a bare
// reverse proxy in front of the same service in the same run.
//
// The targets alternate within each round and ratios are taken within a round, so that the noise of
// a shared machine cancels. Every answer is checked. CPU per request is the figure to trust;
// throughput and latency share the machine with the load generator and the services.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/weft-graph/weft/internal/shop"
)

// settings are the command's flags.
type settings struct {
	rounds      int
	duration    time.Duration
	connections int
	write       string
}

func main() {
	var s settings
	proxy := flag.String("proxy", "", "be the reverse proxy in front of this address (the command starts itself so)")
	flag.IntVar(&s.rounds, "rounds", 5, "rounds; each measures every target once, and medians are printed")
	flag.DurationVar(&s.duration, "duration", 3*time.Second, "how long each target is under load in a round")
	flag.IntVar(&s.connections, "connections", 16, "connections, each with one request at a time")
	flag.StringVar(&s.write, "write", "", "write the report to this file too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := error(nil)
	if *proxy != "" {
		err = serveProxy(ctx, *proxy)
	} else {
		err = run(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run builds and starts the shop, measures and prints.
func run(ctx context.Context, s settings) (err error) {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Fprintln(os.Stderr, "building and starting the shop …")
	binaries := filepath.Join(dir, "bin")
	if err := shop.Build(".", binaries); err != nil {
		return err
	}
	running, err := shop.Start(".", binaries, dir)
	defer func() { err = errors.Join(err, running.Stop()) }()
	if err != nil {
		return err
	}
	proxy, err := startProxy(running.Addresses["product"])
	if err != nil {
		return err
	}
	defer proxy.stop()
	client := newClient(s.connections)
	targets, err := shopTargets(ctx, client, running, proxy)
	if err != nil {
		return err
	}
	rounds, err := measure(ctx, client, targets, s)
	if err != nil {
		return err
	}
	text := report(targets, rounds, s)
	fmt.Print(text)
	if s.write != "" {
		return os.WriteFile(s.write, []byte(text), 0o644)
	}
	return nil
}

// measure warms every target up and then puts them under load in turn, round by round.
func measure(ctx context.Context, client *http.Client, targets []*target, s settings) ([][]figure, error) {
	for _, t := range targets {
		if err := t.learn(ctx, client); err != nil {
			return nil, err
		}
		t.load(ctx, client, s.connections, s.duration/2)
	}
	rounds := make([][]figure, s.rounds)
	for i := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, s.rounds)
		for _, t := range targets {
			f := t.load(ctx, client, s.connections, s.duration)
			if f.Requests == 0 {
				return nil, fmt.Errorf("%s: no request succeeded: %s", t.Name, f.FirstError)
			}
			rounds[i] = append(rounds[i], f)
		}
	}
	return rounds, ctx.Err()
}
