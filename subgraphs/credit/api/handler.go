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
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
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
	mux.Handle("/graphql", withReports(config.Store, server))
	mux.HandleFunc("/", boot.NotFound)
	return mux
}

// batchWait is how long the first question for a status waits for others of the same request.
const batchWait = time.Millisecond

type reportsKey struct{}

// withReports gives each request a loader, so that the reports that a list asks for are one SQL query and one question to
// the bureau for each person.
func withReports(credit *store.Store, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		loader := dataloadgen.NewLoader(func(ctx context.Context, ids []string) ([]store.Report, []error) {
			loaded, err := credit.Reports(ctx, ids)
			if err != nil {
				return nil, []error{err}
			}
			return loaded, nil
		}, dataloadgen.WithWait(batchWait))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), reportsKey{}, loader)))
	})
}

type reportLoader = dataloadgen.Loader[string, store.Report]

func reportOf(ctx context.Context, userID string) (store.Report, error) {
	return ctx.Value(reportsKey{}).(*reportLoader).Load(ctx, userID)
}

// forgetReport makes the rest of a request see a status that it has just changed.
func forgetReport(ctx context.Context, userID string) {
	ctx.Value(reportsKey{}).(*reportLoader).Clear(userID)
}
