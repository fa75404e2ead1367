// Package auth says who is calling.
//
// In comes an HTTP request, out comes an Identity: anonymous, somebody, or somebody whose session could not be checked.
// The passes are: find the token (header, cookie), verify its signature and claims with keys from JWKS URLs, check its
// session in Redis, and where Redis has no answer ask the issuer (RFC 7662). Everything is told by configuration: the
// package knows no application, no GraphQL, and no operation.
package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/weft-graph/weft/router/telemetry"
)

// Identity is who is calling. The zero value is anonymous.
type Identity struct {
	// Authenticated is set when the token was verified and its session is good.
	Authenticated bool
	// Subject is the token's subject.
	Subject string
	// Scopes are what the token permits.
	Scopes []string
	// Expires is when the token is not accepted any more; zero when nobody said.
	Expires time.Time
	// Token is the verified token, to be forwarded to subgraphs that are trusted with it.
	Token string
	// Cookie is the name of the cookie that carried the token; empty when a header did.
	Cookie string
	// Outdated is not empty when the token is genuine but has expired or is older than its session: it says which. The
	// caller counts as anonymous; Token is set, because renewing such a token needs it.
	Outdated string
	// Unchecked is set when a token came and nobody could say whether it is good: the caller counts as anonymous, and
	// an operation that needs an identity is to be answered with 503.
	Unchecked bool
}

// Refusal is the error for a token that is not good. The request is to be answered with 401.
type Refusal struct {
	// Message says what is wrong, for the client.
	Message string
	// Cookie is the name of the cookie that carried the token, to be cleared; empty when a header did.
	Cookie string
}

// Error returns the message.
func (e *Refusal) Error() string { return e.Message }

func refused(message string) error { return &Refusal{Message: message} }

// outdated is the error for a token that is genuine and may be renewed.
type outdated struct{ message string }

func (e *outdated) Error() string { return e.message }

var (
	errExpired = &outdated{"The token has expired: refresh it or log in again."}
	errStale   = &outdated{"The session has changed since the token was made: refresh the token or log in again."}
)

// errUnavailable is the error of a check that nobody could make now.
var errUnavailable = errors.New("the token cannot be checked now")

// Authenticator authenticates requests. It is safe for concurrent use.
type Authenticator struct {
	config   Config
	log      *slog.Logger
	verifier *verifier
	sessions *sessions // nil without a session store
	issuer   *introspector
}

// New returns the Authenticator for a valid Config. Without key URLs every request is anonymous. Close it after use.
func New(c Config, log *slog.Logger) (*Authenticator, error) {
	a := &Authenticator{config: c, log: log}
	if !c.isOn() {
		return a, nil
	}
	var err error
	if a.verifier, err = newVerifier(c, log); err != nil {
		return nil, err
	}
	if c.Session.RedisURL != "" {
		if a.sessions, err = newSessions(c.Session, log); err != nil {
			return nil, err
		}
	}
	if c.Introspection.URL != "" {
		a.issuer = newIntrospector(c)
	}
	return a, nil
}

// Watch does what no request should have to wait for: it fetches the issuer's keys before the first token comes, and
// notices a lost Redis while no request comes, until ctx ends. It blocks; it returns at once when there is nothing to do.
func (a *Authenticator) Watch(ctx context.Context) error {
	if a.verifier == nil {
		return nil
	}
	fetched := make(chan error, 1)
	telemetry.Go(ctx, a.log, "auth: fetch keys", func() error { a.verifier.fetchKeys(ctx); return nil },
		func(err error) { fetched <- err })
	var err error
	if a.sessions != nil {
		err = a.sessions.watch(ctx)
	}
	return errors.Join(err, <-fetched)
}

// Close frees connections and memory.
func (a *Authenticator) Close() {
	if a.sessions != nil {
		a.sessions.close()
	}
	if a.verifier != nil {
		a.verifier.close()
	}
}

// Authenticate returns who sent the request. The error is a *Refusal, or the context's.
func (a *Authenticator) Authenticate(ctx context.Context, r *http.Request) (Identity, error) {
	if a.verifier == nil {
		return Identity{}, nil
	}
	found, err := findToken(r, a.config.Cookies)
	if err != nil || found.token == "" {
		return Identity{}, err
	}
	claims, err := a.check(ctx, found.token)
	switch {
	case err == nil:
		identity := Identity{
			Authenticated: true, Subject: claims.subject, Scopes: claims.scopes, Token: found.token, Cookie: found.cookie,
		}
		if !claims.expires.IsZero() {
			identity.Expires = claims.expires.Add(a.config.Leeway)
		}
		return identity, nil
	case errors.Is(err, errUnavailable):
		return Identity{Unchecked: true, Cookie: found.cookie}, nil
	}
	var old *outdated
	if errors.As(err, &old) {
		return a.outdated(found, old)
	}
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return Identity{}, &Refusal{Message: refusal.Message, Cookie: found.cookie}
	}
	return Identity{}, err
}

// outdated lets a genuine token through to where it can be renewed, and refuses it when nothing renews tokens.
func (a *Authenticator) outdated(found found, old *outdated) (Identity, error) {
	if len(a.config.Renewal) == 0 {
		return Identity{}, &Refusal{Message: old.message, Cookie: found.cookie}
	}
	return Identity{Outdated: old.message, Token: found.token, Cookie: found.cookie}, nil
}

// check verifies a token and its session. A session that the store does not vouch for is the issuer's to judge, and so
// is a token when the issuer's keys were never had.
func (a *Authenticator) check(ctx context.Context, token string) (*claims, error) {
	claims, err := a.verifier.verify(ctx, token)
	if errors.Is(err, errUnavailable) {
		if claims, err = a.introspect(ctx, token); err == nil {
			err = a.verifier.checkVouched(token)
		}
		return claims, err
	}
	if err != nil {
		return nil, err
	}
	if a.sessions == nil {
		if a.issuer == nil {
			return claims, nil // the signature is all there is to check
		}
		return a.confirm(ctx, token, claims)
	}
	switch a.sessions.state(ctx, claims) {
	case live:
		return claims, nil
	case revoked:
		return nil, refused("The session has ended: log in again.")
	case stale:
		return nil, errStale
	case absent:
		if a.config.Session.Absent == AbsentAllow {
			return claims, nil
		}
		if a.config.Session.Absent == AbsentRefuse {
			return nil, refused("There is no such session: log in again.")
		}
		return a.confirm(ctx, token, claims)
	case unknown:
		return a.confirm(ctx, token, claims)
	}
	panic("auth: a session state without a rule")
}

// confirm asks the issuer about a token that is verified already, and keeps the answer for as long as the
// configuration lets the router remember.
func (a *Authenticator) confirm(ctx context.Context, token string, claims *claims) (*claims, error) {
	asked := time.Now()
	answer, err := a.introspect(ctx, token)
	if errors.Is(err, errStale) && answer.version <= claims.version {
		return nil, refused("The session has ended: log in again.")
	}
	if err != nil {
		return nil, err
	}
	if answer.version > claims.version {
		return nil, errStale
	}
	if a.sessions != nil {
		a.sessions.remember(claims, asked)
	}
	return claims, nil
}

func (a *Authenticator) introspect(ctx context.Context, token string) (*claims, error) {
	if a.issuer == nil {
		return nil, errUnavailable
	}
	claims, err := a.issuer.ask(ctx, token)
	var refusal *Refusal
	var old *outdated
	if err == nil || errors.As(err, &refusal) || errors.As(err, &old) {
		return claims, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	a.log.WarnContext(ctx, "the token issuer could not be asked", "url", a.config.Introspection.URL, "error", err.Error())
	return nil, errUnavailable
}
