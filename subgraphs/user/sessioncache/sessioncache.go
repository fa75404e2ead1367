// Package sessioncache tells Redis which sessions live, so that the router need not ask this service at each request.
// Redis is only a cache: without it, or while it is down, every method does nothing. Entries are `session:<id>` -> a JSON document, at most a minute old, or the word "revoked", which outlives
// every token of the session. An entry is never replaced by one of an older version, and "revoked" by nothing.
package sessioncache

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/user/redislink"
)

const (
	// MaxAge is how long an entry about a living session is kept.
	MaxAge = time.Minute

	keyPrefix = "session:"
	revoked   = "revoked"
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
	link *redislink.Link
	// revokedFor is how long "revoked" stays: no shorter than any token holds.
	revokedFor time.Duration
}

// New returns the cache in a Redis. tokenTTL is the lifetime of access tokens.
func New(link *redislink.Link, tokenTTL time.Duration) *Cache {
	return &Cache{link: link, revokedFor: tokenTTL + MaxAge}
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
	return c.link.Do(ctx, func(ctx context.Context, client *redis.Client) error {
		return fill.Run(ctx, client, []string{keyPrefix + id}, text, entry.Version, age.Milliseconds()).Err()
	})
}

// Revoke marks a session as ended, whatever is cached of it. The error is a redislink.ErrDown.
func (c *Cache) Revoke(ctx context.Context, id string) error {
	return c.link.Do(ctx, func(ctx context.Context, client *redis.Client) error {
		return client.Set(ctx, keyPrefix+id, revoked, c.revokedFor).Err()
	})
}
