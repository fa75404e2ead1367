package router_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router"
	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/source"
)

// TestSwapUnderLoad: while graphs are swapped no request fails, and each is answered by one graph or the other.
func TestSwapUnderLoad(t *testing.T) {
	s := start(t, nil)
	var group sync.WaitGroup
	var stop atomic.Bool
	var answered atomic.Int64
	client := &http.Client{}
	for range 8 {
		group.Go(func() {
			for !stop.Load() {
				response, err := client.Post(s.url+"/graphql", "application/json", strings.NewReader(`{"query":"{ hello echo(n: 1) }"}`))
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(response.Body)
				response.Body.Close()
				if response.StatusCode != 200 || string(body) != `{"data":{"hello":"world","echo":7}}` {
					t.Errorf("%d %s", response.StatusCode, body)
					return
				}
				answered.Add(1)
			}
		})
	}
	for i := range 30 {
		s.swap(t, s.sdl([]string{"extra", "added"}[i%2]))
		time.Sleep(10 * time.Millisecond)
	}
	stop.Store(true)
	group.Wait()
	if answered.Load() < 100 {
		t.Errorf("only %d requests were answered", answered.Load())
	}
}

func TestASwapThatFailsKeepsTheGraph(t *testing.T) {
	s := start(t, nil)
	loaded, err := supergraph.Load(strings.ReplaceAll(s.sdl("added"), s.people.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Swap(t.Context(), loaded); err == nil || !strings.Contains(err.Error(), "subgraphs.people.url") {
		t.Errorf("a subgraph without an address: %v", err)
	}
	if got := s.post(t, `{"query":"{ extra }"}`); got.body != `{"data":{"extra":"1"}}` {
		t.Errorf("the old graph: %s", got.body)
	}
}

func TestNotReady(t *testing.T) {
	r, err := router.New(config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	for path, want := range map[string]int{"/readyz": 503, "/healthz": 200, "/graphql?query=%7Ba%7D": 503} {
		if got := get(r.Handler(), path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if r.IsReady() {
		t.Error("ready without a graph")
	}
}

// TestGracefulStop: what has begun is finished, nothing new is taken.
func TestGracefulStop(t *testing.T) {
	s := start(t, nil)
	arrived, open := make(chan struct{}), make(chan struct{})
	s.people.reply(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-open
		io.WriteString(w, `{"data":{"hello":"late"}}`)
	})
	answers := make(chan reply, 1)
	go func() { answers <- s.post(t, `{"query":"{ hello }"}`) }()
	<-arrived
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for deadline := time.Now().Add(patience); s.IsReady(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("still ready")
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped before the request was answered: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := http.Get(s.url + "/healthz"); err == nil {
		t.Error("a new connection was taken")
	}
	close(open)
	if got := <-answers; got.body != `{"data":{"hello":"late"}}` {
		t.Errorf("the request that had begun: %s", got.body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestDrainTimeout(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Server.DrainTimeout = 50 * time.Millisecond })
	arrived := make(chan struct{})
	s.people.reply(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	go func() {
		response, err := http.Post(s.url+"/graphql", "application/json", strings.NewReader(`{"query":"{ hello }"}`))
		if err == nil {
			response.Body.Close()
		}
	}()
	<-arrived
	if err := s.stop(); err == nil || !strings.Contains(err.Error(), "50ms") {
		t.Errorf("error %v", err)
	}
}

func TestRequestTimeout(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Server.RequestTimeout = 100 * time.Millisecond })
	s.people.reply(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if got := s.post(t, `{"query":"{ hello }"}`); got.status != 200 || !strings.Contains(got.body, "SUBGRAPH_TIMEOUT") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestRun serves a file from the first line to the last: start, a good change, a bad one, stop.
func TestRun(t *testing.T) {
	s := &server{people: newSubgraph(t), orders: newSubgraph(t), log: &logBuffer{}}
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	replace(t, file, s.sdl("extra"))
	c := config.Default()
	c.Listen, c.Supergraph = "127.0.0.1:0", file
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- router.Run(ctx, c, slog.New(slog.NewJSONHandler(s.log, nil))) }()
	s.url = strings.TrimSuffix(s.awaitLog(t, `"url":"`, `"`), "/graphql")

	ask := func(field string) string { return s.post(t, fmt.Sprintf(`{"query":"{ %s }"}`, field)).body }
	if got := ask("extra"); got != `{"data":{"extra":"1"}}` {
		t.Fatal(got)
	}
	replace(t, file, s.sdl("added"))
	for deadline := time.Now().Add(patience); ask("added") != `{"data":{"added":"new"}}`; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the change was not swapped in")
		}
	}
	replace(t, file, "type Query {")
	s.awaitLog(t, "the changed supergraph is refused", file)
	if got := ask("added"); got != `{"data":{"added":"new"}}` {
		t.Errorf("after a bad change: %s", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestAPanicOfAChangeIsThatChangesEnd: a change on which we crash must not take down what is served, nor the changes
// after it.
func TestAPanicOfAChangeIsThatChangesEnd(t *testing.T) {
	s := start(t, nil)
	file := filepath.Join(t.TempDir(), "supergraph.graphql")
	replace(t, file, s.sdl("extra"))
	options := source.Options{ReadFile: func(path string) ([]byte, error) {
		text, err := os.ReadFile(path)
		if string(text) == "crash" {
			panic("crash")
		}
		return text, err
	}}
	last, err := source.Load(t.Context(), file, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if value := recover(); value != nil {
				ended <- fmt.Errorf("panic: %v", value)
			}
		}()
		ended <- s.Follow(ctx, file, last, options, func(*source.Version, error) {})
	}()
	replace(t, file, "crash")
	s.awaitLog(t, `"panic":"panic: crash"`, "}")
	replace(t, file, s.sdl("added"))
	for deadline := time.Now().Add(patience); s.post(t, `{"query":"{ added }"}`).body != `{"data":{"added":"new"}}`; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the change after it was not swapped in")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// replace writes a file as editors do: another one, renamed over it.
func replace(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// awaitLog waits until the log has before, and returns what stands between it and after.
func (s *server) awaitLog(t *testing.T, before, after string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, rest, ok := strings.Cut(s.log.String(), before); ok {
			if text, _, ok := strings.Cut(rest, after); ok {
				return text
			}
		}
	}
	t.Fatalf("the log has no %q: %s", before, s.log)
	return ""
}
