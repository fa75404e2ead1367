package store

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// SeedDemo adds the demo orders that are not there yet, unless the person has an open order: an open one for each of the
// three demo customers. Names and prices are those of the product service's demo catalogue.
func (s *Store) SeedDemo(ctx context.Context) error {
	var (
		theDare      = Offer{ProductID: "movie-the-dare", Name: "The Dare", Price: Money{1499, "EUR"}}
		dontClick    = Offer{ProductID: "movie-dont-click", Name: "Don't Click", Price: Money{1299, "EUR"}}
		popcornMaker = Offer{ProductID: "goods-popcorn-maker", Name: "Popcorn maker", Price: Money{2999, "EUR"}}
	)
	begun := time.Date(2025, time.February, 3, 18, 0, 0, 0, time.UTC)
	demo := []demoOrder{
		{"order-walter", "walter", begun, []demoLine{{theDare, 1}, {dontClick, 2}}},
		{"order-jack", "jack", begun.Add(time.Hour), []demoLine{{dontClick, 1}}},
		{"order-leslie", "leslie", begun.Add(2 * time.Hour), []demoLine{{theDare, 2}, {popcornMaker, 1}}},
	}
	return s.db.Tx(ctx, func(tx database.Handle) error {
		for _, order := range demo {
			if err := order.seed(ctx, tx); err != nil {
				return fmt.Errorf("seed the demo order %s: %w", order.id, err)
			}
		}
		return nil
	})
}

type demoOrder struct {
	id, customerID string
	begun          time.Time
	lines          []demoLine
}

type demoLine struct {
	offer    Offer
	quantity int
}

func (d demoOrder) seed(ctx context.Context, tx database.Handle) error {
	same, err := byIDs(ctx, tx, []string{d.id})
	if err != nil {
		return err
	}
	open, err := openOrders(ctx, tx, []string{d.customerID})
	if err != nil || same[0] != nil || open[0] != nil {
		return err
	}
	order := &Order{ID: d.id, CustomerID: d.customerID, Status: StatusOpen, Version: 1, CreatedAt: d.begun}
	if err := insert(ctx, tx, order); err != nil {
		return err
	}
	for _, line := range d.lines {
		if err := addLine(ctx, tx, order, line.offer, line.quantity); err != nil {
			return err
		}
	}
	return tell(ctx, tx, order)
}
