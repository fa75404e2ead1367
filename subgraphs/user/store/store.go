// Package store is the user service's truth: people, their roles, their sessions and the keys that sign their tokens.
// Its methods check inputs, open transactions and return domain types or *fail.Error. It knows no GraphQL, no tokens
// and no cache; it only marks which sessions the cache has yet to be told of.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"io/fs"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the SQL that makes the store's tables and those of its events.
func Migrations() fs.FS { return events.Migrations(migrations) }

// Store keeps people and sessions in a migrated database.
type Store struct {
	db *database.DB
	// sessionTTL is how long a session lives after it was last refreshed.
	sessionTTL time.Duration
	// keySecret encrypts the signing keys in the database; empty leaves them readable there.
	keySecret string
}

// New returns the store in db. A session lives for sessionTTL after its last refresh.
func New(db *database.DB, sessionTTL time.Duration) *Store {
	return &Store{db: db, sessionTTL: sessionTTL}
}

// WithKeySecret returns the same store that encrypts the signing keys with a secret, and reads only such as it has
// encrypted and those from before there was one.
func (s *Store) WithKeySecret(secret string) *Store {
	return &Store{db: s.db, sessionTTL: s.sessionTTL, keySecret: secret}
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// newID returns a random, URL-safe id with no meaning.
func newID() string { return rand.Text() }
