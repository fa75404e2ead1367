package password

import (
	"context"
	"testing"
	"time"
)

var cheap = Cost{MemoryKiB: 64, Passes: 1, Threads: 1}

func TestOnlyTheRightPasswordMatches(t *testing.T) {
	ctx, hasher := context.Background(), NewHasher(cheap)
	hash, err := hasher.Hash(ctx, "right")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"right": true, "wrong": false, "": false, "right ": false} {
		if got, err := hasher.Matches(password, hash); got != want || err != nil {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if again, _ := hasher.Hash(ctx, "right"); again == hash {
		t.Error("two hashes of one password are equal: the salt is not random")
	}
	if other, err := NewHasher(Cost{MemoryKiB: 128, Passes: 2, Threads: 1}).Matches("right", hash); !other || err != nil {
		t.Errorf("a hash of another cost: %v, %v", other, err)
	}
}

func TestDamagedHashesAreErrors(t *testing.T) {
	for _, hash := range []string{"plain", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=64,t=0,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$"} {
		if ok, err := NewHasher(cheap).Matches("x", hash); ok || err == nil {
			t.Errorf("%q: %v, %v", hash, ok, err)
		}
	}
}

func TestUnknownNameTakesTheTimeOfAKnownOne(t *testing.T) {
	ctx, hasher := context.Background(), NewHasher(DefaultCost)
	hash, err := hasher.Hash(ctx, "right")
	if err != nil {
		t.Fatal(err)
	}
	// What else the machine does only adds to a time, so the shortest of enough times are those of the work. If the work
	// differs they never come near each other.
	known, unknown := time.Hour, time.Hour
	for end := time.Now().Add(time.Minute); ; {
		known, unknown = min(known, timeOf(t, hasher, hash)), min(unknown, timeOf(t, hasher, ""))
		if known <= 2*unknown && unknown <= 2*known {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("a known name takes %v, an unknown one %v", known, unknown)
		}
	}
	if cost, _, _, err := decode(hasher.decoy); err != nil || cost != DefaultCost {
		t.Errorf("an unknown name costs %+v, %v", cost, err)
	}
}

func timeOf(t *testing.T, hasher *Hasher, hash string) time.Duration {
	t.Helper()
	start := time.Now()
	if ok, err := hasher.Matches("wrong", hash); ok || err != nil {
		t.Fatal(ok, err)
	}
	return time.Since(start)
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	hasher := NewHasher(cheap)
	for hasher.slots.TryAcquire(1) {
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := hasher.Hash(ctx, "x"); err == nil {
		t.Error("hashed without a free slot")
	}
}
