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
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/user/api"
	"github.com/weft-graph/weft/subgraphs/user/attempts"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
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
	hasher *password.Hasher
	bus    *events.Bus
}

// limits are such that only a test that wants to reaches them.
var limits = api.Limits{
	Login:        attempts.Limit{Name: "login", Max: 20, Per: time.Hour},
	LoginName:    attempts.Limit{Name: "login_name", Max: 30, Per: time.Hour},
	LoginAddress: attempts.Limit{Name: "login_address", Max: 40, Per: time.Hour},
	Register:     attempts.Limit{Name: "register", Max: 50, Per: time.Hour},
	Username:     attempts.Limit{Name: "username", Max: 50, Per: time.Hour},
}

func newWorld(t *testing.T, redisURL string) *world {
	t.Helper()
	return newWorldOn(t, databasetest.SQLite(t, store.Migrations()), redisURL)
}

func newWorldOn(t *testing.T, db *database.DB, redisURL string) *world {
	t.Helper()
	return newWorldAt(t, db, redisURL, password.Cost{MemoryKiB: 64, Passes: 1, Threads: 1})
}

// newWorldAt is newWorldOn with passwords that cost as much.
func newWorldAt(t *testing.T, db *database.DB, redisURL string, cost password.Cost) *world {
	t.Helper()
	w := &world{db: db}
	w.store = store.New(w.db, time.Hour)
	if err := w.store.RotateSigningKey(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	w.hasher = password.NewHasher(cost)
	if err := w.store.SeedDemo(t.Context(), w.hasher.Hash); err != nil {
		t.Fatal(err)
	}
	link, err := redislink.Open(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	w.bus = &events.Bus{Service: "user", DB: w.db, PeerKey: []byte("a key of services for tests only")}
	w.cache, w.issuer = sessioncache.New(link, 15*time.Minute), token.NewIssuer(w.store, trust, 15*time.Minute)
	w.Handler = w.bus.Handler(api.Handler(api.Config{
		Store: w.store, Hasher: w.hasher, Issuer: w.issuer, Cache: w.cache,
		Attempts: attempts.New(link), Limits: limits,
		RouterKey: authtest.RouterKey, Introspector: credential, SessionTTL: time.Hour,
	}))
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
