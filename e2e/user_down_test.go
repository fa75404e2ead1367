package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// publicQuery asks every service but user for what everybody may have.
const publicQuery = `{ products(first: 20) { edges { node { id name timesOrdered monthlyFrom { amount currency } } } } }`

// verifiers are the services that check tokens by the keys that user gives out.
var verifiers = []string{"product", "order", "credit"}

func (s system) keysOf(name string) string { return filepath.Join(s.dir, name, "jwks.json") }

// awaitKeys waits until every service has the token issuer's keys.
func (s system) awaitKeys(t *testing.T) {
	t.Helper()
	for _, name := range verifiers {
		eventually(t, name+" does not fetch the keys of the token issuer", func() error {
			_, err := os.Stat(s.keysOf(name))
			return err
		})
	}
}

// withoutUser kills user, and makes the other services start as on a machine where it never was up: without its keys.
func (s system) withoutUser(t *testing.T) {
	t.Helper()
	s.awaitKeys(t)
	s.kill(t, "user")
	for _, name := range verifiers {
		s.kill(t, name)
		must(t, os.Remove(s.keysOf(name)))
		s.start(t, name)
	}
}

// TestUserNeverUp is rule 6 where nobody can check a token, neither the router nor a service: who is logged in gets what
// everybody may have, and is told of what needs to know them that it is out of order, not that they are logged out.
func TestUserNeverUp(t *testing.T) {
	s := startShop(t)
	walter := s.login(t, "walter")
	healthy := walter.must(t, publicQuery, nil)
	s.withoutUser(t)
	s.kill(t, "router")
	s.start(t, "router")
	if res := walter.must(t, publicQuery, nil); res.Body != healthy.Body {
		t.Errorf("what everybody may have changed:\n%s\n%s", healthy.Body, res.Body)
	}
	if res := walter.send(t, meQuery, nil); len(res.Errors) != 1 || res.Errors[0].Extensions["subgraph"] != "user" {
		t.Errorf("me answered %d %s, want an error that names user", res.Status, res.Body)
	}
	for _, operation := range []string{`mutation { checkout(idempotencyKey: "k") { id } }`, `{ orders(first: 1) { totalCount } }`} {
		if res := walter.send(t, operation, nil); res.Status != http.StatusServiceUnavailable || res.code() != "UNAVAILABLE" {
			t.Errorf("%s answered %d %s, want 503 UNAVAILABLE", operation, res.Status, res.Body)
		}
	}
	s.start(t, "user")
	walter.must(t, `{ me { username openOrder { id } creditStatus } }`, nil)
}

// TestServicesWithoutKeys is the same where the router knows who is calling and the services cannot check it.
func TestServicesWithoutKeys(t *testing.T) {
	s := startShop(t)
	walter := s.login(t, "walter")
	healthy := walter.must(t, publicQuery, nil)
	s.withoutUser(t)
	if res := walter.must(t, publicQuery, nil); res.Body != healthy.Body {
		t.Errorf("what everybody may have changed:\n%s\n%s", healthy.Body, res.Body)
	}
	add := map[string]any{"id": "movie-the-dare", "n": 1}
	res := walter.send(t, addItemMutation, add)
	if res.code() != "UNAVAILABLE" || res.Errors[0].Extensions["service"] != "user" {
		t.Errorf("addItem answered %d %s, want UNAVAILABLE because of user", res.Status, res.Body)
	}
	s.start(t, "user")
	s.awaitKeys(t) // without a request that needs them
	walter.must(t, addItemMutation, add)
}

// TestUserKilledBeforeTheFirstToken: what was signed before user died is good after, also for services and a router that
// have not seen a token yet.
func TestUserKilledBeforeTheFirstToken(t *testing.T) {
	s := startShop(t)
	guest, _ := s.register(t)
	s.awaitKeys(t)
	// The router has its keys too when it can tell that a signature is wrong.
	wantRefused(t, client{shop: s, token: guest.token[:len(guest.token)-8] + "AAAAAAAA"}, "the signature is changed")
	s.kill(t, "user")
	guest.must(t, addItemMutation, map[string]any{"id": "movie-the-dare", "n": 1})
	guest.must(t, checkoutMutation, map[string]any{"key": "without user"})
	if res := guest.send(t, meQuery, nil); len(res.Errors) != 1 || res.Errors[0].Extensions["subgraph"] != "user" {
		t.Errorf("me answered %d %s, want an error that names user", res.Status, res.Body)
	}
}

// TestLogoutAfterABreak: a browser whose token has expired logs out, and cannot be brought back by a refresh.
func TestLogoutAfterABreak(t *testing.T) {
	s := startShop(t, "TOKEN_TTL=1s")
	b := &browser{url: s.URL()}
	b.login(t, "walter")
	b.awaitExpiry(t)
	before := *b.cookie
	if status, body := b.send(t, logoutMutation, "application/json"); status != http.StatusOK || b.cookie.MaxAge >= 0 {
		t.Errorf("logout answered %d %s and the cookie is %v", status, body, b.cookie)
	}
	b.cookie = &before
	if status, body := b.send(t, `mutation { refresh { expiresAt } }`, "application/json"); status == http.StatusOK && b.cookie.MaxAge >= 0 {
		t.Errorf("the session that was ended is refreshed: %d %s", status, body)
	}
}
