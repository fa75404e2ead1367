// Package graphqlserver wires gqlgen once for all subgraphs. In goes a service's executable schema, out comes the
// handler of /graphql. On its way a request passes: the router's signature, the caller's token, a strict check of the
// body, gqlgen's parser and validator with limits, a strict check of the variables, and for each field the rules that
// @authenticated and @requiresScopes state. The package knows no service's types.
package graphqlserver

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	// MaxTokens bounds an operation's text before it is parsed: nesting and validation costs with it.
	MaxTokens = 15000
	// MaxComplexity bounds the number of fields that an operation selects, aliases counted.
	MaxComplexity = 2000

	cachedOperations = 1000

	// An upload of a longer body is passed to the resolver in a temporary file.
	maxUploadMemory = 64 << 10

	// The other end of a WebSocket is looked for so often, and has so long to begin.
	pingInterval = 20 * time.Second
	initTimeout  = 10 * time.Second
)

// Config is what a service's GraphQL handler needs.
type Config struct {
	// Schema is what gqlgen generated.
	Schema graphql.ExecutableSchema
	// RouterKey is the HMAC key of the router.
	RouterKey []byte
	// Verifier checks access tokens.
	Verifier *auth.Verifier
	// Subscriptions adds the protocol graphql-transport-ws, for a GET that asks for a WebSocket.
	Subscriptions bool
	// MaxUploadBytes adds the GraphQL multipart request specification, for bodies of at most so many bytes; 0 for none.
	MaxUploadBytes int64
	// Introspection allows __schema and __type; the router needs only _service, which is always answered.
	Introspection bool
}

// New returns the handler for a service's /graphql: POST with a signature, and where there are subscriptions a WebSocket
// whose upgrade has one.
func New(config Config) http.Handler {
	server := handler.New(config.Schema)
	server.AddTransport(transport.POST{ResponseHeaders: map[string][]string{"Content-Type": {"application/json"}}})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedOperations))
	server.SetParserTokenLimit(MaxTokens)
	server.SetDisableSuggestion(!config.Introspection)
	server.SetErrorPresenter(present)
	server.SetRecoverFunc(fail.Recover)
	server.Use(introspection{open: config.Introspection})
	server.Use(strictVariables{config.Schema.Schema()})
	server.Use(extension.FixedComplexityLimit(MaxComplexity))
	server.AroundFields(newAuthorizer(config.Schema.Schema()).aroundField)
	server.AroundFields(newEntities(config.Schema.Schema()).around)
	// From the outside in: the signature covers everything, the token comes next, then the body is looked at.
	chain := auth.RequireSignature(config.RouterKey, config.Verifier.Identify(checkBody(server)))
	if config.MaxUploadBytes > 0 {
		server.AddTransport(transport.MultipartForm{MaxUploadSize: config.MaxUploadBytes, MaxMemory: maxUploadMemory})
		chain = withUploads(auth.RequireStreamSignature(config.RouterKey, config.MaxUploadBytes, config.Verifier.Identify(server)), chain)
	}
	chain = boot.Methods(chain, http.MethodPost)
	if !config.Subscriptions {
		return chain
	}
	server.AddTransport(transport.Websocket{PingPongInterval: pingInterval, InitTimeout: initTimeout})
	return withSockets(auth.RequireSignature(config.RouterKey, config.Verifier.Identify(server)), chain)
}

// withUploads sends requests that carry files to uploads, all others to next.
func withUploads(uploads, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			uploads.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withSockets sends requests for a WebSocket to sockets, all others to next.
func withSockets(sockets, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			sockets.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// introspection opens _service, which gqlgen ties to introspection, and keeps __schema and __type shut unless asked.
type introspection struct{ open bool }

// ExtensionName is the name by which gqlgen knows this extension.
func (introspection) ExtensionName() string { return "Introspection" }

// Validate accepts every schema.
func (introspection) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext allows introspection, or refuses the operation that asks for it.
func (i introspection) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	op.DisableIntrospection = false
	if i.open || op.Operation == nil {
		return nil
	}
	if name := introspected(op.Operation.SelectionSet, op.Doc); name != "" {
		refused := gqlerror.Errorf("Introspection is off here; the router answers %s.", name)
		refused.Extensions = map[string]any{"code": string(fail.Forbidden)}
		return refused
	}
	return nil
}

// introspected returns the first __schema or __type among the root fields, or "". The document is validated, so
// fragments exist and do not contain themselves.
func introspected(selections ast.SelectionSet, doc *ast.QueryDocument) string {
	for _, selection := range selections {
		name := ""
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				return s.Name
			}
		case *ast.InlineFragment:
			name = introspected(s.SelectionSet, doc)
		case *ast.FragmentSpread:
			if fragment := doc.Fragments.ForName(s.Name); fragment != nil {
				name = introspected(fragment.SelectionSet, doc)
			}
		}
		if name != "" {
			return name
		}
	}
	return ""
}

// isFederationField says whether a field is one of those that the federation spec adds to Query.
func isFederationField(name string) bool {
	return strings.HasPrefix(name, "__") || name == "_service" || name == "_entities"
}
