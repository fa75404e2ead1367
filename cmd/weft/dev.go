package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/weft-graph/weft/cmd/weft/internal/console"
	"github.com/weft-graph/weft/cmd/weft/internal/devfile"
	"github.com/weft-graph/weft/cmd/weft/internal/process"
	"github.com/weft-graph/weft/cmd/weft/internal/task"
)

// secretBytes is the length of a secret that is made up: 256 bits, written in hex.
const secretBytes = 32

type devCommand struct {
	File string `help:"What to start, and which graph to serve (default ${default})." default:"dev.yaml" placeholder:"FILE"`
}

// development is one run of weft dev.
type development struct {
	file *devfile.File
	// made holds the variables that this run makes up: secrets, and the in-process Redis.
	made    map[string]string
	console *console.Console
	out     *console.Writer
	guard   *process.Guard
}

// Run starts everything, serves, and returns when a signal or a failure has ended it and nothing runs any more.
func (c *devCommand) Run(ctx context.Context, restoreSignals stopSignals) (err error) {
	file, err := devfile.Load(c.File)
	if err != nil {
		return err
	}
	d := newDevelopment(file)
	tick, stopRedis, err := d.prepare()
	if err != nil {
		return err
	}
	defer stopRedis()
	server, err := d.openRouter(ctx)
	if err != nil {
		return err
	}
	defer server.close()
	specs := d.specs()
	for _, spec := range specs {
		if err := spec.CheckPort(); err != nil {
			return err
		}
	}
	if err := d.startGuard(); err != nil {
		return err
	}
	defer func() { _ = d.guard.Close() }() // every process has ended: nothing is left to kill
	if err := d.build(ctx); err != nil || ctx.Err() != nil {
		return err
	}

	group, _ := task.NewGroup(ctx)
	processes, stopProcesses := context.WithCancel(context.WithoutCancel(ctx))
	defer stopProcesses()
	group.Go("signals", restoreSignals.after)
	group.Go("redis", tick)
	started := d.start(group, processes, specs)
	group.Go("router", func(ctx context.Context) error {
		defer stopProcesses() // after the router has answered what it had begun
		return d.serve(ctx, server, started)
	})
	return group.Wait()
}

func newDevelopment(file *devfile.File) *development {
	width := len("router")
	for _, p := range file.Processes {
		width = max(width, len(p.Name))
	}
	c := console.New(os.Stdout, width)
	return &development{file: file, made: map[string]string{}, console: c, out: c.Writer("weft")}
}

// prepare makes up the secrets, starts Redis if none is named, and expands the file's variables.
func (d *development) prepare() (tick func(context.Context) error, stopRedis func(), err error) {
	for _, name := range d.file.Secrets {
		secret := make([]byte, secretBytes)
		_, _ = rand.Read(secret) // never fails: it ends the program instead
		d.made[name] = hex.EncodeToString(secret)
	}
	tick = func(context.Context) error { return nil }
	stopRedis = func() {}
	if d.file.Redis && os.Getenv("REDIS_URL") == "" {
		url, moveClock, stop, err := startRedis()
		if err != nil {
			return nil, nil, err
		}
		d.made["REDIS_URL"] = url
		tick, stopRedis = moveClock, stop
		d.out.Printf("REDIS_URL is not set: using an in-process Redis at %s", url)
	}
	if err := d.file.Expand(d.outer); err != nil {
		stopRedis()
		return nil, nil, err
	}
	return tick, stopRedis, nil
}

// outer looks a variable up in the environment, then among those that were made up.
func (d *development) outer(name string) (value string, ok bool) {
	if value := os.Getenv(name); value != "" {
		return value, true
	}
	value, ok = d.made[name]
	return value, ok
}

// lookup is outer and the file's env: what ${…} in the router's configuration sees.
func (d *development) lookup(name string) (value string, ok bool) {
	if value, ok := d.outer(name); ok {
		return value, true
	}
	value, ok = d.file.Env[name]
	return value, ok
}

// path makes a path of the file absolute.
func (d *development) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.file.Dir, name)
}

func (d *development) specs() []process.Spec {
	specs := make([]process.Spec, len(d.file.Processes))
	for i, p := range d.file.Processes {
		specs[i] = process.Spec{
			Name: p.Name, Args: p.Run, Dir: d.file.Dir, Env: environment(d.file.Env, p.Env), Ready: p.Ready, Listen: p.Listen,
		}
	}
	return specs
}

// environment is weft's own environment with the given variables set over it, later ones over earlier ones.
func environment(sets ...map[string]string) []string {
	env := os.Environ()
	for _, set := range sets {
		for _, name := range slices.Sorted(maps.Keys(set)) {
			env = append(env, name+"="+set[name])
		}
	}
	return env
}

func (d *development) startGuard() error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find weft's own binary for the guard: %w", err)
	}
	d.guard, err = process.StartGuard(self, "guard")
	return err
}

func (d *development) build(ctx context.Context) error {
	if len(d.file.Build) == 0 {
		return nil
	}
	d.out.Printf("building: %q", d.file.Build)
	spec := process.Spec{Name: "build", Args: d.file.Build, Dir: d.file.Dir, Env: environment(d.file.Env)}
	return process.New(spec, d.console.Writer("build"), d.guard).Once(ctx)
}

func (d *development) start(group *task.Group, ctx context.Context, specs []process.Spec) []*process.Process {
	started := make([]*process.Process, len(specs))
	for i, spec := range specs {
		p := process.New(spec, d.console.Writer(spec.Name), d.guard)
		started[i] = p
		group.Go(spec.Name, func(context.Context) error { return p.Run(ctx) })
	}
	return started
}

// serve waits until every process is ready, composes, says what there is and serves until ctx ends.
func (d *development) serve(ctx context.Context, server *server, processes []*process.Process) error {
	for _, p := range processes {
		if err := p.WaitReady(ctx); err != nil {
			return ended(ctx, err)
		}
	}
	if len(processes) > 0 {
		d.out.Printf("all %d processes are ready", len(processes))
	}
	return ended(ctx, server.serve(ctx, d.lookup, func(url string) {
		d.out.Printf("the graph is at %s", url)
		if d.file.Say != "" {
			_, _ = d.console.Write([]byte("\n" + d.file.Say + "\n")) // a terminal that is gone leaves nobody to tell
		}
	}))
}

// ended is nil for an error that is only the end that ctx asked for.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
