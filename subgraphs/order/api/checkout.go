package api

import (
	"context"
	"errors"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// maxCheckoutAttempts is how often a checkout begins again because the order changed under it.
const maxCheckoutAttempts = 4

// checkout places the caller's open order. The catalogue is asked between two looks at the order and outside of any
// transaction, so that a slow answer holds no lock; Place notices if the order is not what was asked about.
func (r *Resolver) checkout(ctx context.Context, wish store.Checkout) (*store.Order, error) {
	for range maxCheckoutAttempts {
		order, err := r.store.BeginCheckout(ctx, wish)
		if err != nil || order.Status != store.StatusOpen {
			return order, err
		}
		ids := make([]string, len(order.Items))
		for i, item := range order.Items {
			ids[i] = item.ProductID
		}
		current, err := r.catalog.Offers(ctx, ids)
		if err != nil {
			return nil, err
		}
		placed, err := r.store.Place(ctx, wish, order, current)
		if !errors.Is(err, store.ErrOrderMoved) {
			return placed, err
		}
	}
	return nil, fail.New(fail.Conflict, "The order kept changing while it was being checked out; please try again.")
}
