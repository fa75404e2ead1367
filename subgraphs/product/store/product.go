package store

import (
	"time"
)

// Currency is the currency of every price that the shop sets (ISO 4217). Prices are stored with theirs, so that a
// catalogue with several needs no other schema.
const Currency = "EUR"

// Kind says which of the three types a product has.
type Kind string

// The kinds of product, as the database and the contract write them.
const (
	KindMovie   Kind = "MOVIE"
	KindVehicle Kind = "VEHICLE"
	KindGoods   Kind = "GOODS"
)

// Money is an amount in minor units (cents) of a currency (ISO 4217).
type Money struct {
	Amount   int
	Currency string
}

// Product is a *Movie, a *Vehicle or *Goods.
type Product interface {
	// IsProduct marks the three types that a product can have.
	IsProduct()
	// IsEntity marks what the router can ask for by its key.
	IsEntity()
	// Facts is what every product has; the caller may change it.
	Facts() *Article
}

// Article is what products of every kind have.
type Article struct {
	ID          string
	SKU         string
	Name        string
	Description *string
	Price       Money
	Stock       int
	CreatedAt   time.Time
	// Version is raised by every change that others are told of; events carry it.
	Version int64

	together *siblings
}

// Movie is a film. Its name is its title.
type Movie struct {
	Article
	Title string
	Year  int
	Cast  []string
}

// Vehicle is a single car, van or motorcycle. Its name is its make and model.
type Vehicle struct {
	Article
	Make    string
	Model   string
	Year    int
	Mileage int
}

// Goods is everything else that the shop sells.
type Goods struct {
	Article
}

// IsProduct implements Product.
func (*Movie) IsProduct() {}

// IsProduct implements Product.
func (*Vehicle) IsProduct() {}

// IsProduct implements Product.
func (*Goods) IsProduct() {}

// IsEntity implements Product.
func (*Movie) IsEntity() {}

// IsEntity implements Product.
func (*Vehicle) IsEntity() {}

// IsEntity implements Product.
func (*Goods) IsEntity() {}

// Facts implements Product.
func (a *Article) Facts() *Article { return a }
