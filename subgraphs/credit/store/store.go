// Package store is the credit service's truth: what is known of people's credit, their applications for financing, and
// the ledgers of every change with who made it and why; and beside them a copy of the orders, kept by events. It knows
// people only by id, and neither GraphQL nor who is asking.
package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

//go:embed migrations/*.sql
var migrations embed.FS

const maxReasonLength = 500

// Migrations returns the SQL that makes the store's tables.
func Migrations() fs.FS { return events.Migrations(migrations) }

// Store keeps credit statuses and applications in a migrated database.
type Store struct {
	db     *database.DB
	bureau Bureau
}

// New returns the store in db, which asks a bureau about people whose credit it does not know.
func New(db *database.DB, bureau Bureau) *Store { return &Store{db: db, bureau: bureau} }

func checkID(field, id string) error {
	if !entity.IsID(id) {
		return fail.Input(field, "%s is %.64q, which cannot be the id of anything here.", field, id)
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
