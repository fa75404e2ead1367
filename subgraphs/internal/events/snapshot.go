package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// SnapshotPath is where a service answers with the newest event of each of its aggregates.
const SnapshotPath = "/peer/events"

const (
	snapshotPage     = 500
	snapshotTimeout  = 30 * time.Second
	maxSnapshotBytes = 64 << 20
	// snapshotTries is how often an event of a snapshot is applied before it becomes a dead letter.
	snapshotTries = 3
)

// snapshot is a page of a snapshot, in the order of kind and aggregate.
type snapshot struct {
	Events []Event `json:"events"`
	// IsLast says that no page follows; otherwise the next one begins after the last event.
	IsLast bool `json:"isLast"`
}

// Snapshot answers GET SnapshotPath?kind=…&aggregate=… with a page of the newest events after that aggregate, for
// peers that sign with PeerKey. It is read from the outbox, which keeps the newest row of each aggregate.
func (b *Bus) Snapshot() http.Handler {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, err := b.page(r.Context(), r.URL.Query().Get("kind"), r.URL.Query().Get("aggregate"))
		if err != nil {
			boot.Unread(w, r, "The snapshot", err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(page) // the caller has gone if this fails
	})
	return boot.Methods(auth.RequireSignature(b.PeerKey, handler), http.MethodGet)
}

func (b *Bus) page(ctx context.Context, kind, aggregate string) (snapshot, error) {
	var rows []outboxRow
	err := b.DB.Read().Select(ctx, &rows, `SELECT id, kind, aggregate, version, state FROM events_outbox o
		WHERE (kind, aggregate) > (?, ?) AND NOT EXISTS (SELECT 1 FROM events_outbox n
			WHERE n.kind = o.kind AND n.aggregate = o.aggregate AND n.version > o.version)
		ORDER BY kind, aggregate LIMIT `+strconv.Itoa(snapshotPage), kind, aggregate)
	if err != nil {
		return snapshot{}, fmt.Errorf("read a page of the snapshot: %w", err)
	}
	page := snapshot{Events: make([]Event, len(rows)), IsLast: len(rows) < snapshotPage}
	for i, row := range rows {
		page.Events[i] = row.Event
		page.Events[i].State = []byte(row.Text)
	}
	return page, nil
}

// keepSnapshot reads the whole snapshot when something may have been missed, and from time to time although nothing
// seems to be: a Redis that was replaced by an older copy of itself has lost events that nobody knows of.
func (f *follower) keepSnapshot(ctx context.Context) error {
	what := "reading the snapshot of " + f.source.Service
	return boot.Every(ctx, what, min(downPause, f.pace.Reconcile), func(ctx context.Context) error {
		isDue, err := f.isSnapshotDue(ctx)
		if err != nil || !isDue {
			return err
		}
		began := database.Now()
		if f.readSnapshot(ctx) != nil { // no news the first time: the other service may be starting, or being replaced
			boot.Pause(ctx, downPause)
			began = database.Now()
			if err := f.readSnapshot(ctx); err != nil {
				boot.Pause(ctx, downPause)
				return err
			}
		}
		return f.noteSnapshot(ctx, "read_at", began)
	})
}

func (f *follower) isSnapshotDue(ctx context.Context) (bool, error) {
	var last struct {
		AskedAt time.Time  `db:"asked_at"`
		ReadAt  *time.Time `db:"read_at"`
	}
	err := f.DB.Read().Get(ctx, &last, `SELECT asked_at, read_at FROM events_snapshot WHERE source = ?`, f.source.Service)
	if database.NoRows(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read when the snapshot was read: %w", err)
	}
	return last.ReadAt == nil || !last.AskedAt.Before(*last.ReadAt) || time.Since(*last.ReadAt) > f.pace.Reconcile, nil
}

// askForSnapshot has the snapshot read from its beginning, also if it is being read now.
func (f *follower) askForSnapshot(ctx context.Context) error {
	return f.noteSnapshot(ctx, "asked_at", database.Now())
}

// noteSnapshot sets one of the two times of events_snapshot.
func (f *follower) noteSnapshot(ctx context.Context, column string, at time.Time) error {
	err := f.DB.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `INSERT INTO events_snapshot (source, asked_at) VALUES (?, ?) ON CONFLICT (source) DO NOTHING`,
			f.source.Service, at.Add(-time.Microsecond))
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE events_snapshot SET `+column+` = ? WHERE source = ?`, at, f.source.Service)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("note the snapshot of %s: %w", f.source.Service, err)
	}
	return nil
}

// readSnapshot reads all pages and applies what is newer than what is known.
func (f *follower) readSnapshot(ctx context.Context) error {
	var last Event
	for {
		page, err := f.fetch(ctx, last)
		if err != nil {
			return err
		}
		newer, err := f.newer(ctx, page.Events)
		if err != nil {
			return err
		}
		for _, event := range newer {
			if err := f.applyOrBury(ctx, event); err != nil {
				return err
			}
		}
		if page.IsLast || len(page.Events) == 0 {
			return nil
		}
		last = page.Events[len(page.Events)-1]
	}
}

func (f *follower) fetch(ctx context.Context, after Event) (snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotTimeout)
	defer cancel()
	query := url.Values{"kind": {after.Kind}, "aggregate": {after.Aggregate}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.source.URL+SnapshotPath+"?"+query, nil)
	if err != nil {
		return snapshot{}, fmt.Errorf("ask for the snapshot: %w", err)
	}
	auth.Sign(request, nil, f.PeerKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return snapshot{}, fmt.Errorf("ask for the snapshot: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return snapshot{}, fmt.Errorf("ask %s for the snapshot: it answered %s", f.source.URL, response.Status)
	}
	var page snapshot
	if err := json.NewDecoder(io.LimitReader(response.Body, maxSnapshotBytes)).Decode(&page); err != nil {
		return snapshot{}, fmt.Errorf("read the snapshot: %w", err)
	}
	return page, nil
}

// newer drops the events whose version was applied already: most of them, when nothing was missed.
func (f *follower) newer(ctx context.Context, page []Event) ([]Event, error) {
	if len(page) == 0 {
		return nil, nil
	}
	ids := make([]string, len(page))
	for i, event := range page {
		ids[i] = event.Aggregate
	}
	var rows []outboxRow
	err := f.DB.Read().Select(ctx, &rows, `SELECT kind, aggregate, version FROM events_applied
		WHERE source = ? AND aggregate IN (?)`, f.source.Service, ids)
	if err != nil {
		return nil, fmt.Errorf("read what was applied: %w", err)
	}
	type key struct{ kind, aggregate string }
	known := make(map[key]int64, len(rows))
	for _, row := range rows {
		known[key{row.Kind, row.Aggregate}] = row.Version
	}
	var newer []Event
	for _, event := range page {
		if event.Version > known[key{event.Kind, event.Aggregate}] {
			newer = append(newer, event)
		}
	}
	return newer, nil
}

// applyOrBury applies an event of a snapshot. One that cannot be applied becomes a dead letter and keeps no other back.
func (f *follower) applyOrBury(ctx context.Context, event Event) error {
	err := event.check()
	for try := 0; try < snapshotTries; try++ {
		if err == nil || !errors.Is(err, ErrPoison) {
			err = f.apply(ctx, event)
		}
		if err == nil || errors.Is(err, ErrPoison) {
			break
		}
		boot.Pause(ctx, f.pace.Retry<<try)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	if ping := f.DB.Ping(ctx); ping != nil || f.Redis == nil {
		return err
	}
	slog.WarnContext(ctx, "an event of a snapshot was not applied", "source", f.source.Service,
		"kind", event.Kind, "aggregate", event.Aggregate, "version", event.Version, "error", err.Error())
	return f.buryEvent(ctx, event, err)
}
