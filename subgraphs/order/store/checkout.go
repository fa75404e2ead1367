package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// ErrOrderMoved means that an order changed between BeginCheckout and Place: begin again.
var ErrOrderMoved = errors.New("the order changed while it was being checked out")

// Checkout is a person's wish to place the open order.
type Checkout struct {
	CustomerID string
	// Key is the idempotency key: the person's same key always means the same order.
	Key string
	// OrderID, if set, is the order that the person means.
	OrderID *string
	// Accepted are the changed prices that the person agrees to.
	Accepted []*AcceptedPrice
}

// AcceptedPrice is a product's new price that a person agrees to pay.
type AcceptedPrice struct {
	ProductID string
	Amount    int
	Currency  string
}

// BeginCheckout returns the order that the checkout is about: placed by the same key before, or the open one, whose
// prices are now to be asked for and given to Place. It returns BAD_INPUT for a bad key, NOT_FOUND without an open
// order, and CONFLICT if that has no lines or if the order is not the one that the person means.
func (s *Store) BeginCheckout(ctx context.Context, checkout Checkout) (*Order, error) {
	if err := checkKey(checkout.Key); err != nil {
		return nil, err
	}
	// The open order is read before the key: a concurrent checkout gives the order its key at the moment at which it
	// stops being open, so one of the two reads sees it.
	on := s.db.Read()
	found, err := openOrders(ctx, on, []string{checkout.CustomerID})
	if err != nil {
		return nil, err
	}
	placed, err := byKey(ctx, on, checkout)
	if err != nil || placed != nil {
		return placed, err
	}
	order := found[0]
	switch {
	case order == nil:
		return nil, fail.New(fail.NotFound, "There is no open order to check out; add an item first.")
	case checkout.OrderID != nil && *checkout.OrderID != order.ID:
		return nil, fail.New(fail.Conflict, "The open order is %s and not %.64q; look at it before you check out.",
			order.ID, *checkout.OrderID)
	case len(order.Items) == 0:
		return nil, fail.New(fail.Conflict, "The open order is empty; add an item before you check out.")
	}
	return order, nil
}

// Place places an order that BeginCheckout returned, with the current prices of its products. If any differs from the
// line's and is not accepted it returns PRICE_CHANGED with both prices of each and writes nothing; accepted prices
// become the line's. It returns ErrOrderMoved if the order is not what it was.
func (s *Store) Place(ctx context.Context, checkout Checkout, order *Order, current []Offer) (*Order, error) {
	repriced, err := reprice(order, current, checkout.Accepted)
	if err != nil {
		return nil, err
	}
	var placed *Order
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		moved, err := tx.Exec(ctx, `UPDATE orders SET status = 'PLACED', placed_at = ?, idempotency_key = ?, version = ?
			WHERE id = ? AND status = 'OPEN' AND version = ?
			AND NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = ? AND idempotency_key = ?)`,
			database.Now(), checkout.Key, order.Version+1, order.ID, order.Version, checkout.CustomerID, checkout.Key)
		if err != nil {
			return fmt.Errorf("place order %s: %w", order.ID, err)
		}
		if moved == 0 {
			placed, err = byKey(ctx, tx, checkout)
			if err == nil && placed == nil {
				err = ErrOrderMoved
			}
			return err
		}
		for _, item := range repriced {
			_, err := tx.Exec(ctx, `UPDATE order_items SET unit_amount = ?, unit_currency = ? WHERE order_id = ? AND product_id = ?`,
				item.UnitAmount, item.UnitCurrency, order.ID, item.ProductID)
			if err != nil {
				return fmt.Errorf("set the accepted price of product %s in order %s: %w", item.ProductID, order.ID, err)
			}
		}
		found, err := byIDs(ctx, tx, []string{order.ID})
		if err != nil {
			return err
		}
		placed = found[0]
		return tell(ctx, tx, placed)
	})
	if err != nil {
		return nil, err
	}
	return placed, nil
}

// reprice compares the lines with the current prices, of which there is one for each line in the same order. It
// returns the lines whose new price was accepted, with that price.
func reprice(order *Order, current []Offer, accepted []*AcceptedPrice) ([]*Item, error) {
	agreed := make(map[AcceptedPrice]bool, len(accepted))
	for _, price := range accepted {
		agreed[*price] = true
	}
	after := Order{Items: make([]*Item, len(order.Items))}
	var repriced []*Item
	var refused []map[string]any
	var names []string
	for i, item := range order.Items {
		now := current[i].Price
		next := *item
		after.Items[i] = &next
		if item.UnitPrice() == now {
			continue
		}
		next.UnitAmount, next.UnitCurrency = now.Amount, now.Currency
		repriced = append(repriced, &next)
		if !agreed[AcceptedPrice{item.ProductID, now.Amount, now.Currency}] {
			refused = append(refused, map[string]any{
				"productId": item.ProductID, "productName": item.ProductName,
				"oldPrice": priceDetail(item.UnitPrice()), "newPrice": priceDetail(now),
			})
			names = append(names, fmt.Sprintf("%s now costs %s instead of %s", item.ProductName, now, item.UnitPrice()))
		}
	}
	if len(refused) > 0 {
		return nil, &fail.Error{
			Code:    fail.PriceChanged,
			Message: strings.Join(names, ", ") + "; to agree, check out again with acceptedPrices.",
			Details: map[string]any{"changes": refused},
		}
	}
	return repriced, after.check()
}

func priceDetail(price Money) map[string]any {
	return map[string]any{"amount": price.Amount, "currency": price.Currency}
}

// byKey returns the order that the person's key placed before, or nil. It returns CONFLICT if the person means another.
func byKey(ctx context.Context, on database.Handle, checkout Checkout) (*Order, error) {
	var ids []string
	err := on.Select(ctx, &ids, `SELECT id FROM orders WHERE customer_id = ? AND idempotency_key = ?`,
		checkout.CustomerID, checkout.Key)
	if err != nil {
		return nil, fmt.Errorf("look for the order of an idempotency key: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if checkout.OrderID != nil && *checkout.OrderID != ids[0] {
		return nil, fail.New(fail.Conflict, "This idempotencyKey placed order %s and not %.64q; take a new key for another order.",
			ids[0], *checkout.OrderID)
	}
	found, err := byIDs(ctx, on, ids)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func checkKey(key string) error {
	switch {
	case strings.TrimSpace(key) == "":
		return fail.Input("idempotencyKey", "idempotencyKey must not be blank; take a random one for each new order")
	case len(key) > MaxKeyLength:
		return fail.Input("idempotencyKey", "idempotencyKey has %d bytes; at most %d fit", len(key), MaxKeyLength)
	case strings.ContainsFunc(key, unicode.IsControl):
		return fail.Input("idempotencyKey", "idempotencyKey has a control character; take plain text")
	}
	return nil
}
