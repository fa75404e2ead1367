package store_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

const million = 1_000_000

// scans returns how often Postgres has read a table from its beginning to its end.
func scans(t *testing.T, db *database.DB) (counts map[string]int) {
	t.Helper()
	var rows []struct {
		Table string `db:"relname"`
		Scans int    `db:"seq_scan"`
	}
	err := db.Read().Select(t.Context(), &rows, `SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('users', 'sessions')`)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	counts = map[string]int{}
	for _, row := range rows {
		counts[row.Table] = row.Scans
	}
	return counts
}

// closeAndCount closes a database whose connections are called asking. A connection tells what it did when it ends, so
// this waits until all have.
func closeAndCount(t *testing.T, asking, watching *database.DB) {
	t.Helper()
	if err := asking.Close(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var open int
		err := watching.Read().Get(t.Context(), &open, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'asking'`)
		if err != nil || time.Now().After(end) {
			t.Fatalf("%d connections are open yet, %v", open, err)
		}
		if open == 0 {
			return
		}
	}
}

// fill writes a million people with a session each.
func fill(t *testing.T, db *database.DB) {
	t.Helper()
	now := time.Now()
	for _, statement := range []string{
		`INSERT INTO users (id, username, username_key, name, roles, password_hash, created_at)
			SELECT 'id' || i, 'User' || i, 'user' || i, 'Name', 'CUSTOMER', 'hash', CAST(? AS TIMESTAMP) - i * INTERVAL '1 second' FROM generate_series(1, ?) i`,
		`INSERT INTO sessions (id, user_id, version, created_at, last_seen_at, expires_at, revoked_at, published)
			SELECT 's' || i, 'id' || i, 1, CAST(? AS TIMESTAMP), CURRENT_TIMESTAMP, CURRENT_TIMESTAMP + INTERVAL '1 day',
			CASE WHEN i % 2 = 0 THEN CURRENT_TIMESTAMP END, true FROM generate_series(1, ?) i`,
	} {
		if _, err := db.Read().Exec(t.Context(), statement, now, million); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Read().Exec(t.Context(), `ANALYZE users, sessions`); err != nil {
		t.Fatal(err)
	}
}

// TestHotQueriesUseIndexes: what requests ask reads no table as a whole, with a million people and sessions. Postgres
// itself counts, so the queries are those of the store and not copies of them.
func TestHotQueriesUseIndexes(t *testing.T) {
	address, err := url.Parse(databasetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	open := func(name string) *database.DB {
		query := address.Query()
		query.Set("application_name", name)
		own := *address
		own.RawQuery = query.Encode()
		db, err := database.Open(own.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	watching := open("watching")
	if err := watching.Migrate(t.Context(), store.Migrations()); err != nil {
		t.Fatal(err)
	}
	fill(t, watching)
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
			before, asking := scans(t, watching), open("asking")
			if err := c.do(t.Context(), store.New(asking, time.Hour)); err != nil {
				t.Fatal(err)
			}
			closeAndCount(t, asking, watching)
			if after := scans(t, watching); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("whole tables were read: %v before, %v after", before, after)
			}
		})
	}
	t.Run("the test sees whole tables being read", func(t *testing.T) {
		before, asking := scans(t, watching), open("asking")
		if _, err := store.New(asking, time.Hour).CountUsers(t.Context()); err != nil {
			t.Fatal(err)
		}
		closeAndCount(t, asking, watching)
		if after := scans(t, watching); after["users"] == before["users"] {
			t.Error("it does not")
		}
	})
}
