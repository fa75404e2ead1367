package store

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/entity"
)

// UsersByIDs returns the users with the given ids, in that order and nil where there is none, by one SQL query. Deleted
// ones are among them, as tombstones.
func (s *Store) UsersByIDs(ctx context.Context, ids []string) ([]*User, error) {
	return s.usersBy(ctx, "id", ids, func(u *User) string { return u.ID }, func(id string) string { return id })
}

// UsersByUsernames returns the users with the given usernames, in that order and nil where there is none, by one SQL
// query. Case does not matter.
func (s *Store) UsersByUsernames(ctx context.Context, usernames []string) ([]*User, error) {
	return s.usersBy(ctx, "username_key", usernames, func(u *User) string { return usernameKey(u.Username) }, usernameKey)
}

// usersBy reads the users whose column has one of the keys; normalise makes the stored form of a key.
func (s *Store) usersBy(ctx context.Context, column string, keys []string, keyOf func(*User) string, normalise func(string) string) ([]*User, error) {
	if len(keys) == 0 {
		return []*User{}, nil
	}
	wanted := make([]string, len(keys))
	for i, key := range keys {
		wanted[i] = normalise(key)
	}
	var found []*User
	err := s.db.Read().Select(ctx, &found, `SELECT `+userColumns+` FROM users WHERE `+column+` IN (?)`, wanted)
	if err != nil {
		return nil, fmt.Errorf("read users by %s: %w", column, err)
	}
	return entity.InOrder(wanted, found, keyOf), nil
}

// UserPosition is the place of a user in the list of all: pages start after one.
type UserPosition struct {
	CreatedAt time.Time `json:"at"`
	ID        string    `json:"id"`
}

// Position returns the user's place in the list of all.
func (u *User) Position() UserPosition { return UserPosition{u.CreatedAt, u.ID} }

// UserPage is a part of the list of all users but deleted ones, in the order of registering.
type UserPage struct {
	Users   []*User
	HasMore bool
}

// Users returns the first users after a position, or from the beginning if that is nil.
func (s *Store) Users(ctx context.Context, first int, after *UserPosition) (*UserPage, error) {
	page := &UserPage{}
	where, args := ` WHERE deleted_at IS NULL`, []any{}
	if after != nil {
		where, args = where+` AND (created_at, id) > (?, ?)`, []any{after.CreatedAt, after.ID}
	}
	query := `SELECT ` + userColumns + ` FROM users` + where + ` ORDER BY created_at, id LIMIT ?`
	if err := s.db.Read().Select(ctx, &page.Users, query, append(args, first+1)...); err != nil {
		return nil, fmt.Errorf("read a page of users: %w", err)
	}
	if len(page.Users) > first {
		page.Users, page.HasMore = page.Users[:first], true
	}
	return page, nil
}

// CountUsers returns how many accounts there are that are not deleted. It counts them, so it is not to be asked without
// need.
func (s *Store) CountUsers(ctx context.Context) (int, error) {
	var count int
	if err := s.db.Read().Get(ctx, &count, `SELECT count(*) FROM users WHERE deleted_at IS NULL`); err != nil {
		return 0, fmt.Errorf("count the users: %w", err)
	}
	return count, nil
}

// IsUsernameFree says whether nobody has a username yet.
func (s *Store) IsUsernameFree(ctx context.Context, username string) (bool, error) {
	users, err := s.UsersByUsernames(ctx, []string{username})
	if err != nil {
		return false, err
	}
	return users[0] == nil, nil
}

// User returns the user with an id, or a NOT_FOUND error, also for one that was deleted.
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	return getUser(ctx, s.db.Read(), id)
}
