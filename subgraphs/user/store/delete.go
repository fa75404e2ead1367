package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

const (
	tombstoneName = "Deleted account"
	// tombstonePrefix is before the id in a tombstone's username. No username has a colon, so nobody can take it.
	tombstonePrefix = "deleted:"
	// tombstoneVersion is the version of the only event that is told of an account: that it was deleted.
	tombstoneVersion = 1
)

// DeleteUser deletes an account, tells the other services, and ends its sessions, whose ids it returns. A tombstone
// stays: the id, which orders remember, with nothing personal. The last ADMIN's account stays as it is.
func (s *Store) DeleteUser(ctx context.Context, id string) ([]string, error) {
	var ended []string
	err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
		user, err := getUser(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := bury(ctx, tx, id); err != nil {
			return err
		}
		if slices.Contains(user.Roles, RoleAdmin) {
			if err := checkAdminLeft(ctx, tx); err != nil {
				return err
			}
		}
		if ended, err = endSessions(ctx, tx, id); err != nil {
			return err
		}
		return events.Append(ctx, tx, events.KindUser, id, tombstoneVersion, events.UserState{IsDeleted: true})
	})
	return ended, err
}

// bury makes a tombstone of an account; its username is free again.
func bury(ctx context.Context, tx database.Handle, id string) error {
	username := tombstonePrefix + id
	_, err := tx.Exec(ctx, `UPDATE users SET username = ?, username_key = ?, name = ?, age = ?, email = ?, address = ?,
		roles = ?, password_hash = ?, deleted_at = ? WHERE id = ?`,
		username, usernameKey(username), tombstoneName, nil, nil, nil, Roles{RoleCustomer}, "", database.Now(), id)
	if err != nil {
		return fmt.Errorf("delete the user: %w", err)
	}
	// What the sessions still say about the person.
	if _, err := tx.Exec(ctx, `UPDATE sessions SET user_agent = ? WHERE user_id = ?`, nil, id); err != nil {
		return fmt.Errorf("clear the sessions of the user: %w", err)
	}
	return nil
}
