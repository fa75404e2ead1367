package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

const (
	// readBatch is how many events are read at once, and so applied in one transaction: on SQLite nobody else writes
	// meanwhile.
	readBatch  = 20
	retryBatch = 100
	readBlock  = time.Second
	downPause  = time.Second
	maxRetry   = time.Minute
)

// Source is another service whose events are followed.
type Source struct {
	// Service is its name, as in Bus.Service.
	Service string
	// URL is its address, without a path, for the snapshot.
	URL string
	// Apply brings an event that is newer than what was applied before into this service's tables, in the transaction
	// that remembers the version. Kinds that it does not know it must pass over. It may be called again for the same
	// event if the transaction fails.
	Apply func(ctx context.Context, tx database.Handle, event Event) error
}

// Follow applies the events of another service until ctx ends: it is one of boot.Server's Background tasks. The replicas
// of a service share the events among them. An event that fails is tried again with growing pauses, beside those that
// come after it, and becomes a dead letter after Pace.MaxDeliveries; while the database is down none does.
func (b *Bus) Follow(ctx context.Context, source Source) error {
	f := &follower{Bus: b, pace: b.pace(), source: source}
	tasks := []func(context.Context) error{f.keepSnapshot}
	if b.Redis != nil {
		tasks = append(tasks, f.readStream, f.retryFailed)
	}
	return boot.Parallel(ctx, len(tasks), len(tasks), func(ctx context.Context, i int) error { return tasks[i](ctx) })
}

// errEndless is why an event is given up whose failures nobody has lived to tell.
var errEndless = errors.New("it was begun again and again and never came to an end")

// follower is this process's part of a consumer group. All replicas read under the group's name: what one has begun and
// not acknowledged in time is retried by any.
type follower struct {
	*Bus
	pace   Pace
	source Source
}

func (f *follower) stream() string { return StreamOf(f.source.Service) }

// readStream applies new events as they come.
func (f *follower) readStream(ctx context.Context) error {
	isDownSaid := false
	for ctx.Err() == nil {
		err := f.readOnce(ctx)
		switch {
		case err == nil:
			isDownSaid = false
			continue
		case ctx.Err() != nil:
			return nil
		case !isDownSaid || !isDown(err):
			slog.WarnContext(ctx, "following events failed; trying again", "stream", f.stream(), "error", err.Error())
			isDownSaid = true
		}
		boot.Pause(ctx, downPause)
	}
	return nil
}

func (f *follower) readOnce(ctx context.Context) error {
	answer, err := f.Redis.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: f.Service, Consumer: f.Service, Streams: []string{f.stream(), ">"}, Count: readBatch, Block: readBlock,
	}).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return nil
	case isMissing(err):
		return f.join(ctx)
	case err != nil:
		return fmt.Errorf("read the stream: %w", err)
	}
	entries := answer[0].Messages
	if len(entries) > 1 && f.deliverTogether(ctx, entries) {
		return nil
	}
	isAllDone := true
	for _, entry := range entries {
		isAllDone = f.deliver(ctx, entry, 1) && isAllDone
	}
	if !isAllDone {
		return f.DB.Ping(ctx) // an outage of the database: what is read now only fails too
	}
	return nil
}

// deliverTogether applies entries in one transaction and acknowledges them: under load, and for who catches up, a commit
// for each costs more than what it commits. It gives false if not all of them are done; delivered one by one they show
// which one fails.
func (f *follower) deliverTogether(ctx context.Context, entries []redis.XMessage) bool {
	together, ids := make([]Event, len(entries)), make([]string, len(entries))
	for i, entry := range entries {
		event, err := parse(entry)
		if err != nil {
			return false
		}
		together[i], ids[i] = event, entry.ID
	}
	return f.apply(ctx, together...) == nil && f.acknowledge(ctx, ids...)
}

// join makes the group at the beginning of the stream. Whoever has to do that has missed what is not in the stream, so
// the snapshot is asked for first: a crash in between reads it once too often.
func (f *follower) join(ctx context.Context) error {
	if err := f.askForSnapshot(ctx); err != nil {
		return err
	}
	err := f.Redis.XGroupCreateMkStream(ctx, f.stream(), f.Service, "0").Err()
	if err != nil && !redis.HasErrorPrefix(err, "BUSYGROUP") {
		return fmt.Errorf("join the followers of the stream: %w", err)
	}
	return nil
}

// deliver applies an entry and acknowledges it. One that fails stays with the group, for retryFailed, and gives false.
func (f *follower) deliver(ctx context.Context, entry redis.XMessage, deliveries int) bool {
	event, err := parse(entry)
	if err == nil {
		err = f.apply(ctx, event)
	}
	if ctx.Err() != nil && err != nil {
		return false
	}
	if err != nil {
		slog.WarnContext(ctx, "an event was not applied", "stream", f.stream(), "entry", entry.ID, "kind", event.Kind,
			"aggregate", event.Aggregate, "version", event.Version, "deliveries", deliveries, "error", err.Error())
		if !f.isHopeless(ctx, err, deliveries) {
			return false
		}
		return f.giveUp(ctx, entry, err)
	}
	return f.acknowledge(ctx, entry.ID)
}

func (f *follower) acknowledge(ctx context.Context, ids ...string) bool {
	err := f.Redis.XAck(ctx, f.stream(), f.Service, ids...).Err()
	if err != nil {
		slog.WarnContext(ctx, "events were not acknowledged; they will come again", "entries", ids, "error", err.Error())
	}
	return err == nil
}

// giveUp makes an entry a dead letter.
func (f *follower) giveUp(ctx context.Context, entry redis.XMessage, reason error) bool {
	if err := f.bury(ctx, entry, reason); err != nil {
		slog.ErrorContext(ctx, "a dead letter was not written; trying again", "entry", entry.ID, "error", err.Error())
		return false
	}
	return f.acknowledge(ctx, entry.ID)
}

// isHopeless says whether to give an event up. An outage of the database is not the event's fault.
func (f *follower) isHopeless(ctx context.Context, err error, deliveries int) bool {
	if errors.Is(err, ErrPoison) {
		return true
	}
	return deliveries >= f.pace.MaxDeliveries && f.DB.Ping(ctx) == nil
}

// apply brings events into the database, all or none: each if it is newer than what is known of its aggregate.
func (f *follower) apply(ctx context.Context, together ...Event) error {
	return f.DB.Tx(ctx, func(tx database.Handle) error {
		for _, event := range together {
			if err := f.applyIn(ctx, tx, event); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *follower) applyIn(ctx context.Context, tx database.Handle, event Event) error {
	isNewer, err := tx.Exec(ctx, `INSERT INTO events_applied (source, kind, aggregate, version) VALUES (?, ?, ?, ?)
		ON CONFLICT (source, kind, aggregate) DO UPDATE SET version = excluded.version
		WHERE events_applied.version < excluded.version`,
		f.source.Service, event.Kind, event.Aggregate, event.Version)
	if err != nil {
		return fmt.Errorf("remember the version of %s %s: %w", event.Kind, event.Aggregate, err)
	}
	if isNewer == 0 {
		return nil
	}
	return f.source.Apply(ctx, tx, event)
}

// retryFailed delivers again what was delivered, here or by a replica, and not acknowledged.
func (f *follower) retryFailed(ctx context.Context) error {
	what := "retrying events of " + f.source.Service
	return boot.Every(ctx, what, min(f.pace.Retry, downPause), func(ctx context.Context) error {
		if err := f.DB.Ping(ctx); err != nil {
			return err // each try is counted, and none could succeed
		}
		pending, err := f.Redis.XPendingExt(ctx, &redis.XPendingExtArgs{
			Stream: f.stream(), Group: f.Service, Idle: f.pace.Retry, Start: "-", End: "+", Count: retryBatch,
		}).Result()
		if isMissing(err) {
			return nil // readStream joins
		}
		if err != nil {
			return err
		}
		for _, p := range pending {
			if err := f.retry(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// retry claims an entry whose pause is over, so that no replica has it too, and delivers it. One that has taken a
// process down each time is given up without another try.
func (f *follower) retry(ctx context.Context, pending redis.XPendingExt) error {
	rest := f.pace.Retry << min(pending.RetryCount-1, 10)
	if rest = min(rest, max(maxRetry, f.pace.Retry)); pending.Idle < rest {
		return nil
	}
	claimed, err := f.Redis.XClaim(ctx, &redis.XClaimArgs{
		Stream: f.stream(), Group: f.Service, Consumer: f.Service, MinIdle: rest, Messages: []string{pending.ID},
	}).Result()
	if err != nil {
		return fmt.Errorf("claim the entry %s: %w", pending.ID, err)
	}
	for _, entry := range claimed {
		if int(pending.RetryCount) > f.pace.MaxDeliveries {
			f.giveUp(ctx, entry, errEndless)
		} else {
			f.deliver(ctx, entry, int(pending.RetryCount)+1)
		}
	}
	if len(claimed) == 0 {
		return f.dropTrimmed(ctx, pending.ID)
	}
	return nil
}

// dropTrimmed acknowledges an entry that the stream has no more; the snapshot makes up for it.
func (f *follower) dropTrimmed(ctx context.Context, id string) error {
	left, err := f.Redis.XRange(ctx, f.stream(), id, id).Result()
	if err != nil || len(left) > 0 {
		return err // another replica was faster
	}
	if err := f.askForSnapshot(ctx); err != nil {
		return err
	}
	return f.Redis.XAck(ctx, f.stream(), f.Service, id).Err()
}
