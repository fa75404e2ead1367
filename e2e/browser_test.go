package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// browser is a client that keeps its cookie, as browsers do, and never sees a token.
type browser struct {
	url    string
	cookie *http.Cookie
	// header is sent with every request, as a script on the page could.
	header http.Header
}

// send posts a query with some content type and returns the status and the body.
func (b *browser) send(t *testing.T, query, contentType string) (status int, body string) {
	t.Helper()
	text, err := json.Marshal(map[string]string{"query": query})
	must(t, err)
	req, err := http.NewRequest(http.MethodPost, b.url, strings.NewReader(string(text)))
	must(t, err)
	maps.Copy(req.Header, b.header)
	req.Header.Set("Content-Type", contentType)
	if b.cookie != nil {
		req.AddCookie(b.cookie)
	}
	res, err := httpClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	must(t, err)
	for _, cookie := range res.Cookies() {
		b.cookie = cookie
	}
	return res.StatusCode, string(answer)
}

// login logs a demo person in, which gives the browser a cookie, and no token that a script could read.
func (b *browser) login(t *testing.T, username string) {
	t.Helper()
	query := fmt.Sprintf(`mutation { login(input: {username: %q, password: %q}) { token user { username } } }`, username, username+"-demo")
	status, body := b.send(t, query, "application/json")
	if status != http.StatusOK || b.cookie == nil || !strings.Contains(body, `"token":null`) || !strings.Contains(body, `"username":"`+username+`"`) {
		t.Fatalf("login answered %d %s and the cookie is %v, want no token in the body", status, body, b.cookie)
	}
}

// awaitExpiry waits until the token in the cookie has expired.
func (b *browser) awaitExpiry(t *testing.T) {
	t.Helper()
	eventually(t, "the token does not expire", func() error {
		status, body := b.send(t, `{ products(first: 1) { totalCount } }`, "application/json")
		if status != http.StatusUnauthorized {
			return fmt.Errorf("a query answers %d %s", status, body)
		}
		return nil
	})
}

// TestBrowser: a browser gets the token as a cookie only, which scripts cannot read and other sites cannot use, and
// logging out takes it away.
func TestBrowser(t *testing.T) {
	s := startShop(t)
	b := &browser{url: s.URL()}
	b.login(t, "walter")
	if !b.cookie.HttpOnly || b.cookie.SameSite != http.SameSiteLaxMode || b.cookie.Path != "/" || b.cookie.Domain != "" {
		t.Fatalf("the cookie is %v, want HttpOnly, SameSite=Lax, Path=/ and no Domain", b.cookie)
	}
	status, body := b.send(t, meQuery, "application/json")
	if !strings.Contains(body, `"walter"`) {
		t.Errorf("with the cookie me answered %d %s, want walter", status, body)
	}
	// A script on the page can ask for the token in the body, which is for clients without a cookie.
	b.header = http.Header{"Weft-Token-In-Body": {"true"}}
	if status, body = b.send(t, `mutation { refresh { token } }`, "application/json"); !strings.Contains(body, `"token":null`) {
		t.Errorf("a script got the token of the cookie: %d %s", status, body)
	}
	b.header = nil
	// A form of another site can send the cookie, but not this content type.
	if status, body = b.send(t, logoutMutation, "text/plain"); status < 400 || strings.Contains(body, `"logout":true`) {
		t.Errorf("a forged request answered %d %s, want a refusal", status, body)
	}
	before := *b.cookie
	if status, body = b.send(t, logoutMutation, "application/json"); !strings.Contains(body, `"logout":true`) {
		t.Fatalf("logout answered %d %s", status, body)
	}
	if b.cookie.MaxAge >= 0 || b.cookie.Value != "" {
		t.Errorf("after logout the cookie is %v, want it cleared", b.cookie)
	}
	b.cookie = &before
	if status, body = b.send(t, meQuery, "application/json"); status != http.StatusUnauthorized {
		t.Errorf("with the cookie of before, me answered %d %s, want 401", status, body)
	}
}

// TestRefresh: a token that lost its version by a change of roles is refused until it is refreshed.
func TestRefresh(t *testing.T) {
	s := startShop(t)
	admin, clerk := s.login(t, "admin"), s.login(t, "clerk")
	const staffQuery = `{ orders(first: 1) { totalCount } }`
	clerk.must(t, staffQuery, nil)
	id := clerk.must(t, `{ me { id } }`, nil).at("me", "id")
	admin.must(t, `mutation ($id: ID!) { revokeRole(userId: $id, role: CLERK) { id } }`, map[string]any{"id": id})
	wantRefused(t, clerk, "the token carries a role that was taken away")
	token, _ := clerk.must(t, `mutation { refresh { token } }`, nil).at("refresh", "token").(string)
	refreshed := client{shop: s, token: token}
	refreshed.must(t, meQuery, nil)
	if res := refreshed.send(t, staffQuery, nil); res.at("orders") != nil || len(res.Errors) == 0 {
		t.Errorf("without the role the person still sees all orders: %s", res.Body)
	}
}
