package store

import (
	"context"
	"fmt"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

// tell writes a product's event, in the transaction that has changed it and raised its version.
func tell(ctx context.Context, tx database.Handle, facts *Article) error {
	return events.Append(ctx, tx, events.KindProduct, facts.ID, facts.Version, stateOf(facts))
}

// tellDeleted writes that a product is not sold any more, in the transaction that deletes it.
func tellDeleted(ctx context.Context, tx database.Handle, facts *Article) error {
	state := stateOf(facts)
	state.IsAvailable, state.IsDeleted = false, true
	return events.Append(ctx, tx, events.KindProduct, facts.ID, facts.Version+1, state)
}

func stateOf(facts *Article) events.ProductState {
	return events.ProductState{
		Name: facts.Name, Price: events.MoneyState{Amount: facts.Price.Amount, Currency: facts.Price.Currency},
		IsAvailable: facts.Stock > 0,
	}
}

// Backfill writes what was not kept when older products were added: the words by which they are found, and the events
// that tell of them. It may run at every start, and on several replicas at once.
func (s *Store) Backfill(ctx context.Context) error {
	if err := s.fillSearch(ctx); err != nil {
		return err
	}
	const missing = `SELECT id FROM products WHERE NOT EXISTS (
		SELECT 1 FROM events_outbox e WHERE e.kind = 'product' AND e.aggregate = products.id) ORDER BY id LIMIT 200`
	return events.Backfill(ctx, s.db, missing, func(ctx context.Context, tx database.Handle, ids []string) error {
		found, err := byIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, product := range found {
			if err := tell(ctx, tx, product.Facts()); err != nil {
				return err
			}
		}
		return nil
	})
}

// ApplyOrder takes in an event of the order service: the stock of an order that was placed is taken, or the order is
// answered with the reason why it cannot be; that of a cancelled order is given back.
func (s *Store) ApplyOrder(ctx context.Context, tx database.Handle, event events.Event) error {
	if event.Kind != events.KindOrder {
		return nil // another's business
	}
	var order events.OrderState
	if err := event.Decode(&order); err != nil {
		return err
	}
	switch order.Status {
	case "PLACED":
		return reserve(ctx, tx, event.Aggregate, order.Lines)
	case "CANCELLED":
		return release(ctx, tx, event.Aggregate)
	default:
		return nil // an open order holds no stock, a paid or shipped one keeps its own
	}
}

// wasTold returns those of some ids of products that an event has told of: also of products that were deleted since.
func wasTold(ctx context.Context, tx database.Handle, ids []string) (map[string]bool, error) {
	var told []string
	err := tx.Select(ctx, &told, `SELECT DISTINCT aggregate FROM events_outbox WHERE kind = 'product' AND aggregate IN (?)`, ids)
	if err != nil {
		return nil, fmt.Errorf("look for what events have told of: %w", err)
	}
	known := make(map[string]bool, len(told))
	for _, id := range told {
		known[id] = true
	}
	return known, nil
}
