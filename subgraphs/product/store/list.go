package store

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Sort is the order of a page. Equal products are told apart by their ids, so every order is total.
type Sort string

// The orders in which products can be browsed.
const (
	SortNewest    Sort = "NEWEST"
	SortPriceAsc  Sort = "PRICE_ASC"
	SortPriceDesc Sort = "PRICE_DESC"
	SortName      Sort = "NAME"
)

// Filter says which products a page is made of; every member that is not nil must hold.
type Filter struct {
	// Text are words that must each begin a word of the name, description, cast or article number.
	Text *string
	Kind *Kind
	// MaxPrice is in minor units.
	MaxPrice *int
	// InStock true asks for what can be bought now, false for what is sold out.
	InStock *bool
}

// Position is a place between two products of an order: the value that the order sorts by and the id of the product
// before. It holds values instead of a count, so products that come or go before it shift nothing.
type Position struct {
	Sort   Sort   `json:"s"`
	Number int64  `json:"n,omitempty"` // a price, or a time in microseconds
	Text   string `json:"t,omitempty"` // a name
	ID     string `json:"i"`
}

// Range says which part of the catalogue a page shows.
type Range struct {
	Filter Filter
	Sort   Sort
	// First is how many products fit on the page.
	First int
	// After is the position of the last product of the page before; nil is the beginning.
	After *Position
}

// Page is a run of products.
type Page struct {
	Products []Product
	HasNext  bool
}

// List returns the products of a range. It returns BAD_INPUT for a bad search text and for a position of another order.
func (s *Store) List(ctx context.Context, r Range) (*Page, error) {
	where, args, err := r.Filter.where(s.db.Dialect)
	if err != nil {
		return nil, err
	}
	order := r.Sort.order()
	if r.After != nil {
		if !r.After.isOf(r.Sort) {
			return nil, fail.Input("after", "The cursor is of another list; take endCursor of a page with the same sort.")
		}
		where += fmt.Sprintf(" AND (%s, id) %s (?, ?)", order.column, order.beyond)
		args = append(args, r.After.value(), r.After.ID)
	}
	var rows []row
	query := fmt.Sprintf("SELECT %s FROM products WHERE %s ORDER BY %s %s, id %s LIMIT %d",
		columns, where, order.column, order.direction, order.direction, r.First+1)
	if err := s.db.Read().Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list products: %w", err)
	}
	page := &Page{HasNext: len(rows) > r.First}
	page.Products, err = products(rows[:min(r.First, len(rows))])
	return page, err
}

// Count returns how many products the filter lets through. It returns BAD_INPUT for a bad search text. What a text or a
// price lets through is counted one by one; how many there are of a kind, and of those in stock, the database knows.
func (s *Store) Count(ctx context.Context, filter Filter) (int, error) {
	query, args, err := filter.counting(s.db.Dialect)
	if err != nil {
		return 0, err
	}
	var count int
	if err := s.db.Read().Get(ctx, &count, query, args...); err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return count, nil
}

// counting returns the query of Count.
func (f Filter) counting(dialect database.Dialect) (string, []any, error) {
	if f.MaxPrice != nil || f.hasText() {
		where, args, err := f.where(dialect)
		return `SELECT count(*) FROM products WHERE ` + where, args, err
	}
	query, args := `SELECT CAST(COALESCE(SUM(products), 0) AS BIGINT) FROM product_counts WHERE 1 = 1`, []any{}
	if f.Kind != nil {
		query, args = query+` AND kind = ?`, append(args, *f.Kind)
	}
	if f.InStock != nil {
		query, args = query+` AND is_in_stock = ?`, append(args, *f.InStock)
	}
	return query, args, nil
}

// hasText says whether the filter has a text that narrows; a blank one does not.
func (f Filter) hasText() bool { return f.Text != nil && strings.TrimSpace(*f.Text) != "" }

func (f Filter) where(dialect database.Dialect) (string, []any, error) {
	conditions, args := []string{"1 = 1"}, []any{}
	add := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	if f.Kind != nil {
		add("kind = ?", *f.Kind)
	}
	if f.MaxPrice != nil {
		add("price_amount <= ?", *f.MaxPrice)
	}
	if f.InStock != nil && *f.InStock {
		add("stock > 0")
	} else if f.InStock != nil {
		add("stock = 0")
	}
	if f.Text != nil {
		words, err := searchWords(*f.Text)
		if err != nil {
			return "", nil, err
		}
		if condition, parameter := matching(words, dialect); len(words) > 0 {
			add(condition, parameter)
		} else if f.hasText() {
			add("1 = 0")
		}
	}
	return strings.Join(conditions, " AND "), args, nil
}

// order is how a Sort reads in SQL: both columns run the same way, so one comparison of pairs finds what is beyond.
type order struct {
	column, direction, beyond string
}

func (s Sort) order() order {
	switch s {
	case SortNewest:
		return order{"created_at", "DESC", "<"}
	case SortPriceAsc:
		return order{"price_amount", "ASC", ">"}
	case SortPriceDesc:
		return order{"price_amount", "DESC", "<"}
	case SortName:
		return order{"name_key", "ASC", ">"}
	default:
		panic("store: unknown sort " + string(s))
	}
}

// PositionOf returns the place behind a product in an order.
func PositionOf(sort Sort, product Product) Position {
	facts := product.Facts()
	at := Position{Sort: sort, ID: facts.ID}
	switch sort {
	case SortNewest:
		at.Number = facts.CreatedAt.UnixMicro()
	case SortPriceAsc, SortPriceDesc:
		at.Number = int64(facts.Price.Amount)
	case SortName:
		at.Text = fold(facts.Name)
	default:
		panic("store: unknown sort " + string(sort))
	}
	return at
}

// isOf says whether a position, which a client may have made up, can be one of the given order.
func (p Position) isOf(sort Sort) bool {
	return p.Sort == sort && entity.IsID(p.ID) && p.Number >= 0 && !strings.ContainsFunc(p.Text, unicode.IsControl)
}

// value is what the order's column is compared with.
func (p Position) value() any {
	switch p.Sort {
	case SortNewest:
		return time.UnixMicro(p.Number)
	case SortPriceAsc, SortPriceDesc:
		return p.Number
	case SortName:
		return p.Text
	default:
		panic("store: unknown sort " + string(p.Sort))
	}
}
