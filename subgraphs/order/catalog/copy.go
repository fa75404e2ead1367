package catalog

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/order/store"
)

// Catalog answers from the store's copy of the catalogue, which the product service's events keep, and asks that
// service only for what the copy does not know.
type Catalog struct {
	Copy    *store.Store
	Product *Client
}

// Offer returns the offer of one product.
func (c Catalog) Offer(ctx context.Context, id string) (store.Offer, error) {
	list, err := c.Offers(ctx, []string{id})
	if err != nil {
		return store.Offer{}, err
	}
	return list[0], nil
}

// Offers returns one offer for each product id, in the same order. If several cannot be had, it returns the error of the
// first one that the copy knows of, or else of the first one that failed.
func (c Catalog) Offers(ctx context.Context, ids []string) ([]store.Offer, error) {
	known, err := c.Copy.Catalogue(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]store.Offer, len(ids))
	var unknown []string
	for i, product := range known {
		switch {
		case product == nil:
			unknown = append(unknown, ids[i])
		case product.IsDeleted:
			return nil, notSold(ids[i])
		case !product.IsAvailable:
			return nil, soldOut(product.Name)
		default:
			list[i] = product.Offer
		}
	}
	if len(unknown) == 0 {
		return list, nil
	}
	asked, err := c.Product.Offers(ctx, unknown)
	if err != nil {
		return nil, err
	}
	for i, product := range known {
		if product == nil {
			list[i], asked = asked[0], asked[1:]
		}
	}
	return list, nil
}
