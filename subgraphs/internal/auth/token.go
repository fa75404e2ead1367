package auth

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// TokenType is the `typ` header of an access token (RFC 9068).
const TokenType = "at+jwt"

// leeway is how much the clocks of issuer and verifier may differ.
const leeway = 5 * time.Second

// Claims is what an access token says.
type Claims struct {
	jwt.RegisteredClaims
	SessionID   string   `json:"sid"`
	Version     int64    `json:"ver"`
	Permissions []string `json:"permissions"`
}

// Verifier checks access tokens: EdDSA by a key of the issuer's JWKS, type, issuer, audience and lifetime.
type Verifier struct {
	// Holds, if set, asks the store of sessions whether a good token's session still lives at the token's version.
	// Only the user service has that store. A token that no longer holds, and one that is good but for its age, then
	// pass as an anonymous identity with a SessionID, so that they can be renewed; elsewhere they are refused.
	Holds func(ctx context.Context, claims *Claims) (bool, error)

	parser *jwt.Parser
	// validator checks what parser does but the signature.
	validator *jwt.Validator
	// verified are tokens that were good, in full: to verify a signature costs more than most answers.
	verified *otter.Cache[string, verifiedToken]
	lookUp   func(ctx context.Context, kid string) (any, error)
	keys     *keySet // nil for the issuer itself
}

// verifiedToken is what a token says, and the key that its signature was good for.
type verifiedToken struct {
	claims *Claims
	kid    string
	key    any
}

// maxVerifiedTokens is how many tokens are remembered, of some 2 KiB each.
const maxVerifiedTokens = 10_000

// Trust names the issuer whose tokens a service accepts.
type Trust struct {
	JWKSURL  string
	Issuer   string
	Audience string
	// DataDir is where the last JWKS is kept; empty keeps none.
	DataDir string
}

// NewVerifier returns a Verifier with the issuer's keys from its JWKS URL. KeepKeys is to run beside it; without it the
// keys are fetched when they are first needed.
func NewVerifier(trust Trust) *Verifier {
	file := ""
	if trust.DataDir != "" {
		file = filepath.Join(trust.DataDir, "jwks.json")
	}
	keys := newKeySet(trust.JWKSURL, file)
	verifier := NewLocalVerifier(trust, func(ctx context.Context, kid string) (any, error) { return keys.key(ctx, kid) })
	verifier.keys = keys
	return verifier
}

// KeepKeys fetches the issuer's keys before the first token comes and keeps them current until ctx ends: one of a
// server's background tasks. It returns nil.
func (v *Verifier) KeepKeys(ctx context.Context) error {
	if v.keys != nil {
		v.keys.keep(ctx)
	}
	return nil
}

// NewLocalVerifier returns a Verifier that takes public keys from lookUp: for the issuer itself. An error of lookUp is
// ErrUnavailable if it cannot tell whether there is such a key.
func NewLocalVerifier(trust Trust, lookUp func(ctx context.Context, kid string) (any, error)) *Verifier {
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(trust.Issuer), jwt.WithAudience(trust.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway),
	}
	return &Verifier{
		lookUp: lookUp, parser: jwt.NewParser(options...), validator: jwt.NewValidator(options...),
		verified: otter.Must(&otter.Options[string, verifiedToken]{MaximumSize: maxVerifiedTokens}),
	}
}

// ErrExpired means that a token was good once and is past its `exp`.
var ErrExpired = errors.New("the token has expired")

// Verify returns the claims of a good token. With ErrExpired the claims are returned too, everything but the age
// having been checked; with any other error they are not to be used. ErrUnavailable says nothing about the token.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if claims := v.remembered(ctx, token); claims != nil {
		return claims, nil
	}
	claims, kid := &Claims{}, ""
	var key any
	_, err := v.parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if kind, _ := t.Header["typ"].(string); kind != TokenType {
			return nil, fmt.Errorf("its type is %q and not %s", kind, TokenType)
		}
		kid, _ = t.Header["kid"].(string)
		var err error
		key, err = v.lookUp(ctx, kid)
		return key, err
	})
	if err != nil {
		if !onlyExpired(err) {
			return nil, err
		}
		err = ErrExpired
	}
	if claims.Subject == "" || claims.SessionID == "" || claims.IssuedAt == nil {
		return nil, errors.New("the token has no sub, sid or iat")
	}
	if err == nil {
		v.verified.Set(token, verifiedToken{claims, kid, key})
	}
	return claims, err
}

// remembered returns the claims of a token that was good before, if its key still is the issuer's and its age is right;
// else nil, and it is to be checked as if it had never been seen.
func (v *Verifier) remembered(ctx context.Context, token string) *Claims {
	found, ok := v.verified.GetIfPresent(token)
	if !ok || v.validator.Validate(found.claims) != nil {
		return nil
	}
	was, isKey := found.key.(ed25519.PublicKey)
	if now, err := v.lookUp(ctx, found.kid); err != nil || !isKey || !was.Equal(now) {
		return nil
	}
	claims := *found.claims
	return &claims
}

// onlyExpired says whether a token's age is all that is wrong with it. The signature is checked before any claim.
func onlyExpired(err error) bool {
	if !errors.Is(err, jwt.ErrTokenExpired) || !errors.Is(err, jwt.ErrTokenInvalidClaims) {
		return false
	}
	for _, other := range []error{
		jwt.ErrTokenInvalidAudience, jwt.ErrTokenInvalidIssuer, jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenNotValidYet,
		jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenInvalidSubject, jwt.ErrTokenInvalidId,
	} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}

const (
	// identityHeader is the router's, for a caller whose token it could not check and therefore did not pass on.
	identityHeader    = "Weft-Identity"
	uncheckedIdentity = "unchecked"
)

// Identify puts the caller's Identity into the request's context: anonymous without a token, unchecked with one that
// cannot be checked now, refused with 401 UNAUTHENTICATED for one that does not hold.
func (v *Verifier) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		identity, err := v.identity(r)
		if err != nil {
			slog.DebugContext(r.Context(), "refused an access token", "reason", err.Error())
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			fail.Write(w, http.StatusUnauthorized,
				fail.New(fail.Unauthenticated, "The access token does not hold; please log in again."))
			return
		}
		next.ServeHTTP(w, r.WithContext(WithIdentity(r.Context(), identity)))
	})
}

func (v *Verifier) identity(r *http.Request) (Identity, error) {
	ctx, header := r.Context(), r.Header.Get("Authorization")
	if header == "" {
		return Identity{Unchecked: r.Header.Get(identityHeader) == uncheckedIdentity}, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Identity{}, errors.New("the Authorization header is no Bearer token")
	}
	claims, err := v.Verify(ctx, strings.TrimSpace(token))
	if errors.Is(err, ErrUnavailable) {
		return Identity{Unchecked: true}, nil // the outage is logged where it was found
	}
	holds := err == nil
	if v.Holds != nil && holds {
		if holds, err = v.Holds(ctx, claims); err != nil {
			slog.ErrorContext(ctx, "could not check a session", "error", err.Error())
			return Identity{Unchecked: true}, nil
		}
	}
	switch {
	case holds:
		return Identity{
			Subject: claims.Subject, SessionID: claims.SessionID, Version: claims.Version, Permissions: claims.Permissions,
		}, nil
	case v.Holds != nil && (err == nil || errors.Is(err, ErrExpired)):
		return Identity{SessionID: claims.SessionID, Version: claims.Version}, nil
	default:
		return Identity{}, err
	}
}
