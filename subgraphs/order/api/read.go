package api

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/order/api/generated"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

const readScope = "order:read"

// mayRead says by its error why the caller may not see a person's orders.
func mayRead(ctx context.Context, customerID string) error {
	caller, err := auth.Require(ctx)
	if err != nil {
		return err
	}
	if !caller.Is(customerID) && !caller.Has(readScope) {
		return fail.New(fail.Forbidden, "These are another person's orders; reading them needs the permission %s.", readScope)
	}
	return nil
}

// readable returns the orders with the given ids, nil for each that does not exist or that the caller may not see: the
// two look the same, so nobody learns whose ids exist. Whose an order is, is the store's word and never the caller's.
func (r *Resolver) readable(ctx context.Context, ids []string) ([]*store.Order, error) {
	found, err := r.store.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, order := range found {
		if order != nil && mayRead(ctx, order.CustomerID) != nil {
			found[i] = nil
		}
	}
	return found, nil
}

// openOrders returns the open order of each user, in one query, and an error for each whose orders the caller may not
// see.
func (r *Resolver) openOrders(ctx context.Context, users []*store.User) ([]*store.Order, error) {
	refused := make(graphql.BatchErrorList, len(users))
	ids := make([]string, len(users))
	for i, user := range users {
		if refused[i] = mayRead(ctx, user.ID); refused[i] == nil {
			ids[i] = user.ID
		}
	}
	found, err := r.store.OpenOrders(ctx, ids)
	if err != nil {
		return nil, err
	}
	return found, refused
}

// page answers a list of orders as a Relay connection.
func (r *Resolver) page(
	ctx context.Context, filter store.Filter, first *int, after *string,
) (*generated.OrderConnection, error) {
	size, position, err := graphqlserver.ReadPage[store.Position](first, after)
	if err != nil {
		return nil, err
	}
	found, err := r.store.List(ctx, filter, size, position)
	if err != nil {
		return nil, err
	}
	edges, cursors := make([]*generated.OrderEdge, len(found.Orders)), make([]string, len(found.Orders))
	for i, order := range found.Orders {
		cursors[i] = graphqlserver.EncodeCursor(store.PositionOf(order))
		edges[i] = &generated.OrderEdge{Cursor: cursors[i], Node: order}
	}
	info := graphqlserver.NewPageInfo(after, cursors, found.HasNext)
	return &generated.OrderConnection{Edges: edges, PageInfo: info, Filter: filter}, nil
}
