// Package authtest is the world around a subgraph in its tests: a token issuer with a real JWK Set over HTTP, and a
// client that signs its requests as the router does.
package authtest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
)

// RouterKey is the key that Client signs with.
var RouterKey = []byte("a key for tests, known to everybody")

// Issuer makes access tokens and serves the JWK Set that verifies them.
type Issuer struct {
	// Trust is what a Verifier needs to accept this issuer's tokens.
	Trust auth.Trust
	// Server serves the JWK Set at /.well-known/jwks.json; closing it is how a test takes the issuer down.
	Server *httptest.Server

	kid     string
	private ed25519.PrivateKey
}

// NewIssuer starts an issuer that lives as long as the test; its Trust keeps the JWK Set in the test's own folder.
func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	issuer := &Issuer{}
	issuer.Rotate(t)
	issuer.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		key, err := jwkset.NewJWKFromKey(issuer.private.Public(),
			jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: issuer.kid, ALG: jwkset.AlgEdDSA, USE: jwkset.UseSig}})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{key.Marshal()}})
	}))
	t.Cleanup(issuer.Server.Close)
	issuer.Trust = auth.Trust{
		JWKSURL: issuer.Server.URL + "/.well-known/jwks.json", Issuer: "http://issuer.test", Audience: "shop",
		DataDir: t.TempDir(),
	}
	return issuer
}

// Rotate replaces the issuer's key and key id; tokens made before no longer verify once the new set is fetched.
func (i *Issuer) Rotate(t testing.TB) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.kid, i.private = rand.Text(), private
}

// Token returns a token for a user that holds for five minutes; its session is "session-<user>".
func (i *Issuer) Token(t testing.TB, user string, permissions ...string) string {
	t.Helper()
	now := time.Now()
	return i.Sign(t, auth.TokenType, auth.Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: i.Trust.Issuer, Audience: jwt.ClaimStrings{i.Trust.Audience}, Subject: user,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(5 * time.Minute)),
		},
		SessionID: "session-" + user, Version: 1, Permissions: permissions,
	})
}

// Sign signs any claims with the issuer's key and the given `typ`: for tokens that must be refused.
func (i *Issuer) Sign(t testing.TB, typ string, claims jwt.Claims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["typ"], token.Header["kid"] = typ, i.kid
	signed, err := token.SignedString(i.private)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// Client sends GraphQL operations to one handler as the router does: signed, and with the caller's token.
type Client struct {
	Handler http.Handler
	// Token is the access token; empty calls anonymously.
	Token string
	// Header is added to every request.
	Header http.Header
}

// Answer is what a GraphQL request brought back.
type Answer struct {
	Status int             `json:"-"`
	Header http.Header     `json:"-"`
	Data   json.RawMessage `json:"data"`
	Errors []Error         `json:"errors"`
}

// Error is one GraphQL error of an Answer.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Codes returns the codes of the errors in their order.
func (a Answer) Codes() []string {
	codes := []string{}
	for _, err := range a.Errors {
		codes = append(codes, fmt.Sprint(err.Extensions["code"]))
	}
	return codes
}

// As returns a copy of the client that calls with another token.
func (c Client) As(token string) Client {
	c.Token = token
	return c
}

// Do sends an operation and decodes the answer's data into data, unless that is nil.
func (c Client) Do(t testing.TB, query string, variables map[string]any, data any) Answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	answer := c.Send(t, body, true)
	if data != nil && len(answer.Data) > 0 {
		if err := json.Unmarshal(answer.Data, data); err != nil {
			t.Fatalf("read the data %s: %v", answer.Data, err)
		}
	}
	return answer
}

// Must is Do for an operation that has to succeed: any error ends the test.
func (c Client) Must(t testing.TB, query string, variables map[string]any, data any) Answer {
	t.Helper()
	answer := c.Do(t, query, variables, data)
	if answer.Status != http.StatusOK || len(answer.Errors) > 0 {
		t.Fatalf("status %d, errors %+v for %s", answer.Status, answer.Errors, query)
	}
	return answer
}

// Send posts any body to /graphql, signed or not.
func (c Client) Send(t testing.TB, body []byte, signed bool) Answer {
	t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	for name, values := range c.Header {
		request.Header[name] = values
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if signed {
		auth.Sign(request, body, RouterKey)
	}
	return c.serve(t, request)
}

func (c Client) serve(t testing.TB, request *http.Request) Answer {
	t.Helper()
	recorder := httptest.NewRecorder()
	c.Handler.ServeHTTP(recorder, request)
	response := recorder.Result()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := Answer{Status: response.StatusCode, Header: response.Header}
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("the answer is no JSON: %s", text)
	}
	return answer
}
