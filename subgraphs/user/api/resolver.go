package api

import (
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/user/attempts"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/sessioncache"
	"github.com/weft-graph/weft/subgraphs/user/store"
	"github.com/weft-graph/weft/subgraphs/user/token"
)

// Resolver answers the fields of schema.graphqls.
type Resolver struct {
	store    *store.Store
	hasher   *password.Hasher
	issuer   *token.Issuer
	verifier *auth.Verifier
	cache    *sessioncache.Cache
	cookie   cookie
	attempts *attempts.Counter
	limits   Limits
}
