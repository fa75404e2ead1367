package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/redistest"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
)

type redisWorld struct {
	*world
	server *redistest.Server
}

func eachRedis(t *testing.T, test func(t *testing.T, r *redisWorld)) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		test(t, &redisWorld{newWorld(t, server.URL), server})
	})
}

// await waits until Redis holds a value for a session.
func (r *redisWorld) await(t *testing.T, session, want string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		got, err := r.server.Client.Get(t.Context(), "session:"+session).Result()
		if err == nil && got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("Redis holds %q, %v; want %q", got, err, want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (r *redisWorld) entry(t *testing.T, session string) (entry sessioncache.Entry, text string) {
	t.Helper()
	text, err := r.server.Client.Get(t.Context(), "session:"+session).Result()
	if err != nil {
		t.Fatal(err)
	}
	if text != "revoked" {
		if err := json.Unmarshal([]byte(text), &entry); err != nil {
			t.Fatal(err)
		}
	}
	return entry, text
}

func TestSessionsAreCachedRaisedAndRevoked(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		clerk, admin := r.login(t, "clerk"), r.login(t, "admin")
		id := r.claims(t, clerk.Token).SessionID
		if got, _ := r.entry(t, id); got.User != "clerk" || got.Version != 1 || !slices.Contains(got.Permissions, "order:read") || got.Expires <= time.Now().Unix() {
			t.Errorf("after the login: %+v", got)
		}
		admin.Must(t, `mutation { grantRole(userId: "clerk", role: ADMIN) { id } }`, nil, nil)
		if got, _ := r.entry(t, id); got.Version != 2 || !slices.Contains(got.Permissions, "user:admin") {
			t.Errorf("after the new role: %+v", got)
		}
		var data struct{ Refresh login }
		clerk.Must(t, `mutation { refresh { token } }`, nil, &data)
		r.As(*data.Refresh.Token).Must(t, `mutation { logout }`, nil, nil)
		if _, text := r.entry(t, id); text != "revoked" {
			t.Errorf("after the logout: %s", text)
		}
	})
}

// introspect asks about a token as the router does, or with another credential.
func (w *world) introspect(t *testing.T, client, secret, token string) (int, map[string]any) {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/introspect", strings.NewReader(url.Values{"token": {token}}.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if client != "" {
		request.SetBasicAuth(client, secret)
	}
	recorder := httptest.NewRecorder()
	w.Handler.ServeHTTP(recorder, request)
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return recorder.Code, answer
}

func TestIntrospectionAnswersByTheStoreAndFillsTheCache(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		clerk := r.login(t, "clerk")
		claims := r.claims(t, clerk.Token)
		r.server.Client.FlushAll(t.Context())
		status, answer := r.introspect(t, credential.Client, credential.Secret, clerk.Token)
		if status != http.StatusOK || answer["active"] != true || answer["sub"] != "clerk" || answer["sid"] != claims.SessionID ||
			answer["ver"] != float64(1) || answer["exp"] != float64(claims.ExpiresAt.Unix()) || answer["scope"] != "product:write order:read order:write user:read credit:write" {
			t.Errorf("%d %v", status, answer)
		}
		if got, _ := r.entry(t, claims.SessionID); got.User != "clerk" || !slices.Contains(got.Permissions, "order:read") {
			t.Errorf("the cache was filled with %+v", got)
		}
		clerk.Must(t, `mutation { logout }`, nil, nil)
		if status, answer := r.introspect(t, credential.Client, credential.Secret, clerk.Token); status != http.StatusOK || answer["active"] != false || len(answer) != 1 {
			t.Errorf("after the logout: %d %v", status, answer)
		}
		if _, text := r.entry(t, claims.SessionID); text != "revoked" {
			t.Errorf("introspection replaced the revocation by %s", text)
		}
	})
}

func TestIntrospectionSaysThatATokenOnlyNeedsRefreshing(t *testing.T) {
	w := newWorld(t, "")
	clerk, admin := w.login(t, "clerk"), w.login(t, "admin")
	admin.Must(t, `mutation { revokeRole(userId: "clerk", role: CLERK) { id } }`, nil, nil)
	_, answer := w.introspect(t, credential.Client, credential.Secret, clerk.Token)
	if answer["active"] != false || answer["ver"] != float64(2) || len(answer) != 2 {
		t.Errorf("%v", answer)
	}
}

func TestIntrospectionNeedsItsCredential(t *testing.T) {
	w := newWorld(t, "")
	token := w.login(t, "walter").Token
	for _, c := range [][2]string{{"", ""}, {credential.Client, "wrong"}, {"wrong", credential.Secret}, {credential.Client, ""}} {
		if status, answer := w.introspect(t, c[0], c[1], token); status != http.StatusUnauthorized || answer["active"] != nil {
			t.Errorf("%v: %d %v", c, status, answer)
		}
	}
	if _, answer := w.introspect(t, credential.Client, credential.Secret, "garbage"); answer["active"] != false {
		t.Errorf("garbage: %v", answer)
	}
	if status, _ := w.introspect(t, credential.Client, credential.Secret, ""); status != http.StatusBadRequest {
		t.Errorf("no token: %d", status)
	}
}

func TestCacheOutageChangesNoAnswer(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		r.server.Stop(t)
		walter := r.login(t, "walter")
		if status, answer := r.introspect(t, credential.Client, credential.Secret, walter.Token); status != http.StatusOK || answer["active"] != true {
			t.Errorf("%d %v", status, answer)
		}
		if err := r.cache.Revoke(t.Context(), "x"); !errors.Is(err, redislink.ErrDown) {
			t.Errorf("Redis is not down: %v", err)
		}
	})
}
