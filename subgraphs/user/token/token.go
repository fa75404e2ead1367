// Package token makes the access tokens of the shop and says which keys verify them: EdDSA JWTs of type at+jwt, signed
// with a key of the store, and the JWK Set of all its keys. It knows sessions only as claims.
package token

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// Issuer makes and verifies access tokens.
type Issuer struct {
	// TTL is how long a token holds.
	TTL time.Duration

	keys  *store.Store
	trust auth.Trust
	known sync.Map // key id -> knownKey
}

// keyAge is for how long a key is taken for one of the store's without another look: so one that leaked and was deleted
// there stops to hold here.
const keyAge = time.Minute

// knownKey is a public key, which never changes, and until when it is sure to be the store's.
type knownKey struct {
	public ed25519.PublicKey
	until  time.Time
}

// NewIssuer returns an Issuer with the signing keys of a store; trust names issuer and audience.
func NewIssuer(keys *store.Store, trust auth.Trust, ttl time.Duration) *Issuer {
	return &Issuer{TTL: ttl, keys: keys, trust: trust}
}

// Issue returns a token for a session with the permissions of the user's roles, and when it expires.
func (i *Issuer) Issue(ctx context.Context, session *store.Session, user *store.User) (string, time.Time, error) {
	keys, err := i.keys.SigningKeys(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	key := store.Signer(keys)
	if key == nil {
		return "", time.Time{}, errors.New("there is no signing key")
	}
	private, err := key.Private()
	if err != nil {
		return "", time.Time{}, err
	}
	now := time.Now()
	expires := now.Add(i.TTL).Truncate(time.Second)
	if session.ExpiresAt.Before(expires) {
		expires = session.ExpiresAt
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, auth.Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: i.trust.Issuer, Audience: jwt.ClaimStrings{i.trust.Audience}, Subject: user.ID,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		SessionID: session.ID, Version: session.Version, Permissions: user.Roles.Permissions(),
	})
	token.Header["typ"], token.Header["kid"] = auth.TokenType, key.ID
	signed, err := token.SignedString(private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign a token: %w", err)
	}
	return signed, expires, nil
}

// Verifier returns a verifier of this issuer's tokens that asks the store for keys and for sessions: a token whose
// session has ended or has a newer version does not hold.
func (i *Issuer) Verifier() *auth.Verifier {
	verifier := auth.NewLocalVerifier(i.trust, i.publicKey)
	verifier.Holds = i.Holds
	return verifier
}

// Holds says whether a verified token's session lives at the token's version.
func (i *Issuer) Holds(ctx context.Context, claims *auth.Claims) (bool, error) {
	session, err := i.keys.Session(ctx, claims.SessionID)
	if err != nil {
		return false, err
	}
	return session != nil && session.UserID == claims.Subject && session.Lives() && session.Version == claims.Version, nil
}

func (i *Issuer) publicKey(ctx context.Context, kid string) (any, error) {
	if found, isKnown := i.known.Load(kid); isKnown && time.Now().Before(found.(knownKey).until) {
		return found.(knownKey).public, nil
	}
	until := time.Now().Add(keyAge)
	keys, err := i.keys.SigningKeys(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "could not read the keys", "error", err.Error())
		return nil, fmt.Errorf("%w: %w", auth.ErrUnavailable, err)
	}
	for _, key := range keys {
		if key.ID != kid {
			continue
		}
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		public := private.Public().(ed25519.PublicKey)
		i.known.Store(kid, knownKey{public, until})
		return public, nil
	}
	i.known.Delete(kid)
	return nil, fmt.Errorf("there is no key %q", kid)
}

// JWKS returns the JWK Set (RFC 7517) of every key whose tokens may still be in use.
func (i *Issuer) JWKS(ctx context.Context) ([]byte, error) {
	keys, err := i.keys.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	set := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
	for _, key := range keys {
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		entry, err := jwkset.NewJWKFromKey(private.Public(),
			jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: key.ID, ALG: jwkset.AlgEdDSA, USE: jwkset.UseSig}})
		if err != nil {
			return nil, fmt.Errorf("describe the key %s: %w", key.ID, err)
		}
		set.Keys = append(set.Keys, entry.Marshal())
	}
	return json.Marshal(set)
}
