package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// fill writes a million people with a session each.
func fill(t *testing.T) (url string) {
	t.Helper()
	return databasetest.Fill(t, store.Migrations(),
		`INSERT INTO users (id, username, username_key, name, roles, password_hash, created_at)
			SELECT 'id' || i, 'User' || i, 'user' || i, 'Name', 'CUSTOMER', 'hash', CURRENT_TIMESTAMP - i * INTERVAL '1 second' FROM generate_series(1, 1000000) i`,
		`INSERT INTO sessions (id, user_id, version, created_at, last_seen_at, expires_at, revoked_at, published)
			SELECT 's' || i, 'id' || i, 1, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP + INTERVAL '1 day',
			CASE WHEN i % 2 = 0 THEN CURRENT_TIMESTAMP END, true FROM generate_series(1, 1000000) i`,
	)
}

// TestHotQueriesUseIndexes: what requests ask reads no table as a whole, with a million people and sessions.
func TestHotQueriesUseIndexes(t *testing.T) {
	url := fill(t)
	for _, c := range []struct {
		name string
		do   func(ctx context.Context, s *store.Store) error
	}{
		{"people by id", func(ctx context.Context, s *store.Store) error {
			_, err := s.UsersByIDs(ctx, []string{"id1", "id500000", "nobody"})
			return err
		}},
		{"people by username", func(ctx context.Context, s *store.Store) error {
			_, err := s.UsersByUsernames(ctx, []string{"USER7", "nobody"})
			return err
		}},
		{"a page of people", func(ctx context.Context, s *store.Store) error {
			page, err := s.Users(ctx, 20, nil)
			if err == nil {
				_, err = s.Users(ctx, 20, &store.UserPosition{CreatedAt: page.Users[19].CreatedAt.Add(time.Hour), ID: "x"})
			}
			return err
		}},
		{"register", func(ctx context.Context, s *store.Store) error {
			_, err := s.Register(ctx, store.Registration{Username: "new", Name: "New", PasswordHash: "hash"})
			return err
		}},
		{"log in, refresh and out", func(ctx context.Context, s *store.Store) error {
			session, _, err := s.StartSession(ctx, "id7", "")
			if err == nil {
				_, _, err = s.RenewSession(ctx, session.ID)
			}
			if err == nil {
				err = s.EndSession(ctx, session.ID)
			}
			return err
		}},
		{"list sessions and end them", func(ctx context.Context, s *store.Store) error {
			if _, err := s.Sessions(ctx, "id9"); err != nil {
				return err
			}
			_, err := s.EndSessions(ctx, "id9")
			return err
		}},
		{"what Redis is yet to be told", func(ctx context.Context, s *store.Store) error {
			waiting, err := s.Unpublished(ctx)
			for _, session := range waiting {
				if err == nil {
					err = s.MarkPublished(ctx, session)
				}
			}
			return err
		}},
		{"change a profile and a role", func(ctx context.Context, s *store.Store) error {
			_, err := s.UpdateProfile(ctx, "id11", store.ProfileChange{})
			if err == nil {
				_, _, err = s.ChangeRole(ctx, "id11", store.RoleClerk, true)
			}
			return err
		}},
		{"delete an account", func(ctx context.Context, s *store.Store) error {
			_, err := s.DeleteUser(ctx, "id13")
			return err
		}},
		{"delete what has ended", func(ctx context.Context, s *store.Store) error {
			return s.PruneSessions(ctx, time.Now().Add(-time.Hour))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			databasetest.WantIndexes(t, url, func(db *database.DB) error { return c.do(t.Context(), store.New(db, time.Hour)) })
		})
	}
	databasetest.WantWholeRead(t, url, "users", func(db *database.DB) error {
		_, err := store.New(db, time.Hour).CountUsers(t.Context())
		return err
	})
}
