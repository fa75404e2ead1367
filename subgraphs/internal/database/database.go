// Package database opens a service's store, SQLite or Postgres by its URL, migrates it and runs queries and write
// transactions on it. Queries are written once for both: `?` stands for a parameter, a slice parameter fills `IN (?)`,
// times are stored in UTC to the microsecond in TIMESTAMP columns. The package knows no tables.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// Dialect is the kind of database behind a DB.
type Dialect int

const (
	// SQLite is one file, written by one connection at a time: the default for a laptop.
	SQLite Dialect = iota
	// Postgres is a server that several replicas of a service share.
	Postgres
)

const (
	maxSQLiteReaders   = 8
	maxPostgresClients = 16
	// A connection is replaced after a while, so that a Postgres which has moved, or gained replicas, is found.
	maxPostgresAge  = 30 * time.Minute
	maxPostgresIdle = 5 * time.Minute
)

// poolParameter is how a Postgres URL says how many connections a service may have.
const poolParameter = "pool_max_conns"

// postgresLimits end what would hold a connection, or a lock, for longer than anybody waits. A Postgres URL may say
// others by the same names; migrations have none.
var postgresLimits = map[string]string{
	"statement_timeout":                   "30s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
}

// DB is one service's database: a handle for reads and one for write transactions.
type DB struct {
	Dialect Dialect
	// Name says where the database is, without any password: for logs and for what a service waits for.
	Name string

	read, write *sqlx.DB
	// readStatements and writeStatements are nil on Postgres.
	readStatements, writeStatements *statements
	// unlimited opens a Postgres without limits, for migrations.
	unlimited func() *sql.DB
	queries   atomic.Int64

	announcements announcements
}

// Open prepares the database at rawURL, `sqlite:<file>` or `postgres://…`. It touches a SQLite file's folder but
// connects to nothing yet: an error here is a mistake in the URL, one of Ping an outage.
func Open(rawURL string) (*DB, error) {
	switch {
	case strings.HasPrefix(rawURL, "sqlite:"):
		return openSQLite(strings.TrimPrefix(rawURL, "sqlite:"))
	case strings.HasPrefix(rawURL, "postgres://"), strings.HasPrefix(rawURL, "postgresql://"):
		return openPostgres(rawURL)
	default:
		return nil, errors.New("the database URL is neither sqlite:<file> nor postgres://<user>@<host>/<database>")
	}
}

func openSQLite(file string) (*DB, error) {
	if file == "" || strings.HasPrefix(file, ":memory:") {
		return nil, errors.New("sqlite: needs the name of a file, such as sqlite:.data/user.db")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	// _time_format=sqlite stores times so that text order is time order.
	common := "file:" + (&url.URL{Path: file}).EscapedPath() + "?_time_format=sqlite&_pragma=busy_timeout(10000)" +
		"&_pragma=foreign_keys(1)"
	write, err := sqlx.Open("sqlite", common+"&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, fmt.Errorf("open %s for writing: %w", file, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sqlx.Open("sqlite", common+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s for reading: %w", file, err), write.Close())
	}
	read.SetMaxOpenConns(maxSQLiteReaders)
	read.SetMaxIdleConns(maxSQLiteReaders)
	return &DB{
		Dialect: SQLite, Name: "SQLite file " + file, read: read, write: write,
		readStatements: newStatements(read), writeStatements: newStatements(write),
	}, nil
}

func openPostgres(rawURL string) (*DB, error) {
	config, err := pgx.ParseConfig(rawURL)
	if err != nil {
		return nil, errors.New("the Postgres URL cannot be read; it looks like postgres://user:password@host:5432/database")
	}
	clients := maxPostgresClients
	if text, isSet := config.RuntimeParams[poolParameter]; isSet {
		if clients, err = strconv.Atoi(text); err != nil || clients < 1 {
			return nil, fmt.Errorf("the Postgres URL says %s=%s; expected a number above zero", poolParameter, text)
		}
		delete(config.RuntimeParams, poolParameter)
	}
	config.RuntimeParams["timezone"] = "UTC"
	unlimited := config.Copy()
	for name, limit := range postgresLimits {
		unlimited.RuntimeParams[name] = "0"
		if _, isSet := config.RuntimeParams[name]; !isSet {
			config.RuntimeParams[name] = limit
		}
	}
	pool := sqlx.NewDb(stdlib.OpenDB(*config), "pgx")
	pool.SetMaxOpenConns(clients)
	pool.SetMaxIdleConns(clients)
	pool.SetConnMaxLifetime(maxPostgresAge)
	pool.SetConnMaxIdleTime(maxPostgresIdle)
	name := fmt.Sprintf("Postgres database %s on %s:%d", config.Database, config.Host, config.Port)
	return &DB{
		Dialect: Postgres, Name: name, read: pool, write: pool,
		unlimited: func() *sql.DB { return stdlib.OpenDB(*unlimited) },
	}, nil
}

// Ping connects, and says by its error why that cannot be done.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.write.PingContext(ctx); err != nil {
		return fmt.Errorf("reach the %s: %w", d.Name, err)
	}
	if d.read == d.write {
		return nil
	}
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("reach the %s: %w", d.Name, err)
	}
	return nil
}

// Close closes every connection; queries that run fail.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.readStatements.close(), d.writeStatements.close(), d.read.Close(), d.write.Close())
}
