// Package api is the credit service's face: the GraphQL subgraph that adds credit status and financing to the people,
// orders and products of other services. Who may see and do what is decided by the token's subject and permissions;
// representations, which are the caller's word, only say what the question is about.
package api

import (
	"context"
	"net/http"
	"time"

	"github.com/vikstrous/dataloadgen"

	"github.com/weft-graph/weft/subgraphs/credit/api/generated"
	"github.com/weft-graph/weft/subgraphs/credit/financing"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
)

// Config is what the handler is made of.
type Config struct {
	Store *store.Store
	// RouterKey is the HMAC key of the router.
	RouterKey []byte
	// Verifier checks access tokens.
	Verifier *auth.Verifier
}

// Handler returns the service's endpoint, /graphql.
func Handler(config Config) http.Handler {
	server := graphqlserver.New(graphqlserver.Config{
		Schema: generated.NewExecutableSchema(generated.Config{
			Resolvers: &Resolver{store: config.Store},
		}),
		RouterKey: config.RouterKey,
		Verifier:  config.Verifier,
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", withStatuses(config.Store, server))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail.Write(w, http.StatusNotFound, fail.New(fail.NotFound, "There is nothing at %s.", r.URL.Path))
	})
	return mux
}

// batchWait is how long the first question for a status waits for others of the same request.
const batchWait = time.Millisecond

type statusesKey struct{}

// withStatuses gives each request a loader, so that the statuses that a list asks for are one SQL query.
func withStatuses(statuses *store.Store, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		loader := dataloadgen.NewLoader(func(ctx context.Context, ids []string) ([]financing.Status, []error) {
			loaded, err := statuses.Statuses(ctx, ids)
			if err != nil {
				return nil, []error{err}
			}
			return loaded, nil
		}, dataloadgen.WithWait(batchWait))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), statusesKey{}, loader)))
	})
}

type statusLoader = dataloadgen.Loader[string, financing.Status]

func statusOf(ctx context.Context, userID string) (financing.Status, error) {
	return ctx.Value(statusesKey{}).(*statusLoader).Load(ctx, userID)
}

// forgetStatus makes the rest of a request see a status that it has just changed.
func forgetStatus(ctx context.Context, userID string) {
	ctx.Value(statusesKey{}).(*statusLoader).Clear(userID)
}
