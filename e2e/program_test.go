package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The patience of the tests: generous, as the race detector and two busy cores make everything slow.
const (
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
)

// program is one process of the shop, which a test may stop and start.
type program struct {
	t     *testing.T
	name  string
	args  []string
	dir   string
	env   []string
	ready func() error

	cmd *exec.Cmd
	log *logBuffer
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

// tail returns the last lines.
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

// newProgram returns a program that the end of the test stops, and whose log a failed test shows.
func newProgram(t *testing.T, name string, args ...string) *program {
	p := &program{t: t, name: name, args: args, log: &logBuffer{}}
	t.Cleanup(func() {
		if p.cmd != nil {
			p.stop()
		}
		if t.Failed() {
			t.Logf("the last lines of %s:\n%s", name, p.log.tail(30))
		}
	})
	return p
}

// start starts the program and returns when it is ready.
func (p *program) start() {
	p.t.Helper()
	p.launch()
	p.awaitReady()
}

// launch starts the program and does not wait for it.
func (p *program) launch() {
	p.t.Helper()
	if p.cmd != nil {
		p.t.Fatalf("%s runs already", p.name)
	}
	cmd := exec.Command(p.args[0], p.args[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		p.t.Fatalf("start %s: %v", p.name, err)
	}
	p.cmd = cmd
}

func (p *program) awaitReady() {
	p.t.Helper()
	var err error
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = p.ready(); err == nil {
			return
		}
	}
	p.t.Fatalf("%s is not ready after %s: %v", p.name, startTimeout, err)
}

// stop asks the program to end; one that does not end well fails the test.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("stop %s: %v", p.name, err)
	}
	hung := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("%s did not end well within %s: %v", p.name, stopTimeout, err)
	}
	hung.Stop()
	p.cmd = nil
}

// kill ends the program as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatalf("kill %s: %v", p.name, err)
	}
	_ = p.cmd.Wait() // says that it was killed
	p.cmd = nil
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

// freeAddress returns a loopback address that nobody listens on. It lies below the range from which the kernel takes
// ports for outgoing connections: a stopped program must get its port again.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(10000+rand.IntN(20000)))
		if listener, err := net.Listen("tcp", address); err == nil {
			_ = listener.Close() // nothing was accepted
			return address
		}
	}
	t.Fatal("no free port between 10000 and 30000")
	return ""
}
