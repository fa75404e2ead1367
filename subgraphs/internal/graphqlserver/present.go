package graphqlserver

import (
	"context"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// present is fail.Present, and tells an outage of the database from a defect: no resolver has to.
func present(ctx context.Context, err error) *gqlerror.Error {
	if outage := database.Outage(err); outage != nil {
		err = outage
	}
	return fail.Present(ctx, err)
}
