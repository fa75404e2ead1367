package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/api"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
	"github.com/weft-graph/weft/subgraphs/user/token"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var (
	trust      = auth.Trust{Issuer: "http://user.test", Audience: "shop"}
	credential = api.Credential{Client: "router", Secret: "a secret of the router for tests!"}
)

// world is a user service with its database and, if redisURL is not empty, its Redis.
type world struct {
	authtest.Client
	store  *store.Store
	db     *database.DB
	cache  *sessioncache.Cache
	issuer *token.Issuer
}

func newWorld(t *testing.T, redisURL string) *world {
	t.Helper()
	w := &world{db: databasetest.SQLite(t, store.Migrations())}
	w.store = store.New(w.db, time.Hour)
	if err := w.store.RotateSigningKey(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	hasher := password.NewHasher(password.Cost{MemoryKiB: 64, Passes: 1, Threads: 1})
	if err := w.store.SeedDemo(t.Context(), hasher.Hash); err != nil {
		t.Fatal(err)
	}
	cache, err := sessioncache.Open(redisURL, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cache.Close() })
	w.cache, w.issuer = cache, token.NewIssuer(w.store, trust, 15*time.Minute)
	w.Handler = api.Handler(api.Config{
		Store: w.store, Hasher: hasher, Issuer: w.issuer, Cache: cache,
		RouterKey: authtest.RouterKey, Introspector: credential, SessionTTL: time.Hour,
	})
	w.Header = http.Header{"Weft-Token-In-Body": {"true"}}
	return w
}

type login struct {
	Token     *string
	ExpiresAt time.Time
	User      struct{ ID, Username string }
}

// login logs a demo user in and returns the client that has their token.
func (w *world) login(t *testing.T, username string) authtest.Client {
	t.Helper()
	var data struct{ Login login }
	w.Must(t, `mutation($u: String!, $p: String!) { login(input: {username: $u, password: $p}) { token expiresAt user { id username } } }`,
		map[string]any{"u": username, "p": username + "-demo"}, &data)
	if data.Login.Token == nil {
		t.Fatal("no token in the body")
	}
	return w.As(*data.Login.Token)
}

func (w *world) claims(t *testing.T, token string) *auth.Claims {
	t.Helper()
	claims, err := w.issuer.Verifier().Verify(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}
