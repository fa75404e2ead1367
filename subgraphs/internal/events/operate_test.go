package events_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/redistest"
)

// command runs the subcommand as order would, and returns what it says and its error.
func (w *world) command(args ...string) (string, error) {
	var out strings.Builder
	err := events.Command{URL: w.redis.URL, Service: "order", Sources: []string{"user", "product"}, Out: &out}.Run(args)
	return out.String(), err
}

func TestTheCommand(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		broken := w.source
		broken.Apply = func(context.Context, database.Handle, events.Event) error { return errors.New("a defect") }
		stop := background.Run(t, w.producer.Relay, w.following(broken))
		eventually(t, "the empty snapshot is read", func() bool { return w.snapshotIsRead(t) })
		w.tell(t, "a", 1)
		w.tell(t, "b", 7)
		eventually(t, "two dead letters", func() bool { return len(w.letters(t)) == 2 })
		stop()
		out, err := w.command("dead")
		for _, part := range []string{"from product since 20", "thing a version 1\n", "error: a defect\n", `state: {"Text":"b7"}`, "2 dead letters\n"} {
			if err != nil || !strings.Contains(out, part) {
				t.Errorf("dead says nothing of %q, %v:\n%s", part, err, out)
			}
		}
		id := w.letters(t)[0].ID
		if out, err := w.command("replay", id, "1-1"); err == nil || !strings.Contains(err.Error(), "1-1") || len(w.letters(t)) != 2 {
			t.Errorf("with an id that is none: %q, %v", out, err)
		}
		for _, args := range [][]string{{}, {"replay"}, {"bury"}} {
			if _, err := w.command(args...); err == nil || !strings.Contains(err.Error(), "order events replay --all") {
				t.Errorf("%v: %v", args, err)
			}
		}
		background.Run(t, w.producer.Relay, w.following(w.source))
		if out, err := w.command("replay", id); err != nil || out != "1 dead letters are replayed\n" {
			t.Errorf("replay of one: %q, %v", out, err)
		}
		w.awaitCopies(t, "a@1")
		if out, err := w.command("replay", "--all"); err != nil || out != "1 dead letters are replayed\n" {
			t.Errorf("replay of all: %q, %v", out, err)
		}
		w.awaitCopies(t, "a@1", "b@7")
	})
}

// TestLag asks for the metrics over HTTP, as Prometheus does, before and after the events are there.
func TestLag(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		_ = listener.Close() // its port is free again
		environment := boot.NewEnvironment(func(name string) string {
			return map[string]string{"REDIS_URL": server.URL, "PEER_KEY": string(key), "METRICS_LISTEN": address}[name]
		})
		config := events.Configure(environment)
		if err := environment.Err(); err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, server, databasetest.SQLite(t, migrations), databasetest.SQLite(t, migrations))
		bus, err := config.Open("order", w.follow.DB)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(bus.Close)
		bus.Pace = quick
		bus.Pace.Retry = time.Hour // on a slow machine the entry would be delivered twice, and be two dead letters
		for _, id := range []string{"1", "2"} {
			err := bus.DB.Tx(t.Context(), func(tx database.Handle) error { return events.Append(t.Context(), tx, "order", id, 1, 0) })
			if err != nil {
				t.Fatal(err)
			}
		}
		tasks := bus.Background(w.source)
		metrics := tasks[len(tasks)-1]
		background.Run(t, metrics)
		awaitMetrics(t, address, "weft_events_outbox_waiting 2\n", "# TYPE weft_events_outbox_oldest_seconds gauge\n", "weft_events_redis_up 1\n",
			`weft_events_dead_letters{source="product"} 0`)
		if profile, err := http.Get("http://" + address + "/debug/pprof/profile?seconds=1"); err != nil || profile.StatusCode != http.StatusOK {
			t.Errorf("a CPU profile: %v, %v", profile, err)
		} else {
			_ = profile.Body.Close()
		}
		for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/profile"} {
			refused, err := http.Post("http://"+address+path, "", nil)
			if err != nil || refused.StatusCode != http.StatusMethodNotAllowed || refused.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("POST %s: %v, %v; want 405 with Allow", path, refused, err)
			} else {
				_ = refused.Body.Close()
			}
		}
		background.Run(t, tasks[:len(tasks)-1]...)
		addEntry(t, w, map[string]any{"version": "no number"})
		awaitMetrics(t, address, "weft_events_outbox_waiting 0\n", "weft_events_outbox_oldest_seconds 0\n",
			`weft_events_behind{source="product"} 0`, `weft_events_failing{source="product"} 0`, `weft_events_dead_letters{source="product"} 1`)
		server.Stop(t)
		awaitMetrics(t, address, "weft_events_redis_up 0\n", "weft_events_outbox_waiting 0\n")
	})
}

func awaitMetrics(t *testing.T, address string, want ...string) {
	t.Helper()
	eventually(t, strings.Join(want, ", "), func() bool {
		response, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			return false // it does not listen yet
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", response.Status, err)
		}
		for _, line := range want {
			if !strings.Contains(string(body), line) {
				return false
			}
		}
		return true
	})
}

// TestConfigurationIsChecked: every mistake is named.
func TestConfigurationIsChecked(t *testing.T) {
	environment := boot.NewEnvironment(func(name string) string {
		return map[string]string{"REDIS_URL": "http://localhost", "PEER_KEY": "short", "METRICS_LISTEN": "nowhere"}[name]
	})
	events.Configure(environment)
	err := environment.Err()
	for _, name := range []string{"REDIS_URL", "PEER_KEY", "METRICS_LISTEN"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}
