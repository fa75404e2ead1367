package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/api/generated"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

const (
	minPasswordLength = 8
	maxPasswordLength = 1024
)

func (r *Resolver) register(ctx context.Context, input generated.RegisterInput) (*generated.Login, error) {
	if err := r.take(ctx, r.limits.Register); err != nil {
		return nil, err
	}
	// Everything cheap is checked before the password costs anything.
	if err := fail.CheckText("password", input.Password, minPasswordLength, maxPasswordLength); err != nil {
		return nil, err
	}
	if err := store.CheckUsername("username", input.Username); err != nil {
		return nil, err
	}
	hash, err := r.hasher.Hash(ctx, input.Password)
	if err != nil {
		return nil, err
	}
	user, err := r.store.Register(ctx, store.Registration{
		Username: input.Username, Name: input.Name, Age: input.Age, Email: input.Email, Address: input.Address,
		PasswordHash: hash,
	})
	if err != nil {
		return nil, err
	}
	return r.startSession(ctx, user.ID)
}

// login gives one error and takes one time for a name that nobody has and for a wrong password.
func (r *Resolver) login(ctx context.Context, input generated.LoginInput) (*generated.Login, error) {
	refused := fail.New(fail.Unauthenticated, "The username or the password is wrong.")
	if len(input.Password) > 4*maxPasswordLength || len(input.Username) > maxPasswordLength {
		return nil, refused // longer than any that can be registered: nothing is learnt from the time
	}
	uses := r.loginUses(ctx, strings.ToLower(input.Username))
	if err := limited(r.attempts.Blocked(ctx, uses...)); err != nil {
		return nil, err // without waiting for a turn
	}
	users, err := r.store.UsersByUsernames(ctx, []string{input.Username})
	if err != nil {
		return nil, err
	}
	hash := ""
	if users[0] != nil {
		hash = users[0].PasswordHash
	}
	matches := false
	err = r.hasher.InTurn(ctx, func() (err error) {
		// Of attempts that come at once, no more get past the limit than there are turns.
		if err = limited(r.attempts.Blocked(ctx, uses...)); err != nil {
			return err
		}
		if matches, err = r.hasher.Matches(input.Password, hash); err == nil && !matches {
			r.attempts.Take(ctx, uses...)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !matches {
		return nil, refused
	}
	return r.startSession(ctx, users[0].ID)
}

func (r *Resolver) startSession(ctx context.Context, userID string) (*generated.Login, error) {
	session, user, err := r.store.StartSession(ctx, userID, exchangeOf(ctx).agent)
	if err != nil {
		return nil, err
	}
	return r.handOver(ctx, session, user)
}

// refresh renews the session of a token that may have expired or be too old.
func (r *Resolver) refresh(ctx context.Context) (*generated.Login, error) {
	caller, err := requireSession(ctx)
	if err != nil {
		return nil, err
	}
	session, user, err := r.store.RenewSession(ctx, caller.SessionID)
	if err != nil {
		return nil, err
	}
	return r.handOver(ctx, session, user)
}

// requireSession returns the caller if their token names a session, also if the token has expired or is too old.
func requireSession(ctx context.Context) (auth.Identity, error) {
	caller := auth.From(ctx)
	if caller.SessionID != "" {
		return caller, nil
	}
	return auth.Require(ctx)
}

// logout ends the session of the request's token, also if that has expired: the session could be renewed by it.
func (r *Resolver) logout(ctx context.Context) (*bool, error) {
	caller, err := requireSession(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.store.EndSession(ctx, caller.SessionID); err != nil {
		return nil, err
	}
	r.end(ctx, caller.SessionID)
	r.cookie.clear(exchangeOf(ctx).header)
	return new(true), nil
}

// endSession ends a session of the caller, or for user:admin anybody's.
func (r *Resolver) endSession(ctx context.Context, id string) (*bool, error) {
	caller, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	owner := caller.Subject
	if caller.Has("user:admin") {
		owner = ""
	}
	lived, err := r.store.EndOneSession(ctx, id, owner)
	if err != nil {
		return nil, err
	}
	r.end(ctx, id)
	if id == caller.SessionID {
		r.cookie.clear(exchangeOf(ctx).header)
	}
	return &lived, nil
}

// handOver makes a token for a session and gives it to the client: in the body if it asked for that, else as a cookie.
func (r *Resolver) handOver(ctx context.Context, session *store.Session, user *store.User) (*generated.Login, error) {
	token, expires, err := r.issuer.Issue(ctx, session, user)
	if err != nil {
		return nil, err
	}
	r.cache.Fill(ctx, session.ID, entryOf(session, user))
	login := &generated.Login{ExpiresAt: expires, User: user}
	if client := exchangeOf(ctx); client.inBody {
		login.Token = &token
	} else {
		r.cookie.set(client.header, token)
	}
	return login, nil
}

func entryOf(session *store.Session, user *store.User) sessioncache.Entry {
	return sessioncache.Entry{
		User: user.ID, Permissions: user.Roles.Permissions(), Version: session.Version, Expires: session.ExpiresAt.Unix(),
	}
}

// end publishes sessions that have just been revoked. What Redis did not take the publisher tells it later.
func (r *Resolver) end(ctx context.Context, ids ...string) {
	for _, id := range ids {
		_ = r.cache.Revoke(ctx, id) // noted by the cache; the row stays unpublished
	}
}

// publish tells Redis at once of sessions that got a new version.
func (r *Resolver) publish(ctx context.Context, user *store.User, ids []string) {
	for _, id := range ids {
		session, err := r.store.Session(ctx, id)
		if err != nil || session == nil {
			slog.WarnContext(ctx, "left the new version of a session to the publisher", "session", id)
			continue
		}
		r.cache.Fill(ctx, id, entryOf(session, user))
	}
}

func (r *Resolver) tokenClaims(ctx context.Context, token string) (*generated.TokenClaims, error) {
	claims := &auth.Claims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		return nil, fail.Input("token", "This is not an access token.")
	}
	if claims.ExpiresAt == nil {
		return nil, fail.Input("token", "This is not an access token: it never expires.")
	}
	if year := claims.ExpiresAt.UTC().Year(); year < 0 || year > 9999 {
		return nil, fail.Input("token", "This is not an access token: it expires at no time that can be written down.")
	}
	verified, err := r.verifier.Verify(ctx, token)
	if errors.Is(err, auth.ErrUnavailable) {
		return nil, fail.Down("user", err)
	}
	isValid := err == nil
	if isValid {
		if isValid, err = r.issuer.Holds(ctx, verified); err != nil {
			return nil, fmt.Errorf("look up the token's session: %w", err)
		}
	}
	return &generated.TokenClaims{
		Subject: claims.Subject, Issuer: claims.Issuer, ExpiresAt: claims.ExpiresAt.Time,
		Permissions: append([]string{}, claims.Permissions...), Valid: isValid,
	}, nil
}
