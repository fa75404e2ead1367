package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/user/password"
)

const loginQuery = `mutation($u: String!, $p: String!) { login(input: {username: $u, password: $p}) { token } }`

// from returns the client at another address, as the router tells it.
func (w *world) from(address string) authtest.Client {
	client := w.Client
	client.Header = http.Header{"Weft-Token-In-Body": {"true"}, "X-Forwarded-For": {address}}
	return client
}

// tries logs in with a password and returns the code of the error, or "".
func tries(t *testing.T, client authtest.Client, username, password string) string {
	t.Helper()
	answer := client.Do(t, loginQuery, map[string]any{"u": username, "p": password}, nil)
	if len(answer.Errors) == 0 {
		return ""
	}
	if code := fmt.Sprint(answer.Errors[0].Extensions["code"]); code != "RATE_LIMITED" {
		return code
	}
	wait, isNumber := answer.Errors[0].Extensions["retryAfter"].(float64)
	if !isNumber || wait < 1 || wait > 3600 {
		t.Errorf("a limit is over in %v", answer.Errors[0].Extensions)
	}
	return "RATE_LIMITED"
}

func TestWrongPasswordsAreLimitedByNameAndAddress(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		here := r.from("203.0.113.1")
		for i := range limits.Login.Max {
			if got := tries(t, here, []string{"walter", "WALTER"}[i%2], "wrong"); got != "UNAUTHENTICATED" {
				t.Fatalf("wrong password %d: %s", i, got)
			}
			if got := tries(t, here, "jack", "jack-demo"); got != "" {
				t.Fatalf("logging in rightly, time %d: %s", i, got)
			}
		}
		for name, c := range map[string]struct {
			client         authtest.Client
			name, password string
			want           string
		}{
			"a wrong password":                       {here, "walter", "wrong", "RATE_LIMITED"},
			"the right password":                     {here, "walter", "walter-demo", "RATE_LIMITED"},
			"another name":                           {here, "leslie", "leslie-demo", ""},
			"the person themselves, from elsewhere":  {r.from("203.0.113.2"), "walter", "walter-demo", ""},
			"the same address, written as IPv6":      {r.from("::ffff:203.0.113.1"), "walter", "walter-demo", "RATE_LIMITED"},
			"behind a proxy that is not believed in": {r.from("10.0.0.1, 203.0.113.1"), "walter", "walter-demo", "RATE_LIMITED"},
		} {
			if got := tries(t, c.client, c.name, c.password); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		r.server.Stop(t)
		if got := tries(t, r.from("203.0.113.3"), "walter", "walter-demo"); got != "" {
			t.Errorf("without Redis: %s", got)
		}
		for range limits.Login.Max {
			tries(t, r.from("203.0.113.3"), "walter", "wrong")
		}
		if got := tries(t, r.from("203.0.113.3"), "walter", "wrong"); got != "RATE_LIMITED" {
			t.Errorf("without Redis nothing is limited: %s", got)
		}
	})
}

func TestWrongPasswordsAreLimitedForANameAndForAnAddress(t *testing.T) {
	w := newWorld(t, "")
	for i := range limits.LoginName.Max { // from many addresses
		if got := tries(t, w.from(fmt.Sprintf("203.0.113.%d", i)), "walter", "wrong"); got != "UNAUTHENTICATED" {
			t.Fatal(got)
		}
	}
	if got := tries(t, w.from("198.51.100.1"), "walter", "walter-demo"); got != "RATE_LIMITED" {
		t.Errorf("one name from many addresses: %q", got)
	}
	for i := range limits.LoginAddress.Max { // with many names, that exist or not; one IPv6 customer has all of a /64
		name := []string{"jack", "leslie", fmt.Sprint("nobody", i)}[i%3]
		if got := tries(t, w.from(fmt.Sprintf("2001:db8::%x", i)), name, "wrong"); got != "UNAUTHENTICATED" {
			t.Fatalf("%d %s", i, got)
		}
	}
	if got := tries(t, w.from("2001:db8::ffff:1"), "admin", "admin-demo"); got != "RATE_LIMITED" {
		t.Errorf("many names from one address: %q", got)
	}
	if got := tries(t, w.from("2001:db8:0:1::1"), "admin", "admin-demo"); got != "" {
		t.Errorf("the neighbour: %q", got)
	}
}

// TestAliasesAndConcurrencyDoNotHelp: many guesses in one operation, and many operations at once.
func TestAliasesAndConcurrencyDoNotHelp(t *testing.T) {
	w := newWorld(t, "")
	var query strings.Builder
	for i := range 200 {
		fmt.Fprintf(&query, "a%d: login(input: {username: \"walter\", password: \"guess\"}) { token }\n", i)
	}
	guessed := 0
	for _, code := range w.from("203.0.113.1").Do(t, "mutation {"+query.String()+"}", nil, nil).Codes() {
		if code == "UNAUTHENTICATED" {
			guessed++
		}
	}
	if guessed != limits.Login.Max {
		t.Errorf("%d guesses by aliases, want %d", guessed, limits.Login.Max)
	}
	var tried atomic.Int32
	var group errgroup.Group
	release, before := w.holdTurns(t), w.db.Queries()
	for range 100 {
		group.Go(func() error {
			if tries(t, w.from("203.0.113.9"), "jack", "guess") == "UNAUTHENTICATED" {
				tried.Add(1)
			}
			return nil
		})
	}
	for end := time.Now().Add(time.Minute); w.db.Queries() < before+100; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of 100 have looked for the name", w.db.Queries()-before)
		}
	}
	release() // all are past the first look at the limit, and wait for a turn
	_ = group.Wait()
	// Each turn at hashing checks the count, so at most the other turns under way are too many.
	if got := int(tried.Load()); got < limits.Login.Max || got >= limits.Login.Max+16 {
		t.Errorf("%d guesses at once, want %d", got, limits.Login.Max)
	}
}

// holdTurns keeps everybody else from hashing until release is called.
func (w *world) holdTurns(t *testing.T) (release func()) {
	t.Helper()
	held := make(chan struct{})
	var holding errgroup.Group
	for range password.Slots() {
		holding.Go(func() error {
			return w.hasher.InTurn(context.WithoutCancel(t.Context()), func() error { <-held; return nil })
		})
	}
	release = sync.OnceFunc(func() { close(held); _ = holding.Wait() })
	t.Cleanup(release)
	for isFree := true; isFree; {
		soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		isFree = w.hasher.InTurn(soon, func() error { return nil }) == nil
		cancel()
	}
	return release
}

func TestRegistrationsAndLookUpsAreLimitedByAddress(t *testing.T) {
	w := newWorld(t, "")
	for name, c := range map[string]struct {
		query string
		most  int
	}{
		"register":          {`mutation { register(input: {username: "walter", password: "12345678", name: "W"}) { token } }`, limits.Register.Max},
		"usernameAvailable": {`{ usernameAvailable(username: "walter") }`, limits.Username.Max},
	} {
		for i := range c.most {
			if codes := w.from("203.0.113.1").Do(t, c.query, nil, nil).Codes(); slices.Contains(codes, "RATE_LIMITED") {
				t.Fatalf("%s: call %d: %v", name, i, codes)
			}
		}
		if codes := w.from("203.0.113.1").Do(t, c.query, nil, nil).Codes(); !slices.Equal(codes, []string{"RATE_LIMITED"}) {
			t.Errorf("%s past the limit: %v", name, codes)
		}
		if codes := w.from("203.0.113.2").Do(t, c.query, nil, nil).Codes(); slices.Contains(codes, "RATE_LIMITED") {
			t.Errorf("%s from elsewhere: %v", name, codes)
		}
	}
}
