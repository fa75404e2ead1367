package api

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

const writeScope = "order:write"

// told passes on what a change returned, and has the order's subscribers told of it.
func (r *Resolver) told(order *store.Order, err error) (*store.Order, error) {
	if err == nil {
		r.hub.Changed(order.ID)
	}
	return order, err
}

// cancel cancels the caller's own order, or anybody's for staff.
func (r *Resolver) cancel(ctx context.Context, orderID string, reason *string) (*store.Order, error) {
	caller, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	wish := store.Cancellation{OrderID: orderID, CustomerID: caller.Subject}
	if caller.Has(writeScope) {
		wish.CustomerID = ""
	}
	if reason != nil {
		wish.Reason = *reason
	}
	return r.told(r.store.Cancel(ctx, wish))
}

// watch begins a subscription for who may read the order. Whose an order is never changes, so this is asked once.
func (r *Resolver) watch(ctx context.Context, orderID string) (<-chan *store.Order, error) {
	found, err := r.readable(ctx, []string{orderID})
	if err != nil {
		return nil, err
	}
	if found[0] == nil {
		return nil, fail.New(fail.NotFound, "You have no order %.64q.", orderID)
	}
	return r.hub.Watch(ctx, found[0].ID), nil
}
