package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// postgresOutages are the classes and codes (PostgreSQL, appendix A) with which Postgres refuses what it could do at
// another time. That it has refused a statement for good, as a defect of ours, is not among them.
var postgresOutages = []string{
	"08",    // connection exception
	"53",    // insufficient resources: the disk is full, there are too many connections
	"57P01", // admin shutdown
	"57P02", // crash shutdown
	"57P03", // cannot connect now: it starts, stops or recovers
	"57014", // query canceled: by a limit of time, or by somebody who makes room
	"55P03", // lock not available in time
	"58",    // system error, such as one of the disk
	"25006", // read only: what was the primary has become a standby
}

// sqliteOutages are the results with which SQLite does.
var sqliteOutages = []int{sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL}

// Outage returns the UNAVAILABLE that a client sees if err, which a database gave, means that it is away, stopping, full
// or too busy: the same may succeed later. It returns nil for every other error, also for one that has a code of its own
// and for a caller who has gone. A change may have been made although its commit ended so.
func Outage(err error) *fail.Error {
	if failure := (*fail.Error)(nil); !isOutage(err) || errors.As(err, &failure) {
		return nil
	}
	return &fail.Error{
		Code: fail.Unavailable, Message: "The data cannot be reached at the moment; please try again later.", Cause: err,
	}
}

func isOutage(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	if isContention(err) {
		return true // for longer than it was tried again
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true // whatever the reason: nothing was asked yet
	}
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		return slices.Contains(postgresOutages, postgres.Code) || len(postgres.Code) == 5 && slices.Contains(postgresOutages, postgres.Code[:2])
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return slices.Contains(sqliteOutages, lite.Code()&0xff)
	}
	var connection *net.OpError
	return errors.As(err, &connection) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
