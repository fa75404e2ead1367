// Package sessioncache tells Redis which sessions live, so that the router need not ask this service at each request.
// Redis is only a cache: without it, or while it is down, every method does nothing, which is logged once for each
// outage. Entries are `session:<id>` -> a JSON document, at most a minute old, or the word "revoked", which outlives
// every token of the session. An entry is never replaced by one of an older version, and "revoked" by nothing.
package sessioncache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// MaxAge is how long an entry about a living session is kept.
	MaxAge = time.Minute

	keyPrefix   = "session:"
	revoked     = "revoked"
	dialTimeout = 500 * time.Millisecond
	callTimeout = 300 * time.Millisecond
	downPause   = time.Second // after a failure Redis is left alone for so long, so that no request waits for it
)

// Entry is what is cached about a session that lives.
type Entry struct {
	User        string   `json:"user"`
	Permissions []string `json:"permissions"`
	Version     int64    `json:"version"`
	Expires     int64    `json:"expires"` // Unix seconds
}

// Cache writes session entries to Redis. It is safe for concurrent use.
type Cache struct {
	client *redis.Client // nil without a Redis
	// revokedFor is how long "revoked" stays: no shorter than any token holds.
	revokedFor time.Duration

	mu       sync.Mutex
	isDown   bool
	tryAgain time.Time
}

// CheckURL says what is wrong with the URL of a Redis; an empty one is fine.
func CheckURL(url string) error {
	if url == "" {
		return nil
	}
	if _, err := redis.ParseURL(url); err != nil {
		return errors.New("expected redis://user:password@host:6379/0, or nothing for no Redis")
	}
	return nil
}

// Open returns the cache in the Redis at url (`redis://…`); an empty url gives one that does nothing. Nothing is
// connected to yet. tokenTTL is the lifetime of access tokens.
func Open(url string, tokenTTL time.Duration) (*Cache, error) {
	cache := &Cache{revokedFor: tokenTTL + MaxAge}
	if url == "" {
		return cache, nil
	}
	if err := CheckURL(url); err != nil {
		return nil, err
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dialTimeout, callTimeout, callTimeout
	options.PoolTimeout, options.MaxRetries, options.DialerRetries = callTimeout, -1, 1
	options.ContextTimeoutEnabled = true
	redis.SetLogger(silent{}) // it would log each failure; note does once
	cache.client = redis.NewClient(options)
	return cache, nil
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// Close closes the connections to Redis.
func (c *Cache) Close() error {
	if c.client == nil {
		return nil
	}
	return c.client.Close()
}

// fill is a compare-and-set by version. KEYS[1] entry, ARGV[1] its JSON, ARGV[2] its version, ARGV[3] milliseconds.
var fill = redis.NewScript(`
local held = redis.call('GET', KEYS[1])
if held == 'revoked' then return 0 end
if held then
  local isJSON, entry = pcall(cjson.decode, held)
  if isJSON and type(entry) == 'table' and (tonumber(entry.version) or 0) > tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`)

// Fill caches a living session unless something newer is there. A failure is only logged.
func (c *Cache) Fill(ctx context.Context, id string, entry Entry) {
	_ = c.TryFill(ctx, id, entry) // noted already, and the next introspection fills again
}

// TryFill is Fill, and says whether Redis has the entry or something newer.
func (c *Cache) TryFill(ctx context.Context, id string, entry Entry) error {
	age := min(MaxAge, time.Until(time.Unix(entry.Expires, 0)))
	if age < time.Millisecond {
		return nil // it has expired: nothing to cache
	}
	if entry.Permissions == nil {
		entry.Permissions = []string{}
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("encode a cache entry: %w", err)
	}
	return c.do(ctx, func(ctx context.Context) error {
		return fill.Run(ctx, c.client, []string{keyPrefix + id}, text, entry.Version, age.Milliseconds()).Err()
	})
}

// Revoke marks a session as ended, whatever is cached of it.
func (c *Cache) Revoke(ctx context.Context, id string) error {
	return c.do(ctx, func(ctx context.Context) error {
		return c.client.Set(ctx, keyPrefix+id, revoked, c.revokedFor).Err()
	})
}

// ErrDown means that Redis could not be written.
var ErrDown = errors.New("redis does not answer")

func (c *Cache) do(ctx context.Context, call func(context.Context) error) error {
	if c.client == nil {
		return ErrDown
	}
	if c.isPausing() {
		return ErrDown
	}
	// A client that goes away must not make Redis look dead.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout+callTimeout)
	defer cancel()
	err := call(bounded)
	c.note(ctx, err)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDown, err)
	}
	return nil
}

func (c *Cache) isPausing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isDown && time.Now().Before(c.tryAgain)
}

// note logs when Redis stops answering and when it answers again.
func (c *Cache) note(ctx context.Context, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		if !c.isDown {
			slog.WarnContext(ctx, "redis does not answer; sessions go on without their cache", "error", err.Error())
		}
		c.isDown, c.tryAgain = true, time.Now().Add(downPause)
	case c.isDown:
		slog.InfoContext(ctx, "redis answers again")
		c.isDown = false
	}
}
