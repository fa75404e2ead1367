package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// columns are the columns that row reads, in the order in which rows are written.
const columns = `id, sku, kind, name, description, price_amount, price_currency, stock, created_at, version,
	year, cast_names, make, model, mileage`

// row is a product as the table holds it.
type row struct {
	ID            string    `db:"id"`
	SKU           string    `db:"sku"`
	Kind          Kind      `db:"kind"`
	Name          string    `db:"name"`
	Description   *string   `db:"description"`
	PriceAmount   int       `db:"price_amount"`
	PriceCurrency string    `db:"price_currency"`
	Stock         int       `db:"stock"`
	CreatedAt     time.Time `db:"created_at"`
	Version       int64     `db:"version"`

	Year    *int    `db:"year"`
	Cast    *string `db:"cast_names"`
	Make    *string `db:"make"`
	Model   *string `db:"model"`
	Mileage *int    `db:"mileage"`
}

// product returns the row as the type that its kind says. The table's checks promise the columns of each kind.
func (r row) product() (Product, error) {
	article := Article{
		ID: r.ID, SKU: r.SKU, Name: r.Name, Description: r.Description,
		Price: Money{Amount: r.PriceAmount, Currency: r.PriceCurrency}, Stock: r.Stock, CreatedAt: r.CreatedAt.UTC(), Version: r.Version,
	}
	switch r.Kind {
	case KindMovie:
		movie := &Movie{Article: article, Title: r.Name, Year: *r.Year}
		if err := json.Unmarshal([]byte(*r.Cast), &movie.Cast); err != nil {
			return nil, fmt.Errorf("read the cast of product %s: %w", r.ID, err)
		}
		return movie, nil
	case KindVehicle:
		return &Vehicle{Article: article, Make: *r.Make, Model: *r.Model, Year: *r.Year, Mileage: *r.Mileage}, nil
	case KindGoods:
		return &Goods{Article: article}, nil
	default:
		return nil, fmt.Errorf("product %s has the unknown kind %q", r.ID, r.Kind)
	}
}

func products(rows []row) ([]Product, error) {
	list := make([]Product, len(rows))
	together := &siblings{ids: make([]string, len(rows))}
	for i, r := range rows {
		product, err := r.product()
		if err != nil {
			return nil, err
		}
		product.Facts().together = together
		together.ids[i] = r.ID
		list[i] = product
	}
	return list, nil
}

// written is a product with what is derived from it for the unique title, sorting and searching.
type written struct {
	row
	nameKey    string
	searchText string
	titleKey   *string
}

func write(product Product) (written, error) {
	facts := product.Facts()
	w := written{row: row{
		ID: facts.ID, SKU: facts.SKU, Name: facts.Name, Description: facts.Description,
		PriceAmount: facts.Price.Amount, PriceCurrency: facts.Price.Currency, Stock: facts.Stock, CreatedAt: facts.CreatedAt, Version: facts.Version,
	}}
	found := []string{facts.Name, facts.SKU}
	if facts.Description != nil {
		found = append(found, *facts.Description)
	}
	switch p := product.(type) {
	case *Movie:
		names, err := json.Marshal(p.Cast)
		if err != nil {
			return written{}, fmt.Errorf("write the cast: %w", err)
		}
		found = append(found, p.Cast...)
		key, text := fold(p.Title), string(names)
		w.Kind, w.titleKey, w.Year, w.Cast = KindMovie, &key, &p.Year, &text
	case *Vehicle:
		w.Kind, w.Make, w.Model, w.Year, w.Mileage = KindVehicle, &p.Make, &p.Model, &p.Year, &p.Mileage
	case *Goods:
		w.Kind = KindGoods
	default:
		panic("store: a product that is no movie, vehicle or goods")
	}
	w.nameKey = fold(facts.Name)
	w.searchText = searchText(found)
	return w, nil
}

// fold returns text without case and with single spaces: "The  Dare" and "the dare" are the same title.
func fold(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}
