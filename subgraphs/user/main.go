// Command user is the shop's user service: accounts, roles, sessions and the tokens that every other service trusts.
// Its environment is listed at configure.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/user/api"
	"github.com/weft-graph/weft/subgraphs/user/attempts"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/redislink"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
	"github.com/weft-graph/weft/subgraphs/user/token"
)

//go:generate go tool gqlgen generate

const (
	defaultPort = 4001
	// maintainEvery is how often keys are rotated and ended sessions deleted, if it is time.
	maintainEvery = time.Hour
)

type config struct {
	boot.Config
	events       events.Config
	introspector api.Credential
	limits       api.Limits
	tokenTTL     time.Duration
	sessionTTL   time.Duration
	cookieSecure bool
	// rotation is after how long tokens are signed with a new key, keySecret what the keys are encrypted with.
	rotation  time.Duration
	keySecret string
}

func main() { boot.Main(configure, run) }

// configure reads what boot.Config does not: INTROSPECTION_CLIENT, INTROSPECTION_SECRET, TOKEN_TTL, SESSION_TTL,
// COOKIE_SECURE, ROTATION_PERIOD, KEY_SECRET, the limits and what events.Configure reads.
func configure(environment *boot.Environment) (config, boot.Config) {
	c := config{
		Config:       environment.Config("user", defaultPort),
		events:       events.Configure(environment),
		tokenTTL:     environment.Duration("TOKEN_TTL", 15*time.Minute),
		sessionTTL:   environment.Duration("SESSION_TTL", 720*time.Hour),
		cookieSecure: environment.Bool("COOKIE_SECURE", true),
		rotation:     environment.Duration("ROTATION_PERIOD", 720*time.Hour),
		keySecret:    environment.Text("KEY_SECRET", ""),
		introspector: api.Credential{
			Client: environment.Required("INTROSPECTION_CLIENT", "the client id that the router introspects tokens with"),
			Secret: string(environment.Key("INTROSPECTION_SECRET", "the router's introspection secret")),
		},
		limits: limits(environment),
	}
	if n := len(c.keySecret); n > 0 && n < boot.MinKeyLength {
		environment.Check("KEY_SECRET", fmt.Errorf("it has %d characters; expected at least %d, or none", n, boot.MinKeyLength))
	}
	return c, c.Config
}

// limits reads LOGIN_LIMIT, LOGIN_NAME_LIMIT, LOGIN_ADDRESS_LIMIT, REGISTER_LIMIT and USERNAME_LIMIT, such as 10/15m.
func limits(environment *boot.Environment) api.Limits {
	read := func(name, variable, fallback string) attempts.Limit {
		limit, err := attempts.Parse(name, environment.Text(variable, fallback))
		environment.Check(variable, err)
		return limit
	}
	return api.Limits{
		Login:        read("login", "LOGIN_LIMIT", "10/15m"),
		LoginName:    read("login_name", "LOGIN_NAME_LIMIT", "100/15m"),
		LoginAddress: read("login_address", "LOGIN_ADDRESS_LIMIT", "100/15m"),
		Register:     read("register", "REGISTER_LIMIT", "200/1h"),
		Username:     read("username", "USERNAME_LIMIT", "120/1m"),
	}
}

func run(ctx context.Context, c config) error {
	db, err := boot.OpenDatabase(ctx, c.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	link, err := redislink.Open(c.events.RedisURL)
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	defer link.Close()
	bus, err := c.events.Open("user", db)
	if err != nil {
		return err
	}
	defer bus.Close()
	people := store.New(db, c.sessionTTL).WithKeySecret(c.keySecret)
	hasher := password.NewHasher(password.DefaultCost)
	if err := people.RotateSigningKey(ctx, c.rotation); err != nil {
		return err
	}
	if c.DemoData {
		if err := people.SeedDemo(ctx, hasher.Hash); err != nil {
			return fmt.Errorf("write the demo data: %w", err)
		}
	}
	cache := sessioncache.New(link, c.tokenTTL)
	background := append(bus.Background(), maintenance(people, c))
	if c.events.RedisURL != "" {
		background = append(background, func(ctx context.Context) error { return api.PublishSessions(ctx, people, cache) })
	}
	return boot.Run(ctx, boot.Server{
		Listen: c.Listen,
		Handler: bus.Handler(api.Handler(api.Config{
			Store: people, Hasher: hasher, Issuer: token.NewIssuer(people, c.Trust, c.tokenTTL), Cache: cache,
			Attempts: attempts.New(link), Limits: c.limits,
			RouterKey: c.RouterKey, Introspector: c.introspector,
			SessionTTL: c.sessionTTL, InsecureCookie: !c.cookieSecure,
		})),
		Checks:     []boot.Check{{Name: "database", Try: db.Ping}},
		Background: background,
	})
}

// maintenance rotates the signing key and deletes sessions that no token can name any more.
func maintenance(people *store.Store, c config) func(context.Context) error {
	return func(ctx context.Context) error {
		return boot.Every(ctx, "maintenance", maintainEvery, func(ctx context.Context) error {
			if err := people.RotateSigningKey(ctx, c.rotation); err != nil {
				return err
			}
			return people.PruneSessions(ctx, time.Now().Add(-c.tokenTTL-time.Hour))
		})
	}
}
