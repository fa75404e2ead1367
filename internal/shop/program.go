package shop

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// How long a program may take: generous, as the race detector and two busy cores make everything slow.
const (
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
)

// Program is one process of the shop, which may be stopped and started.
type Program struct {
	Name  string
	args  []string
	dir   string
	env   []string
	ready func() error
	// attributes say as whom to run it; nil for the user who runs this.
	attributes *syscall.SysProcAttr
	// stopSignal asks it to end; zero for SIGTERM.
	stopSignal syscall.Signal

	cmd    *exec.Cmd
	output logBuffer
}

// Start starts the program and returns when it is ready.
func (p *Program) Start() error {
	if err := p.launch(); err != nil {
		return err
	}
	return p.awaitReady()
}

// PID is the number of the running process, or 0.
func (p *Program) PID() int {
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// Running reports whether the program was started and neither stopped nor killed.
func (p *Program) Running() bool { return p.cmd != nil }

// Log returns the last lines that the program wrote, over all its lives.
func (p *Program) Log(lines int) string { return p.output.tail(lines) }

// launch starts the program and does not wait until it is ready.
func (p *Program) launch() error {
	if p.cmd != nil {
		return fmt.Errorf("%s runs already", p.Name)
	}
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.dir, p.env, p.attributes
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.cmd = cmd
	return nil
}

func (p *Program) awaitReady() error {
	var err error
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = p.ready(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s is not ready after %s: %w; its last lines:\n%s", p.Name, startTimeout, err, p.Log(20))
}

// Stop asks the program to end. The error says that it did not end well in time.
func (p *Program) Stop() error {
	signal := p.stopSignal
	if signal == 0 {
		signal = syscall.SIGTERM
	}
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.Name, err)
	}
	process := p.cmd.Process
	hung := time.AfterFunc(stopTimeout, func() { _ = process.Kill() })
	defer hung.Stop()
	err := p.cmd.Wait()
	p.cmd = nil
	if err != nil {
		return fmt.Errorf("%s did not end well within %s: %w; its last lines:\n%s", p.Name, stopTimeout, err, p.Log(20))
	}
	return nil
}

// Kill ends the program as a power cut would.
func (p *Program) Kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", p.Name, err)
	}
	_ = p.cmd.Wait() // says that it was killed
	p.cmd = nil
	return nil
}

// answers200 is the ready check of an HTTP server.
func answers200(url string) func() error {
	client := &http.Client{Timeout: 5 * time.Second}
	return func() error {
		res, err := client.Get(url)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, res.Status)
		}
		return nil
	}
}

// logBuffer keeps what a program wrote, over all its lives.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *logBuffer) tail(lines int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := bytes.TrimRight(b.text.Bytes(), "\n")
	at := len(text)
	for range lines {
		at = bytes.LastIndexByte(text[:at], '\n')
		if at < 0 {
			return string(text)
		}
	}
	return string(text[at+1:])
}
