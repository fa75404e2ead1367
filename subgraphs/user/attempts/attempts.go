// Package attempts counts what people try, such as logging in, and refuses what is past a limit. A count belongs to a
// key, such as a client's address, and to a window of time that begins with the first attempt. The counts are in Redis,
// where all replicas share them; while Redis is down each replica counts for itself, so that a limit holds once for
// each replica. The package knows no users.
package attempts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/user/redislink"
)

// Limit is how many attempts with one key are let through. The zero value lets all through.
type Limit struct {
	// Name keeps the counts of different limits apart.
	Name string
	// Max attempts are let through in each window of Per.
	Max int
	Per time.Duration
}

// Parse reads a Limit such as "10/15m".
func Parse(name, text string) (Limit, error) {
	count, window, _ := strings.Cut(text, "/")
	most, countErr := strconv.Atoi(count)
	per, windowErr := time.ParseDuration(window)
	if countErr != nil || windowErr != nil || most < 1 || per < time.Millisecond {
		return Limit{}, fmt.Errorf("%q is no limit; expected a number of attempts and a time, such as 10/15m", text)
	}
	return Limit{Name: name, Max: most, Per: per}, nil
}

// Use is an attempt with a key, as one limit sees it.
type Use struct {
	Limit Limit
	Key   string
}

// redisKey hides the key, which names a person or an address.
func (u Use) redisKey() string {
	sum := sha256.Sum256([]byte(u.Key))
	return "attempts:" + u.Limit.Name + ":" + hex.EncodeToString(sum[:16])
}

// window is how often something was tried since the window began, and how long it has yet to last.
type window struct {
	count int
	left  time.Duration
}

// Counter counts attempts. It is safe for concurrent use.
type Counter struct {
	link *redislink.Link

	mu    sync.Mutex
	local map[string]localWindow
}

// New returns a Counter in a Redis, or in this process where that is down.
func New(link *redislink.Link) *Counter {
	return &Counter{link: link, local: map[string]localWindow{}}
}

// Blocked returns how long it takes until no limit stands in the way of an attempt; zero lets it through. It counts
// nothing.
func (c *Counter) Blocked(ctx context.Context, uses ...Use) time.Duration {
	var wait time.Duration
	for _, use := range uses {
		now := c.read(ctx, use, 0)
		if use.Limit.Max > 0 && now.count >= use.Limit.Max {
			wait = max(wait, now.left)
		}
	}
	return wait
}

// Take counts an attempt and returns how long it takes until the next would be let through, if this one is not: else
// zero.
func (c *Counter) Take(ctx context.Context, uses ...Use) time.Duration {
	var wait time.Duration
	for _, use := range uses {
		now := c.read(ctx, use, 1)
		if now.count > use.Limit.Max {
			wait = max(wait, now.left)
		}
	}
	return wait
}

// count adds to the count of a window, which it begins if there is none, and returns the count and the milliseconds
// that are left. KEYS[1] window, ARGV[1] what to add, ARGV[2] milliseconds.
var count = redis.NewScript(`
local n = tonumber(redis.call('GET', KEYS[1])) or 0
local left = redis.call('PTTL', KEYS[1])
if ARGV[1] == '0' then return {n, math.max(left, 0)} end
n = redis.call('INCRBY', KEYS[1], ARGV[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = ARGV[2]
end
return {n, tonumber(left)}`)

func (c *Counter) read(ctx context.Context, use Use, add int) window {
	var now window
	if use.Limit.Max == 0 {
		return now
	}
	err := c.link.Do(ctx, func(ctx context.Context, client *redis.Client) error {
		answer, err := count.Run(ctx, client, []string{use.redisKey()}, add, use.Limit.Per.Milliseconds()).Int64Slice()
		if err == nil && len(answer) != 2 {
			err = errors.New("the script answered something else than a count and a time")
		}
		if err != nil {
			return err
		}
		now = window{count: int(answer[0]), left: time.Duration(answer[1]) * time.Millisecond}
		return nil
	})
	if err != nil {
		slog.DebugContext(ctx, "counting attempts in this process only", "limit", use.Limit.Name, "error", err.Error())
		return c.readLocal(use, add)
	}
	return now
}
