package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// MaxAttempts is how often a transaction or a migration is tried that others keep getting in the way of.
const MaxAttempts = 12

// Tx runs work in a serializable write transaction: committed if work returns nil, rolled back otherwise. Work is run
// again from its beginning if the database could not serialise it, so it must have no effect but on the database.
// A transaction that checks for a row before it inserts it never sees a unique violation made by a concurrent one.
func (d *DB) Tx(ctx context.Context, work func(tx Handle) error) error {
	return retry(ctx, func() error { return d.attempt(ctx, work) })
}

// retry tries again, after a growing pause, while others are in the way.
func retry(ctx context.Context, try func() error) error {
	pause := time.Millisecond
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || attempt == MaxAttempts || !isContention(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause + rand.N(pause)):
			pause = min(2*pause, 250*time.Millisecond)
		}
	}
}

func (d *DB) attempt(ctx context.Context, work func(tx Handle) error) (err error) {
	options := &sql.TxOptions{}
	if d.Dialect == Postgres {
		options.Isolation = sql.LevelSerializable
	}
	d.writeStatements.prepareWanted(ctx)
	tx, err := d.write.BeginTxx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	// After a commit this does nothing; it also frees the only writer if work panics.
	defer func() {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rollback))
		}
	}()
	var announced []string
	handle := Handle{on: d.writeStatements.inside(tx), bind: sqlx.BindType(tx.DriverName()), queries: &d.queries, announced: &announced}
	if err := work(handle); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.announcements.tell(announced)
	return nil
}

// isContention says whether a transaction failed only because of others that ran beside it.
func isContention(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return postgres.Code == "40001" || postgres.Code == "40P01" // serialization failure, deadlock
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_BUSY || lite.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// IsUniqueViolation says whether a statement failed because a row with the same unique key exists.
func IsUniqueViolation(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return postgres.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) &&
		(lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
