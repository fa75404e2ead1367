// Command credit is the shop's credit service: what is known of people's credit and how orders can be financed.
// Its environment is boot.Config's.
package main

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/credit/api"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
)

//go:generate go tool gqlgen generate

const defaultPort = 4004

func main() { boot.Main(configure, run) }

func configure(environment *boot.Environment) (boot.Config, boot.Config) {
	config := environment.Config("credit", defaultPort)
	return config, config
}

func run(ctx context.Context, config boot.Config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	credit := store.New(db)
	if config.DemoData {
		if err := credit.SeedDemo(ctx); err != nil {
			return err
		}
	}
	verifier := auth.NewVerifier(config.Trust)
	handler := api.Handler(api.Config{
		Store: credit, RouterKey: config.RouterKey, Verifier: verifier,
	})
	return boot.Run(ctx, boot.Server{
		Listen: config.Listen, Handler: handler, Checks: []boot.Check{{Name: "database", Try: db.Ping}},
		Background: []func(context.Context) error{verifier.KeepKeys},
	})
}
