// Command order is the orders' subgraph: one open order for a person, and what it becomes.
package main

import (
	"context"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/order/api"
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/store"
	"github.com/weft-graph/weft/subgraphs/order/watch"
)

//go:generate go tool gqlgen generate

const (
	defaultPort           = 4003
	defaultProductTimeout = 2 * time.Second
)

type config struct {
	boot.Config
	events         events.Config
	productURL     string
	productTimeout time.Duration
	userURL        string
}

func main() {
	events.Main("order", "product", "user")
	boot.Main(configure, run)
}

// configure reads what boot.Config does not: PRODUCT_URL, PRODUCT_TIMEOUT, USER_URL and what events.Configure reads.
func configure(environment *boot.Environment) (config, boot.Config) {
	shared := environment.Config("order", defaultPort)
	return config{
		Config:         shared,
		productURL:     environment.URL("PRODUCT_URL", "http://127.0.0.1:4002", "the product service"),
		productTimeout: environment.Duration("PRODUCT_TIMEOUT", defaultProductTimeout),
		userURL:        environment.URL("USER_URL", "http://127.0.0.1:4001", "the user service"),
		events:         events.Configure(environment),
	}, shared
}

func run(ctx context.Context, config config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	bus, err := config.events.Open("order", db)
	if err != nil {
		return err
	}
	defer bus.Close()
	orders := store.New(db)
	if config.DemoData {
		if err := orders.SeedDemo(ctx); err != nil {
			return err
		}
	}
	if err := orders.Backfill(ctx); err != nil {
		return err
	}
	hub := watch.New(orders, bus.Redis)
	verifier := auth.NewVerifier(config.Trust)
	handler := api.Handler(orders, api.Config{
		RouterKey: config.RouterKey,
		Verifier:  verifier,
		Product:   catalog.New(config.productURL, bus.PeerKey, config.productTimeout),
		Hub:       hub,
	})
	return boot.Run(ctx, boot.Server{
		Listen:  config.Listen,
		Handler: bus.Handler(handler),
		// Neither other services nor Redis are checks: without them what is stored here still answers.
		Checks: []boot.Check{{Name: "database", Try: db.Ping}},
		Background: append(bus.Background(
			events.Source{Service: "product", URL: config.productURL, Apply: orders.ApplyProduct},
			events.Source{Service: "user", URL: config.userURL, Apply: orders.ApplyUser},
		), verifier.KeepKeys, hub.Run),
	})
}
