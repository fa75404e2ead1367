// Package password hashes passwords with argon2id and checks them, a few at a time: each needs memory and a core for a
// while, so that without a bound a burst of logins would take the service down. It knows no users.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

const (
	saltBytes = 16
	hashBytes = 32
)

// Cost is what one hash costs.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// DefaultCost is OWASP's recommendation for argon2id.
var DefaultCost = Cost{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1}

// Hasher hashes and checks passwords at one cost.
type Hasher struct {
	cost  Cost
	slots *semaphore.Weighted
	// decoy is what a login with an unknown name is checked against, so that it takes the time of a known one.
	decoy string
}

// Slots is how many passwords are worked on at once: one core is left, where there are several, to those who do not log in.
// A hash keeps a core busy for tens of milliseconds, for which all other requests would wait.
func Slots() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// NewHasher returns a Hasher that works on as many passwords at once as Slots says.
func NewHasher(cost Cost) *Hasher {
	h := &Hasher{cost: cost, slots: semaphore.NewWeighted(int64(Slots()))}
	h.decoy = h.encode(rand.Text(), []byte(rand.Text())[:saltBytes])
	return h
}

// InTurn calls work once fewer are at it than there are Slots. Its error is work's, or tells that ctx ended before.
func (h *Hasher) InTurn(ctx context.Context, work func() error) error {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("wait for a turn to hash a password: %w", err)
	}
	defer h.slots.Release(1)
	return work()
}

// Hash returns the encoded hash of a password with a new salt, when its turn has come.
func (h *Hasher) Hash(ctx context.Context, password string) (encoded string, err error) {
	err = h.InTurn(ctx, func() error {
		salt := make([]byte, saltBytes)
		if _, err := rand.Read(salt); err != nil {
			return fmt.Errorf("make a salt: %w", err)
		}
		encoded = h.encode(password, salt)
		return nil
	})
	return encoded, err
}

// Matches says whether encoded is a hash of password. With an empty hash, for a name that nobody has, it does the same
// work and says no. It is to be called InTurn.
func (h *Hasher) Matches(password, encoded string) (bool, error) {
	isKnown := encoded != ""
	if !isKnown {
		encoded = h.decoy
	}
	cost, salt, want, err := decode(encoded)
	if err != nil {
		return false, err
	}
	got := argon2.IDKey([]byte(password), salt, cost.Passes, cost.MemoryKiB, cost.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && isKnown, nil
}

// encode returns the hash in the PHC string format, which carries its cost.
func (h *Hasher) encode(password string, salt []byte) string {
	hash := argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.MemoryKiB, h.cost.Threads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes,
		h.cost.Threads, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

func decode(encoded string) (cost Cost, salt, hash []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, errors.New("a stored password hash is not argon2id")
	}
	_, scanErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Threads)
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(scanErr, saltErr, hashErr); err != nil || len(hash) == 0 || cost.Passes == 0 || cost.Threads == 0 {
		return cost, nil, nil, errors.New("a stored password hash is damaged")
	}
	return cost, salt, hash, nil
}
