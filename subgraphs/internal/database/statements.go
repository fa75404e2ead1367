package database

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/jmoiron/sqlx"
)

// MaxStatements is how many prepared statements a pool keeps, each of which is some 10 KiB on each connection. Lists of
// parameters make a text for each length; what comes when all places are taken is prepared each time.
const MaxStatements = 256

// statements keeps the prepared statements of one pool. SQLite spends more time on reading a query than on most answers;
// Postgres's driver keeps them itself.
type statements struct {
	db *sqlx.DB

	mu     sync.Mutex
	byText map[string]*sqlx.Stmt
	// wanted are texts that a transaction has run. They are prepared before the next one: while it has its connection
	// there may be no other.
	wanted []string
}

func newStatements(db *sqlx.DB) *statements {
	return &statements{db: db, byText: map[string]*sqlx.Stmt{}}
}

// over returns the pool, which runs what it can by prepared statements.
func (s *statements) over(pool *sqlx.DB) sqlx.ExtContext {
	if s == nil {
		return pool
	}
	return prepared{ExtContext: pool, statement: s.prepare}
}

// inside returns the transaction, which runs by prepared statements what earlier ones have run.
func (s *statements) inside(tx *sqlx.Tx) sqlx.ExtContext {
	if s == nil {
		return tx
	}
	return prepared{ExtContext: tx, statement: func(ctx context.Context, text string) *sqlx.Stmt {
		s.mu.Lock()
		defer s.mu.Unlock()
		if found := s.byText[text]; found != nil {
			return tx.StmtxContext(ctx, found)
		}
		if len(s.byText)+len(s.wanted) < MaxStatements {
			s.wanted = append(s.wanted, text)
		}
		return nil
	}}
}

// prepareWanted prepares what transactions have run so far.
func (s *statements) prepareWanted(ctx context.Context) {
	if s == nil {
		return
	}
	s.mu.Lock()
	texts := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for _, text := range texts {
		s.prepare(ctx, text)
	}
}

// prepare returns the prepared statement of a text. It is nil if there is no place for another, or if the text cannot be
// prepared: whoever runs it as it is learns why.
func (s *statements) prepare(ctx context.Context, text string) *sqlx.Stmt {
	s.mu.Lock()
	found, isFull := s.byText[text], len(s.byText) >= MaxStatements
	s.mu.Unlock()
	if found != nil || isFull {
		return found
	}
	made, err := s.db.PreparexContext(ctx, text)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found = s.byText[text]; found != nil { // another has been quicker
		_ = made.Close() // nobody has used it
		return found
	}
	s.byText[text] = made
	return made
}

// close closes the statements. Whatever runs ends first.
func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, statement := range s.byText {
		errs = append(errs, statement.Close())
	}
	clear(s.byText)
	return errors.Join(errs...)
}

// prepared is a pool or a transaction that runs a text by its prepared statement, where statement finds one.
type prepared struct {
	sqlx.ExtContext
	statement func(ctx context.Context, text string) *sqlx.Stmt
}

// QueryxContext implements sqlx.QueryerContext.
func (p prepared) QueryxContext(ctx context.Context, text string, args ...any) (*sqlx.Rows, error) {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.QueryxContext(ctx, args...)
	}
	return p.ExtContext.QueryxContext(ctx, text, args...)
}

// QueryRowxContext implements sqlx.QueryerContext.
func (p prepared) QueryRowxContext(ctx context.Context, text string, args ...any) *sqlx.Row {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.QueryRowxContext(ctx, args...)
	}
	return p.ExtContext.QueryRowxContext(ctx, text, args...)
}

// ExecContext implements sqlx.ExecerContext.
func (p prepared) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if statement := p.statement(ctx, text); statement != nil {
		return statement.ExecContext(ctx, args...)
	}
	return p.ExtContext.ExecContext(ctx, text, args...)
}
