package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/router/auth"
)

// store is a Redis that a test can stop and start.
type store struct {
	url         string
	client      *redis.Client
	stop, start func()
}

// onStores runs a test on miniredis and on a real Redis.
func onStores(t *testing.T, test func(t *testing.T, s store)) {
	t.Run("miniredis", func(t *testing.T) {
		m := miniredis.RunT(t)
		client := redis.NewClient(&redis.Options{Addr: m.Addr()})
		t.Cleanup(func() { client.Close() })
		test(t, store{url: "redis://" + m.Addr(), client: client, stop: m.Close, start: func() {
			if err := m.Restart(); err != nil {
				t.Fatal(err)
			}
			m.FastForward(3 * time.Second) // its time stands still otherwise
		}})
	})
	t.Run("redis", func(t *testing.T) { test(t, startRedis(t)) })
}

func startRedis(t *testing.T) store {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and in CI nothing is skipped")
		}
		t.Skip("redis-server is not installed: apt-get install redis-server")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	dir := t.TempDir()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	var process *exec.Cmd
	s := store{url: "redis://127.0.0.1:" + port, client: client}
	s.start = func() {
		process = exec.Command(binary, "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--appendonly", "yes", "--save", "")
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); client.Ping(context.Background()).Err() != nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("redis-server does not answer")
			}
		}
	}
	s.stop = func() {
		process.Process.Kill()
		process.Wait()
	}
	s.start()
	t.Cleanup(func() { s.stop(); client.Close() })
	return s
}

func (s store) set(t *testing.T, value string, ttl time.Duration) {
	t.Helper()
	if err := s.client.Set(t.Context(), "session:s1", value, ttl).Err(); err != nil {
		t.Fatal(err)
	}
}

func session(version int, end time.Time) string {
	return fmt.Sprintf(`{"user":"walter","permissions":["order:read"],"version":%d,"expires":%d}`, version, end.Unix())
}

// outcome is how a request ended, in a word.
func outcome(t *testing.T, a *auth.Authenticator, token string) string {
	t.Helper()
	who, err := a.Authenticate(t.Context(), bearer(token))
	var refusal *auth.Refusal
	switch {
	case errors.As(err, &refusal):
		return "refused"
	case err != nil:
		t.Fatal(err)
	case who.Unchecked:
		return "unchecked"
	case who.Authenticated:
		return "good"
	}
	return "anonymous"
}

// TestSessionRules is the matrix: what the store holds, what the issuer says, what follows.
func TestSessionRules(t *testing.T) {
	hour := time.Now().Add(time.Hour)
	onStores(t, func(t *testing.T, redis store) {
		for _, c := range []struct {
			name     string
			value    string // in the store; "" for none
			issuer   string // active, inactive, newer, down or none
			absent   auth.Absent
			want     string
			mustAsk  bool
			tokenVer int
		}{
			{name: "live", value: session(3, hour), issuer: "down", want: "good"},
			{name: "older than the token", value: session(2, hour), issuer: "down", want: "good"},
			{name: "newer than the token", value: session(4, hour), issuer: "active", want: "refused"},
			{name: "revoked", value: "revoked", issuer: "active", want: "refused"},
			{name: "ended", value: session(3, time.Now().Add(-time.Second)), issuer: "inactive", want: "refused", mustAsk: true},
			{name: "unreadable, active", value: "{", issuer: "active", want: "good", mustAsk: true},
			{name: "without a version", value: "{}", issuer: "inactive", want: "refused", mustAsk: true},
			{name: "absent, active", issuer: "active", want: "good", mustAsk: true},
			{name: "absent, inactive", issuer: "inactive", want: "refused", mustAsk: true},
			{name: "absent, newer at the issuer", issuer: "newer", want: "refused", mustAsk: true},
			{name: "absent, issuer down", issuer: "down", want: "unchecked"},
			{name: "absent, refuse", issuer: "none", absent: auth.AbsentRefuse, want: "refused"},
			{name: "absent, allow", issuer: "none", absent: auth.AbsentAllow, want: "good"},
		} {
			t.Run(c.name, func(t *testing.T) {
				s := newIssuer(t)
				config := s.config()
				config.Session.RedisURL = redis.url
				if c.absent != "" {
					config.Session.Absent = c.absent
				}
				if c.issuer != "none" {
					config.Introspection = s.introspection()
				}
				a := newAuthenticator(t, config)
				token := s.sign(t, token{})
				a.Authenticate(t.Context(), bearer(token)) // the keys are had while the issuer is up
				asked := s.asked.Load()
				s.active.Store(c.issuer != "inactive")
				s.down.Store(c.issuer == "down")
				if c.issuer == "newer" {
					s.version.Store(4)
				}
				redis.client.Del(t.Context(), "session:s1")
				if c.value != "" {
					redis.set(t, c.value, time.Minute)
				}
				if got := outcome(t, a, token); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				if (s.asked.Load() > asked) != c.mustAsk && c.issuer != "down" {
					t.Errorf("the issuer was asked %d times, must ask is %v", s.asked.Load()-asked, c.mustAsk)
				}
			})
		}
	})
}

// TestRaisedSessionWithoutAnEntry: what the store says of a session that has got a new version lasts a minute. After it
// the issuer says the same, and the token can be renewed all the same.
func TestRaisedSessionWithoutAnEntry(t *testing.T) {
	s := newIssuer(t)
	config := s.config()
	config.Renewal = []string{"Mutation.refresh"}
	config.Session.RedisURL = "redis://" + miniredis.RunT(t).Addr()
	config.Introspection = s.introspection()
	a := newAuthenticator(t, config)
	text := s.sign(t, token{})
	s.raised.Store(true)
	s.version.Store(4)
	if who, err := a.Authenticate(t.Context(), bearer(text)); err != nil || who.Outdated == "" || who.Authenticated || who.Token != text {
		t.Errorf("a token older than its session: %+v, %v", who, err)
	}
	s.version.Store(3)
	var refusal *auth.Refusal
	if who, err := a.Authenticate(t.Context(), bearer(text)); !errors.As(err, &refusal) {
		t.Errorf("a session that has ended at the token's version: %+v, %v", who, err)
	}
}

// TestLogoutIsSeenByTheNextRequest is the point of a cache of 0.
func TestLogoutIsSeenByTheNextRequest(t *testing.T) {
	onStores(t, func(t *testing.T, redis store) {
		s := newIssuer(t)
		config := s.config()
		config.Session.RedisURL, config.Introspection = redis.url, s.introspection()
		a := newAuthenticator(t, config)
		token := s.sign(t, token{})
		for range 20 {
			redis.set(t, session(3, time.Now().Add(time.Hour)), time.Minute)
			if got := outcome(t, a, token); got != "good" {
				t.Fatal(got)
			}
			redis.set(t, "revoked", time.Hour)
			if got := outcome(t, a, token); got != "refused" {
				t.Fatal(got)
			}
		}
	})
}

func TestInProcessCacheBoundsHowLateALogoutIsSeen(t *testing.T) {
	m := miniredis.RunT(t)
	redis := store{url: "redis://" + m.Addr(), client: redis.NewClient(&redis.Options{Addr: m.Addr()})}
	t.Cleanup(func() { redis.client.Close() })
	s := newIssuer(t)
	config := s.config()
	config.Session.RedisURL, config.Introspection = redis.url, s.introspection()
	config.Session.Cache = 300 * time.Millisecond
	a := newAuthenticator(t, config)
	token := s.sign(t, token{})
	redis.set(t, session(3, time.Now().Add(time.Hour)), time.Minute)
	started := time.Now()
	if got := outcome(t, a, token); got != "good" {
		t.Fatal(got)
	}
	redis.set(t, "revoked", time.Hour)
	if got := outcome(t, a, token); got != "good" && time.Since(started) < 200*time.Millisecond {
		t.Errorf("the session was not remembered: %s", got)
	}
	time.Sleep(time.Until(started.Add(400 * time.Millisecond)))
	if got := outcome(t, a, token); got != "refused" {
		t.Errorf("after the cache's time: %s", got)
	}
}

// TestLostRedis: the issuer decides while Redis is down; once it is back, an entry from before the loss is not trusted,
// because a logout meanwhile could not be written; an entry from after is.
func TestLostRedis(t *testing.T) {
	onStores(t, func(t *testing.T, redis store) {
		s := newIssuer(t)
		config := s.config()
		config.Session.RedisURL, config.Introspection = redis.url, s.introspection()
		config.Session.Cache = time.Hour // what the process remembers from before the loss is not trusted either
		a := newAuthenticator(t, config)
		token := s.sign(t, token{})
		redis.set(t, session(3, time.Now().Add(time.Hour)), time.Minute)
		if got := outcome(t, a, token); got != "good" {
			t.Fatal(got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		watched := make(chan error)
		go func() { watched <- a.Watch(ctx) }()

		redis.stop()
		s.active.Store(false) // the logout that Redis does not hear of
		// A session that is remembered makes no request ask Redis: the watch must notice.
		for deadline := time.Now().Add(time.Minute); outcome(t, a, token) != "refused"; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("logged out while Redis is down, and still good")
			}
		}
		s.down.Store(true)
		if got := outcome(t, a, token); got != "unchecked" {
			t.Errorf("Redis and issuer down: %s", got)
		}
		s.down.Store(false)

		redis.start()
		time.Sleep(time.Second)
		if got := outcome(t, a, token); got != "refused" {
			t.Errorf("an entry from before the loss was trusted: %s", got)
		}
		s.active.Store(true)
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
			redis.set(t, session(3, time.Now().Add(time.Hour)), time.Minute)
			asked := s.asked.Load()
			if got := outcome(t, a, token); got == "good" && s.asked.Load() == asked {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("entries from after the loss are not trusted")
			}
		}
		cancel()
		if err := <-watched; err != nil {
			t.Error(err)
		}
	})
}

// TestAnOutageOfRedisIsToldOnceAndSoIsItsEnd: whoever reads the log at night sees that it is over.
func TestAnOutageOfRedisIsToldOnceAndSoIsItsEnd(t *testing.T) {
	m := miniredis.RunT(t)
	s := newIssuer(t)
	config := s.config()
	config.Session.RedisURL, config.Introspection = "redis://"+m.Addr(), s.introspection()
	lines := make(chan string, 100)
	a, err := auth.New(config, slog.New(slog.NewTextHandler(lineWriter(lines), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	go a.Watch(t.Context())
	token := s.sign(t, token{})
	for range 2 {
		m.Close()
		for range 5 {
			outcome(t, a, token)
		}
		if line := <-lines; !strings.Contains(line, "the session store does not answer") {
			t.Errorf("of the outage the log says %q", line)
		}
		if err := m.Restart(); err != nil {
			t.Fatal(err)
		}
		if line := <-lines; !strings.Contains(line, "the session store answers again") {
			t.Errorf("of its end the log says %q", line)
		}
	}
}

// lineWriter sends what is written to it.
type lineWriter chan<- string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}
