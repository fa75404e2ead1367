package api

import "github.com/weft-graph/weft/subgraphs/credit/store"

// Resolver answers the fields of schema.graphqls.
type Resolver struct {
	store *store.Store
}
