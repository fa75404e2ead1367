package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Handle runs queries: outside of a transaction (DB.Read) or inside one (DB.Tx). Every query writes `?` for a
// parameter; a slice stands for a list of them and must not be empty.
type Handle struct {
	on      sqlx.ExtContext
	bind    int
	queries *atomic.Int64
	// announced is what the transaction tells of when it is committed; nil outside of one.
	announced *[]string
}

// Read returns the handle for queries outside of a transaction. It must not be used for writing: on SQLite that fails.
func (d *DB) Read() Handle {
	return Handle{on: d.readStatements.over(d.read), bind: sqlx.BindType(d.read.DriverName()), queries: &d.queries}
}

// Queries returns how many statements were run so far, transactions included: it shows whether lists are batched.
func (d *DB) Queries() int64 { return d.queries.Load() }

// Get reads one row into dst; it returns sql.ErrNoRows if there is none.
func (h Handle) Get(ctx context.Context, dst any, query string, args ...any) error {
	bound, args, err := h.prepare(query, args)
	if err != nil {
		return err
	}
	return sqlx.GetContext(ctx, h.on, dst, bound, args...)
}

// Select reads all rows into dst, a pointer to a slice.
func (h Handle) Select(ctx context.Context, dst any, query string, args ...any) error {
	bound, args, err := h.prepare(query, args)
	if err != nil {
		return err
	}
	return sqlx.SelectContext(ctx, h.on, dst, bound, args...)
}

// Exec runs a statement and returns how many rows it changed.
func (h Handle) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	bound, args, err := h.prepare(query, args)
	if err != nil {
		return 0, err
	}
	result, err := h.on.ExecContext(ctx, bound, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (h Handle) prepare(query string, args []any) (string, []any, error) {
	expanded, args, err := sqlx.In(query, args...)
	if err != nil {
		return "", nil, fmt.Errorf("bind the parameters of %q: %w", query, err)
	}
	for i, arg := range args {
		switch t := arg.(type) {
		case string:
			if strings.ContainsRune(t, 0) { // SQLite would store it, Postgres cannot
				return "", nil, fail.New(fail.BadInput, "A text may not contain the character U+0000.")
			}
		case time.Time:
			args[i] = stored(t)
		case *time.Time:
			if t != nil {
				args[i] = stored(*t)
			}
		}
	}
	h.queries.Add(1)
	return sqlx.Rebind(h.bind, expanded), args, nil
}

// stored is the form in which both databases keep a time: what was written is equal to what is read.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Now returns the current time as it will be read back from the database.
func Now() time.Time { return stored(time.Now()) }

// NoRows says whether err means that a query found nothing.
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
