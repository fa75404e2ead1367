package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

// reservation is the answer to an order that was placed.
type reservation struct {
	OrderID    string `db:"order_id"`
	Version    int64  `db:"version"`
	IsAccepted bool   `db:"is_accepted"`
	IsReleased bool   `db:"is_released"`
}

// reserve takes the stock of all lines of an order, or of none, and tells which. An order that was answered before is
// not answered again: its event may come twice.
func reserve(ctx context.Context, tx database.Handle, orderID string, lines []events.OrderLine) error {
	if before, err := findReservation(ctx, tx, orderID); err != nil || before != nil {
		return err
	}
	lines, err := merged(orderID, lines)
	if err != nil {
		return err
	}
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.ProductID
	}
	found, err := byIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	reason := missing(found, lines)
	answer := &reservation{OrderID: orderID, Version: 1, IsAccepted: reason == ""}
	_, err = tx.Exec(ctx, `INSERT INTO reservations (order_id, version, is_accepted, is_released, created_at) VALUES (?, ?, ?, ?, ?)`,
		orderID, answer.Version, answer.IsAccepted, answer.IsReleased, database.Now())
	if err != nil {
		return fmt.Errorf("answer order %s: %w", orderID, err)
	}
	if answer.IsAccepted {
		if err := take(ctx, tx, orderID, found, lines); err != nil {
			return err
		}
	}
	return tellReservation(ctx, tx, answer, reason)
}

// merged returns one line for each product, in the order of the ids.
func merged(orderID string, lines []events.OrderLine) ([]events.OrderLine, error) {
	pieces := map[string]int{}
	for _, line := range lines {
		if line.Quantity <= 0 {
			return nil, fmt.Errorf("%w: order %s has %d pieces of product %s", events.ErrPoison, orderID, line.Quantity, line.ProductID)
		}
		pieces[line.ProductID] += line.Quantity
	}
	list := make([]events.OrderLine, 0, len(pieces))
	for id, quantity := range pieces {
		list = append(list, events.OrderLine{ProductID: id, Quantity: quantity})
	}
	slices.SortFunc(list, func(a, b events.OrderLine) int { return strings.Compare(a.ProductID, b.ProductID) })
	return list, nil
}

// missing says in words for the customer what there is too little of; empty if there is enough of everything.
func missing(found []Product, lines []events.OrderLine) string {
	var reasons []string
	for i, line := range lines {
		switch {
		case found[i] == nil:
			reasons = append(reasons, "One of the products is not sold any more.")
		case found[i].Facts().Stock == 0:
			reasons = append(reasons, found[i].Facts().Name+" is sold out.")
		case found[i].Facts().Stock < line.Quantity:
			reasons = append(reasons, fmt.Sprintf("There are only %d pieces left of %s.", found[i].Facts().Stock, found[i].Facts().Name))
		}
	}
	return strings.Join(slices.Compact(reasons), " ")
}

func take(ctx context.Context, tx database.Handle, orderID string, found []Product, lines []events.OrderLine) error {
	for i, line := range lines {
		if err := changeStock(ctx, tx, found[i].Facts(), -line.Quantity); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO reserved (order_id, product_id, quantity) VALUES (?, ?, ?)`,
			orderID, line.ProductID, line.Quantity)
		if err != nil {
			return fmt.Errorf("reserve product %s for order %s: %w", line.ProductID, orderID, err)
		}
	}
	return nil
}

// changeStock adds pieces to a product that was read in the same transaction, or takes them. Others know of stock only
// whether there is any: where that stays as it was there is no new version and nothing to tell, or each order would make
// every follower write once for each of its lines.
func changeStock(ctx context.Context, tx database.Handle, facts *Article, pieces int) error {
	before := stateOf(facts)
	facts.Stock += pieces
	isNews := stateOf(facts) != before
	if isNews {
		facts.Version++
	}
	_, err := tx.Exec(ctx, `UPDATE products SET stock = ?, version = ? WHERE id = ?`, facts.Stock, facts.Version, facts.ID)
	if err != nil {
		return fmt.Errorf("change the stock of product %s: %w", facts.ID, err)
	}
	if !isNews {
		return nil
	}
	return tell(ctx, tx, facts)
}

// release gives the stock of an order back, once. An order that never had any is not answered: it was cancelled before
// it was placed, or before anybody knew here that it was.
func release(ctx context.Context, tx database.Handle, orderID string) error {
	held, err := findReservation(ctx, tx, orderID)
	if err != nil || held == nil || !held.IsAccepted || held.IsReleased {
		return err
	}
	var lines []struct {
		ProductID string `db:"product_id"`
		Quantity  int    `db:"quantity"`
	}
	err = tx.Select(ctx, &lines, `SELECT product_id, quantity FROM reserved WHERE order_id = ? ORDER BY product_id`, orderID)
	if err != nil {
		return fmt.Errorf("read what order %s holds: %w", orderID, err)
	}
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.ProductID
	}
	found, err := byIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, line := range lines {
		if found[i] == nil {
			continue // the product was deleted, and its stock with it
		}
		if err := changeStock(ctx, tx, found[i].Facts(), line.Quantity); err != nil {
			return err
		}
	}
	held.IsReleased = true
	held.Version++
	_, err = tx.Exec(ctx, `UPDATE reservations SET is_released = ?, version = ? WHERE order_id = ?`, true, held.Version, orderID)
	if err != nil {
		return fmt.Errorf("release order %s: %w", orderID, err)
	}
	return tellReservation(ctx, tx, held, "")
}

func findReservation(ctx context.Context, tx database.Handle, orderID string) (*reservation, error) {
	var found reservation
	err := tx.Get(ctx, &found, `SELECT order_id, version, is_accepted, is_released FROM reservations WHERE order_id = ?`, orderID)
	if database.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the answer to order %s: %w", orderID, err)
	}
	return &found, nil
}

func tellReservation(ctx context.Context, tx database.Handle, answer *reservation, reason string) error {
	return events.Append(ctx, tx, events.KindReservation, answer.OrderID, answer.Version, events.ReservationState{
		IsAccepted: answer.IsAccepted, IsReleased: answer.IsReleased, Reason: reason,
	})
}
