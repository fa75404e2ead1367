// Package store keeps orders: one open order for a person, its lines, and what it becomes; and beside them a copy of the
// catalogue. In go a person's id, the offers, and the wish, or other services' events; out come orders and *fail.Error
// values. Every change of an order raises its version and tells of it by an event, in the same transaction. The package
// knows neither GraphQL nor how to reach the product service.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the goose migrations of the tables of orders and events.
func Migrations() fs.FS { return events.Migrations(migrations) }

// Store is the orders in a database that has been migrated.
type Store struct {
	db *database.DB
}

// New returns the orders in db.
func New(db *database.DB) *Store { return &Store{db: db} }

// AddItem puts a product into the person's open order, and begins one if there is none. A product that is there
// already gets the quantity on top and keeps its name and price. It returns BAD_INPUT for a quantity that is not 1 to
// MaxQuantity, and for an order that would become too large.
func (s *Store) AddItem(ctx context.Context, customerID string, offer Offer, quantity int) (*Order, error) {
	if err := CheckQuantity(quantity, 1); err != nil {
		return nil, err
	}
	return s.change(ctx, func(tx database.Handle) (*Order, error) {
		order, err := lockOpen(ctx, tx, customerID)
		if err == nil && order == nil {
			order, err = begin(ctx, tx, customerID)
		}
		if err != nil {
			return nil, err
		}
		if item := order.item(offer.ProductID); item != nil {
			return order, setQuantity(ctx, tx, order, item, item.Quantity+quantity)
		}
		return order, addLine(ctx, tx, order, offer, quantity)
	})
}

// SetQuantity sets the quantity of a line of the person's open order; 0 removes the line. It returns NOT_FOUND if
// there is no open order or no such line, and BAD_INPUT for a quantity that is not 0 to MaxQuantity.
func (s *Store) SetQuantity(ctx context.Context, customerID, productID string, quantity int) (*Order, error) {
	if err := CheckQuantity(quantity, 0); err != nil {
		return nil, err
	}
	return s.change(ctx, func(tx database.Handle) (*Order, error) {
		order, err := lockOpen(ctx, tx, customerID)
		if err != nil {
			return nil, err
		}
		if order == nil {
			return nil, fail.New(fail.NotFound, "There is no open order; add an item first.")
		}
		item := order.item(productID)
		if item == nil {
			return nil, fail.New(fail.NotFound, "The product %.64q is not in the open order.", productID)
		}
		if quantity == 0 {
			return order, removeLine(ctx, tx, order, item)
		}
		return order, setQuantity(ctx, tx, order, item, quantity)
	})
}

// change runs work, which changes one order and raises its version, and tells of the change in the same transaction.
func (s *Store) change(ctx context.Context, work func(tx database.Handle) (*Order, error)) (*Order, error) {
	var changed *Order
	err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
		if changed, err = work(tx); err != nil {
			return err
		}
		return tell(ctx, tx, changed)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// CheckQuantity returns a BAD_INPUT unless quantity is smallest to MaxQuantity.
func CheckQuantity(quantity, smallest int) error {
	if quantity < smallest || quantity > MaxQuantity {
		return fail.Input("quantity", "quantity is %d; it must be %d to %d", quantity, smallest, MaxQuantity)
	}
	return nil
}

// lockOpen returns the person's open order with its version raised, or nil. Raising the version comes first: it makes
// every other change of this order wait for the end of the transaction.
func lockOpen(ctx context.Context, tx database.Handle, customerID string) (*Order, error) {
	raised, err := tx.Exec(ctx,
		`UPDATE orders SET version = version + 1 WHERE customer_id = ? AND status = 'OPEN'`, customerID)
	if err != nil {
		return nil, fmt.Errorf("lock the open order of %s: %w", customerID, err)
	}
	if raised == 0 {
		return nil, nil
	}
	found, err := openOrders(ctx, tx, []string{customerID})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func begin(ctx context.Context, tx database.Handle, customerID string) (*Order, error) {
	order := &Order{
		ID: strings.ToLower(rand.Text()), CustomerID: customerID, Status: StatusOpen, Version: 1, CreatedAt: database.Now(),
	}
	return order, insert(ctx, tx, order)
}

func insert(ctx context.Context, tx database.Handle, order *Order) error {
	_, err := tx.Exec(ctx, `INSERT INTO orders (id, customer_id, status, version, created_at) VALUES (?, ?, ?, ?, ?)`,
		order.ID, order.CustomerID, order.Status, order.Version, order.CreatedAt)
	if err != nil {
		return fmt.Errorf("begin an order of %s: %w", order.CustomerID, err)
	}
	return nil
}

func addLine(ctx context.Context, tx database.Handle, order *Order, offer Offer, quantity int) error {
	item := &Item{
		OrderID: order.ID, ProductID: offer.ProductID, ProductName: offer.Name, Quantity: quantity,
		UnitAmount: offer.Price.Amount, UnitCurrency: offer.Price.Currency,
	}
	if last := len(order.Items) - 1; last >= 0 {
		item.Position = order.Items[last].Position + 1
	}
	order.Items = append(order.Items, item)
	if err := order.check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO order_items
		(order_id, product_id, position, product_name, quantity, unit_amount, unit_currency) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		item.OrderID, item.ProductID, item.Position, item.ProductName, item.Quantity, item.UnitAmount, item.UnitCurrency)
	if err != nil {
		return fmt.Errorf("add product %s to order %s: %w", item.ProductID, order.ID, err)
	}
	return nil
}

func setQuantity(ctx context.Context, tx database.Handle, order *Order, item *Item, quantity int) error {
	item.Quantity = quantity
	if err := order.check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE order_items SET quantity = ? WHERE order_id = ? AND product_id = ?`,
		quantity, order.ID, item.ProductID)
	if err != nil {
		return fmt.Errorf("set the quantity of product %s in order %s: %w", item.ProductID, order.ID, err)
	}
	return nil
}

func removeLine(ctx context.Context, tx database.Handle, order *Order, item *Item) error {
	kept := make([]*Item, 0, len(order.Items)-1)
	for _, other := range order.Items {
		if other != item {
			kept = append(kept, other)
		}
	}
	order.Items = kept
	_, err := tx.Exec(ctx, `DELETE FROM order_items WHERE order_id = ? AND product_id = ?`, order.ID, item.ProductID)
	if err != nil {
		return fmt.Errorf("remove product %s from order %s: %w", item.ProductID, order.ID, err)
	}
	return nil
}
