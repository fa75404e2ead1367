package api

import (
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// Resolver answers the fields of the schema from the store and, where a price is needed, from the product service.
type Resolver struct {
	store   *store.Store
	catalog *catalog.Client
}
