package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// dump returns every value of the tables that hold what is known of people, in a defined order.
func dump(t *testing.T, db *database.DB) string {
	t.Helper()
	var text strings.Builder
	for _, query := range []string{
		`SELECT id || ' ' || username || ' ' || username_key || ' ' || name || ' ' || COALESCE(email, '-') || ' ' ||
			COALESCE(address, '-') || ' ' || COALESCE(CAST(age AS TEXT), '-') || ' ' || roles || ' ' || password_hash FROM users ORDER BY id`,
		`SELECT id || ' ' || user_id || ' ' || COALESCE(user_agent, '-') FROM sessions ORDER BY id`,
		`SELECT kind || ' ' || aggregate || ' ' || CAST(version AS TEXT) || ' ' || state FROM events_outbox ORDER BY kind, aggregate, version`,
	} {
		var rows []string
		if err := db.Read().Select(t.Context(), &rows, query); err != nil {
			t.Fatal(err)
		}
		text.WriteString(strings.Join(rows, "\n") + "\n")
	}
	return text.String()
}

func TestDeletedAccountLeavesATombstoneAndNothingPersonal(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, time.Hour)
		ann, err := s.Register(t.Context(), store.Registration{
			Username: "ann-secret", Name: "Ann Secret", PasswordHash: "hash-secret", Age: pointer(109),
			Email: pointer("secret@example.org"), Address: pointer("1 Secret Road"), Roles: store.Roles{store.RoleClerk},
		})
		if err != nil {
			t.Fatal(err)
		}
		bob := register(t, s, "bob")
		session := startSession(t, s, ann)
		ended, err := s.DeleteUser(t.Context(), ann.ID)
		if err != nil || !slices.Equal(ended, []string{session.ID}) || sessionNow(t, s, session.ID).Lives() {
			t.Fatalf("%v, %v", ended, err)
		}
		left := dump(t, db)
		for _, personal := range []string{"secret", "Secret", "109", "a test", " CLERK"} {
			if strings.Contains(left, personal) {
				t.Errorf("the database still has %q:\n%s", personal, left)
			}
		}
		if want := "user " + ann.ID + ` 1 {"isDeleted":true}`; !strings.Contains(left, want) {
			t.Errorf("the others are not told %q:\n%s", want, left)
		}
		found, err := s.UsersByIDs(t.Context(), []string{ann.ID})
		if err != nil || found[0] == nil || found[0].DeletedAt == nil || found[0].Name != "Deleted account" {
			t.Fatalf("the tombstone: %+v, %v", found[0], err)
		}
		byName, err := s.UsersByUsernames(t.Context(), []string{"ann-secret", found[0].Username})
		if err != nil || byName[0] != nil || byName[1] == nil || byName[1].ID != ann.ID {
			t.Errorf("by username: %v, %v", byName, err)
		}
		if page, err := s.Users(t.Context(), 10, nil); err != nil || len(page.Users) != 1 || page.Users[0].ID != bob.ID {
			t.Errorf("the list of all: %+v, %v", page, err)
		}
		if again := register(t, s, "Ann-Secret"); again.ID == ann.ID {
			t.Error("an id was used again")
		}
	})
}

func TestNothingIsDoneWithADeletedAccount(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann := register(t, s, "ann")
		session := startSession(t, s, ann)
		if _, err := s.DeleteUser(t.Context(), ann.ID); err != nil {
			t.Fatal(err)
		}
		for name, do := range map[string]func() error{
			"delete":  func() error { _, err := s.DeleteUser(t.Context(), ann.ID); return err },
			"read":    func() error { _, err := s.User(t.Context(), ann.ID); return err },
			"change":  func() error { _, err := s.UpdateProfile(t.Context(), ann.ID, store.ProfileChange{}); return err },
			"promote": func() error { _, _, err := s.ChangeRole(t.Context(), ann.ID, store.RoleAdmin, true); return err },
			"log in":  func() error { _, _, err := s.StartSession(t.Context(), ann.ID, ""); return err },
		} {
			if err := do(); !fail.Is(err, fail.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := s.RenewSession(t.Context(), session.ID); !fail.Is(err, fail.Unauthenticated) {
			t.Errorf("renew: %v", err)
		}
		if _, err := s.Register(t.Context(), store.Registration{Username: "deleted:" + ann.ID, Name: "x"}); !fail.Is(err, fail.BadInput) {
			t.Errorf("a tombstone's name can be taken: %v", err)
		}
	})
}

// TestDeletionAgainstALogin: of a login and a deletion at the same time, no session outlives the account.
func TestDeletionAgainstALogin(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for i := range 10 {
			ann := register(t, s, fmt.Sprint("ann", i))
			var group errgroup.Group
			for range 4 {
				group.Go(func() error {
					_, _, err := s.StartSession(context.Background(), ann.ID, "")
					if fail.Is(err, fail.NotFound) {
						return nil
					}
					return err
				})
			}
			group.Go(func() error { _, err := s.DeleteUser(context.Background(), ann.ID); return err })
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			if living, err := s.Sessions(t.Context(), ann.ID); err != nil || len(living) != 0 {
				t.Fatalf("%d sessions of a deleted account, %v", len(living), err)
			}
		}
	})
}

func TestOneSessionEndsForItsOwnerOnly(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann, bob := register(t, s, "ann"), register(t, s, "bob")
		one, two := startSession(t, s, ann), startSession(t, s, ann)
		for name, owner := range map[string]string{"another's": bob.ID, "nobody's": "nobody"} {
			if _, err := s.EndOneSession(t.Context(), one.ID, owner); !fail.Is(err, fail.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.EndOneSession(t.Context(), "unknown", ann.ID); !fail.Is(err, fail.NotFound) {
			t.Errorf("unknown: %v", err)
		}
		for i, want := range []bool{true, false} {
			if lived, err := s.EndOneSession(t.Context(), one.ID, ann.ID); err != nil || lived != want {
				t.Errorf("call %d: %v, %v", i, lived, err)
			}
		}
		if sessionNow(t, s, one.ID).Lives() || !sessionNow(t, s, two.ID).Lives() {
			t.Error("the wrong session has ended")
		}
		if lived, err := s.EndOneSession(t.Context(), two.ID, ""); err != nil || !lived {
			t.Errorf("for anybody: %v, %v", lived, err)
		}
		if waiting, err := s.Unpublished(t.Context()); err != nil || len(waiting) != 2 {
			t.Errorf("%d wait to be published, %v", len(waiting), err)
		}
	})
}

func TestPruningTakesWhatHasEnded(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, time.Hour)
		ann := register(t, s, "ann")
		living := startSession(t, s, ann)
		revoked := startSession(t, s, ann)
		if err := s.EndSession(t.Context(), revoked.ID); err != nil {
			t.Fatal(err)
		}
		err := db.Tx(t.Context(), func(tx database.Handle) error { // more than one batch, long expired
			_, err := tx.Exec(t.Context(), `INSERT INTO sessions (id, user_id, version, created_at, last_seen_at, expires_at, published)
				WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
				SELECT 'old' || CAST(i AS TEXT), 'ann', 1, ?, ?, ?, ? FROM n`, time.Unix(0, 0), time.Unix(0, 0), time.Unix(int64(1), 0), true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PruneSessions(t.Context(), time.Now().Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
		var ids []string
		if err := db.Read().Select(t.Context(), &ids, `SELECT id FROM sessions`); err != nil || len(ids) != 2 {
			t.Errorf("%d sessions are left, %v", len(ids), err)
		}
		if err := s.PruneSessions(t.Context(), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Session(t.Context(), revoked.ID); left != nil || err != nil {
			t.Errorf("an ended session stays: %v, %v", left, err)
		}
		sessionNow(t, s, living.ID)
	})
}
