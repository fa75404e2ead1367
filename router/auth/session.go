package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"
)

// state is what the session store says about a token's session.
type state uint8

const (
	// unknown: the store is lost, or what it says may be older than the loss.
	unknown state = iota
	// absent: the store answers and has no such session.
	absent
	// live: the session is good.
	live
	// stale: the session is good and younger than the token.
	stale
	// revoked: the session has ended.
	revoked
)

const (
	maxRememberedSessions = 100_000
	watchEvery            = time.Second
	// poolSize is how many questions may be under way at once: one that waits for a connection counts as lost.
	poolSize = 128
	// retryAfter is how long a lost store is left alone, so that not every request waits for its timeout.
	retryAfter = 500 * time.Millisecond
)

// sessions asks Redis about sessions. Redis is a cache of the issuer's truth: while the issuer cannot reach it, a
// logout cannot be written. So the moment of a loss is kept, and an entry that may be older is not trusted.
type sessions struct {
	config SessionConfig
	log    *slog.Logger
	redis  *redis.Client
	// lost is the moment of the last failure in Unix nanoseconds, 0 for never.
	lost atomic.Int64
	// isTold is set from the line that tells of a loss until the one that tells of its end.
	isTold atomic.Bool
	// remembered is nil when every request asks.
	remembered *otter.Cache[string, entry]
}

// entry is a session that was good at a moment.
type entry struct {
	version int64
	asked   time.Time
}

func newSessions(c SessionConfig, log *slog.Logger) (*sessions, error) {
	options, err := redis.ParseURL(c.RedisURL)
	if err != nil {
		return nil, errors.New("auth.session.redis_url is not a Redis URL") // the library's error may hold the password
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = c.Timeout, c.Timeout, c.Timeout
	options.ContextTimeoutEnabled = true
	if options.PoolSize == 0 { // the URL may name another
		options.PoolSize = poolSize
	}
	options.MaxRetries = 1 // a connection that idled through a restart of Redis is worth a second try
	options.MinRetryBackoff = -1
	options.DialerRetries = 1
	options.DisableIdentity = true
	redis.SetLogger(libraryLog{log}) // the library has one logger for the process
	s := &sessions{config: c, log: log, redis: redis.NewClient(options)}
	if c.Cache > 0 {
		s.remembered, err = otter.New(&otter.Options[string, entry]{
			MaximumSize: maxRememberedSessions, ExpiryCalculator: otter.ExpiryWriting[string, entry](c.Cache),
		})
	}
	return s, err
}

// libraryLog keeps the client library's own lines out of the way: what they say we log ourselves, once.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Printf(ctx context.Context, format string, values ...any) {
	l.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, values...))
}

func (s *sessions) close() {
	s.redis.Close() // only says that it was closed before
	if s.remembered != nil {
		s.remembered.StopAllGoroutines()
	}
}

// state says whether the session of a verified token is good.
func (s *sessions) state(ctx context.Context, c *claims) state {
	if s.remembers(c) {
		return live
	}
	now := time.Now()
	lost := s.lost.Load()
	if lost != 0 && now.UnixNano()-lost < int64(retryAfter) {
		return unknown
	}
	value, age, err := s.read(ctx, c.session, lost != 0 && now.Sub(time.Unix(0, lost)) < s.config.EntryLifetime)
	switch {
	case errors.Is(err, redis.Nil):
		return absent
	case err != nil:
		s.noteLoss(ctx, err)
		return unknown
	case string(value) == s.config.Revoked:
		return revoked // however old: nobody takes a logout back
	}
	got := s.judge(value, c)
	if got == live {
		if written := now.Add(-age).UnixNano(); age > 0 && written <= s.lost.Load() {
			return unknown
		}
		s.remember(c, now)
	}
	return got
}

// read gets an entry and, if asked, an upper bound for its age, from the time that it has left.
func (s *sessions) read(ctx context.Context, key string, withAge bool) (value []byte, age time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if !withAge {
		value, err = s.redis.Get(ctx, key).Bytes()
		return value, 0, err
	}
	pipe := s.redis.Pipeline()
	get, left := pipe.Get(ctx, key), pipe.PTTL(ctx, key)
	if _, err = pipe.Exec(ctx); err != nil {
		return nil, 0, err
	}
	value, err = get.Bytes()
	if left.Val() < 0 { // it never expires, so it may be of any age
		return value, time.Duration(1<<63 - 1), err
	}
	return value, max(s.config.EntryLifetime-left.Val(), 1), err
}

// judge reads a stored session. One that cannot be read, or has reached its end, says nothing.
func (s *sessions) judge(value []byte, c *claims) state {
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil {
		return absent
	}
	if raw, ok := members[s.config.ExpiresMember]; ok {
		var end int64
		if json.Unmarshal(raw, &end) != nil || time.Now().Unix() >= end {
			return absent
		}
	}
	if s.config.VersionClaim == "" {
		return live
	}
	var version int64
	if json.Unmarshal(members[s.config.VersionMember], &version) != nil {
		return absent
	}
	if version > c.version {
		return stale
	}
	return live
}

// remembers reports whether the session was good less than the configured time ago, and Redis was not lost since.
func (s *sessions) remembers(c *claims) bool {
	if s.remembered == nil {
		return false
	}
	known, ok := s.remembered.GetIfPresent(c.session)
	return ok && known.version <= c.version && time.Since(known.asked) < s.config.Cache && known.asked.UnixNano() > s.lost.Load()
}

// remember notes that the session was good when the question was asked.
func (s *sessions) remember(c *claims, asked time.Time) {
	if s.remembered != nil {
		s.remembered.Set(c.session, entry{version: c.version, asked: asked})
	}
}

// noteLoss keeps the moment at which Redis did not answer. A client that has gone is no loss.
func (s *sessions) noteLoss(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s.lost.Store(time.Now().UnixNano())
	if s.isTold.CompareAndSwap(false, true) { // one line for an outage, not one for each request
		s.log.WarnContext(ctx, "the session store does not answer: asking the token issuer instead", "error", err.Error())
	}
}

// watch asks Redis for a sign of life again and again.
func (s *sessions) watch(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		ping, cancel := context.WithTimeout(ctx, s.config.Timeout)
		if err := s.redis.Ping(ping).Err(); err != nil {
			s.noteLoss(ctx, err)
		} else if s.isTold.CompareAndSwap(true, false) {
			s.log.InfoContext(ctx, "the session store answers again")
		}
		cancel()
	}
}
