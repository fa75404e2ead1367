package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const columns = `id, customer_id, status, version, created_at, placed_at, confirmed_at, paid_at, shipped_at, cancelled_at,
	cancel_reason`

// ByIDs returns the orders with the given ids: one for each id, in the same order, nil where there is none.
func (s *Store) ByIDs(ctx context.Context, ids []string) ([]*Order, error) {
	return byIDs(ctx, s.db.Read(), ids)
}

func byIDs(ctx context.Context, on database.Handle, ids []string) ([]*Order, error) {
	return lookUp(ctx, on, `id IN (?)`, ids, func(o *Order) string { return o.ID })
}

// OpenOrders returns the open orders of the given persons: one for each person, in the same order, nil where there is
// none.
func (s *Store) OpenOrders(ctx context.Context, customerIDs []string) ([]*Order, error) {
	return openOrders(ctx, s.db.Read(), customerIDs)
}

func openOrders(ctx context.Context, on database.Handle, customerIDs []string) ([]*Order, error) {
	return lookUp(ctx, on, `status = 'OPEN' AND customer_id IN (?)`, customerIDs,
		func(o *Order) string { return o.CustomerID })
}

// lookUp reads the orders that condition finds for the keys in one query, and their lines in a second one.
func lookUp(
	ctx context.Context, on database.Handle, condition string, keys []string, keyOf func(*Order) string,
) ([]*Order, error) {
	wanted := entity.IDs(keys)
	if len(wanted) == 0 {
		return make([]*Order, len(keys)), nil
	}
	var found []*Order
	if err := on.Select(ctx, &found, `SELECT `+columns+` FROM orders WHERE `+condition, wanted); err != nil {
		return nil, fmt.Errorf("read %d orders: %w", len(wanted), err)
	}
	if err := fill(ctx, on, found); err != nil {
		return nil, err
	}
	return entity.InOrder(keys, found, keyOf), nil
}

// fill reads the lines of the orders, after the orders themselves: lines that are newer than their order come with a
// version that is too old, which Place notices.
func fill(ctx context.Context, on database.Handle, orders []*Order) error {
	if len(orders) == 0 {
		return nil
	}
	byID := make(map[string]*Order, len(orders))
	ids := make([]string, len(orders))
	for i, order := range orders {
		order.CreatedAt = order.CreatedAt.UTC()
		for _, at := range []*time.Time{order.PlacedAt, order.ConfirmedAt, order.PaidAt, order.ShippedAt, order.CancelledAt} {
			if at != nil {
				*at = at.UTC()
			}
		}
		byID[order.ID], ids[i] = order, order.ID
	}
	var items []*Item
	err := on.Select(ctx, &items, `SELECT order_id, product_id, position, product_name, quantity, unit_amount, unit_currency
		FROM order_items WHERE order_id IN (?) ORDER BY order_id, position, product_id`, ids)
	if err != nil {
		return fmt.Errorf("read the lines of %d orders: %w", len(ids), err)
	}
	for _, item := range items {
		order := byID[item.OrderID]
		order.Items = append(order.Items, item)
	}
	return nil
}

// Position is a place between two orders of a list: when the order before was begun, and its id.
type Position struct {
	Micros int64  `json:"c"`
	ID     string `json:"i"`
}

// PositionOf returns the place behind an order.
func PositionOf(order *Order) Position {
	return Position{Micros: order.CreatedAt.UnixMicro(), ID: order.ID}
}

// Filter says which orders a list is made of; every member that is not nil must hold.
type Filter struct {
	CustomerID *string
	Status     *Status
}

// Page is a run of orders, newest first.
type Page struct {
	Orders  []*Order
	HasNext bool
}

// List returns the first orders that the filter lets through, newest first, after a position (nil is the beginning).
// It returns BAD_INPUT for a position that was made up.
func (s *Store) List(ctx context.Context, filter Filter, first int, after *Position) (*Page, error) {
	where, args := filter.where()
	if after != nil {
		if !entity.IsID(after.ID) || after.Micros < 0 {
			return nil, fail.Input("after", "The cursor is of another list; take endCursor of the page before.")
		}
		where, args = where+` AND (created_at, id) < (?, ?)`, append(args, time.UnixMicro(after.Micros), after.ID)
	}
	var found []*Order
	query := fmt.Sprintf(`SELECT %s FROM orders WHERE %s ORDER BY created_at DESC, id DESC LIMIT %d`, columns, where, first+1)
	if err := s.db.Read().Select(ctx, &found, query, args...); err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	page := &Page{Orders: found[:min(first, len(found))], HasNext: len(found) > first}
	return page, fill(ctx, s.db.Read(), page.Orders)
}

// Count returns how many orders the filter lets through.
func (s *Store) Count(ctx context.Context, filter Filter) (int, error) {
	where, args := filter.where()
	var count int
	if err := s.db.Read().Get(ctx, &count, `SELECT count(*) FROM orders WHERE `+where, args...); err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return count, nil
}

func (f Filter) where() (string, []any) {
	where, args := "1 = 1", []any{}
	if f.CustomerID != nil {
		where, args = where+" AND customer_id = ?", append(args, *f.CustomerID)
	}
	if f.Status != nil {
		where, args = where+" AND status = ?", append(args, *f.Status)
	}
	return where, args
}

// TimesOrdered returns how many pieces of each product are in orders that are placed, paid or shipped: one number for
// each id, in the same order, and none past what a GraphQL Int can say.
func (s *Store) TimesOrdered(ctx context.Context, productIDs []string) ([]int, error) {
	wanted := entity.IDs(productIDs)
	counts := make([]int, len(productIDs))
	if len(wanted) == 0 {
		return counts, nil
	}
	var rows []struct {
		ProductID string `db:"product_id"`
		Pieces    int64  `db:"pieces"`
	}
	err := s.db.Read().Select(ctx, &rows, `SELECT i.product_id, CAST(sum(i.quantity) AS BIGINT) AS pieces
		FROM order_items i JOIN orders o ON o.id = i.order_id
		WHERE i.product_id IN (?) AND o.status IN ('PLACED', 'PAID', 'SHIPPED') GROUP BY i.product_id`, wanted)
	if err != nil {
		return nil, fmt.Errorf("count the orders of %d products: %w", len(wanted), err)
	}
	pieces := make(map[string]int64, len(rows))
	for _, row := range rows {
		pieces[row.ProductID] = row.Pieces
	}
	for i, id := range productIDs {
		counts[i] = int(min(pieces[id], math.MaxInt32))
	}
	return counts, nil
}
