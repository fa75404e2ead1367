package store

import (
	"context"
	"fmt"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Cancellation is the wish to cancel an order.
type Cancellation struct {
	OrderID string
	// CustomerID is the person whose order it has to be; empty for staff, who cancel anybody's.
	CustomerID string
	// Reason is shown to the customer; it may be empty.
	Reason string
}

// Cancel cancels an order that is open or placed; an order that is cancelled stays as it is. It returns NOT_FOUND if
// there is no such order, or not the person's, CONFLICT if it has been paid, and BAD_INPUT for a reason that is too
// long. The stock of a placed order is given back by the event that this makes.
func (s *Store) Cancel(ctx context.Context, wish Cancellation) (*Order, error) {
	if err := fail.CheckText("reason", wish.Reason, 0, MaxReasonLength); err != nil {
		return nil, err
	}
	return s.move(ctx, wish.OrderID, func(order *Order) error {
		switch {
		case wish.CustomerID != "" && order.CustomerID != wish.CustomerID:
			return noSuchOrder(wish.OrderID)
		case order.Status == StatusPaid || order.Status == StatusShipped:
			return fail.New(fail.Conflict, "The order is %s and cannot be cancelled any more.", order.Status)
		}
		order.cancel(wish.Reason)
		return nil
	})
}

// Pay notes that an order was paid; one that is paid already stays as it is. It returns NOT_FOUND if there is no such
// order, and CONFLICT if it is in another state or its stock is not reserved yet.
func (s *Store) Pay(ctx context.Context, orderID string) (*Order, error) {
	return s.move(ctx, orderID, func(order *Order) error {
		switch {
		case order.Status == StatusPaid:
			return nil
		case order.Status != StatusPlaced:
			return fail.New(fail.Conflict, "The order is %s; only a PLACED order can be paid.", order.Status)
		case order.ConfirmedAt == nil:
			return fail.New(fail.Conflict, "The stock for the order is not reserved yet; please try again in a moment.")
		}
		now := database.Now()
		order.Status, order.PaidAt = StatusPaid, &now
		return nil
	})
}

// Ship notes that an order was sent; one that is sent already stays as it is. It returns NOT_FOUND if there is no such
// order, and CONFLICT if it is not paid.
func (s *Store) Ship(ctx context.Context, orderID string) (*Order, error) {
	return s.move(ctx, orderID, func(order *Order) error {
		switch order.Status {
		case StatusShipped:
			return nil
		case StatusPaid:
			now := database.Now()
			order.Status, order.ShippedAt = StatusShipped, &now
			return nil
		case StatusOpen, StatusPlaced, StatusCancelled:
			return fail.New(fail.Conflict, "The order is %s; only a PAID order can be shipped.", order.Status)
		default:
			return fmt.Errorf("order %s has the status %q, which is none", order.ID, order.Status)
		}
	})
}

// cancel leaves an order that is cancelled as it is.
func (o *Order) cancel(reason string) {
	if o.Status == StatusCancelled {
		return
	}
	now := database.Now()
	o.Status, o.CancelledAt = StatusCancelled, &now
	if reason != "" {
		o.CancelReason = &reason
	}
}

// move runs step on an order that nobody else can change meanwhile, and writes what it made of the order's status, times
// and reason. A step that leaves the order as it was writes and tells nothing.
func (s *Store) move(ctx context.Context, orderID string, step func(*Order) error) (*Order, error) {
	var moved *Order
	err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
		moved, err = move(ctx, tx, orderID, step)
		return err
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

func move(ctx context.Context, tx database.Handle, orderID string, step func(*Order) error) (*Order, error) {
	found, err := byIDs(ctx, tx, []string{orderID})
	if err != nil {
		return nil, err
	}
	order := found[0]
	if order == nil {
		return nil, noSuchOrder(orderID)
	}
	before := *order
	if err := step(order); err != nil {
		return nil, err
	}
	if order.Status == before.Status && order.ConfirmedAt == before.ConfirmedAt {
		return order, nil
	}
	order.Version++
	moved, err := tx.Exec(ctx, `UPDATE orders SET status = ?, version = ?, confirmed_at = ?, paid_at = ?, shipped_at = ?,
		cancelled_at = ?, cancel_reason = ? WHERE id = ? AND version = ?`, order.Status, order.Version, order.ConfirmedAt,
		order.PaidAt, order.ShippedAt, order.CancelledAt, order.CancelReason, order.ID, before.Version)
	if err != nil {
		return nil, fmt.Errorf("make order %s %s: %w", order.ID, order.Status, err)
	}
	if moved != 1 { // transactions are serializable, so that nobody came in between
		return nil, fmt.Errorf("order %s is not at version %d any more", order.ID, before.Version)
	}
	return order, tell(ctx, tx, order)
}

func noSuchOrder(orderID string) error {
	return fail.New(fail.NotFound, "You have no order %.64q.", orderID)
}
