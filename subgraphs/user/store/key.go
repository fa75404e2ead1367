package store

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// SigningKey is an Ed25519 key that signs access tokens.
type SigningKey struct {
	ID        string    `db:"kid"`
	Seed      string    // base64
	CreatedAt time.Time `db:"created_at"`
}

// Private returns the private key.
func (k *SigningKey) Private() (ed25519.PrivateKey, error) {
	seed, err := base64.StdEncoding.DecodeString(k.Seed)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the signing key %s is damaged in the database", k.ID)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// SigningKeys returns all keys, the newest, which signs, first.
func (s *Store) SigningKeys(ctx context.Context) ([]*SigningKey, error) {
	var keys []*SigningKey
	err := s.db.Read().Select(ctx, &keys, `SELECT kid, seed, created_at FROM signing_keys ORDER BY created_at DESC, kid`)
	if err != nil {
		return nil, fmt.Errorf("read the signing keys: %w", err)
	}
	return keys, nil
}

// RotateSigningKey makes a new key if the newest is older than maxAge, or there is none, and deletes those whose last
// token can no longer be used: older than maxAge and the lifetime of a session together. Replicas may call it at once.
func (s *Store) RotateSigningKey(ctx context.Context, maxAge time.Duration) error {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	now := database.Now()
	return s.db.Tx(ctx, func(tx database.Handle) error {
		var fresh int
		if err := tx.Get(ctx, &fresh, `SELECT count(*) FROM signing_keys WHERE created_at > ?`, now.Add(-maxAge)); err != nil {
			return fmt.Errorf("look for a signing key: %w", err)
		}
		if fresh > 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `INSERT INTO signing_keys (kid, seed, created_at) VALUES (?, ?, ?)`,
			newID(), base64.StdEncoding.EncodeToString(seed), now)
		if err != nil {
			return fmt.Errorf("write a signing key: %w", err)
		}
		// A key that was made maxAge ago signed until now, and its tokens renew their sessions for sessionTTL more.
		_, err = tx.Exec(ctx, `DELETE FROM signing_keys WHERE created_at < ?`, now.Add(-2*maxAge-s.sessionTTL))
		return err
	})
}
