package api

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/credit/api/generated"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
)

// visible replaces what the caller may not see by nil: whose an application is, is the store's word and never the
// caller's, and what is another's looks like what does not exist.
func visible(ctx context.Context, applications []*store.Application, err error) ([]*store.Application, error) {
	if err != nil {
		return nil, err
	}
	for i, application := range applications {
		if application != nil && checkMaySee(ctx, application.UserID) != nil {
			applications[i] = nil
		}
	}
	return applications, nil
}

func (r *Resolver) applications(ctx context.Context, ids []string) ([]*store.Application, error) {
	found, err := r.store.Applications(ctx, ids)
	return visible(ctx, found, err)
}

func (r *Resolver) applicationsOf(ctx context.Context, orders []*store.Order) ([]*store.Application, error) {
	ids := make([]string, len(orders))
	for i, order := range orders {
		ids[i] = order.ID
	}
	found, err := r.store.CurrentApplications(ctx, ids)
	return visible(ctx, found, err)
}

// page answers a list of applications as a Relay connection.
func (r *Resolver) page(
	ctx context.Context, status *store.ApplicationStatus, first *int, after *string,
) (*generated.FinancingApplicationConnection, error) {
	size, position, err := graphqlserver.ReadPage[store.Position](first, after)
	if err != nil {
		return nil, err
	}
	found, hasNext, err := r.store.ListApplications(ctx, status, size, position)
	if err != nil {
		return nil, err
	}
	edges, cursors := make([]*generated.FinancingApplicationEdge, len(found)), make([]string, len(found))
	for i, a := range found {
		cursors[i] = graphqlserver.EncodeCursor(store.Position{Micros: a.CreatedAt.UnixMicro(), ID: a.ID})
		edges[i] = &generated.FinancingApplicationEdge{Cursor: cursors[i], Node: a}
	}
	info := graphqlserver.NewPageInfo(after, cursors, hasNext)
	return &generated.FinancingApplicationConnection{Edges: edges, PageInfo: info}, nil
}
