// Package events carries what happens in one service to the others, and loses nothing on the way.
//
// A service that tells something calls Append in the transaction of the change, so that the two are written together or
// not at all. Bus.Relay publishes what was appended to a Redis Stream, one replica at a time. A service that listens
// runs Bus.Follow, a consumer group on that stream, which applies each event in one transaction with the version that
// it brings. While Redis is away, events wait in the outbox; who was away too long, or finds Redis empty, reads the
// producer's snapshot (Bus.Snapshot) instead.
//
// An event carries the whole state of its aggregate and a version that every change of the aggregate raises. So an
// event may arrive twice, late or not at all if a newer one does: what is older than what was applied is skipped.
//
// The package knows no service's tables. What the payloads of the shop's services look like stands in states.go.
package events

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

//go:embed migrations/*.sql
var embedded embed.FS

// folder is where a service, like this package, has its migrations.
const folder = "migrations"

// Migrations returns the goose migrations in the folder migrations of a service, with those of this package's tables among
// them.
func Migrations(service fs.FS) fs.FS { return layers{embedded, service} }

// layers is the folders migrations of several file systems, seen as one.
type layers []fs.FS

// Open opens a file of the first layer that has it.
func (l layers) Open(name string) (file fs.File, err error) {
	for _, layer := range l {
		if file, err = layer.Open(path.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return nil, err
}

// ReadDir lists the folder over all layers.
func (l layers) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, layer := range l {
		entries, err := fs.ReadDir(layer, path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

// Event is the state of an aggregate after a change.
type Event struct {
	// Kind says what the aggregate is, such as "product"; its state is of one Go type.
	Kind string `json:"kind" db:"kind"`
	// Aggregate is its id, unique within the kind.
	Aggregate string `json:"aggregate" db:"aggregate"`
	// Version is raised by every change of the aggregate, in the transaction of that change. It begins above zero.
	Version int64 `json:"version" db:"version"`
	// State is the whole state as JSON. That something was deleted is a state too.
	State json.RawMessage `json:"state" db:"-"`
}

// New returns the event that tells of a state, which must encode as JSON.
func New(kind, aggregate string, version int64, state any) (Event, error) {
	text, err := json.Marshal(state)
	if err != nil {
		return Event{}, fmt.Errorf("encode the state of %s %s: %w", kind, aggregate, err)
	}
	return Event{Kind: kind, Aggregate: aggregate, Version: version, State: text}, nil
}

// ErrPoison marks an event that no repetition will ever apply: it goes to the dead letters at once.
var ErrPoison = errors.New("the event cannot be applied")

// Decode reads the state of an event into a pointer. Its error is an ErrPoison.
func (e Event) Decode(state any) error {
	if err := json.Unmarshal(e.State, state); err != nil {
		return fmt.Errorf("%w: the state of %s %s cannot be read: %w", ErrPoison, e.Kind, e.Aggregate, err)
	}
	return nil
}

// appended is what a transaction announces that has written into the outbox.
const appended = "events_outbox"

func (e Event) check() error {
	if e.Kind == "" || e.Aggregate == "" || e.Version <= 0 || !json.Valid(e.State) {
		return fmt.Errorf("%w: it needs a kind, an aggregate, a version above zero and a state of JSON: %q %q %d",
			ErrPoison, e.Kind, e.Aggregate, e.Version)
	}
	return nil
}

// Append writes an event into the outbox, in the transaction of the change that it tells of and after that change: so
// events of one aggregate are appended in the order of their versions.
func Append(ctx context.Context, tx database.Handle, kind, aggregate string, version int64, state any) error {
	event, err := New(kind, aggregate, version, state)
	if err == nil {
		err = event.check()
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO events_outbox (id, kind, aggregate, version, state, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		strings.ToLower(rand.Text()), kind, aggregate, version, string(event.State), database.Now())
	if err != nil {
		return fmt.Errorf("append %s %s at version %d to the outbox: %w", kind, aggregate, version, err)
	}
	tx.Announce(appended)
	return nil
}

// Backfill appends events for aggregates that were there before this package was: missing is a query for up to some
// hundred ids that have no row in events_outbox, add appends events for them. It ends when there is none left.
func Backfill(ctx context.Context, db *database.DB, missing string, add func(ctx context.Context, tx database.Handle, ids []string) error) error {
	for {
		found := 0
		err := db.Tx(ctx, func(tx database.Handle) error {
			var ids []string
			if err := tx.Select(ctx, &ids, missing); err != nil {
				return fmt.Errorf("look for what is not in the outbox: %w", err)
			}
			if found = len(ids); found == 0 {
				return nil
			}
			return add(ctx, tx, ids)
		})
		if err != nil || found == 0 {
			return err
		}
	}
}

// Bus is one service's door to the events of all.
type Bus struct {
	// Service is the service's name: its stream and its consumer groups are called by it.
	Service string
	// DB has the tables of Migrations.
	DB *database.DB
	// Redis carries the events; nil if there is none, and then followers read snapshots only.
	Redis *redis.Client
	// PeerKey is the HMAC key that services share, for snapshots.
	PeerKey []byte
	// Pace is how often things are tried; the zero value is right for production.
	Pace Pace

	// sources are the services that Background follows, for the metrics.
	sources       []string
	metricsListen string
}

// Pace says how often a Bus tries things. Zero members get their defaults.
type Pace struct {
	// Poll is how often the relay looks for events of which no commit in its own process has told it: those of other
	// replicas, and those that Redis could not take: 100ms.
	Poll time.Duration
	// Gather is the shortest time between two publications, in which events come together into one: 20ms.
	Gather time.Duration
	// Lease is for how long a replica is the one that publishes, and how late another one takes over from it: 5s.
	Lease time.Duration
	// Retry is the pause before an event that failed is applied again; it doubles with each time: 2s.
	Retry time.Duration
	// MaxDeliveries is after how many failures an event becomes a dead letter: 8.
	MaxDeliveries int
	// Reconcile is how often a snapshot is read although nothing seems to be missing: 1h. Without Redis it is 30s.
	Reconcile time.Duration
	// Retention is for how long published events stay, in the stream and in the outbox: 24h.
	Retention time.Duration
	// MaxLength is the length of a stream that makes followers who are behind read a snapshot instead: 100,000.
	MaxLength int64
}

func (b *Bus) pace() Pace {
	p := b.Pace
	setDefault(&p.Poll, 100*time.Millisecond)
	setDefault(&p.Gather, 20*time.Millisecond)
	setDefault(&p.Lease, 5*time.Second)
	setDefault(&p.Retry, 2*time.Second)
	setDefault(&p.MaxDeliveries, 8)
	setDefault(&p.Retention, 24*time.Hour)
	setDefault(&p.MaxLength, 100_000)
	if b.Redis == nil {
		setDefault(&p.Reconcile, 30*time.Second)
	}
	setDefault(&p.Reconcile, time.Hour)
	return p
}

func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}
