package events

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

const (
	publishBatch = 200
	leaseName    = "relay"
	// tidyEvery is how often the relay trims the stream and prunes the outbox.
	tidyEvery = time.Minute
	// releaseTimeout bounds the last thing that a relay does.
	releaseTimeout = 2 * time.Second
)

// Relay publishes what is in the outbox until ctx ends: it is one of boot.Server's Background tasks. One replica of a
// service publishes at a time, by a lease. It is woken by commits in its own process, and looks every Pace.Poll for what
// others have written. An event is marked only after Redis has taken it, so it may be published
// twice after a crash, and never not at all. Without Redis it does nothing, and events stay in the outbox.
func (b *Bus) Relay(ctx context.Context) error {
	if b.Redis == nil {
		slog.WarnContext(ctx, "REDIS_URL is not set: events stay in the outbox, and others read them as snapshots")
		return nil
	}
	r := relay{Bus: b, pace: b.pace(), holder: rand.Text()}
	err := boot.EveryOr(ctx, "publishing events", r.pace.Poll, b.DB.Announced(appended), r.publish)
	r.release(ctx)
	return err
}

// relay is one replica's attempt at being the one that publishes.
type relay struct {
	*Bus
	pace   Pace
	holder string
	// isLeader is what the last answer about the lease was, and askAt when to ask again.
	isLeader bool
	askAt    time.Time
	// sent is when events were last published, tidied when the stream and the outbox were tidied.
	sent, tidied time.Time
}

// publish sends all that waits, in batches, oldest first. Each batch costs a write transaction, so under load events are
// gathered first.
func (r *relay) publish(ctx context.Context) error {
	boot.Pause(ctx, time.Until(r.sent.Add(r.pace.Gather)))
	for {
		waiting, err := r.waiting(ctx)
		if err != nil {
			return err
		}
		isTidyTime := time.Since(r.tidied) > tidyEvery
		if len(waiting) == 0 && !isTidyTime {
			return nil
		}
		isLeader, err := r.lease(ctx)
		if err != nil || !isLeader {
			return err
		}
		if len(waiting) > 0 {
			err, r.sent = r.send(ctx, waiting), time.Now()
		} else {
			r.tidied = time.Now()
			err = errors.Join(r.trim(ctx), r.prune(ctx))
		}
		if err != nil {
			return err
		}
	}
}

// lease says whether this replica may publish. The one that does asks again after half of the lease, the others after a
// quarter.
func (r *relay) lease(ctx context.Context) (bool, error) {
	now := database.Now()
	if now.Before(r.askAt) {
		return r.isLeader, nil
	}
	var taken int64
	err := r.DB.Tx(ctx, func(tx database.Handle) (err error) {
		taken, err = tx.Exec(ctx, `INSERT INTO events_lease (name, holder, held_until) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
			WHERE events_lease.holder = excluded.holder OR events_lease.held_until < ?`,
			leaseName, r.holder, now.Add(r.pace.Lease), now)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take the lease of the relay: %w", err)
	}
	r.isLeader, r.askAt = taken > 0, now.Add(r.pace.Lease/4)
	if r.isLeader {
		r.askAt = now.Add(r.pace.Lease / 2)
	}
	return r.isLeader, nil
}

// release gives the lease to whoever asks next, so that nobody waits for its end when a replica stops.
func (r *relay) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	err := r.DB.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `DELETE FROM events_lease WHERE name = ? AND holder = ?`, leaseName, r.holder)
		return err
	})
	if err != nil {
		slog.WarnContext(ctx, "the lease of the relay was not released: another replica waits for its end", "error", err.Error())
	}
}

// outboxRow is an event as the outbox keeps it.
type outboxRow struct {
	ID string `db:"id"`
	Event
	Text string `db:"state"`
}

// waiting returns the oldest events that were not published. Not "newer than the last one": a transaction that commits
// late would be skipped.
func (b *Bus) waiting(ctx context.Context) ([]outboxRow, error) {
	var rows []outboxRow
	err := b.DB.Read().Select(ctx, &rows, `SELECT id, kind, aggregate, version, state FROM events_outbox
		WHERE published_at IS NULL ORDER BY created_at, version, id LIMIT `+strconv.Itoa(publishBatch))
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	for i := range rows {
		rows[i].State = []byte(rows[i].Text)
	}
	return rows, nil
}

func (r *relay) send(ctx context.Context, waiting []outboxRow) error {
	ids := make([]string, len(waiting))
	// At once, so that a follower who waits gets them together.
	_, err := r.Redis.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, row := range waiting {
			ids[i] = row.ID
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: StreamOf(r.Service), Values: row.fields()})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("publish %d events: %w", len(waiting), err)
	}
	err = r.DB.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `UPDATE events_outbox SET published_at = ? WHERE id IN (?)`, database.Now(), ids)
		return err
	})
	if err != nil {
		return fmt.Errorf("mark %d events as published: %w", len(waiting), err)
	}
	return nil
}

// prune deletes published events that are old and not the newest of their aggregate.
func (r *relay) prune(ctx context.Context) error {
	err := r.DB.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `DELETE FROM events_outbox WHERE published_at < ? AND EXISTS (
			SELECT 1 FROM events_outbox n WHERE n.kind = events_outbox.kind AND n.aggregate = events_outbox.aggregate
			AND n.version > events_outbox.version)`, database.Now().Add(-r.pace.Retention))
		return err
	})
	if err != nil {
		return fmt.Errorf("prune the outbox: %w", err)
	}
	return nil
}

// trim cuts off the stream what is old and what every group has done with. A stream that is too long all the same has
// a group that is far behind: that group is removed, which makes its service read the snapshot when it comes back.
func (r *relay) trim(ctx context.Context) error {
	stream := StreamOf(r.Service)
	for {
		groups, err := r.positions(ctx)
		if err != nil {
			return err
		}
		oldest := strconv.FormatInt(time.Now().Add(-r.pace.Retention).UnixMilli(), 10)
		length, err := r.Redis.XLen(ctx, stream).Result()
		if err != nil {
			return fmt.Errorf("trim the stream: %w", err)
		}
		isLong := length > r.pace.MaxLength
		switch {
		case isLong && len(groups) > 0:
			oldest = groups[0].id // it may be younger than the retention: space counts more
		case len(groups) > 0 && idLess(groups[0].id, oldest):
			oldest = groups[0].id
		}
		if err := r.Redis.XTrimMinID(ctx, stream, oldest).Err(); err != nil {
			return fmt.Errorf("trim the stream: %w", err)
		}
		if !isLong {
			return nil
		}
		if length, err = r.Redis.XLen(ctx, stream).Result(); err != nil || length <= r.pace.MaxLength {
			return err
		}
		if len(groups) == 0 {
			return r.Redis.XTrimMaxLen(ctx, stream, r.pace.MaxLength).Err()
		}
		slog.WarnContext(ctx, "a follower is too far behind: it will read the snapshot when it comes back",
			"stream", stream, "follower", groups[0].name, "length", length)
		if err := r.Redis.XGroupDestroy(ctx, stream, groups[0].name).Err(); err != nil {
			return fmt.Errorf("remove the group %s: %w", groups[0].name, err)
		}
	}
}
