// Package redistest runs tests on every Redis that a service may meet: the in-process one of `weft dev` and a real
// redis-server of the test's own. Where there is no redis-server that half is skipped, but fails if CI=true.
package redistest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

const startTimeout = time.Minute

// Server is one Redis that lives at most as long as its test.
type Server struct {
	// URL is what REDIS_URL would be.
	URL string
	// Client reads and writes beside the code under test.
	Client *redis.Client
	// Stop takes Redis down with all that it held; Start brings an empty one back at the same URL.
	Stop, Start func(t testing.TB)
}

// Each runs test once on each kind of Redis, empty.
func Each(t *testing.T, test func(t *testing.T, server *Server)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { test(t, InProcess(t)) })
	t.Run("redis-server", func(t *testing.T) { test(t, Real(t)) })
}

// InProcess returns a miniredis.
func InProcess(t testing.TB) *Server {
	t.Helper()
	mini := miniredis.NewMiniRedis()
	if err := mini.Start(); err != nil {
		t.Fatal(err)
	}
	address := mini.Addr()
	t.Cleanup(func() { mini.Close() })
	return withClient(t, &Server{
		URL:  "redis://" + address,
		Stop: func(testing.TB) { mini.Close() },
		Start: func(t testing.TB) {
			mini = miniredis.NewMiniRedis() // one that is restarted never answers a blocking command
			if err := mini.StartAddr(address); err != nil {
				t.Fatal(err)
			}
		},
	})
}

// Real returns a redis-server process that listens on a Unix socket.
func Real(t testing.TB) *Server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("not tested on a real Redis: no redis-server found; install it")
	}
	if err != nil {
		t.Fatal("cannot test on a real Redis: no redis-server found, and CI=true allows no skip")
	}
	folder, err := os.MkdirTemp("", "weft-redis-") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	var process *exec.Cmd
	stop := func(testing.TB) {
		if process != nil {
			_ = process.Process.Kill() // it keeps nothing, so there is nothing to lose
			_ = process.Wait()         // its status after a kill says nothing
			process = nil
		}
	}
	server := &Server{URL: "unix://" + socket, Stop: stop}
	server.Start = func(t testing.TB) {
		process = exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder)
		process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		awaitAnswer(t, server)
	}
	t.Cleanup(func() { stop(t); _ = os.RemoveAll(folder) })
	withClient(t, server)
	server.Start(t)
	return server
}

func withClient(t testing.TB, server *Server) *Server {
	t.Helper()
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	server.Client = redis.NewClient(options)
	t.Cleanup(func() { _ = server.Client.Close() })
	return server
}

func awaitAnswer(t testing.TB, server *Server) {
	t.Helper()
	deadline := time.Now().Add(startTimeout)
	for {
		err := server.Client.Ping(t.Context()).Err()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("redis-server does not answer: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
