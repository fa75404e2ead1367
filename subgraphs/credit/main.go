// Command credit is the shop's credit service: what is known of people's credit and how orders can be financed.
package main

import (
	"context"
	"time"

	"github.com/weft-graph/weft/subgraphs/credit/api"
	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

//go:generate go tool gqlgen generate

const (
	defaultPort          = 4004
	defaultBureauTimeout = time.Second
)

type config struct {
	boot.Config
	events   events.Config
	orderURL string
	bureau   store.Bureau
}

func main() {
	events.Main("credit", "order")
	boot.Main(configure, run)
}

// configure reads what boot.Config does not: ORDER_URL, BUREAU_URL, BUREAU_TOKEN, BUREAU_TIMEOUT and what events.Configure
// reads.
func configure(environment *boot.Environment) (config, boot.Config) {
	shared := environment.Config("credit", defaultPort)
	return config{
		Config:   shared,
		events:   events.Configure(environment),
		orderURL: environment.URL("ORDER_URL", "http://127.0.0.1:4003", "the order service"),
		bureau:   configureBureau(environment),
	}, shared
}

// configureBureau returns the embedded bureau unless BUREAU_URL names another.
func configureBureau(environment *boot.Environment) store.Bureau {
	token := environment.Text("BUREAU_TOKEN", "")
	timeout := environment.Duration("BUREAU_TIMEOUT", defaultBureauTimeout)
	if environment.Text("BUREAU_URL", "") == "" {
		return bureau.Embedded{}
	}
	return bureau.New(environment.URL("BUREAU_URL", "", "the credit bureau"), token, timeout)
}

func run(ctx context.Context, config config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	bus, err := config.events.Open("credit", db)
	if err != nil {
		return err
	}
	defer bus.Close()
	credit := store.New(db, config.bureau)
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
		Listen: config.Listen, Handler: bus.Handler(handler), Checks: []boot.Check{{Name: "database", Try: db.Ping}},
		Background: append(bus.Background(
			events.Source{Service: "order", URL: config.orderURL, Apply: credit.ApplyOrder},
		), verifier.KeepKeys),
	})
}
