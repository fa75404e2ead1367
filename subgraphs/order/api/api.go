// Package api is the order subgraph over HTTP: its GraphQL schema for the router. Resolvers are thin: rules live in the
// store, and here is decided who may see whose orders, by the token and the store and never by what a request says.
package api

import (
	"net/http"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/order/api/generated"
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/store"
	"github.com/weft-graph/weft/subgraphs/order/watch"
)

// Config is what the handler needs besides its store.
type Config struct {
	// RouterKey is the HMAC key of the router's requests.
	RouterKey []byte
	// Verifier checks access tokens.
	Verifier *auth.Verifier
	// Product asks the product service for names and prices that are not in the store's copy of the catalogue.
	Product *catalog.Client
	// Hub tells subscribers of changes.
	Hub *watch.Hub
}

// Handler serves /graphql to the router.
func Handler(orders *store.Store, config Config) http.Handler {
	schema := generated.NewExecutableSchema(generated.Config{
		Resolvers: &Resolver{store: orders, catalog: catalog.Catalog{Copy: orders, Product: config.Product}, hub: config.Hub},
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", graphqlserver.New(graphqlserver.Config{
		Schema: schema, RouterKey: config.RouterKey, Verifier: config.Verifier, Subscriptions: true,
	}))
	mux.HandleFunc("/", boot.NotFound)
	return mux
}
