// Package api is the user service's face: the GraphQL subgraph, the JWK Set that verifies its tokens and the token
// introspection endpoint (RFC 7662) that the router asks when Redis cannot tell. It decides who may see and do what by
// the token's subject, and leaves every rule about stored data to package store.
package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/user/api/generated"
	"github.com/weft-graph/weft/subgraphs/user/attempts"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
	"github.com/weft-graph/weft/subgraphs/user/token"
)

// Config is what the handler is made of.
type Config struct {
	Store  *store.Store
	Hasher *password.Hasher
	Issuer *token.Issuer
	Cache  *sessioncache.Cache
	// Attempts counts what Limits bounds.
	Attempts *attempts.Counter
	Limits   Limits
	// RouterKey is the HMAC key of the router.
	RouterKey []byte
	// Introspector is the client credential for POST /introspect.
	Introspector Credential
	// SessionTTL is how long a browser keeps the cookie: as long as its session can be refreshed.
	SessionTTL time.Duration
	// InsecureCookie drops Secure and the __Host- prefix from the cookie, for plain http on a laptop.
	InsecureCookie bool
}

// Credential is an HTTP Basic client id and secret.
type Credential struct {
	Client string
	Secret string
}

// Handler returns the service's endpoints: /graphql, /introspect and /.well-known/jwks.json.
func Handler(config Config) http.Handler {
	verifier := config.Issuer.Verifier()
	resolver := &Resolver{
		store: config.Store, hasher: config.Hasher, issuer: config.Issuer, verifier: verifier, cache: config.Cache,
		cookie:   cookie{isInsecure: config.InsecureCookie, maxAge: config.SessionTTL},
		attempts: config.Attempts, limits: config.Limits,
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", withExchange(graphqlserver.New(graphqlserver.Config{
		Schema:    generated.NewExecutableSchema(generated.Config{Resolvers: resolver}),
		RouterKey: config.RouterKey,
		Verifier:  verifier,
	})))
	introspect := introspection{
		client: config.Introspector, verifier: verifier, store: config.Store, cache: config.Cache,
	}
	mux.Handle("/introspect", boot.Methods(introspect, http.MethodPost))
	mux.Handle("/.well-known/jwks.json", boot.Methods(serveJWKS(config.Issuer), http.MethodGet, http.MethodHead))
	mux.HandleFunc("/", boot.NotFound)
	return mux
}

func serveJWKS(issuer *token.Issuer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set, err := issuer.JWKS(r.Context())
		if err != nil {
			slog.ErrorContext(r.Context(), "could not read the keys", "error", err.Error())
			fail.Write(w, http.StatusServiceUnavailable, fail.New(fail.Unavailable, "The keys cannot be read now."))
			return
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(set) // the caller has gone if this fails
	})
}
