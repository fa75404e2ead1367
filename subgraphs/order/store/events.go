package store

import (
	"context"
	"fmt"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// tell writes an order's event, in the transaction that has changed it and raised its version.
func tell(ctx context.Context, tx database.Handle, order *Order) error {
	total := order.Total()
	state := events.OrderState{
		CustomerID: order.CustomerID, Status: string(order.Status), Lines: make([]events.OrderLine, len(order.Items)),
		Total: events.MoneyState{Amount: total.Amount, Currency: total.Currency}, PlacedAt: order.PlacedAt,
	}
	for i, item := range order.Items {
		state.Lines[i] = events.OrderLine{ProductID: item.ProductID, Quantity: item.Quantity}
	}
	return events.Append(ctx, tx, events.KindOrder, order.ID, order.Version, state)
}

// Backfill tells of the orders that are older than events are. It may run at every start.
func (s *Store) Backfill(ctx context.Context) error {
	const missing = `SELECT id FROM orders WHERE NOT EXISTS (
		SELECT 1 FROM events_outbox e WHERE e.kind = 'order' AND e.aggregate = orders.id) ORDER BY id LIMIT 200`
	return events.Backfill(ctx, s.db, missing, func(ctx context.Context, tx database.Handle, ids []string) error {
		found, err := byIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, order := range found {
			if err := tell(ctx, tx, order); err != nil {
				return err
			}
		}
		return nil
	})
}

// ApplyProduct takes in an event of the product service: the catalogue, and its answers to orders that were placed.
func (s *Store) ApplyProduct(ctx context.Context, tx database.Handle, event events.Event) error {
	switch event.Kind {
	case events.KindProduct:
		var product events.ProductState
		if err := event.Decode(&product); err != nil {
			return err
		}
		return writeOffer(ctx, tx, event.Aggregate, product)
	case events.KindReservation:
		var reservation events.ReservationState
		if err := event.Decode(&reservation); err != nil {
			return err
		}
		return settle(ctx, tx, event.Aggregate, reservation)
	default:
		return nil // another's business
	}
}

// settle confirms an order whose stock is reserved, and cancels one whose stock is not, for the reason that the product
// service gives. An order that was cancelled meanwhile stays so: its own event gives the stock back.
func settle(ctx context.Context, tx database.Handle, orderID string, reservation events.ReservationState) error {
	_, err := move(ctx, tx, orderID, func(order *Order) error {
		switch {
		case order.Status != StatusPlaced || reservation.IsReleased:
		case !reservation.IsAccepted:
			reason := reservation.Reason
			if reason == "" {
				reason = "There is not enough in stock."
			}
			order.cancel(reason)
		case order.ConfirmedAt == nil:
			now := database.Now()
			order.ConfirmedAt = &now
		}
		return nil
	})
	if fail.Is(err, fail.NotFound) {
		return fmt.Errorf("%w: the product service has stock for order %s, which does not exist", events.ErrPoison, orderID)
	}
	return err
}

// ApplyUser takes in an event of the user service: the open order of somebody who has left is cancelled. Placed orders
// stay, with the id that the user service keeps as a tombstone.
func (s *Store) ApplyUser(ctx context.Context, tx database.Handle, event events.Event) error {
	if event.Kind != events.KindUser {
		return nil
	}
	var user events.UserState
	if err := event.Decode(&user); err != nil || !user.IsDeleted {
		return err
	}
	open, err := openOrders(ctx, tx, []string{event.Aggregate})
	if err != nil || open[0] == nil {
		return err
	}
	_, err = move(ctx, tx, open[0].ID, func(order *Order) error {
		order.cancel("The account was deleted.")
		return nil
	})
	return err
}

// writeOffer keeps a product as it is offered now. A product that is no longer sold stays, so that this is known of it.
func writeOffer(ctx context.Context, tx database.Handle, id string, product events.ProductState) error {
	_, err := tx.Exec(ctx, `INSERT INTO catalogue (product_id, name, amount, currency, is_available, is_deleted)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (product_id) DO UPDATE SET name = excluded.name, amount = excluded.amount,
		currency = excluded.currency, is_available = excluded.is_available, is_deleted = excluded.is_deleted`,
		id, product.Name, product.Price.Amount, product.Price.Currency, product.IsAvailable, product.IsDeleted)
	if err != nil {
		return fmt.Errorf("write product %s into the catalogue: %w", id, err)
	}
	return nil
}

// Known is a product of the catalogue's copy.
type Known struct {
	Offer
	// IsAvailable says whether there is any stock; IsDeleted, that it is not sold any more.
	IsAvailable, IsDeleted bool
}

// Catalogue returns what the copy of the catalogue says of products: one for each id, in the same order, nil where
// nothing is known.
func (s *Store) Catalogue(ctx context.Context, ids []string) ([]*Known, error) {
	wanted := entity.IDs(ids)
	if len(wanted) == 0 {
		return make([]*Known, len(ids)), nil
	}
	var rows []struct {
		ID          string `db:"product_id"`
		Name        string `db:"name"`
		Amount      int    `db:"amount"`
		Currency    string `db:"currency"`
		IsAvailable bool   `db:"is_available"`
		IsDeleted   bool   `db:"is_deleted"`
	}
	err := s.db.Read().Select(ctx, &rows, `SELECT product_id, name, amount, currency, is_available, is_deleted
		FROM catalogue WHERE product_id IN (?)`, wanted)
	if err != nil {
		return nil, fmt.Errorf("read %d products of the catalogue: %w", len(ids), err)
	}
	found := make([]*Known, len(rows))
	for i, row := range rows {
		offer := Offer{ProductID: row.ID, Name: row.Name, Price: Money{row.Amount, row.Currency}}
		found[i] = &Known{Offer: offer, IsAvailable: row.IsAvailable, IsDeleted: row.IsDeleted}
	}
	return entity.InOrder(ids, found, func(k *Known) string { return k.ProductID }), nil
}
