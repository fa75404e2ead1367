// Package api is the product subgraph over HTTP: its GraphQL schema for the router, the files of products for anybody,
// and the one thing that the order service asks for. Resolvers are thin: rules live in the store, and who may do what is
// said by the schema's directives.
package api

import (
	"encoding/json"
	"net/http"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/product/api/generated"
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// Config is what the handler needs to know whom to answer.
type Config struct {
	// RouterKey is the HMAC key of the router's requests.
	RouterKey []byte
	// PeerKey is the HMAC key of the order service's requests.
	PeerKey []byte
	// Verifier checks access tokens.
	Verifier *auth.Verifier
	// Files are what is uploaded for products.
	Files *files.Files
}

// uploadMargin is how much longer a request may be than the file that it carries.
const uploadMargin = 1 << 20

// Handler serves /graphql to the router, GET /peer/products/{id} to the order service and GET /files/{id} to anybody.
func Handler(products *store.Store, config Config) http.Handler {
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{store: products, files: config.Files}})
	mux := http.NewServeMux()
	mux.Handle("/graphql", graphqlserver.New(graphqlserver.Config{
		Schema: schema, RouterKey: config.RouterKey, Verifier: config.Verifier,
		MaxUploadBytes: config.Files.MaxBytes + uploadMargin,
	}))
	mux.Handle(files.Path+"{id}", boot.Methods(config.Files, http.MethodGet, http.MethodHead))
	peer := auth.RequireSignature(config.PeerKey, http.HandlerFunc(peerProduct(products)))
	mux.Handle("/peer/products/{id}", boot.Methods(peer, http.MethodGet))
	mux.HandleFunc("/", boot.NotFound)
	return mux
}

// peerAnswer is a product as the order service needs it.
type peerAnswer struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Price     peerPrice `json:"price"`
	Available bool      `json:"available"`
}

type peerPrice struct {
	Amount   int    `json:"amount"`
	Currency string `json:"currency"`
}

func peerProduct(products *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		found, err := products.ByIDs(r.Context(), []string{id})
		if err != nil {
			boot.Unread(w, r, "The catalogue", err)
			return
		}
		if found[0] == nil {
			fail.Write(w, http.StatusNotFound, fail.New(fail.NotFound, "There is no product %.64q.", id))
			return
		}
		facts := found[0].Facts()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(peerAnswer{ // the caller has gone if this fails
			ID: facts.ID, Name: facts.Name, Available: facts.Stock > 0,
			Price: peerPrice{Amount: facts.Price.Amount, Currency: facts.Price.Currency},
		})
	}
}
