// Package process runs programs beside weft: started, watched, started again when they die, and stopped for good.
//
// What goes in is a Spec and a context; when the context ends, the program and all that it started are gone. Programs
// run in process groups of their own; a Guard ends the groups if weft itself is killed. The package knows nothing of
// GraphQL.
package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/weft-graph/weft/cmd/weft/internal/console"
)

// The times of a process's life.
const (
	// MaxStartAttempts is how often a program may end before it was ready until weft gives it up.
	MaxStartAttempts = 3
	// StopTimeout is how long a program has to end after it was asked to.
	StopTimeout = 10 * time.Second

	firstBackOff = 250 * time.Millisecond
	maxBackOff   = 10 * time.Second
	pollInterval = 50 * time.Millisecond
	tellAfter    = 2 * time.Second
	probeTimeout = 2 * time.Second
)

// Spec says how to run a program and when it is ready.
type Spec struct {
	// Name stands before its lines and in every message.
	Name string
	// Args is the program and its arguments. A program with a slash is relative to Dir.
	Args []string
	// Dir is the working folder.
	Dir string
	// Env is the whole environment, as in os.Environ.
	Env []string
	// Ready is a URL that answers 200 when the program is ready; "" for a program that is ready when it listens.
	Ready string
	// Listen is the address on which the program will listen; "" if it does not.
	Listen string
}

// CheckPort reports an error that names the port and the program if the program's address is taken.
func (s Spec) CheckPort() error {
	if s.Listen == "" {
		return nil
	}
	listener, err := net.Listen("tcp", s.Listen)
	if err == nil {
		return listener.Close()
	}
	_, port, splitErr := net.SplitHostPort(s.Listen)
	if splitErr != nil {
		return fmt.Errorf("%s: listen address %q: want host:port", s.Name, s.Listen)
	}
	if isBusy(err) {
		return fmt.Errorf("port %s is busy: %s wants %s, but another program listens there; stop that program, or give %s another address",
			port, s.Name, s.Listen, s.Name)
	}
	return fmt.Errorf("%s cannot listen on %s: %w", s.Name, s.Listen, err)
}

// Process is one supervised program.
type Process struct {
	spec  Spec
	out   *console.Writer
	guard *Guard
	ready atomic.Bool
}

// New returns a process that is not started yet; its output and what happens to it go to out.
func New(spec Spec, out *console.Writer, guard *Guard) *Process {
	return &Process{spec: spec, out: out, guard: guard}
}

// Run starts the program and keeps it running until ctx ends; then it stops it and returns nil. A program that ends by
// itself is started again after a pause that grows; one that cannot be started, or ends MaxStartAttempts times before
// it was ever ready, is an error.
func (p *Process) Run(ctx context.Context) error {
	pause := firstBackOff
	for attempt := 1; ; attempt++ {
		started := time.Now()
		result, err := p.runOnce(ctx)
		if err != nil {
			return fmt.Errorf("start %s: %w", p.spec.Name, err)
		}
		if ctx.Err() != nil {
			return nil
		}
		if !p.ready.Load() && attempt >= MaxStartAttempts {
			return fmt.Errorf("%s ended %d times before it was ready (%s): see its lines above", p.spec.Name, attempt, result)
		}
		if time.Since(started) > maxBackOff {
			pause = firstBackOff
		}
		p.out.Printf("ended by itself (%s); starting it again in %s", result, pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, maxBackOff)
	}
}

// Once runs the program to its end, which is an error unless it ended well or ctx stopped it.
func (p *Process) Once(ctx context.Context) error {
	result, err := p.runOnce(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("start %s: %w", p.spec.Name, err)
	case result != endedWell && ctx.Err() == nil:
		return fmt.Errorf("%s failed (%s): see its lines above", p.spec.Name, result)
	}
	return nil
}

// endedWell is how a program's end reads that returned 0.
const endedWell = "exit status 0"

// runOnce runs the program until it ends or ctx does, and says how it ended. When it returns, nothing is left of the
// program's process group.
func (p *Process) runOnce(ctx context.Context) (result string, err error) {
	unlock := lockParent()
	defer unlock()
	cmd := exec.CommandContext(ctx, p.spec.Args[0], p.spec.Args[1:]...)
	cmd.Dir, cmd.Env = p.spec.Dir, p.spec.Env
	cmd.Stdout, cmd.Stderr = p.out, p.out
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return askGroup(cmd.Process.Pid) }
	cmd.WaitDelay = StopTimeout
	if err := cmd.Start(); err != nil {
		if ctx.Err() != nil {
			return "not started", nil
		}
		return "", err
	}
	group := cmd.Process.Pid
	p.guard.add(group)
	waitErr := cmd.Wait()
	killGroup(group)
	p.guard.remove(group)
	_ = p.out.Flush()
	if waitErr != nil && !errors.Is(waitErr, exec.ErrWaitDelay) {
		return waitErr.Error(), nil
	}
	return cmd.ProcessState.String(), nil
}

// WaitReady returns when the program is ready, or ctx has ended. Meanwhile it says now and then what it waits for.
func (p *Process) WaitReady(ctx context.Context) error {
	begin, told := time.Now(), ""
	for {
		reason := p.probe(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if reason == "" {
			p.ready.Store(true)
			return nil
		}
		if time.Since(begin) > tellAfter && reason != told {
			p.out.Printf("not ready yet: %s", reason)
			told = reason
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollInterval):
		}
	}
}

// probe asks once and returns why the program is not ready, "" if it is.
func (p *Process) probe(ctx context.Context) (reason string) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	switch {
	case p.spec.Ready != "":
		return probeURL(ctx, p.spec.Ready)
	case p.spec.Listen != "":
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.spec.Listen)
		if err != nil {
			return err.Error()
		}
		_ = conn.Close() // nothing was written
	}
	return ""
}

func probeURL(ctx context.Context, url string) (reason string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode == http.StatusOK {
		return ""
	}
	text := make([]byte, 256)
	n, _ := res.Body.Read(text)
	return strings.TrimSpace(fmt.Sprintf("%s answers %s %s", url, res.Status, text[:n]))
}
