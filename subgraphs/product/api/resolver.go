package api

import "github.com/weft-graph/weft/subgraphs/product/store"

// Resolver answers the fields of the schema from the store.
type Resolver struct {
	store *store.Store
}
