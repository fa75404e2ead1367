package api

import (
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// Resolver answers the fields of the schema.
type Resolver struct {
	store *store.Store
	files *files.Files
}
