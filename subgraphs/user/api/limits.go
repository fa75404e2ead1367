package api

import (
	"context"
	"math"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/attempts"
)

// Limits are how often people may try what could be guessed or flooded. Each call of a resolver is an attempt, whatever
// alias it has. A login with the right password counts for none.
type Limits struct {
	// Login is for wrong passwords with one username from one address: it keeps the person themselves able to log in
	// from elsewhere.
	Login attempts.Limit
	// LoginName is for wrong passwords with one username from anywhere.
	LoginName attempts.Limit
	// LoginAddress is for wrong passwords from one address, whatever the username.
	LoginAddress attempts.Limit
	// Register is for calls of register from one address.
	Register attempts.Limit
	// Username is for calls of usernameAvailable from one address.
	Username attempts.Limit
}

func (r *Resolver) loginUses(ctx context.Context, username string) []attempts.Use {
	address := exchangeOf(ctx).address
	return []attempts.Use{
		{Limit: r.limits.Login, Key: username + "\n" + address},
		{Limit: r.limits.LoginName, Key: username},
		{Limit: r.limits.LoginAddress, Key: address},
	}
}

// take counts a call from the client's address and returns a RATE_LIMITED error past the limit.
func (r *Resolver) take(ctx context.Context, limit attempts.Limit) error {
	return limited(r.attempts.Take(ctx, attempts.Use{Limit: limit, Key: exchangeOf(ctx).address}))
}

// limited returns a RATE_LIMITED error unless there is nothing to wait for.
func limited(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	seconds := int(math.Ceil(wait.Seconds()))
	failure := fail.New(fail.RateLimited, "This was tried too often; please try again in %s.", time.Duration(seconds)*time.Second)
	failure.Details = map[string]any{"retryAfter": seconds}
	return failure
}
