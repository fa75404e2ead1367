package api

import (
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/store"
	"github.com/weft-graph/weft/subgraphs/order/watch"
)

// Resolver answers the fields of the schema from the store and, where a price is needed, from the catalogue.
type Resolver struct {
	store   *store.Store
	catalog catalog.Catalog
	hub     *watch.Hub
}
