// Command product is the catalogue's subgraph: films, vehicles and goods.
package main

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/product/api"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

//go:generate go tool gqlgen generate

const defaultPort = 4002

type config struct {
	boot.Config
	peerKey []byte
}

func main() {
	boot.Main(configure, run)
}

// configure reads what boot.Config does not: PEER_KEY.
func configure(environment *boot.Environment) (config, boot.Config) {
	shared := environment.Config("product", defaultPort)
	return config{Config: shared, peerKey: environment.Key("PEER_KEY", "the order service's")}, shared
}

func run(ctx context.Context, config config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	products := store.New(db)
	if config.DemoData {
		if err := products.Seed(ctx); err != nil {
			return err
		}
	}
	verifier := auth.NewVerifier(config.Trust)
	return boot.Run(ctx, boot.Server{
		Listen: config.Listen,
		Handler: api.Handler(products, api.Config{
			RouterKey: config.RouterKey, PeerKey: config.peerKey, Verifier: verifier,
		}),
		Checks:     []boot.Check{{Name: "database", Try: db.Ping}},
		Background: []func(context.Context) error{verifier.KeepKeys},
	})
}
