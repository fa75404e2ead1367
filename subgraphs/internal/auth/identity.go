// Package auth says who is calling a subgraph and checks that the call came through the router: request signatures
// (HMAC over time, address and body), access tokens (EdDSA JWTs verified with the user service's JWKS, which is kept on
// disk so that verifying outlives that service), and the Identity that resolvers ask. It decides no rule of any service.
package auth

import (
	"context"
	"slices"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Identity is who is calling. The zero value is somebody anonymous.
type Identity struct {
	// Subject is the user's id; empty for an anonymous caller.
	Subject string
	// SessionID is the login behind the token. It stands without a Subject for a token that only needs renewing, where
	// the Verifier has Holds.
	SessionID string
	// Version is the session's version when the token was made.
	Version int64
	// Permissions are the scopes of the token, such as "product:write".
	Permissions []string
	// Unchecked is set when a token came and nobody can say now whether it holds: what everybody may have is answered as
	// to an anonymous caller, what needs an identity is UNAVAILABLE.
	Unchecked bool
}

// Anonymous says whether nobody is logged in.
func (i Identity) Anonymous() bool { return i.Subject == "" }

// Has says whether the caller has a permission.
func (i Identity) Has(permission string) bool { return slices.Contains(i.Permissions, permission) }

// Is says whether the caller is the user with this id.
func (i Identity) Is(userID string) bool { return i.Subject != "" && i.Subject == userID }

type identityKey struct{}

// WithIdentity returns a context that carries the caller.
func WithIdentity(ctx context.Context, identity Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, identity)
}

// From returns the caller; without one in the context it is anonymous.
func From(ctx context.Context) Identity {
	identity, _ := ctx.Value(identityKey{}).(Identity)
	return identity
}

// issuer is the service that makes tokens and says whether they hold.
const issuer = "user"

// Require returns the caller if somebody is logged in, and otherwise an UNAUTHENTICATED error, or an UNAVAILABLE one
// if that cannot be told now.
func Require(ctx context.Context) (Identity, error) {
	identity := From(ctx)
	switch {
	case identity.Unchecked:
		return identity, fail.Down(issuer, nil)
	case identity.Anonymous():
		return identity, fail.New(fail.Unauthenticated, "Please log in.")
	default:
		return identity, nil
	}
}

// RequirePermission returns the caller if it has the permission, and an error of Require or a FORBIDDEN one otherwise.
func RequirePermission(ctx context.Context, permission string) (Identity, error) {
	identity, err := Require(ctx)
	if err != nil {
		return identity, err
	}
	if !identity.Has(permission) {
		return identity, fail.New(fail.Forbidden, "This needs the permission %s.", permission)
	}
	return identity, nil
}
