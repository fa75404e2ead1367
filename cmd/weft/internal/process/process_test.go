//go:build unix

package process

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graph/weft/cmd/weft/internal/console"
	"github.com/weft-graph/weft/cmd/weft/internal/task"
)

// role makes the test binary itself the program that is supervised.
const role = "PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "server":
		serve()
	case "crash":
		fmt.Println("about to crash")
		os.Exit(3)
	case "parent":
		startChild()
	case "guard":
		if err := Watch(os.Stdin); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	case "weft":
		runThenDie()
	}
}

// serve is ready at $ADDRESS until a signal ends it.
func serve() {
	fmt.Println("pid", os.Getpid())
	if err := http.ListenAndServe(os.Getenv("ADDRESS"), http.NotFoundHandler()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// startChild starts a program that ignores SIGTERM, as a shell script's child may, and waits beside it.
func startChild() {
	child := exec.Command("sh", "-c", `trap "" TERM; while :; do sleep 1; done`)
	if err := child.Start(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if err := os.WriteFile(os.Getenv("PID_FILE"), fmt.Appendf(nil, "%d", child.Process.Pid), 0o600); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("child started")
	select {}
}

// runThenDie supervises a parent with a child and is killed meanwhile.
func runThenDie() {
	guard, err := startTestGuard()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	p := New(Spec{Name: "parent", Args: []string{os.Args[0]}, Env: environ("parent", "PID_FILE="+os.Getenv("PID_FILE"))},
		console.New(os.Stdout, 6).Writer("parent"), guard)
	fmt.Println(p.Run(context.Background()))
}

func environ(name string, more ...string) []string {
	return append(append(os.Environ(), role+"="+name), more...)
}

func startTestGuard() (*Guard, error) { return StartGuard("/usr/bin/env", role+"=guard", os.Args[0]) }

func newGuard(t *testing.T) *Guard {
	t.Helper()
	guard, err := startTestGuard()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := guard.Close(); err != nil {
			t.Errorf("the guard ended badly: %v", err)
		}
	})
	return guard
}

// output is what a process said so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within a minute: %s", what)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	_, after, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(after, "Z") // a zombie has ended
}

func TestDiesAndIsStartedAgain(t *testing.T) {
	var out output
	address := freeAddress(t)
	spec := Spec{Name: "user", Args: []string{os.Args[0]}, Env: environ("server", "ADDRESS="+address), Listen: address}
	p := New(spec, console.New(&out, 4).Writer("user"), newGuard(t))
	ctx, cancel := context.WithCancel(t.Context())
	group, ctx := task.NewGroup(ctx)
	group.Go("user", p.Run)
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	var first int
	if _, err := fmt.Sscanf(out.String(), "user | pid %d", &first); err != nil {
		t.Fatalf("the program's line is not prefixed by its name: %q", out.String())
	}
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the program runs again", func() bool { return strings.Count(out.String(), "user | pid ") == 2 })
	if want := "user | ended by itself (signal: killed); starting it again in 250ms"; !strings.Contains(out.String(), want) {
		t.Errorf("output %q lacks %q", out.String(), want)
	}
	cancel()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		_ = conn.Close()
		t.Error("the program still listens after its context has ended")
	}
}

func TestNeverReady(t *testing.T) {
	var out output
	spec := Spec{Name: "user", Args: []string{os.Args[0]}, Env: environ("crash"), Listen: freeAddress(t)}
	p := New(spec, console.New(&out, 4).Writer("user"), newGuard(t))
	err := p.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "user ended 3 times before it was ready (exit status 3)") {
		t.Errorf("Run gave %v, want an error that counts the attempts", err)
	}
	if got := strings.Count(out.String(), "user | about to crash"); got != MaxStartAttempts {
		t.Errorf("the program ran %d times, want %d", got, MaxStartAttempts)
	}
}

func TestNoSuchProgram(t *testing.T) {
	spec := Spec{Name: "user", Args: []string{"./no-such-program"}, Dir: t.TempDir()}
	err := New(spec, console.New(&output{}, 4).Writer("user"), newGuard(t)).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "start user: ") || !strings.Contains(err.Error(), "no-such-program") {
		t.Errorf("Run gave %v, want an error that names the process and the program", err)
	}
}

func TestStopLeavesNoGrandchild(t *testing.T) {
	var out output
	pidFile := filepath.Join(t.TempDir(), "pid")
	spec := Spec{Name: "parent", Args: []string{os.Args[0]}, Env: environ("parent", "PID_FILE="+pidFile)}
	p := New(spec, console.New(&out, 6).Writer("parent"), newGuard(t))
	ctx, cancel := context.WithCancel(t.Context())
	group, _ := task.NewGroup(ctx)
	group.Go("parent", p.Run)
	child := waitForPid(t, pidFile)
	cancel()
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	eventually(t, "the grandchild is gone", func() bool { return !alive(child) })
}

func TestKilledWeftLeavesNoProcess(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	weft := exec.Command(os.Args[0])
	weft.Env = environ("weft", "PID_FILE="+pidFile)
	if err := weft.Start(); err != nil {
		t.Fatal(err)
	}
	child := waitForPid(t, pidFile)
	if err := weft.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := weft.Wait(); err == nil {
		t.Error("the killed program ended well")
	}
	eventually(t, "the grandchild of a killed weft is gone", func() bool { return !alive(child) })
}

func waitForPid(t *testing.T, path string) int {
	t.Helper()
	var pid int
	eventually(t, "a pid in "+path, func() bool {
		text, err := os.ReadFile(path)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(string(text))
		return err == nil
	})
	if !alive(pid) {
		t.Fatalf("process %d is gone too early", pid)
	}
	return pid
}

func TestCheckPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	tests := []struct{ name, address, want string }{
		{"busy", listener.Addr().String(), "port " + port + " is busy: user wants 127.0.0.1:" + port},
		{"free", freeAddress(t), ""},
		{"none", "", ""},
		{"another machine's", "203.0.113.1:4001", "user cannot listen on 203.0.113.1:4001"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Spec{Name: "user", Listen: test.address}.CheckPort()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("CheckPort gave %v, want %q", err, test.want)
			}
		})
	}
}

func TestWatchRefusesNonsense(t *testing.T) {
	for _, line := range []string{"+1", "+0", "+-5", "12", "x"} {
		if err := Watch(strings.NewReader(line + "\n")); err == nil {
			t.Errorf("Watch took %q: it might kill what is not weft's", line)
		}
	}
}
