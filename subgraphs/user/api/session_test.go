package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/user/api"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

const whoAmI = `{ me { id } }`

func me(t *testing.T, client authtest.Client) string {
	t.Helper()
	var data struct{ Me *struct{ ID string } }
	client.Must(t, whoAmI, nil, &data)
	if data.Me == nil {
		return ""
	}
	return data.Me.ID
}

func TestRegisterLogsInAndLogoutEndsTheToken(t *testing.T) {
	w := newWorld(t, "")
	var data struct{ Register login }
	w.Must(t, `mutation { register(input: {username: "Ann", password: "correct horse", name: "Ann", email: "ann@example.org"}) { token user { id username } } }`, nil, &data)
	ann := w.As(*data.Register.Token)
	if data.Register.User.Username != "Ann" || me(t, ann) != data.Register.User.ID {
		t.Fatalf("registered %+v", data)
	}
	answer := ann.Must(t, `mutation { logout }`, nil, nil)
	if cookie := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-session=;") || !strings.Contains(cookie, "Max-Age=0") {
		t.Errorf("the cookie stays: %q", cookie)
	}
	if got := me(t, ann); got != "" {
		t.Errorf("the token still holds for %s", got)
	}
	if codes := ann.Do(t, `mutation { refresh { token } }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("an ended session was refreshed: %v", codes)
	}
	ann.Must(t, `mutation { logout }`, nil, nil) // it is ended, which is what was asked for
	if codes := w.Do(t, `mutation { logout }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("nobody logged out: %v", codes)
	}
}

// TestLogoutWithAnExpiredToken: who signs out after a break is out, though the token could still be renewed.
func TestLogoutWithAnExpiredToken(t *testing.T) {
	w := newWorld(t, "")
	walter := w.login(t, "walter")
	expired := w.As(resign(t, w, walter.Token, func(c *auth.Claims) {
		c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Hour)), jwt.NewNumericDate(time.Now().Add(-time.Minute))
	}))
	answer := expired.Must(t, `mutation { logout }`, nil, nil)
	if cookie := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-session=;") {
		t.Errorf("the cookie stays: %q", cookie)
	}
	for name, client := range map[string]authtest.Client{"the expired token": expired, "the token": walter} {
		if codes := client.Do(t, `mutation { refresh { token } }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
			t.Errorf("%s renews a session that was ended: %v", name, codes)
		}
	}
}

// TestUncheckedCallersAreNotNobody: while the sessions cannot be read, who is logged in does not look logged out.
func TestUncheckedCallersAreNotNobody(t *testing.T) {
	w := newWorld(t, "")
	walter := w.login(t, "walter")
	unchecked := w.Client
	unchecked.Header = http.Header{"Weft-Identity": {"unchecked"}}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, client := range map[string]authtest.Client{"the router could not check": unchecked, "the store is down": walter} {
		for _, query := range []string{
			`{ me { id } }`, `mutation { logout }`, `mutation { refresh { token } }`, `mutation { logoutEverywhere }`, `{ users { totalCount } }`,
		} {
			answer := client.Do(t, query, nil, nil)
			if answer.Status != http.StatusOK || !slices.Equal(answer.Codes(), []string{"UNAVAILABLE"}) || answer.Errors[0].Extensions["service"] != "user" {
				t.Errorf("%s: %s: %d %+v", name, query, answer.Status, answer.Errors)
			}
		}
	}
	if got := me(t, w.Client); got != "" {
		t.Errorf("an anonymous caller is %s", got)
	}
	if codes := w.Do(t, `query ($t: String!) { tokenClaims(token: $t) { valid } }`, map[string]any{"t": walter.Token}, nil).Codes(); slices.Equal(codes, []string{}) {
		t.Error("a token that cannot be checked is said to be good or bad")
	}
	if status, answer := w.introspect(t, credential.Client, credential.Secret, walter.Token); status != http.StatusServiceUnavailable {
		t.Errorf("introspection without the store: %d %v", status, answer)
	}
}

func TestBrowsersGetACookieAndNoToken(t *testing.T) {
	w := newWorld(t, "")
	browser := w.Client
	browser.Header = http.Header{"User-Agent": {"a browser"}}
	var data struct{ Login login }
	answer := browser.Must(t, `mutation { login(input: {username: "WALTER", password: "walter-demo"}) { token user { id } } }`, nil, &data)
	cookies := (&http.Response{Header: answer.Header}).Cookies()
	if data.Login.Token != nil || len(cookies) != 1 {
		t.Fatalf("token %v, cookies %v", data.Login.Token, cookies)
	}
	c := cookies[0]
	if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 3600 {
		t.Errorf("the cookie is %s", answer.Header.Get("Set-Cookie"))
	}
	var sessions struct {
		Me struct {
			Sessions []struct {
				Current   bool
				UserAgent string
			}
		}
	}
	browser.As(c.Value).Must(t, `{ me { sessions { current userAgent } } }`, nil, &sessions)
	if len(sessions.Me.Sessions) != 1 || !sessions.Me.Sessions[0].Current || sessions.Me.Sessions[0].UserAgent != "a browser" {
		t.Errorf("sessions %+v", sessions)
	}
	token := w.Must(t, `mutation { login(input: {username: "walter", password: "walter-demo"}) { token } }`, nil, nil)
	if cookie := token.Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("a client that is no browser got the cookie %s", cookie)
	}
}

func TestWrongNameAndWrongPasswordLookTheSame(t *testing.T) {
	w := newWorld(t, "")
	var messages []string
	for _, input := range []string{
		`{username: "walter", password: "wrong"}`, `{username: "nobody", password: "walter-demo"}`,
		`{username: "", password: ""}`, `{username: "a b", password: "walter-demo"}`, `{username: "walter", password: "walter-demo "}`,
	} {
		answer := w.Do(t, `mutation { login(input: `+input+`) { token } }`, nil, nil)
		if !slices.Equal(answer.Codes(), []string{"UNAUTHENTICATED"}) {
			t.Fatalf("%s: %v", input, answer.Codes())
		}
		messages = append(messages, answer.Errors[0].Message)
	}
	if len(slices.Compact(messages)) != 1 {
		t.Errorf("the messages differ: %q", messages)
	}
}

func TestRefreshTakesAnExpiredTokenOfALivingSession(t *testing.T) {
	w := newWorld(t, "")
	walter := w.login(t, "walter")
	expired := resign(t, w, walter.Token, func(c *auth.Claims) {
		c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Hour)), jwt.NewNumericDate(time.Now().Add(-time.Minute))
	})
	if got := me(t, w.As(expired)); got != "" {
		t.Fatalf("an expired token holds for %s", got)
	}
	var data struct{ Refresh login }
	w.As(expired).Must(t, `mutation { refresh { token } }`, nil, &data)
	if got := me(t, w.As(*data.Refresh.Token)); got != "walter" {
		t.Errorf("the refreshed token is %q's", got)
	}
	if got := w.claims(t, *data.Refresh.Token).SessionID; got != w.claims(t, walter.Token).SessionID {
		t.Errorf("refreshing made another session: %s", got)
	}
	if codes := w.Do(t, `mutation { refresh { token } }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("refreshed without a token: %v", codes)
	}
}

// resign returns a token with changed claims, signed by the service's own key.
func resign(t *testing.T, w *world, token string, change func(*auth.Claims)) string {
	t.Helper()
	claims := w.claims(t, token)
	change(claims)
	keys, err := w.store.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	private, err := keys[0].Private()
	if err != nil {
		t.Fatal(err)
	}
	made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	made.Header["typ"], made.Header["kid"] = auth.TokenType, keys[0].ID
	signed, err := made.SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestTokensThatAreNotOursAreRefused(t *testing.T) {
	w, other := newWorld(t, ""), authtest.NewIssuer(t)
	walter := w.login(t, "walter").Token
	for name, token := range map[string]string{
		"another issuer's key": other.Token(t, "walter", "user:admin"),
		"another audience":     resign(t, w, walter, func(c *auth.Claims) { c.Audience = jwt.ClaimStrings{"elsewhere"} }),
		"another issuer":       resign(t, w, walter, func(c *auth.Claims) { c.Issuer = "http://elsewhere" }),
		"no expiry":            resign(t, w, walter, func(c *auth.Claims) { c.ExpiresAt = nil }),
		"expired, of another audience": resign(t, w, walter, func(c *auth.Claims) {
			c.Audience, c.ExpiresAt = jwt.ClaimStrings{"elsewhere"}, jwt.NewNumericDate(time.Now().Add(-time.Hour))
		}),
		"cut":      walter[:len(walter)-4],
		"unsigned": strings.Join(strings.Split(walter, ".")[:2], ".") + ".",
		"garbage":  "x",
	} {
		answer := w.As(token).Do(t, `mutation { refresh { token } }`, nil, nil)
		if answer.Status != http.StatusUnauthorized || !slices.Equal(answer.Codes(), []string{"UNAUTHENTICATED"}) {
			t.Errorf("%s: %d %v", name, answer.Status, answer.Errors)
		}
	}
}

func TestTokenOfAnotherSubjectThanItsSessionHoldsForNobody(t *testing.T) {
	w := newWorld(t, "")
	forged := resign(t, w, w.login(t, "walter").Token, func(c *auth.Claims) { c.Subject = "admin" })
	if got := me(t, w.As(forged)); got != "" {
		t.Errorf("it is %s", got)
	}
	if _, answer := w.introspect(t, credential.Client, credential.Secret, forged); answer["active"] != false || len(answer) != 1 {
		t.Errorf("introspection: %v", answer)
	}
}

func TestNewRolesNeedANewToken(t *testing.T) {
	w := newWorld(t, "")
	jack, admin := w.login(t, "jack"), w.login(t, "admin")
	grant := `mutation { grantRole(userId: "jack", role: CLERK) { id roles } }`
	if codes := jack.Do(t, grant, nil, nil).Codes(); !slices.Equal(codes, []string{"FORBIDDEN"}) {
		t.Fatalf("jack made himself a clerk: %v", codes)
	}
	if codes := w.Do(t, grant, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Fatalf("nobody made jack a clerk: %v", codes)
	}
	admin.Must(t, grant, nil, nil)
	if got := me(t, jack); got != "" {
		t.Errorf("the old token still holds for %s", got)
	}
	var data struct{ Refresh login }
	jack.Must(t, `mutation { refresh { token } }`, nil, &data)
	jack = w.As(*data.Refresh.Token)
	jack.Must(t, `{ user(username: "walter") { email } }`, nil, nil)
	admin.Must(t, `mutation { revokeRole(userId: "jack", role: CLERK) { id } }`, nil, nil)
	if codes := jack.Do(t, `{ user(username: "walter") { id } }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("jack is still a clerk: %v", codes)
	}
}

// TestARoleTakenDuringALoginIsNotInItsToken: checking a password takes a while, and what the person may do can change
// meanwhile.
func TestARoleTakenDuringALoginIsNotInItsToken(t *testing.T) {
	w := newWorld(t, "")
	slow, err := password.NewHasher(password.Cost{MemoryKiB: 1024, Passes: 300, Threads: 1}).Hash(t.Context(), "clerk-demo")
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.Tx(t.Context(), func(tx database.Handle) error {
		_, err := tx.Exec(t.Context(), `UPDATE users SET password_hash = ? WHERE id = 'clerk'`, slow)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan error, 1)
	go func() {
		time.Sleep(50 * time.Millisecond)
		_, _, err := w.store.ChangeRole(t.Context(), "clerk", store.RoleClerk, false)
		taken <- err
	}()
	clerk := w.login(t, "clerk")
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	if codes := clerk.Do(t, `{ user(username: "walter") { id } }`, nil, nil).Codes(); len(codes) != 1 {
		t.Errorf("who is no clerk any more reads other people: %v", codes)
	}
}

func TestLogoutEverywhereAndDeletedAccountsEndAllSessions(t *testing.T) {
	w := newWorld(t, "")
	phone, laptop, jack := w.login(t, "walter"), w.login(t, "walter"), w.login(t, "jack")
	var data struct{ LogoutEverywhere int }
	laptop.Must(t, `mutation { logoutEverywhere }`, nil, &data)
	if data.LogoutEverywhere != 2 || me(t, phone) != "" || me(t, laptop) != "" || me(t, jack) != "jack" {
		t.Errorf("%d sessions ended", data.LogoutEverywhere)
	}
	jack.Must(t, `mutation { deleteAccount }`, nil, nil)
	if me(t, jack) != "" {
		t.Error("jack is still there")
	}
	if codes := w.Do(t, `mutation { login(input: {username: "jack", password: "jack-demo"}) { token } }`, nil, nil).Codes(); !slices.Equal(codes, []string{"UNAUTHENTICATED"}) {
		t.Errorf("a deleted account logged in: %v", codes)
	}
}

func TestTokenClaimsSayWhetherATokenHolds(t *testing.T) {
	w := newWorld(t, "")
	clerk := w.login(t, "clerk")
	ask := func(token string) (claims struct {
		TokenClaims struct {
			Subject, Issuer string
			Permissions     []string
			Valid           bool
		}
	}) {
		w.Must(t, `query($t: String!) { tokenClaims(token: $t) { subject issuer permissions valid expiresAt } }`, map[string]any{"t": token}, &claims)
		return claims
	}
	if got := ask(clerk.Token).TokenClaims; got.Subject != "clerk" || got.Issuer != trust.Issuer || !got.Valid || !slices.Contains(got.Permissions, "credit:write") {
		t.Errorf("%+v", got)
	}
	clerk.Must(t, `mutation { logout }`, nil, nil)
	if ask(clerk.Token).TokenClaims.Valid {
		t.Error("a token of an ended session is called valid")
	}
	if ask(authtest.NewIssuer(t).Token(t, "admin")).TokenClaims.Valid {
		t.Error("a forged token is called valid")
	}
	issuer := authtest.NewIssuer(t)
	for what, token := range map[string]string{
		"garbage": "x.y.z", "no expiry": issuer.Sign(t, auth.TokenType, jwt.MapClaims{"sub": "admin"}),
		"an expiry in words":          issuer.Sign(t, auth.TokenType, jwt.MapClaims{"exp": "soon"}),
		"an expiry past all years":    issuer.Sign(t, auth.TokenType, jwt.MapClaims{"exp": 1e15}),
		"an expiry before all years":  issuer.Sign(t, auth.TokenType, jwt.MapClaims{"exp": -1e15}),
		"an expiry past all integers": issuer.Sign(t, auth.TokenType, jwt.MapClaims{"exp": 1e300}),
	} {
		answer := w.Do(t, `query($t: String!) { tokenClaims(token: $t) { valid expiresAt } }`, map[string]any{"t": token}, nil)
		if !slices.Equal(answer.Codes(), []string{"BAD_INPUT"}) {
			t.Errorf("%s: %s %v", what, answer.Data, answer.Errors)
		}
	}
}

func TestPublisherTellsRedisOfALogoutAfterAnOutage(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		walter := r.login(t, "walter")
		id := r.claims(t, walter.Token).SessionID
		r.server.Stop(t)
		walter.Must(t, `mutation { logout }`, nil, nil)
		if got := me(t, walter); got != "" {
			t.Errorf("without Redis the token still holds for %s", got)
		}
		again := r.login(t, "walter")
		if got := me(t, again); got != "walter" {
			t.Errorf("without Redis nobody can log in: %q", got)
		}
		r.server.Start(t)
		background.Run(t, func(ctx context.Context) error { return api.PublishSessions(ctx, r.store, r.cache) })
		r.await(t, id, "revoked")
	})
}

func TestFailedMutationLeavesTheAnswersBeforeIt(t *testing.T) {
	w := newWorld(t, "")
	var data struct {
		A *login
		B *login
	}
	answer := w.Do(t, `mutation {
		a: login(input: {username: "walter", password: "walter-demo"}) { token user { id } }
		b: login(input: {username: "walter", password: "wrong"}) { token user { id } } }`, nil, &data)
	if !slices.Equal(answer.Codes(), []string{"UNAUTHENTICATED"}) || data.A == nil || data.B != nil {
		t.Errorf("%s %v", answer.Data, answer.Errors)
	}
}
