package api

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/product/api/generated"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

const defaultPage = 20

// request is the arguments of the field products.
type request struct {
	first  *int
	after  *string
	filter *store.Filter
	sort   store.Sort
}

// page answers products as a Relay connection. hasPreviousPage says whether the page began after a cursor.
func (r *Resolver) page(ctx context.Context, in request) (*generated.ProductConnection, error) {
	size, err := graphqlserver.CheckFirst(in.first, defaultPage)
	if err != nil {
		return nil, err
	}
	wanted := store.Range{Sort: in.sort, First: size}
	if in.filter != nil {
		wanted.Filter = *in.filter
	}
	if in.after != nil {
		wanted.After = &store.Position{}
		if err := graphqlserver.DecodeCursor("after", *in.after, wanted.After); err != nil {
			return nil, err
		}
	}
	found, err := r.store.List(ctx, wanted)
	if err != nil {
		return nil, err
	}
	out := &generated.ProductConnection{
		Edges:    make([]*generated.ProductEdge, len(found.Products)),
		PageInfo: &graphqlserver.PageInfo{HasNextPage: found.HasNext, HasPreviousPage: in.after != nil},
		Filter:   wanted.Filter,
	}
	for i, product := range found.Products {
		cursor := graphqlserver.EncodeCursor(store.PositionOf(in.sort, product))
		out.Edges[i] = &generated.ProductEdge{Cursor: cursor, Node: product}
	}
	if last := len(out.Edges) - 1; last >= 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[last].Cursor
	}
	return out, nil
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
