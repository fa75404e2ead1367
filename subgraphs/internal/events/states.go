package events

import "time"

// The kinds of aggregates that the shop's services tell of.
const (
	// KindProduct is a product of the catalogue, told by product as a ProductState.
	KindProduct = "product"
	// KindReservation is the stock that product holds for an order, told by product as a ReservationState. Its
	// aggregate is the order's id.
	KindReservation = "reservation"
	// KindOrder is an order, told by order as an OrderState.
	KindOrder = "order"
	// KindUser is an account, told by user as a UserState.
	KindUser = "user"
)

// MoneyState is an amount in minor units of a currency (ISO 4217).
type MoneyState struct {
	Amount   int    `json:"amount"`
	Currency string `json:"currency"`
}

// ProductState is what others may know of a product.
type ProductState struct {
	Name  string     `json:"name"`
	Price MoneyState `json:"price"`
	// IsAvailable says whether there is any stock.
	IsAvailable bool `json:"isAvailable"`
	// IsDeleted says that the product is not sold any more; the other members may be empty.
	IsDeleted bool `json:"isDeleted,omitempty"`
}

// ReservationState is product's answer to an order that was placed.
type ReservationState struct {
	// IsAccepted says that the stock was taken for the order. Once the order is cancelled it is given back, and
	// IsReleased is true.
	IsAccepted bool `json:"isAccepted"`
	IsReleased bool `json:"isReleased,omitempty"`
	// Reason says in words for the customer why the order was not accepted, such as "There are only 2 of The Dare.".
	Reason string `json:"reason,omitempty"`
}

// OrderState is an order. Stock is to be reserved when Status is PLACED, and to be released when it is CANCELLED.
type OrderState struct {
	CustomerID string `json:"customerId"`
	// Status is OPEN, PLACED, PAID, SHIPPED or CANCELLED.
	Status   string      `json:"status"`
	Lines    []OrderLine `json:"lines"`
	Total    MoneyState  `json:"total"`
	PlacedAt *time.Time  `json:"placedAt,omitempty"`
}

// OrderLine is a product in an order.
type OrderLine struct {
	ProductID string `json:"productId"`
	Quantity  int    `json:"quantity"`
}

// UserState is what others may know of an account.
type UserState struct {
	// IsDeleted says that the person has left: their id stays as a tombstone.
	IsDeleted bool `json:"isDeleted"`
}
