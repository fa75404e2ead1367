// Package redisurl reads the URL of a Redis, `redis://user:password@host:6379/0`, into the options of a client that
// leaves retries to who calls it. The package connects to nothing.
package redisurl

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Check says what is wrong with a URL; an empty one, for no Redis, is fine.
func Check(url string) error {
	if url == "" {
		return nil
	}
	if _, err := redis.ParseURL(url); err != nil {
		return errors.New("expected redis://user:password@host:6379/0, or nothing for no Redis")
	}
	return nil
}

// Options returns the options for a URL that is not empty, with how long connecting and a call may take. It returns what
// Check returns.
func Options(url string, dial, call time.Duration) (*redis.Options, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, Check(url) // which, unlike err, holds no password
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dial, call, call
	options.MaxRetries, options.DialerRetries = -1, 1 // what calls has its own pauses
	options.ContextTimeoutEnabled = true
	silence()
	return options, nil
}

// silence keeps Redis clients from writing a line of their own for each failure; who calls them says what matters. Once,
// because a client reads its logger without a lock.
var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

// Printf writes nothing.
func (silent) Printf(context.Context, string, ...any) {}
