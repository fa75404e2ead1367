package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// each runs a test on a store in every database.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) { test(t, store.New(db, time.Hour)) })
}

func register(t *testing.T, s *store.Store, username string, roles ...store.Role) *store.User {
	t.Helper()
	user, err := s.Register(t.Context(), store.Registration{Username: username, Name: "Name of " + username, PasswordHash: "hash", Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func startSession(t *testing.T, s *store.Store, user *store.User) *store.Session {
	t.Helper()
	session, _, err := s.StartSession(t.Context(), user.ID, "a test")
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func sessionNow(t *testing.T, s *store.Store, id string) *store.Session {
	t.Helper()
	session, err := s.Session(t.Context(), id)
	if err != nil || session == nil {
		t.Fatalf("session %s: %v, %v", id, session, err)
	}
	return session
}

func pointer[T any](value T) *T { return &value }

func TestRegistrationComesBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		made, err := s.Register(t.Context(), store.Registration{
			Username: "Ann.B-1_", Name: "Änn 李", Age: pointer(30), Email: pointer("ann@example.org"),
			Address: pointer("1 Road\nTown"), PasswordHash: "hash", Roles: store.Roles{store.RoleClerk},
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.User(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v %d %s %s", got.Name, *got.Age, *got.Email, *got.Address) != "Änn 李 30 ann@example.org 1 Road\nTown" ||
			!slices.Equal(got.Roles, store.Roles{"CUSTOMER", "CLERK"}) || !got.CreatedAt.Equal(made.CreatedAt) {
			t.Errorf("registered %+v, read %+v", made, got)
		}
	})
}

func TestWrongInputIsNamedAndNothingIsWritten(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		good := store.Registration{Username: "ann", Name: "Ann", PasswordHash: "hash"}
		for field, change := range map[string]func(*store.Registration){
			"username": func(r *store.Registration) { r.Username = "a b" },
			"name":     func(r *store.Registration) { r.Name = " \t" },
			"age":      func(r *store.Registration) { r.Age = pointer(-1) },
			"email":    func(r *store.Registration) { r.Email = pointer("Ann <ann@example.org>") },
			"address":  func(r *store.Registration) { r.Address = pointer(strings.Repeat("x", 1024)) },
		} {
			bad := good
			change(&bad)
			_, err := s.Register(t.Context(), bad)
			var failure *fail.Error
			if !errors.As(err, &failure) || failure.Code != fail.BadInput || failure.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, name := range []string{strings.Repeat("é", 256), "", "a\x00b"} {
			bad := good
			bad.Name = name
			if _, err := s.Register(t.Context(), bad); !fail.Is(err, fail.BadInput) {
				t.Errorf("name %q: %v", name, err)
			}
		}
		if free, err := s.IsUsernameFree(t.Context(), "ann"); !free || err != nil {
			t.Errorf("ann is taken: %v", err)
		}
		good.Name = strings.Repeat("é", 255)
		if _, err := s.Register(t.Context(), good); err != nil {
			t.Errorf("255 characters: %v", err)
		}
	})
}

func TestUsernameIsUniqueAlsoAtOnceAndInAnyCase(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var made, refused atomic.Int32
		var group errgroup.Group
		for i := range 8 {
			group.Go(func() error {
				_, err := s.Register(context.Background(), store.Registration{
					Username: []string{"ann", "Ann", "ANN"}[i%3], Name: "Ann", PasswordHash: "hash",
				})
				switch {
				case err == nil:
					made.Add(1)
				case fail.Is(err, fail.Conflict):
					refused.Add(1)
				default:
					return err
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil || made.Load() != 1 || refused.Load() != 7 {
			t.Fatalf("%d made, %d refused, %v", made.Load(), refused.Load(), err)
		}
	})
}

func TestBatchesKeepOrderAndGaps(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann, bob := register(t, s, "Ann"), register(t, s, "bob")
		byID, err := s.UsersByIDs(t.Context(), []string{bob.ID, "nobody", ann.ID, bob.ID, ""})
		if err != nil {
			t.Fatal(err)
		}
		byName, err := s.UsersByUsernames(t.Context(), []string{"BOB", "nobody", "ann", "bob", ""})
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range [][]*store.User{byID, byName} {
			if len(got) != 5 || got[0].ID != bob.ID || got[1] != nil || got[2].ID != ann.ID || got[3].ID != bob.ID || got[4] != nil {
				t.Errorf("got %v", got)
			}
		}
	})
}

func TestPagesAreStableUnderInserts(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var want, got []string
		for i := range 7 {
			want = append(want, register(t, s, fmt.Sprintf("user%d", i)).Username)
		}
		var after *store.UserPosition
		for {
			page, err := s.Users(t.Context(), 3, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, user := range page.Users {
				got = append(got, user.Username)
				after = pointer(user.Position())
			}
			if len(got) == 3 {
				want = append(want, register(t, s, "late").Username)
			}
			if !page.HasMore {
				if count, err := s.CountUsers(t.Context()); count != 8 || err != nil {
					t.Errorf("%d users, %v", count, err)
				}
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestProfileChangesOnlyWhatIsSet(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann := register(t, s, "ann")
		_, err := s.UpdateProfile(t.Context(), ann.ID, store.ProfileChange{
			Name: pointer("Anna"), Age: store.Change[int]{IsSet: true, To: pointer(30)}, Email: store.Change[string]{IsSet: true, To: pointer("a@b.org")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.UpdateProfile(t.Context(), ann.ID, store.ProfileChange{Age: store.Change[int]{IsSet: true}}); err != nil {
			t.Fatal(err)
		}
		got, err := s.User(t.Context(), ann.ID)
		if err != nil || got.Name != "Anna" || got.Age != nil || *got.Email != "a@b.org" {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = s.UpdateProfile(t.Context(), ann.ID, store.ProfileChange{Name: pointer("Other"), Email: store.Change[string]{IsSet: true, To: pointer("x")}})
		if got, _ := s.User(t.Context(), ann.ID); !fail.Is(err, fail.BadInput) || got.Name != "Anna" {
			t.Errorf("%+v after %v", got, err)
		}
		if _, err := s.UpdateProfile(t.Context(), "nobody", store.ProfileChange{}); !fail.Is(err, fail.NotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestSessionLivesUntilItEnds(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann := register(t, s, "ann")
		one, two := startSession(t, s, ann), startSession(t, s, ann)
		renewed, user, err := s.RenewSession(t.Context(), one.ID)
		if err != nil || user.ID != ann.ID || renewed.ExpiresAt.Before(one.ExpiresAt) {
			t.Fatalf("%+v, %v", renewed, err)
		}
		if err := s.EndSession(t.Context(), one.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.RenewSession(t.Context(), one.ID); !fail.Is(err, fail.Unauthenticated) {
			t.Errorf("an ended session was renewed: %v", err)
		}
		if living, err := s.Sessions(t.Context(), ann.ID); err != nil || len(living) != 1 || living[0].ID != two.ID || *living[0].UserAgent != "a test" {
			t.Errorf("%v, %v", living, err)
		}
		ended, err := s.EndSessions(t.Context(), ann.ID)
		if err != nil || !slices.Equal(ended, []string{two.ID}) || sessionNow(t, s, two.ID).Lives() {
			t.Errorf("ended %v, %v", ended, err)
		}
		if _, _, err := s.StartSession(t.Context(), "nobody", ""); !fail.Is(err, fail.NotFound) {
			t.Errorf("a session of nobody: %v", err)
		}
	})
}

func TestExpiredSessionIsNotRenewed(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s := store.New(db, time.Millisecond)
		session := startSession(t, s, register(t, s, "ann"))
		time.Sleep(5 * time.Millisecond)
		if _, _, err := s.RenewSession(t.Context(), session.ID); !fail.Is(err, fail.Unauthenticated) {
			t.Errorf("got %v", err)
		}
		if err := s.PruneSessions(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Session(t.Context(), session.ID); left != nil || err != nil {
			t.Errorf("%v, %v", left, err)
		}
	})
}

func TestRolesRaiseSessionVersionsOnlyIfTheyChange(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann, bob := register(t, s, "ann"), register(t, s, "bob")
		hers, his := startSession(t, s, ann), startSession(t, s, bob)
		for i, step := range []struct {
			role      store.Role
			isGranted bool
			version   int64
		}{{store.RoleClerk, true, 2}, {store.RoleClerk, true, 2}, {store.RoleAdmin, false, 2}, {store.RoleClerk, false, 3}} {
			_, changed, err := s.ChangeRole(t.Context(), ann.ID, step.role, step.isGranted)
			if err != nil || sessionNow(t, s, hers.ID).Version != step.version {
				t.Fatalf("step %d: version %d, %v, %v", i, sessionNow(t, s, hers.ID).Version, changed, err)
			}
		}
		if sessionNow(t, s, his.ID).Version != 1 {
			t.Error("another's session was raised")
		}
		if _, _, err := s.ChangeRole(t.Context(), ann.ID, store.RoleCustomer, false); !fail.Is(err, fail.BadInput) {
			t.Errorf("CUSTOMER was taken: %v", err)
		}
		if _, _, err := s.ChangeRole(t.Context(), "nobody", store.RoleClerk, true); !fail.Is(err, fail.NotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestLastAdminStays(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		one, two := register(t, s, "one", store.RoleAdmin), register(t, s, "two", store.RoleAdmin)
		var group errgroup.Group
		var refused atomic.Int32
		for _, id := range []string{one.ID, two.ID} {
			group.Go(func() error {
				_, _, err := s.ChangeRole(context.Background(), id, store.RoleAdmin, false)
				if fail.Is(err, fail.Conflict) {
					refused.Add(1)
					return nil
				}
				return err
			})
		}
		if err := group.Wait(); err != nil || refused.Load() != 1 {
			t.Errorf("%d refused, %v", refused.Load(), err)
		}
	})
}

func TestLastAdminIsNotDeleted(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		one, two := register(t, s, "one", store.RoleAdmin), register(t, s, "two", store.RoleAdmin)
		if _, err := s.DeleteUser(t.Context(), one.ID); err != nil {
			t.Errorf("one of two: %v", err)
		}
		if _, err := s.DeleteUser(t.Context(), two.ID); !fail.Is(err, fail.Conflict) {
			t.Errorf("the last one: %v", err)
		}
		if _, err := s.User(t.Context(), two.ID); err != nil {
			t.Errorf("the last one afterwards: %v", err)
		}
	})
}

func TestChangesWaitUntilTheyArePublished(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ann := register(t, s, "ann")
		session := startSession(t, s, ann)
		unpublished := func() *store.Session {
			t.Helper()
			waiting, err := s.Unpublished(t.Context())
			if err != nil || len(waiting) > 1 {
				t.Fatalf("%v, %v", waiting, err)
			}
			if len(waiting) == 0 {
				return nil
			}
			return waiting[0]
		}
		if unpublished() != nil {
			t.Fatal("a new session has nothing to publish: nothing is cached of it")
		}
		if _, _, err := s.ChangeRole(t.Context(), ann.ID, store.RoleClerk, true); err != nil {
			t.Fatal(err)
		}
		raised := unpublished()
		if err := s.EndSession(t.Context(), session.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkPublished(t.Context(), raised); err != nil {
			t.Fatal(err)
		}
		revoked := unpublished()
		if revoked == nil || revoked.RevokedAt == nil {
			t.Fatal("the revocation was lost behind an older change")
		}
		if err := s.MarkPublished(t.Context(), revoked); err != nil || unpublished() != nil {
			t.Errorf("still waiting: %v", err)
		}
	})
}

func TestSeedingTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		hashes := 0
		hash := func(_ context.Context, password string) (string, error) { hashes++; return password, nil }
		for range 2 {
			if err := s.SeedDemo(t.Context(), hash); err != nil {
				t.Fatal(err)
			}
		}
		users, err := s.UsersByIDs(t.Context(), []string{"walter", "jack", "leslie", "clerk", "admin"})
		if err != nil || slices.Contains(users, nil) || hashes != 5 {
			t.Fatalf("%v, %v, %d hashes", users, err, hashes)
		}
		if users[0].PasswordHash != "walter-demo" || !slices.Contains(users[3].Roles.Permissions(), "order:read") ||
			slices.Contains(users[3].Roles.Permissions(), "user:admin") || !slices.Contains(users[4].Roles.Permissions(), "user:admin") {
			t.Errorf("%+v", users)
		}
	})
}
