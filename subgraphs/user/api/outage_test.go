package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// TestPostgresGoesAway: what needs the database is UNAVAILABLE as soon as that is stopped, and nothing tells of it.
func TestPostgresGoesAway(t *testing.T) {
	db, stop := databasetest.Stoppable(t, store.Migrations())
	w := newWorldOn(t, db, "")
	walter, admin := w.login(t, "walter"), w.login(t, "admin")
	stop()
	for _, c := range []struct {
		as    string
		query string
	}{
		{"", `{ usernameAvailable(username: "walter") }`},
		{"", `mutation { login(input: {username: "walter", password: "walter-demo"}) { token } }`},
		{"", `mutation { register(input: {username: "newcomer", password: "a long password", name: "N"}) { token } }`},
		{walter.Token, `{ me { name } }`},
		{walter.Token, `{ tokenClaims(token: "` + walter.Token + `") { valid } }`},
		{walter.Token, `mutation { refresh { token } }`},
		{walter.Token, `mutation { updateProfile(input: {name: "W"}) { name } }`},
		{walter.Token, `mutation { logout }`},
		{walter.Token, `mutation { logoutEverywhere }`},
		{walter.Token, `mutation { endSession(id: "x") }`},
		{walter.Token, `mutation { deleteAccount }`},
		{admin.Token, `{ users { totalCount } }`},
		{admin.Token, `{ user(username: "walter") { name } }`},
		{admin.Token, `mutation { grantRole(userId: "x", role: CLERK) { name } }`},
		{admin.Token, `{ _entities(representations: [{__typename: "User", username: "walter"}]) { ... on User { name } } }`},
	} {
		answer := w.As(c.as).Do(t, c.query, nil, nil)
		if codes := answer.Codes(); len(codes) != 1 || codes[0] != "UNAVAILABLE" {
			t.Errorf("%s: %v, want UNAVAILABLE", c.query, answer.Errors)
			continue
		}
		if text := strings.ToLower(answer.Errors[0].Message); !strings.Contains(text, "again later") || strings.Contains(text, "sql") || strings.Contains(text, "connect") {
			t.Errorf("%s: %s", c.query, text)
		}
	}
	if status, _ := w.introspect(t, credential.Client, credential.Secret, walter.Token); status != http.StatusServiceUnavailable {
		t.Errorf("introspection answers %d, want 503", status)
	}
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	if recorder.Code != http.StatusServiceUnavailable {
		t.Errorf("the keys answer %d, want 503", recorder.Code)
	}
}
