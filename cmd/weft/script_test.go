//go:build unix

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the two programs that the scripts run: weft itself, and a subgraph to run it on.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"weft":     main,
		"subgraph": runSubgraph,
	})
}

var update = flag.Bool("update", false, "rewrite what scripts compare with what weft prints now")

// patience is how long a script waits for something to come about.
const patience = time.Minute

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"PORT", "PORT_A", "PORT_B"} {
				port, err := freePort()
				if err != nil {
					return err
				}
				env.Setenv(name, port)
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ask":    ask,
			"await":  await,
			"begin":  begin,
			"gone":   gone,
			"listen": listen,
			"signal": signalPid,
			"expand": expand,
		},
	})
}

// runSubgraph is a subgraph process: it answers every operation with $ANSWER on $LISTEN, never without one, writes its
// process id to $PID_FILE, and with CRASH set ends at once.
func runSubgraph() {
	if os.Getenv("CRASH") != "" {
		fmt.Println("cannot go on")
		os.Exit(7)
	}
	if path := os.Getenv("PID_FILE"); path != "" {
		if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	http.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("asked with the greeting", os.Getenv("GREETING"))
		if os.Getenv("ANSWER") == "" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, os.Getenv("ANSWER"))
	})
	fmt.Println(http.ListenAndServe(os.Getenv("LISTEN"), nil))
	os.Exit(1)
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// ask sends a query and wants an answer that holds a text, within some time: ask URL QUERY TEXT
func ask(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: ask URL QUERY TEXT")
	}
	last := ""
	eventually(ts, func() bool {
		res, err := http.Post(args[0], "application/json", strings.NewReader(fmt.Sprintf(`{"query": %q}`, args[1])))
		if err != nil {
			last = err.Error()
			return false
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		last = fmt.Sprintf("%s %s %v", res.Status, body, err)
		return strings.Contains(string(body), args[2])
	}, func() string { return fmt.Sprintf("%s does not answer %q; it says: %s", args[0], args[2], last) })
}

// begin sends a query and does not wait for its answer: begin URL QUERY
func begin(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: begin URL QUERY")
	}
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, args[0], strings.NewReader(fmt.Sprintf(`{"query": %q}`, args[1])))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/json")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if response, err := http.DefaultClient.Do(req); err == nil {
			_ = response.Body.Close()
		}
	}()
	ts.Defer(func() { cancel(); <-ended })
}

// await waits until a file, which a background command writes, holds a text: await FILE TEXT
func await(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: await FILE TEXT")
	}
	path := ts.MkAbs(args[0])
	var text []byte
	eventually(ts, func() bool {
		text, _ = os.ReadFile(path)
		return strings.Contains(string(text), args[1])
	}, func() string { return fmt.Sprintf("%s does not get %q; it holds: %s", args[0], args[1], text) })
}

// gone waits until the process whose id stands in a file has ended: gone FILE
func gone(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: gone FILE")
	}
	pid := readPid(ts, args[0])
	eventually(ts, func() bool { return !isAlive(pid) }, func() string { return fmt.Sprintf("process %d still runs", pid) })
}

// signalPid sends a signal to the process whose id stands in a file: signal NAME FILE
func signalPid(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	if len(args) != 2 || neg || signals[args[0]] == 0 {
		ts.Fatalf("usage: signal INT|TERM|KILL FILE")
	}
	ts.Check(syscall.Kill(readPid(ts, args[1]), signals[args[0]]))
}

// listen takes a port until the script ends: listen PORT
func listen(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: listen PORT")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
}

// expand replaces @NAME@ in files by the script's variable of that name: expand FILE...
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg {
		ts.Fatalf("usage: expand FILE...")
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		for _, variable := range []string{"PORT", "PORT_A", "PORT_B", "WORK"} {
			text = strings.ReplaceAll(text, "@"+variable+"@", ts.Getenv(variable))
		}
		ts.Check(os.WriteFile(filepath.Clean(ts.MkAbs(name)), []byte(text), 0o600))
	}
}

func readPid(ts *testscript.TestScript, file string) int {
	var pid int
	eventually(ts, func() bool {
		text, err := os.ReadFile(ts.MkAbs(file))
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil
	}, func() string { return file + " holds no process id" })
	return pid
}

// isAlive reports whether a process runs; one that ended and was not waited for yet does not.
func isAlive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(state, "Z")
}

func eventually(ts *testscript.TestScript, ok func() bool, complaint func() string) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if ok() {
			return
		}
	}
	ts.Fatalf("after %s: %s", patience, complaint())
}
