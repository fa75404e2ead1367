package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestLoginAgain: a browser whose token has expired keeps its cookie, so that it can refresh; whoever sits there now can
// log in as well.
func TestLoginAgain(t *testing.T) {
	t.Setenv("TOKEN_TTL", "1s")
	s := startShop(t)
	b := &browser{url: s.URL()}
	const login = `mutation { login(input: {username: "walter", password: "walter-demo"}) { user { name } } }`
	if _, body := b.send(t, login, "application/json"); !strings.Contains(body, `"Walter"`) || b.cookie == nil {
		t.Fatalf("login answered %s and the cookie is %v", body, b.cookie)
	}
	const query = `{ products(first: 1) { totalCount } }`
	status, body := 0, ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && status != http.StatusUnauthorized; time.Sleep(200 * time.Millisecond) {
		status, body = b.send(t, query, "application/json")
	}
	if status != http.StatusUnauthorized {
		t.Fatalf("the token does not expire: a query answers %d %s", status, body)
	}
	jack := strings.ReplaceAll(login, "walter", "jack")
	if status, body := b.send(t, jack, "application/json"); status != http.StatusOK || !strings.Contains(body, `"Jack"`) {
		t.Fatalf("logging in with an expired token answered %d %s", status, body)
	}
	if status, body := b.send(t, `{ me { name } }`, "application/json"); status != http.StatusOK || !strings.Contains(body, `"Jack"`) {
		t.Errorf("after logging in again me answered %d %s", status, body)
	}
}
