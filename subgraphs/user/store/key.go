package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// KeyLead is how long a new key is published before tokens are signed with it: longer than anybody keeps the JWK Set,
// so that whoever checks a token knows its key already.
const KeyLead = 15 * time.Minute

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

// SigningKeys returns all keys, the newest first.
func (s *Store) SigningKeys(ctx context.Context) ([]*SigningKey, error) {
	return s.readKeys(ctx, s.db.Read())
}

// Signer returns the key of SigningKeys that signs now: the newest that has been published long enough, or else the
// oldest. Nil if there is none.
func Signer(keys []*SigningKey) *SigningKey {
	for _, key := range keys {
		if time.Since(key.CreatedAt) >= KeyLead {
			return key
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return keys[len(keys)-1]
}

func (s *Store) readKeys(ctx context.Context, h database.Handle) ([]*SigningKey, error) {
	var keys []*SigningKey
	err := h.Select(ctx, &keys, `SELECT kid, seed, created_at FROM signing_keys ORDER BY created_at DESC, kid`)
	if err != nil {
		return nil, fmt.Errorf("read the signing keys: %w", err)
	}
	for _, key := range keys {
		if key.Seed, err = s.unseal(key.ID, key.Seed); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// RotateSigningKey makes a new key if the newest is older than maxAge, or there is none, and deletes those whose last
// token can no longer be used: older than maxAge and the lifetime of a session together. Keys from before there was a
// secret are encrypted. Replicas may call it at once.
func (s *Store) RotateSigningKey(ctx context.Context, maxAge time.Duration) error {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	now := database.Now()
	return s.db.Tx(ctx, func(tx database.Handle) error {
		if err := s.sealOldKeys(ctx, tx); err != nil {
			return err
		}
		keys, err := s.readKeys(ctx, tx)
		if err != nil {
			return err
		}
		if len(keys) > 0 && keys[0].CreatedAt.After(now.Add(-maxAge)) {
			return nil
		}
		key := &SigningKey{ID: newID(), Seed: base64.StdEncoding.EncodeToString(seed), CreatedAt: now}
		sealed, err := s.seal(key.ID, key.Seed)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO signing_keys (kid, seed, created_at) VALUES (?, ?, ?)`, key.ID, sealed, now)
		if err != nil {
			return fmt.Errorf("write a signing key: %w", err)
		}
		// A key that was made maxAge ago signed until now, and its tokens renew their sessions for sessionTTL more.
		_, err = tx.Exec(ctx, `DELETE FROM signing_keys WHERE created_at < ?`, now.Add(-2*maxAge-KeyLead-s.sessionTTL))
		return err
	})
}

// sealOldKeys encrypts the keys that are readable although there is a secret.
func (s *Store) sealOldKeys(ctx context.Context, tx database.Handle) error {
	if s.keySecret == "" {
		return nil
	}
	var keys []*SigningKey
	err := tx.Select(ctx, &keys, `SELECT kid, seed, created_at FROM signing_keys WHERE seed NOT LIKE ?`, sealedPrefix+"%")
	if err != nil {
		return fmt.Errorf("look for keys that are not encrypted: %w", err)
	}
	for _, key := range keys {
		sealed, err := s.seal(key.ID, key.Seed)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE signing_keys SET seed = ? WHERE kid = ?`, sealed, key.ID)
		}
		if err != nil {
			return fmt.Errorf("encrypt the signing key %s: %w", key.ID, err)
		}
	}
	return nil
}

// sealedPrefix is before a seed that is encrypted with AES-256-GCM: nonce and ciphertext in base64, bound to the key's
// id. No base64 has a colon.
const sealedPrefix = "aes256gcm:"

// seal returns what is stored for the seed of a key.
func (s *Store) seal(kid, seed string) (string, error) {
	if s.keySecret == "" {
		return seed, nil
	}
	box, err := s.box()
	if err != nil {
		return "", err
	}
	return sealedPrefix + base64.StdEncoding.EncodeToString(box.Seal(nil, nil, []byte(seed), []byte(kid))), nil
}

// unseal is the opposite of seal.
func (s *Store) unseal(kid, stored string) (string, error) {
	text, isSealed := strings.CutPrefix(stored, sealedPrefix)
	if !isSealed {
		return stored, nil
	}
	if s.keySecret == "" {
		return "", fmt.Errorf("the signing key %s is encrypted, and there is no secret for it: set KEY_SECRET", kid)
	}
	box, err := s.box()
	if err != nil {
		return "", err
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		var seed []byte
		if seed, err = box.Open(nil, nil, sealed, []byte(kid)); err == nil {
			return string(seed), nil
		}
	}
	return "", fmt.Errorf("the signing key %s is damaged or was encrypted with another KEY_SECRET; set that one again, or "+
		"delete the key's row in signing_keys, after which whoever it signed for must log in again", kid)
}

func (s *Store) box() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(s.keySecret), nil, "weft user signing keys", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the signing keys: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive the key of the signing keys: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
