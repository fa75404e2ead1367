// Command product is the catalogue's subgraph: films, vehicles and goods.
package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/product/api"
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

//go:generate go tool gqlgen generate

const (
	defaultPort    = 4002
	defaultMaxFile = 64 << 20
	defaultRoom    = 10 << 30
	// maxMaxFile is the largest size that the schema's Int can tell.
	maxMaxFile = math.MaxInt32
)

type config struct {
	boot.Config
	events   events.Config
	orderURL string
	// filesDir is the folder of the files, bucket where they are instead unless it is nil.
	filesDir string
	bucket   *files.BucketConfig
	// maxFile and room are the sizes of the largest file and of all together, in bytes.
	maxFile, room int64
}

func main() {
	events.Main("product", "order")
	boot.Main(configure, run)
}

// configure reads what boot.Config does not: ORDER_URL, FILES_DIR, FILES_MAX_BYTES, FILES_ROOM_BYTES and what
// files.ConfigureBucket and events.Configure read.
func configure(environment *boot.Environment) (config, boot.Config) {
	shared := environment.Config("product", defaultPort)
	maxFile := environment.Bytes("FILES_MAX_BYTES", defaultMaxFile)
	if maxFile > maxMaxFile {
		environment.Check("FILES_MAX_BYTES", fmt.Errorf("expected at most %d", maxMaxFile))
	}
	return config{
		Config:   shared,
		filesDir: environment.Text("FILES_DIR", filepath.Join(shared.DataDir, "files")),
		bucket:   files.ConfigureBucket(environment),
		maxFile:  maxFile,
		room:     environment.Bytes("FILES_ROOM_BYTES", defaultRoom),
		orderURL: environment.URL("ORDER_URL", "http://127.0.0.1:4003", "the order service"),
		events:   events.Configure(environment),
	}, shared
}

func run(ctx context.Context, config config) error {
	db, err := boot.OpenDatabase(ctx, config.DatabaseURL, store.Migrations())
	if err != nil {
		return err
	}
	defer db.Close()
	bus, err := config.events.Open("product", db)
	if err != nil {
		return err
	}
	defer bus.Close()
	products := store.New(db)
	if config.DemoData {
		if err := products.SeedDemo(ctx); err != nil {
			return err
		}
	}
	if err := products.Backfill(ctx); err != nil {
		return err
	}
	verifier := auth.NewVerifier(config.Trust)
	storage, err := openStorage(config)
	if err != nil {
		return err
	}
	defer storage.Close()
	kept := &files.Files{Store: products, Storage: storage, MaxBytes: config.maxFile, Room: config.room}
	handler := api.Handler(products, api.Config{
		RouterKey: config.RouterKey, PeerKey: bus.PeerKey, Verifier: verifier, Files: kept,
	})
	return boot.Run(ctx, boot.Server{
		Listen:  config.Listen,
		Handler: bus.Handler(handler),
		// Neither the order service nor Redis nor a bucket is a check: without them the catalogue still answers.
		Checks: []boot.Check{{Name: "database", Try: db.Ping}},
		Background: append(bus.Background(
			events.Source{Service: "order", URL: config.orderURL, Apply: products.ApplyOrder},
		), verifier.KeepKeys, kept.KeepTidy),
	})
}

// openStorage returns the Storage for files: the bucket if there is one, or else the folder.
func openStorage(config config) (files.Storage, error) {
	if config.bucket != nil {
		return files.OpenBucket(*config.bucket)
	}
	return files.OpenDisk(config.filesDir)
}
