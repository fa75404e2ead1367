// Package store is the credit service's truth: what is known of people's credit, and the ledger of every change with
// who made it and why. It knows people only by id, and neither GraphQL nor how a financing is decided.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	maxIDLength     = 255
	maxReasonLength = 500
)

// Migrations returns the SQL that makes the store's tables.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded, so this cannot be
	}
	return sub
}

// Store keeps credit statuses in a migrated database.
type Store struct{ db *database.DB }

// New returns the store in db.
func New(db *database.DB) *Store { return &Store{db: db} }

// Change is a new status for a person, with who decided it and why.
type Change struct {
	UserID string
	Status financing.Status
	Reason string
	By     string
}

// Statuses returns the statuses of people in the order of their ids, Unknown for those without one, by one SQL query.
func (s *Store) Statuses(ctx context.Context, userIDs []string) ([]financing.Status, error) {
	statuses := make([]financing.Status, len(userIDs))
	if len(userIDs) == 0 {
		return statuses, nil
	}
	var rows []struct {
		UserID string `db:"user_id"`
		Status financing.Status
	}
	err := s.db.Read().Select(ctx, &rows, `SELECT user_id, status FROM credit_status WHERE user_id IN (?)`, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read credit statuses: %w", err)
	}
	byUser := make(map[string]financing.Status, len(rows))
	for _, row := range rows {
		byUser[row.UserID] = row.Status
	}
	for i, id := range userIDs {
		statuses[i] = financing.Unknown
		if status, isThere := byUser[id]; isThere {
			statuses[i] = status
		}
	}
	return statuses, nil
}

// SetStatus writes a person's status and the ledger together. A change to the same status goes into the ledger too:
// that somebody looked again is worth knowing. A wrong input is a BAD_INPUT.
func (s *Store) SetStatus(ctx context.Context, change Change) error {
	if err := fail.CheckText("userId", change.UserID, 1, maxIDLength); err != nil {
		return err
	}
	if err := fail.CheckText("reason", change.Reason, 1, maxReasonLength); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx database.Handle) error { return setStatus(ctx, tx, change) })
}

func setStatus(ctx context.Context, tx database.Handle, change Change) error {
	var before financing.Status
	err := tx.Get(ctx, &before, `SELECT status FROM credit_status WHERE user_id = ?`, change.UserID)
	switch {
	case database.NoRows(err):
		before = financing.Unknown
		_, err = tx.Exec(ctx, `INSERT INTO credit_status (user_id, status) VALUES (?, ?)`, change.UserID, change.Status)
	case err == nil:
		_, err = tx.Exec(ctx, `UPDATE credit_status SET status = ? WHERE user_id = ?`, change.Status, change.UserID)
	}
	if err != nil {
		return fmt.Errorf("write the credit status: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO credit_ledger (id, user_id, before, after, reason, changed_by, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		rand.Text(), change.UserID, before, change.Status, change.Reason, change.By, database.Now())
	if err != nil {
		return fmt.Errorf("write the credit ledger: %w", err)
	}
	return nil
}

// demo holds a person for each status; the user service's demo data knows them by the same ids.
var demo = []Change{
	{UserID: "walter", Status: financing.Good, Reason: "demo data", By: "demo"},
	{UserID: "jack", Status: financing.Bad, Reason: "demo data", By: "demo"},
	{UserID: "leslie", Status: financing.Unknown, Reason: "demo data", By: "demo"},
}

// SeedDemo writes the demo statuses of people who have none. It may run at every start.
func (s *Store) SeedDemo(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx database.Handle) error {
		for _, change := range demo {
			var there int
			err := tx.Get(ctx, &there, `SELECT count(*) FROM credit_status WHERE user_id = ?`, change.UserID)
			if err == nil && there == 0 {
				err = setStatus(ctx, tx, change)
			}
			if err != nil {
				return fmt.Errorf("write the demo data: %w", err)
			}
		}
		return nil
	})
}
