package api

import (
	"context"
	"errors"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

const publishEvery = time.Second

// PublishSessions tells Redis of every session that was revoked or raised and that Redis has not taken yet, until ctx
// ends. With it a logout reaches the router even if this process was killed, or Redis was down, just after the commit.
func PublishSessions(ctx context.Context, sessions *store.Store, cache *sessioncache.Cache) error {
	return boot.Every(ctx, "publishing sessions", publishEvery, func(ctx context.Context) error {
		err := publishOnce(ctx, sessions, cache)
		if errors.Is(err, redislink.ErrDown) {
			return nil // the cache has logged it
		}
		return err
	})
}

func publishOnce(ctx context.Context, sessions *store.Store, cache *sessioncache.Cache) error {
	unpublished, err := sessions.Unpublished(ctx)
	if err != nil {
		return err
	}
	for _, session := range unpublished {
		if err := publishSession(ctx, sessions, cache, session); err != nil {
			return err
		}
		if err := sessions.MarkPublished(ctx, session); err != nil {
			return err
		}
	}
	return nil
}

func publishSession(ctx context.Context, sessions *store.Store, cache *sessioncache.Cache, session *store.Session) error {
	if session.RevokedAt != nil {
		return cache.Revoke(ctx, session.ID)
	}
	user, err := sessions.User(ctx, session.UserID)
	if fail.Is(err, fail.NotFound) {
		return nil // deleted in the meantime, which revoked the session and will publish that
	}
	if err != nil {
		return err
	}
	return cache.TryFill(ctx, session.ID, entryOf(session, user))
}
