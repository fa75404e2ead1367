package sessioncache_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/redistest"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
)

const tokenTTL = 15 * time.Minute

func open(t *testing.T, url string) *sessioncache.Cache {
	t.Helper()
	link, err := redislink.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	return sessioncache.New(link, tokenTTL)
}

func entry(version int64) sessioncache.Entry {
	return sessioncache.Entry{User: "ann", Permissions: []string{"order:read"}, Version: version, Expires: time.Now().Add(time.Hour).Unix()}
}

func held(t *testing.T, server *redistest.Server) string {
	t.Helper()
	text, err := server.Client.Get(t.Context(), "session:s1").Result()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func heldVersion(t *testing.T, server *redistest.Server) int64 {
	t.Helper()
	var got sessioncache.Entry
	if err := json.Unmarshal([]byte(held(t, server)), &got); err != nil {
		t.Fatal(err)
	}
	return got.Version
}

func TestNewerVersionsReplaceOlderOnes(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		cache := open(t, server.URL)
		for i, step := range []struct{ fill, want int64 }{{2, 2}, {1, 2}, {2, 2}, {3, 3}, {2, 3}} {
			cache.Fill(t.Context(), "s1", entry(step.fill))
			if got := heldVersion(t, server); got != step.want {
				t.Fatalf("step %d: version %d, want %d", i, got, step.want)
			}
		}
		if age := server.Client.PTTL(t.Context(), "session:s1").Val(); age <= 0 || age > sessioncache.MaxAge {
			t.Errorf("an entry lives for %v", age)
		}
	})
}

func TestNothingReplacesRevoked(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		cache := open(t, server.URL)
		cache.Fill(t.Context(), "s1", entry(1))
		if err := cache.Revoke(t.Context(), "s1"); err != nil {
			t.Fatal(err)
		}
		cache.Fill(t.Context(), "s1", entry(9))
		if got := held(t, server); got != "revoked" {
			t.Errorf("%s", got)
		}
		if age := server.Client.PTTL(t.Context(), "session:s1").Val(); age < tokenTTL {
			t.Errorf("revoked lives for %v, shorter than a token", age)
		}
	})
}

func TestGarbageIsReplaced(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		cache := open(t, server.URL)
		for _, garbage := range []string{"", "{", "[]", "null", `{"version":"x"}`, "Revoked"} {
			server.Client.Set(t.Context(), "session:s1", garbage, 0)
			cache.Fill(t.Context(), "s1", entry(1))
			if got := heldVersion(t, server); got != 1 {
				t.Errorf("%q stayed", garbage)
			}
		}
	})
}

func TestEntryEndsWithItsSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		cache, short := open(t, server.URL), entry(1)
		short.Expires = time.Now().Add(10 * time.Second).Unix()
		cache.Fill(t.Context(), "s1", short)
		if age := server.Client.PTTL(t.Context(), "session:s1").Val(); age <= 0 || age > 10*time.Second {
			t.Errorf("an entry outlives its session: %v", age)
		}
		short.Expires = time.Now().Add(-time.Second).Unix()
		cache.Fill(t.Context(), "expired", short)
		if n := server.Client.Exists(t.Context(), "session:expired").Val(); n != 0 {
			t.Error("an expired session was cached")
		}
	})
}

func TestWithoutRedisNothingHappens(t *testing.T) {
	cache := open(t, "")
	cache.Fill(context.Background(), "s1", entry(1))
	if err := cache.Revoke(context.Background(), "s1"); !errors.Is(err, redislink.ErrDown) {
		t.Errorf("got %v", err)
	}
}
