// Command order is the orders' subgraph: one open order for a person, and what it becomes.
package main

import (
	"context"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/order/api"
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

//go:generate go tool gqlgen generate

const (
	defaultPort           = 4003
	defaultProductTimeout = 2 * time.Second
)

type config struct {
	boot.Config
	productURL     string
	productTimeout time.Duration
	peerKey        []byte
}

func main() {
	boot.Main(configure, run)
}

// configure reads what boot.Config does not: PRODUCT_URL, PRODUCT_TIMEOUT and PEER_KEY.
func configure(environment *boot.Environment) (config, boot.Config) {
	shared := environment.Config("order", defaultPort)
	return config{
		Config:         shared,
		productURL:     environment.URL("PRODUCT_URL", "http://127.0.0.1:4002", "the product service"),
		productTimeout: environment.Duration("PRODUCT_TIMEOUT", defaultProductTimeout),
		peerKey:        environment.Key("PEER_KEY", "the product service's"),
	}, shared
}

func run(ctx context.Context, config config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	orders := store.New(db)
	if config.DemoData {
		if err := orders.Seed(ctx); err != nil {
			return err
		}
	}
	verifier := auth.NewVerifier(config.Trust)
	return boot.Run(ctx, boot.Server{
		Listen: config.Listen,
		Handler: api.Handler(orders, api.Config{
			RouterKey: config.RouterKey,
			Verifier:  verifier,
			Catalog:   catalog.New(config.productURL, config.peerKey, config.productTimeout),
		}),
		// The product service is no check: without it all but addItem and checkout works.
		Checks:     []boot.Check{{Name: "database", Try: db.Ping}},
		Background: []func(context.Context) error{verifier.KeepKeys},
	})
}
