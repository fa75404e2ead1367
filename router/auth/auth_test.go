package auth_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/router/auth"
)

// issuer is a token issuer on a real socket: JWKS and introspection.
type issuer struct {
	server  *httptest.Server
	keys    map[string]ed25519.PrivateKey // published
	down    atomic.Bool
	noKeys  atomic.Bool
	active  atomic.Bool
	raised  atomic.Bool // an inactive token's session lives, at version
	version atomic.Int64
	jwks    atomic.Int64 // questions for keys
	asked   atomic.Int64 // introspections
}

func newIssuer(t *testing.T) *issuer {
	s := &issuer{keys: map[string]ed25519.PrivateKey{"k1": newKey()}}
	s.active.Store(true)
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

func newKey() ed25519.PrivateKey {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	return key
}

func (s *issuer) serve(w http.ResponseWriter, r *http.Request) {
	if s.down.Load() || s.noKeys.Load() && r.URL.Path == "/jwks" {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	switch r.URL.Path {
	case "/jwks":
		s.jwks.Add(1)
		var keys []map[string]string
		for id, key := range s.keys {
			keys = append(keys, map[string]string{
				"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": id,
				"x": base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey)),
			})
		}
		json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	case "/introspect":
		s.asked.Add(1)
		if client, secret, _ := r.BasicAuth(); client != "router" || secret != "geheim" || r.FormValue("token") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if s.raised.Load() {
			fmt.Fprintf(w, `{"active":false,"ver":%d}`, s.version.Load())
			return
		}
		if !s.active.Load() {
			fmt.Fprint(w, `{"active":false}`)
			return
		}
		fmt.Fprintf(w, `{"active":true,"sub":"walter","ver":%d,"exp":%d,"scope":"order:read"}`, s.version.Load(), time.Now().Add(time.Hour).Unix())
	}
}

// token describes a token; the zero value is a good one.
type token struct {
	key    ed25519.PrivateKey
	kid    string
	typ    string
	claims map[string]any // over the good ones; nil values remove
}

func (s *issuer) sign(t *testing.T, want token) string {
	t.Helper()
	claims := jwt.MapClaims{
		"iss": "http://issuer", "aud": "shop", "sub": "walter", "sid": "s1", "ver": 3, "iat": time.Now().Unix(),
		"exp": time.Now().Add(time.Minute).Unix(), "permissions": []string{"order:read", "user:read"},
	}
	for name, value := range want.claims {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	made := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	made.Header["typ"] = "at+jwt"
	if want.typ != "" {
		made.Header["typ"] = want.typ
	}
	made.Header["kid"] = "k1"
	if want.kid != "" {
		made.Header["kid"] = want.kid
	}
	key := want.key
	if key == nil {
		key = s.keys["k1"]
	}
	text, err := made.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *issuer) config() auth.Config {
	c := auth.Defaults()
	c.JWKS = []string{s.server.URL + "/jwks"}
	c.Algorithms = []string{"EdDSA"}
	c.Issuer, c.Audience, c.Types = "http://issuer", "shop", []string{"at+jwt"}
	c.Cookies = []string{"__Host-session", "session"}
	return c
}

func (s *issuer) introspection() auth.IntrospectionConfig {
	return auth.IntrospectionConfig{URL: s.server.URL + "/introspect", Client: "router", Secret: "geheim", Timeout: time.Minute}
}

func newAuthenticator(t *testing.T, c auth.Config) *auth.Authenticator {
	t.Helper()
	c.Validate(func(path, message string) { t.Errorf("%s: %s", path, message) })
	a, err := auth.New(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func bearer(token string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func TestTokens(t *testing.T) {
	s := newIssuer(t)
	a := newAuthenticator(t, s.config())
	otherKey := newKey()
	good := s.sign(t, token{})
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt","kid":"k1"}`)) + "." + strings.Split(good, ".")[1] + "."
	hmac := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "walter", "exp": time.Now().Add(time.Hour).Unix()})
	hmac.Header["kid"], hmac.Header["typ"] = "k1", "at+jwt"
	confused, _ := hmac.SignedString([]byte(s.keys["k1"].Public().(ed25519.PublicKey)))

	for _, c := range []struct {
		name, token string
		ok          bool
	}{
		{"good", good, true},
		{"good again, from memory", good, true},
		{"type with its prefix", s.sign(t, token{typ: "application/AT+JWT"}), true},
		{"expired", s.sign(t, token{claims: map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}}), false},
		{"no expiry", s.sign(t, token{claims: map[string]any{"exp": nil}}), false},
		{"not yet", s.sign(t, token{claims: map[string]any{"nbf": time.Now().Add(time.Minute).Unix()}}), false},
		{"another issuer", s.sign(t, token{claims: map[string]any{"iss": "http://evil"}}), false},
		{"another audience", s.sign(t, token{claims: map[string]any{"aud": "bank"}}), false},
		{"several audiences", s.sign(t, token{claims: map[string]any{"aud": []string{"bank", "shop"}}}), true},
		{"another type", s.sign(t, token{typ: "JWT"}), false},
		{"another key under the known id", s.sign(t, token{key: otherKey}), false},
		{"an unknown key", s.sign(t, token{key: otherKey, kid: "evil"}), false},
		{"algorithm none", none, false},
		{"the public key as an HMAC secret", confused, false},
		{"changed", good[:len(good)-4] + "AAAA", false},
		{"nonsense", "nonsense", false},
		{"too long", strings.Repeat("a", auth.MaxTokenBytes+1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			who, err := a.Authenticate(t.Context(), bearer(c.token))
			var refusal *auth.Refusal
			switch {
			case c.ok && (err != nil || !who.Authenticated || who.Subject != "walter" || who.Token != c.token ||
				!slices.Equal(who.Scopes, []string{"order:read", "user:read"})):
				t.Errorf("identity %+v, error %v", who, err)
			case !c.ok && !errors.As(err, &refusal):
				t.Errorf("identity %+v, error %v, want a refusal", who, err)
			}
		})
	}
}

func TestWhereTheTokenStands(t *testing.T) {
	s := newIssuer(t)
	a := newAuthenticator(t, s.config())
	good := s.sign(t, token{})
	for _, c := range []struct {
		name          string
		headers       [][2]string
		authenticated bool
		cookie        string // of the identity or of the refusal
		refused       bool
	}{
		{name: "nowhere"},
		{name: "header", headers: [][2]string{{"Authorization", "bearer " + good}}, authenticated: true},
		{name: "cookie", headers: [][2]string{{"Cookie", "a=b; session=" + good}}, authenticated: true, cookie: "session"},
		{name: "first configured cookie", headers: [][2]string{{"Cookie", "session=bad; __Host-session=" + good}}, authenticated: true, cookie: "__Host-session"},
		{name: "header before cookie", headers: [][2]string{{"Cookie", "session=bad"}, {"Authorization", "Bearer " + good}}, authenticated: true},
		{name: "another cookie", headers: [][2]string{{"Cookie", "theme=dark"}}},
		{name: "empty cookie", headers: [][2]string{{"Cookie", "session="}}},
		{name: "bad cookie", headers: [][2]string{{"Cookie", "session=bad"}}, refused: true, cookie: "session"},
		{name: "bad header", headers: [][2]string{{"Authorization", "Bearer bad"}}, refused: true},
		{name: "bad header beside a good cookie", headers: [][2]string{{"Cookie", "session=" + good}, {"Authorization", "Bearer bad"}}, refused: true},
		{name: "another scheme", headers: [][2]string{{"Authorization", "Basic YTpi"}}, refused: true},
		{name: "no token", headers: [][2]string{{"Authorization", "Bearer "}}, refused: true},
		{name: "two headers", headers: [][2]string{{"Authorization", "Bearer " + good}, {"Authorization", "Bearer " + good}}, refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			for _, header := range c.headers {
				r.Header.Add(header[0], header[1])
			}
			who, err := a.Authenticate(t.Context(), r)
			var refusal *auth.Refusal
			if errors.As(err, &refusal) != c.refused || who.Authenticated != c.authenticated {
				t.Fatalf("identity %+v, error %v", who, err)
			}
			if cookie := who.Cookie; !c.refused && cookie != c.cookie || c.refused && refusal.Cookie != c.cookie {
				t.Errorf("cookie %q, refusal %+v, want %q", cookie, refusal, c.cookie)
			}
		})
	}
}

func TestClearCookie(t *testing.T) {
	for name, want := range map[string]string{
		"__Host-session": "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
		"session":        "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
	} {
		if got := auth.ClearCookie(name); got != want {
			t.Errorf("ClearCookie(%s) = %s, want %s", name, got, want)
		}
	}
}

func TestKeysAreRotatedAndSurviveTheirURL(t *testing.T) {
	s := newIssuer(t)
	a := newAuthenticator(t, s.config())
	if _, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{}))); err != nil {
		t.Fatal(err)
	}
	s.keys["k2"] = newKey()
	if _, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{key: s.keys["k2"], kid: "k2"}))); err != nil {
		t.Fatalf("a new key was not fetched: %v", err)
	}
	s.down.Store(true)
	if _, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{claims: map[string]any{"sub": "jack"}}))); err != nil {
		t.Errorf("a known key was lost with its URL: %v", err)
	}
	s.down.Store(false)
	for i := range 50 {
		a.Authenticate(t.Context(), bearer(s.sign(t, token{kid: fmt.Sprint("made-up-", i)})))
	}
	if n := s.jwks.Load(); n > 4 {
		t.Errorf("made-up key ids made %d fetches", n)
	}
}

func TestKeysNeverHad(t *testing.T) {
	s := newIssuer(t)
	s.down.Store(true)
	a := newAuthenticator(t, s.config())
	who, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{})))
	if err != nil || !who.Unchecked || who.Authenticated {
		t.Errorf("identity %+v, error %v, want unchecked", who, err)
	}
}

// TestKeysAreFetchedBeforeTheFirstToken: the issuer starts after the router and is down when the first token comes.
func TestKeysAreFetchedBeforeTheFirstToken(t *testing.T) {
	s := newIssuer(t)
	s.noKeys.Store(true)
	a := newAuthenticator(t, s.config())
	watched := make(chan error, 1)
	go func() { watched <- a.Watch(t.Context()) }()
	s.noKeys.Store(false)
	if err := <-watched; err != nil { // without a session store nothing else is to be watched
		t.Fatal(err)
	}
	s.down.Store(true)
	who, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{})))
	if err != nil || !who.Authenticated || who.Subject != "walter" {
		t.Errorf("identity %+v, error %v", who, err)
	}
}

// TestIssuerVouchesWithoutKeys: an issuer that can be asked is better than its key.
func TestIssuerVouchesWithoutKeys(t *testing.T) {
	s := newIssuer(t)
	s.noKeys.Store(true)
	config := s.config()
	config.ScopeClaims = []string{"permissions"} // of tokens; the answer's member is the standard's
	config.Introspection = s.introspection()
	a := newAuthenticator(t, config)
	who, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{})))
	if err != nil || !who.Authenticated || who.Subject != "walter" || !slices.Equal(who.Scopes, []string{"order:read"}) {
		t.Errorf("identity %+v, error %v", who, err)
	}
	// It vouches for all of its tokens, also for those that are meant for somebody else.
	var refusal *auth.Refusal
	for name, value := range map[string]any{"iss": "http://evil", "aud": "bank", "nbf": time.Now().Add(time.Hour).Unix(), "exp": time.Now().Add(-time.Hour).Unix()} {
		elsewhere := s.sign(t, token{claims: map[string]any{name: value}})
		if who, err := a.Authenticate(t.Context(), bearer(elsewhere)); !errors.As(err, &refusal) {
			t.Errorf("%s %v: %+v, %v", name, value, who, err)
		}
	}
	s.active.Store(false)
	if _, err := a.Authenticate(t.Context(), bearer(s.sign(t, token{}))); !errors.As(err, &refusal) {
		t.Errorf("not active: %v", err)
	}
}

func TestWithoutKeysEverybodyIsAnonymous(t *testing.T) {
	a := newAuthenticator(t, auth.Defaults())
	who, err := a.Authenticate(t.Context(), bearer("whatever"))
	if err != nil || who.Authenticated || who.Unchecked || who.Token != "" {
		t.Errorf("identity %+v, error %v", who, err)
	}
}

// TestOutdatedTokens: with renewal configured a genuine old token gets through as such, and nothing else does.
func TestOutdatedTokens(t *testing.T) {
	s := newIssuer(t)
	config := s.config()
	config.Renewal = []string{"Mutation.refresh"}
	a := newAuthenticator(t, config)
	expired := time.Now().Add(-time.Minute).Unix()
	old := s.sign(t, token{claims: map[string]any{"exp": expired}})
	who, err := a.Authenticate(t.Context(), bearer(old))
	if err != nil || who.Outdated == "" || who.Authenticated || who.Token != old || who.Subject != "" {
		t.Errorf("an expired token: %+v, %v", who, err)
	}
	for name, bad := range map[string]token{
		"signature": {key: newKey(), claims: map[string]any{"exp": expired}},
		"issuer":    {claims: map[string]any{"exp": expired, "iss": "http://evil"}},
		"audience":  {claims: map[string]any{"exp": expired, "aud": "bank"}},
		"type":      {typ: "JWT", claims: map[string]any{"exp": expired}},
	} {
		var refusal *auth.Refusal
		if who, err := a.Authenticate(t.Context(), bearer(s.sign(t, bad))); !errors.As(err, &refusal) {
			t.Errorf("expired and bad %s: %+v, %v", name, who, err)
		}
	}
}
