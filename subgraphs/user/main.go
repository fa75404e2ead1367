// Command user is the shop's user service: accounts, roles, sessions and the tokens that every other service trusts.
// Its environment is listed at configure.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/user/api"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
	"github.com/weft-graph/weft/subgraphs/user/token"
)

//go:generate go tool gqlgen generate

const (
	defaultPort = 4001
	// keyMaxAge is after how long tokens are signed with a new key.
	keyMaxAge = 30 * 24 * time.Hour
	// maintainEvery is how often keys are rotated and ended sessions deleted, if it is time.
	maintainEvery = time.Hour
)

type config struct {
	boot.Config
	redisURL     string
	introspector api.Credential
	tokenTTL     time.Duration
	sessionTTL   time.Duration
	cookieSecure bool
}

func main() { boot.Main(configure, run) }

// configure reads what boot.Config does not: REDIS_URL, INTROSPECTION_CLIENT, INTROSPECTION_SECRET, TOKEN_TTL,
// SESSION_TTL and COOKIE_SECURE.
func configure(environment *boot.Environment) (config, boot.Config) {
	c := config{
		Config:       environment.Config("user", defaultPort),
		redisURL:     environment.Text("REDIS_URL", ""),
		tokenTTL:     environment.Duration("TOKEN_TTL", 15*time.Minute),
		sessionTTL:   environment.Duration("SESSION_TTL", 720*time.Hour),
		cookieSecure: environment.Bool("COOKIE_SECURE", true),
		introspector: api.Credential{
			Client: environment.Required("INTROSPECTION_CLIENT", "the client id that the router introspects tokens with"),
			Secret: string(environment.Key("INTROSPECTION_SECRET", "the router's introspection secret")),
		},
	}
	environment.Check("REDIS_URL", sessioncache.CheckURL(c.redisURL))
	return c, c.Config
}

func run(ctx context.Context, c config) error {
	db, err := boot.OpenDatabase(ctx, c.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	cache, err := sessioncache.Open(c.redisURL, c.tokenTTL)
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	defer cache.Close()
	people := store.New(db, c.sessionTTL)
	hasher := password.NewHasher(password.DefaultCost)
	if err := people.RotateSigningKey(ctx, keyMaxAge); err != nil {
		return err
	}
	if c.DemoData {
		if err := people.SeedDemo(ctx, hasher.Hash); err != nil {
			return fmt.Errorf("write the demo data: %w", err)
		}
	}
	background := []func(context.Context) error{maintenance(people, c.tokenTTL)}
	if c.redisURL != "" {
		background = append(background, func(ctx context.Context) error { return api.PublishSessions(ctx, people, cache) })
	}
	return boot.Run(ctx, boot.Server{
		Listen: c.Listen,
		Handler: api.Handler(api.Config{
			Store: people, Hasher: hasher, Issuer: token.NewIssuer(people, c.Trust, c.tokenTTL), Cache: cache,
			RouterKey: c.RouterKey, Introspector: c.introspector,
			SessionTTL: c.sessionTTL, InsecureCookie: !c.cookieSecure,
		}),
		Checks:     []boot.Check{{Name: "database", Try: db.Ping}},
		Background: background,
	})
}

// maintenance rotates the signing key and deletes sessions that no token can name any more.
func maintenance(people *store.Store, tokenTTL time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		return boot.Every(ctx, "maintenance", maintainEvery, func(ctx context.Context) error {
			if err := people.RotateSigningKey(ctx, keyMaxAge); err != nil {
				return err
			}
			return people.PruneSessions(ctx, time.Now().Add(-tokenTTL-time.Hour))
		})
	}
}
