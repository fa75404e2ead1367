package api

import (
	"context"

	"github.com/weft-graph/weft/subgraphs/credit/api/generated"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
)

const defaultPage = 20

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

// page answers a list of applications as a Relay connection. hasPreviousPage says whether the page began after a cursor.
func (r *Resolver) page(
	ctx context.Context, status *store.ApplicationStatus, first *int, after *string,
) (*generated.FinancingApplicationConnection, error) {
	size, err := graphqlserver.CheckFirst(first, defaultPage)
	if err != nil {
		return nil, err
	}
	var position *store.Position
	if after != nil {
		position = &store.Position{}
		if err := graphqlserver.DecodeCursor("after", *after, position); err != nil {
			return nil, err
		}
	}
	found, hasNext, err := r.store.ListApplications(ctx, status, size, position)
	if err != nil {
		return nil, err
	}
	out := &generated.FinancingApplicationConnection{
		Edges:    make([]*generated.FinancingApplicationEdge, len(found)),
		PageInfo: &graphqlserver.PageInfo{HasNextPage: hasNext, HasPreviousPage: after != nil},
	}
	for i, a := range found {
		cursor := graphqlserver.EncodeCursor(store.Position{Micros: a.CreatedAt.UnixMicro(), ID: a.ID})
		out.Edges[i] = &generated.FinancingApplicationEdge{Cursor: cursor, Node: a}
	}
	if last := len(out.Edges) - 1; last >= 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[last].Cursor
	}
	return out, nil
}
