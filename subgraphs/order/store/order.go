package store

import (
	"fmt"
	"math"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// The limits of an order.
const (
	MaxQuantity = 999
	MaxLines    = 100
	// MaxAmount is the largest total: what a GraphQL Int can say.
	MaxAmount = math.MaxInt32
	// MaxKeyLength is the longest idempotency key, in bytes.
	MaxKeyLength = 255
	// MaxReasonLength is the longest reason of a cancellation, in characters.
	MaxReasonLength = 500
)

// Status is where an order is on its way.
type Status string

// The stations of an order: OPEN, PLACED, PAID, SHIPPED, one after the other, and CANCELLED from the first two. Its
// lines are changed while it is open.
const (
	StatusOpen      Status = "OPEN"
	StatusPlaced    Status = "PLACED"
	StatusPaid      Status = "PAID"
	StatusShipped   Status = "SHIPPED"
	StatusCancelled Status = "CANCELLED"
)

// DefaultCurrency is the currency of the total of an order that has no lines.
const DefaultCurrency = "EUR"

// Money is an amount in minor units (cents) of a currency (ISO 4217).
type Money struct {
	Amount   int
	Currency string
}

// String returns the amount as people write it: "14.99 EUR". It is for messages; every currency is shown with cents.
func (m Money) String() string {
	return fmt.Sprintf("%d.%02d %s", m.Amount/100, m.Amount%100, m.Currency)
}

// Offer is what the product service says of a product at one moment.
type Offer struct {
	ProductID string
	Name      string
	Price     Money
}

// User is a person, who may have orders. The user service knows the rest.
type User struct{ ID string }

// IsEntity marks what the router can ask for by its key.
func (*User) IsEntity() {}

// Product is something that can be ordered, of whatever kind. The product service knows the rest.
type Product struct{ ID string }

// IsEntity marks what the router can ask for by its key.
func (*Product) IsEntity() {}

// Order is a person's order with its lines.
type Order struct {
	ID         string     `db:"id"`
	CustomerID string     `db:"customer_id"`
	Status     Status     `db:"status"`
	Version    int64      `db:"version"`
	CreatedAt  time.Time  `db:"created_at"`
	PlacedAt   *time.Time `db:"placed_at"`
	// ConfirmedAt is when the product service said that the stock is reserved.
	ConfirmedAt  *time.Time `db:"confirmed_at"`
	PaidAt       *time.Time `db:"paid_at"`
	ShippedAt    *time.Time `db:"shipped_at"`
	CancelledAt  *time.Time `db:"cancelled_at"`
	CancelReason *string    `db:"cancel_reason"`
	// Items are the lines in the order in which they were added.
	Items []*Item `db:"-"`
}

// IsEntity marks what the router can ask for by its key.
func (*Order) IsEntity() {}

// Customer is the person whose order it is.
func (o *Order) Customer() *User { return &User{ID: o.CustomerID} }

// Item is a line of an order. Name and price are those of the time when the line was added, or accepted at checkout.
type Item struct {
	OrderID      string `db:"order_id"`
	ProductID    string `db:"product_id"`
	Position     int    `db:"position"`
	ProductName  string `db:"product_name"`
	Quantity     int    `db:"quantity"`
	UnitAmount   int    `db:"unit_amount"`
	UnitCurrency string `db:"unit_currency"`
}

// Product is what the line is about.
func (i *Item) Product() *Product { return &Product{ID: i.ProductID} }

// UnitPrice is the price of one piece.
func (i *Item) UnitPrice() Money { return Money{i.UnitAmount, i.UnitCurrency} }

// LineTotal is the price of all pieces. It fits, because a line that would not was never written.
func (i *Item) LineTotal() Money { return Money{i.UnitAmount * i.Quantity, i.UnitCurrency} }

// Total is the price of all lines. It fits, because an order that would not was never written.
func (o *Order) Total() Money {
	total := Money{Currency: DefaultCurrency}
	for _, item := range o.Items {
		total.Amount += item.LineTotal().Amount
		total.Currency = item.UnitCurrency
	}
	return total
}

// check says what an order may not become: it has too many pieces or lines, several currencies, or a total that no
// client could read. Sums cannot overflow on the way: 100 lines of 999 pieces stay below 2^48.
func (o *Order) check() error {
	if len(o.Items) > MaxLines {
		return fail.Input("productId", "An order has at most %d lines; check out first.", MaxLines)
	}
	var total int64
	for _, item := range o.Items {
		if item.Quantity < 1 || item.Quantity > MaxQuantity {
			return fail.Input("quantity", "%s would be in the order %d times; 1 to %d is possible.",
				item.ProductName, item.Quantity, MaxQuantity)
		}
		if currency := o.Items[0].UnitCurrency; item.UnitCurrency != currency {
			return fail.New(fail.Conflict, "%s is sold in %s and the order is in %s; order it by itself.",
				item.ProductName, item.UnitCurrency, currency)
		}
		if item.UnitAmount < 0 || item.UnitAmount > MaxAmount {
			return fmt.Errorf("the price of product %s is %d, which is no price", item.ProductID, item.UnitAmount)
		}
		total += int64(item.UnitAmount) * int64(item.Quantity)
	}
	if total > MaxAmount {
		return fail.Input("quantity", "The order's total would pass %s; order in parts.",
			Money{MaxAmount, o.Items[0].UnitCurrency})
	}
	return nil
}

// item returns the line of a product, or nil.
func (o *Order) item(productID string) *Item {
	for _, item := range o.Items {
		if item.ProductID == productID {
			return item
		}
	}
	return nil
}
