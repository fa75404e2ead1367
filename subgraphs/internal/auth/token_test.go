package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// call sends an Authorization header through a verifier and returns the status and who the handler saw.
func call(v *auth.Verifier, header string) (int, auth.Identity) {
	var seen auth.Identity
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	recorder := httptest.NewRecorder()
	v.Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = auth.From(r.Context()) })).ServeHTTP(recorder, r)
	return recorder.Code, seen
}

func claims(issuer *authtest.Issuer, change func(*auth.Claims)) auth.Claims {
	c := auth.Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer.Trust.Issuer, Audience: jwt.ClaimStrings{issuer.Trust.Audience}, Subject: "ann",
			IssuedAt: jwt.NewNumericDate(time.Now()), ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Minute)),
		},
		SessionID: "s", Version: 1,
	}
	change(&c)
	return c
}

func TestGoodTokensTellWhoIsCalling(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	verifier := auth.NewVerifier(issuer.Trust)
	status, who := call(verifier, "bearer "+issuer.Token(t, "ann", "order:read"))
	if status != http.StatusOK || who.Subject != "ann" || who.SessionID != "session-ann" || !who.Has("order:read") || who.Has("order:write") || who.Anonymous() {
		t.Errorf("%d %+v", status, who)
	}
	if status, who := call(verifier, ""); status != http.StatusOK || !who.Anonymous() || who.Is("") {
		t.Errorf("without a token: %d %+v", status, who)
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	issuer, other := authtest.NewIssuer(t), authtest.NewIssuer(t)
	verifier := auth.NewVerifier(issuer.Trust)
	signed := func(change func(*auth.Claims)) string {
		return "Bearer " + issuer.Sign(t, auth.TokenType, claims(issuer, change))
	}
	good := signed(func(*auth.Claims) {})
	if status, _ := call(verifier, good); status != http.StatusOK {
		t.Fatalf("the good one: %d", status)
	}
	for name, header := range map[string]string{
		"another issuer's key": "Bearer " + other.Token(t, "ann"),
		"another type":         "Bearer " + issuer.Sign(t, "JWT", claims(issuer, func(*auth.Claims) {})),
		"another issuer":       signed(func(c *auth.Claims) { c.Issuer = "x" }),
		"no issuer":            signed(func(c *auth.Claims) { c.Issuer = "" }),
		"another audience":     signed(func(c *auth.Claims) { c.Audience = jwt.ClaimStrings{"x"} }),
		"expired":              signed(func(c *auth.Claims) { c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute)) }),
		"never expires":        signed(func(c *auth.Claims) { c.ExpiresAt = nil }),
		"from the future":      signed(func(c *auth.Claims) { c.IssuedAt = jwt.NewNumericDate(time.Now().Add(time.Minute)) }),
		"no iat":               signed(func(c *auth.Claims) { c.IssuedAt = nil }),
		"no subject":           signed(func(c *auth.Claims) { c.Subject = "" }),
		"no session":           signed(func(c *auth.Claims) { c.SessionID = "" }),
		"alg none":             "Bearer " + unsigned(t, claims(issuer, func(*auth.Claims) {})),
		"alg HS256":            "Bearer " + withHMAC(strings.TrimPrefix(good, "Bearer ")),
		"Basic":                "Basic " + strings.TrimPrefix(good, "Bearer "),
		"nothing":              "Bearer ",
		"garbage":              "Bearer a.b.c",
	} {
		if status, who := call(verifier, header); status != http.StatusUnauthorized || who.Subject != "" {
			t.Errorf("%s: %d %+v", name, status, who)
		}
	}
}

// TestAGoodTokenIsNotGoodForEver: that it was good before, and is remembered, makes no token live longer.
func TestAGoodTokenIsNotGoodForEver(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	verifier := auth.NewVerifier(issuer.Trust)
	young := "Bearer " + issuer.Token(t, "ann")
	end := time.Now().Add(time.Minute)
	for seen := 0; seen < 2; { // else the machine was too slow to see the token while it was good
		// The clocks of issuer and verifier may differ by 5 seconds, so this one has one left.
		old := "Bearer " + issuer.Sign(t, auth.TokenType, claims(issuer, func(c *auth.Claims) {
			c.IssuedAt, c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute)), jwt.NewNumericDate(time.Now().Add(-4*time.Second))
		}))
		seen = 0
		for status := http.StatusOK; status == http.StatusOK; seen++ {
			if status, _ = call(verifier, young); status != http.StatusOK {
				t.Fatal(status)
			}
			if status, _ = call(verifier, old); time.Now().After(end) {
				t.Fatalf("after a minute an old token, which was good %d times, answers %d", seen, status)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// BenchmarkIdentify is what each request of somebody who is logged in pays.
func BenchmarkIdentify(b *testing.B) {
	issuer := authtest.NewIssuer(b)
	verifier := auth.NewVerifier(issuer.Trust)
	token := issuer.Token(b, "ann")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func unsigned(t *testing.T, c jwt.Claims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodNone, c)
	token.Header["typ"] = auth.TokenType
	text, err := token.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withHMAC is the old attack: the same claims under HS256, whose key would be something public.
func withHMAC(token string) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"at+jwt"}`))
	text := head + "." + strings.Split(token, ".")[1]
	mac := hmac.New(sha256.New, []byte("public"))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestKeysOnDiskOutliveTheIssuer(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	header := "Bearer " + issuer.Token(t, "ann")
	if status, _ := call(auth.NewVerifier(issuer.Trust), header); status != http.StatusOK {
		t.Fatal(status)
	}
	issuer.Server.Close()
	if status, _ := call(auth.NewVerifier(issuer.Trust), header); status != http.StatusOK {
		t.Errorf("a restart without the issuer: %d", status)
	}
	if err := os.WriteFile(filepath.Join(issuer.Trust.DataDir, "jwks.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, who := call(auth.NewVerifier(issuer.Trust), header); status != http.StatusOK || !who.Unchecked || !who.Anonymous() {
		t.Errorf("a damaged file: %d %+v", status, who)
	}
}

// TestTokenThatNobodyCanCheck: without any key the caller is neither known nor refused. What needs to know them is
// UNAVAILABLE; what everybody may have they get.
func TestTokenThatNobodyCanCheck(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	header := "Bearer " + issuer.Token(t, "ann", "order:read")
	issuer.Server.Close()
	verifier := auth.NewVerifier(issuer.Trust)
	for range 20 { // the first ask the issuer, the others are past the limit
		status, who := call(verifier, header)
		if status != http.StatusOK || !who.Unchecked || !who.Anonymous() || who.Has("order:read") {
			t.Fatalf("%d %+v", status, who)
		}
		_, err := auth.RequirePermission(auth.WithIdentity(t.Context(), who), "order:read")
		var failure *fail.Error
		if !errors.As(err, &failure) || failure.Code != fail.Unavailable || failure.Details["service"] != "user" {
			t.Fatalf("what needs an identity: %v", err)
		}
	}
	for name, bad := range map[string]string{"not even a token": "Bearer a.b.c", "no algorithm": "Bearer " + unsigned(t, claims(issuer, func(*auth.Claims) {}))} {
		if status, _ := call(verifier, bad); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, who := call(verifier, ""); status != http.StatusOK || who.Unchecked {
		t.Errorf("without a token: %d %+v", status, who)
	}
}

// TestRouterSaysThatItCouldNotCheck: the router passes no token on that it could not check, and says so.
func TestRouterSaysThatItCouldNotCheck(t *testing.T) {
	verifier := auth.NewVerifier(authtest.NewIssuer(t).Trust)
	for header, want := range map[string]bool{"unchecked": true, "": false, "admin": false} {
		var seen auth.Identity
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Weft-Identity", header)
		verifier.Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = auth.From(r.Context()) })).ServeHTTP(httptest.NewRecorder(), r)
		if seen.Unchecked != want || !seen.Anonymous() {
			t.Errorf("%q: %+v", header, seen)
		}
	}
}

func TestKeysAreThereBeforeTheFirstToken(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	inner := issuer.Server.Config.Handler
	var asked atomic.Int32
	issuer.Server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 4 { // the issuer starts later than this service
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		inner.ServeHTTP(w, r)
	})
	verifier := auth.NewVerifier(issuer.Trust)
	ctx, cancel := context.WithCancel(t.Context())
	var keeping errgroup.Group
	keeping.Go(func() error { return verifier.KeepKeys(ctx) })
	file := filepath.Join(issuer.Trust.DataDir, "jwks.json")
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the keys are not fetched")
		}
	}
	issuer.Server.Close()
	cancel()
	if err := keeping.Wait(); err != nil {
		t.Error(err)
	}
	header := "Bearer " + issuer.Token(t, "ann")
	for name, v := range map[string]*auth.Verifier{"the one that kept them": verifier, "another one, from the disk": auth.NewVerifier(issuer.Trust)} {
		if status, who := call(v, header); status != http.StatusOK || who.Subject != "ann" {
			t.Errorf("%s: %d %+v", name, status, who)
		}
	}
	if got := asked.Load(); got != 4 {
		t.Errorf("the issuer was asked %d times", got)
	}
}

func TestRotatedKeyIsFetchedAndUnknownOnesAreNotFetchedAtEachRequest(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	fetches := 0
	inner := issuer.Server.Config.Handler
	issuer.Server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fetches++; inner.ServeHTTP(w, r) })
	verifier := auth.NewVerifier(issuer.Trust)
	old := "Bearer " + issuer.Token(t, "ann")
	if status, _ := call(verifier, old); status != http.StatusOK {
		t.Fatal(status)
	}
	issuer.Rotate(t)
	if status, _ := call(verifier, "Bearer "+issuer.Token(t, "ann")); status != http.StatusOK {
		t.Errorf("the new key: %d", status)
	}
	if status, _ := call(verifier, old); status != http.StatusUnauthorized {
		t.Errorf("the withdrawn key: %d", status)
	}
	for range 50 {
		if status, _ := call(verifier, "Bearer "+authtest.NewIssuer(t).Token(t, "ann")); status != http.StatusUnauthorized {
			t.Fatal("an unknown key was accepted")
		}
	}
	if fetches > 5 {
		t.Errorf("the JWK Set was fetched %d times", fetches)
	}
}
