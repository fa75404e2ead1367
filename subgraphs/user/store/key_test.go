package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

func TestReplicasMakeOneSigningKey(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var group errgroup.Group
		for range 5 {
			group.Go(func() error { return s.RotateSigningKey(context.Background(), time.Hour) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		keys, err := s.SigningKeys(t.Context())
		if err != nil || len(keys) != 1 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		if err := s.RotateSigningKey(t.Context(), time.Nanosecond); err != nil {
			t.Fatal(err)
		}
		rotated, err := s.SigningKeys(t.Context())
		if err != nil || len(rotated) != 2 || rotated[1].ID != keys[0].ID {
			t.Errorf("the old key must stay and the new one come first: %v, %v", rotated, err)
		}
		if _, err := rotated[0].Private(); err != nil {
			t.Error(err)
		}
	})
}

// TestNewKeySignsAfterItWasPublished: whoever checks tokens must have had the time to fetch it.
func TestNewKeySignsAfterItWasPublished(t *testing.T) {
	key := func(id string, age time.Duration) *store.SigningKey {
		return &store.SigningKey{ID: id, CreatedAt: time.Now().Add(-age)}
	}
	for name, c := range map[string]struct {
		keys []*store.SigningKey
		want string
	}{
		"the only one, however new": {[]*store.SigningKey{key("a", 0)}, "a"},
		"a new one":                 {[]*store.SigningKey{key("b", time.Minute), key("a", time.Hour)}, "a"},
		"a new one, long enough":    {[]*store.SigningKey{key("b", store.KeyLead+time.Minute), key("a", time.Hour)}, "b"},
		"several new ones":          {[]*store.SigningKey{key("c", time.Minute), key("b", 2*time.Minute)}, "b"},
	} {
		if got := store.Signer(c.keys); got.ID != c.want {
			t.Errorf("%s: %s signs, want %s", name, got.ID, c.want)
		}
	}
	if store.Signer(nil) != nil {
		t.Error("a key out of nothing")
	}
}

func TestKeysAreDeletedWhenNothingOfTheirsIsLeft(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		s, day := store.New(db, 24*time.Hour), 24*time.Hour
		for id, age := range map[string]time.Duration{"old": 4 * day, "used": 2 * day} {
			err := db.Tx(t.Context(), func(tx database.Handle) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO signing_keys (kid, seed, created_at) VALUES (?, ?, ?)`, id, "seed", time.Now().Add(-age))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.RotateSigningKey(t.Context(), day); err != nil {
			t.Fatal(err)
		}
		keys, err := s.SigningKeys(t.Context())
		if err != nil || len(keys) != 2 || keys[1].ID != "used" {
			t.Errorf("%v, %v", keys, err)
		}
	})
}

func TestKeysAreEncryptedAtRest(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		plain := store.New(db, time.Hour)
		sealed := plain.WithKeySecret(strings.Repeat("s", 32))
		stored := func() string {
			t.Helper()
			var seeds []string
			if err := db.Read().Select(t.Context(), &seeds, `SELECT seed FROM signing_keys ORDER BY created_at`); err != nil {
				t.Fatal(err)
			}
			return strings.Join(seeds, " ")
		}
		if err := plain.RotateSigningKey(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		before, err := plain.SigningKeys(t.Context())
		if err != nil || !strings.Contains(stored(), before[0].Seed) {
			t.Fatalf("%v, %v", before, err)
		}
		if err := sealed.RotateSigningKey(t.Context(), time.Nanosecond); err != nil {
			t.Fatal(err)
		}
		after, err := sealed.SigningKeys(t.Context())
		if err != nil || len(after) != 2 || after[1].Seed != before[0].Seed {
			t.Fatalf("the key from before the secret: %v, %v", after, err)
		}
		for _, key := range after {
			if strings.Contains(stored(), key.Seed) {
				t.Errorf("the key %s can be read in the database", key.ID)
			}
		}
		for name, s := range map[string]*store.Store{"no secret": plain, "another secret": plain.WithKeySecret(strings.Repeat("x", 32))} {
			_, err := s.SigningKeys(t.Context())
			if err == nil || !strings.Contains(err.Error(), "KEY_SECRET") {
				t.Errorf("%s: %v", name, err)
			}
			if err := s.RotateSigningKey(t.Context(), time.Nanosecond); err == nil {
				t.Errorf("%s: a key was made beside those that cannot be read", name)
			}
		}
		err = db.Tx(t.Context(), func(tx database.Handle) error { // a ciphertext belongs to its key
			_, err := tx.Exec(t.Context(), `UPDATE signing_keys SET seed = (SELECT seed FROM signing_keys WHERE kid = ?) WHERE kid = ?`, after[0].ID, after[1].ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sealed.SigningKeys(t.Context()); err == nil {
			t.Error("one key's ciphertext passes for another's")
		}
	})
}
