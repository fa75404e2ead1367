package api

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/product/api/generated"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// request is the arguments of the field products.
type request struct {
	first  *int
	after  *string
	filter *store.Filter
	sort   store.Sort
}

// page answers products as a Relay connection.
func (r *Resolver) page(ctx context.Context, in request) (*generated.ProductConnection, error) {
	size, position, err := graphqlserver.ReadPage[store.Position](in.first, in.after)
	if err != nil {
		return nil, err
	}
	wanted := store.Range{Sort: in.sort, First: size, After: position}
	if in.filter != nil {
		wanted.Filter = *in.filter
	}
	found, err := r.store.List(ctx, wanted)
	if err != nil {
		return nil, err
	}
	edges, cursors := make([]*generated.ProductEdge, len(found.Products)), make([]string, len(found.Products))
	for i, product := range found.Products {
		cursors[i] = graphqlserver.EncodeCursor(store.PositionOf(in.sort, product))
		edges[i] = &generated.ProductEdge{Cursor: cursors[i], Node: product}
	}
	info := graphqlserver.NewPageInfo(in.after, cursors, found.HasNext)
	return &generated.ProductConnection{Edges: edges, PageInfo: info, Filter: wanted.Filter}, nil
}

// only returns the products as one type: nil for a product that is of another, or that is not there.
func only[P store.Product](list []store.Product) []P {
	out := make([]P, len(list))
	for i, product := range list {
		out[i], _ = product.(P)
	}
	return out
}

// images returns those of some files that are pictures.
func images(list []*store.File, err error) ([]*store.File, error) {
	pictures := make([]*store.File, 0, len(list))
	for _, file := range list {
		if file.IsImage() {
			pictures = append(pictures, file)
		}
	}
	return pictures, err
}
