package auth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
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
	if status, _ := call(auth.NewVerifier(issuer.Trust), header); status != http.StatusUnauthorized {
		t.Errorf("a damaged file: %d", status)
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

func TestSilentIssuerDelaysNobodyWithAKnownKey(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	header := "Bearer " + issuer.Token(t, "ann")
	if status, _ := call(auth.NewVerifier(issuer.Trust), header); status != http.StatusOK {
		t.Fatal(status)
	}
	// A restart finds the keys on disk and an issuer that takes requests but never answers.
	release := make(chan struct{})
	issuer.Server.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	verifier := auth.NewVerifier(issuer.Trust)
	var asking errgroup.Group
	asking.Go(func() error { call(verifier, header); return nil })
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	for range 20 {
		if status, _ := call(verifier, header); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("20 requests waited %v for the issuer", took)
	}
	_ = asking.Wait()
}
