// Package redislink calls a Redis that may be down at any time and makes nobody wait for it: a call has little time, and
// after a failure Redis is left alone for a moment. An outage is logged once. The package knows no keys.
package redislink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/redisurl"
)

const (
	dialTimeout = 500 * time.Millisecond
	callTimeout = 300 * time.Millisecond
	downPause   = time.Second // after a failure Redis is left alone for so long
)

// ErrDown means that Redis did not answer, or that there is none.
var ErrDown = errors.New("redis does not answer")

// Link is the way to a Redis. It is safe for concurrent use.
type Link struct {
	client *redis.Client // nil without a Redis

	mu       sync.Mutex
	isDown   bool
	tryAgain time.Time
}

// Open returns the link to the Redis at url (`redis://…`); with an empty url every call is ErrDown. Nothing is connected
// to yet.
func Open(url string) (*Link, error) {
	if url == "" {
		return &Link{}, nil
	}
	options, err := redisurl.Options(url, dialTimeout, callTimeout)
	if err != nil {
		return nil, err
	}
	options.PoolTimeout = callTimeout
	return &Link{client: redis.NewClient(options)}, nil
}

// Close closes the connections to Redis.
func (l *Link) Close() error {
	if l.client == nil {
		return nil
	}
	return l.client.Close()
}

// Do runs calls on Redis. Any error of theirs is an ErrDown; while Redis is left alone it is one at once.
func (l *Link) Do(ctx context.Context, calls func(ctx context.Context, client *redis.Client) error) error {
	if l.client == nil || l.isPausing() {
		return ErrDown
	}
	// A client that goes away must not make Redis look dead.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout+callTimeout)
	defer cancel()
	err := calls(bounded, l.client)
	l.note(ctx, err)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDown, err)
	}
	return nil
}

func (l *Link) isPausing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isDown && time.Now().Before(l.tryAgain)
}

// note logs when Redis stops answering and when it answers again.
func (l *Link) note(ctx context.Context, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		if !l.isDown {
			slog.WarnContext(ctx, "redis does not answer; sessions go on without their cache", "error", err.Error())
		}
		l.isDown, l.tryAgain = true, time.Now().Add(downPause)
	case l.isDown:
		slog.InfoContext(ctx, "redis answers again")
		l.isDown = false
	}
}
