package store_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// world is a store with its database, for what other services tell it and what it tells them.
type world struct {
	*store.Store
	db *database.DB
}

func eachWorld(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) { test(t, world{store.New(db), db}) })
}

// hear applies an event of another service.
func (w world) hear(t *testing.T, apply func(context.Context, database.Handle, events.Event) error, kind, id string, state any) error {
	t.Helper()
	event, err := events.New(kind, id, 1, state)
	if err != nil {
		t.Fatal(err)
	}
	return w.db.Tx(t.Context(), func(tx database.Handle) error { return apply(t.Context(), tx, event) })
}

func (w world) settle(t *testing.T, orderID string, reservation events.ReservationState) {
	t.Helper()
	if err := w.hear(t, w.ApplyProduct, events.KindReservation, orderID, reservation); err != nil {
		t.Fatal(err)
	}
}

func (w world) order(t *testing.T, id string) *store.Order {
	t.Helper()
	found, err := w.ByIDs(t.Context(), []string{id})
	if err != nil || found[0] == nil {
		t.Fatalf("order %s: %v, %v", id, found, err)
	}
	return found[0]
}

// told returns the newest event of an order, which must be at the order's version.
func (w world) told(t *testing.T, order *store.Order) events.OrderState {
	t.Helper()
	var text string
	err := w.db.Read().Get(t.Context(), &text, `SELECT state FROM events_outbox WHERE kind = 'order' AND aggregate = ? AND version = ?`,
		order.ID, order.Version)
	if err != nil {
		t.Fatalf("no event of %s at version %d: %v", order.ID, order.Version, err)
	}
	var state events.OrderState
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		t.Fatal(err)
	}
	return state
}

func (w world) placed(t *testing.T, customer string) *store.Order {
	t.Helper()
	must(t)(w.AddItem(t.Context(), customer, dare, 2))
	return place(t, w.Store, store.Checkout{CustomerID: customer, Key: "k-" + customer})
}

func TestTheLifeOfAnOrder(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		ctx, order := t.Context(), w.placed(t, "walter")
		if state := w.told(t, order); state.Status != "PLACED" || state.CustomerID != "walter" || state.Total.Amount != 2998 ||
			len(state.Lines) != 1 || state.Lines[0] != (events.OrderLine{ProductID: "dare", Quantity: 2}) || state.PlacedAt == nil {
			t.Errorf("told %+v", state)
		}
		_, err := w.Ship(ctx, order.ID)
		wantFailure(t, err, fail.Conflict, "")
		_, err = w.Pay(ctx, order.ID)
		wantFailure(t, err, fail.Conflict, "")
		w.settle(t, order.ID, events.ReservationState{IsAccepted: true})
		w.settle(t, order.ID, events.ReservationState{IsAccepted: true})
		confirmed := w.order(t, order.ID)
		if confirmed.ConfirmedAt == nil || confirmed.Version != order.Version+1 {
			t.Errorf("confirmed %+v", confirmed)
		}
		for range 2 {
			paid, err := w.Pay(ctx, order.ID)
			wantOrder(t, w.Store, paid, err, "walter PAID 2 × dare 14.99 EUR = 29.98 EUR")
		}
		_, err = w.Cancel(ctx, store.Cancellation{OrderID: order.ID})
		wantFailure(t, err, fail.Conflict, "")
		for range 2 {
			shipped, err := w.Ship(ctx, order.ID)
			wantOrder(t, w.Store, shipped, err, "walter SHIPPED 2 × dare 14.99 EUR = 29.98 EUR")
		}
		last := w.order(t, order.ID)
		if last.Version != order.Version+3 || last.PaidAt == nil || last.ShippedAt == nil || w.told(t, last).Status != "SHIPPED" {
			t.Errorf("in the end %+v", last)
		}
		for _, step := range []func(context.Context, string) (*store.Order, error){w.Pay, w.Ship} {
			_, err := step(ctx, "nothing")
			wantFailure(t, err, fail.NotFound, "")
		}
		open := must(t)(w.AddItem(ctx, "walter", dare, 1))
		for _, step := range []func(context.Context, string) (*store.Order, error){w.Pay, w.Ship} {
			_, err := step(ctx, open.ID)
			wantFailure(t, err, fail.Conflict, "")
		}
	})
}

func TestTooLittleStockCancelsWithTheReason(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		order := w.placed(t, "walter")
		w.settle(t, order.ID, events.ReservationState{Reason: "There is only 1 of The Dare."})
		cancelled := w.order(t, order.ID)
		if cancelled.Status != store.StatusCancelled || *cancelled.CancelReason != "There is only 1 of The Dare." ||
			cancelled.CancelledAt == nil || w.told(t, cancelled).Status != "CANCELLED" {
			t.Errorf("order %+v", cancelled)
		}
		if counts, err := w.TimesOrdered(t.Context(), []string{"dare"}); err != nil || counts[0] != 0 {
			t.Errorf("ordered %v times, %v", counts, err)
		}
		err := w.hear(t, w.ApplyProduct, events.KindReservation, "nothing", events.ReservationState{IsAccepted: true})
		if err == nil || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("an order that does not exist: %v", err)
		}
	})
}

// TestCancelledBeforeTheStockWasReserved: the late answer changes nothing, whatever it is.
func TestCancelledBeforeTheStockWasReserved(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		order := w.placed(t, "walter")
		_, err := w.Cancel(t.Context(), store.Cancellation{OrderID: order.ID, Reason: strings.Repeat("x", 501)})
		wantFailure(t, err, fail.BadInput, "reason")
		cancelled := must(t)(w.Cancel(t.Context(), store.Cancellation{OrderID: order.ID, Reason: "changed my mind"}))
		w.settle(t, order.ID, events.ReservationState{IsAccepted: true})
		w.settle(t, order.ID, events.ReservationState{Reason: "sold out"})
		if now := w.order(t, order.ID); now.Version != cancelled.Version || *now.CancelReason != "changed my mind" || now.ConfirmedAt != nil {
			t.Errorf("order %+v", now)
		}
	})
}

// TestPayAndCancelTogether: exactly one of the two happens.
func TestPayAndCancelTogether(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		for _, customer := range []string{"a", "b", "c", "d"} {
			order := w.placed(t, customer)
			w.settle(t, order.ID, events.ReservationState{IsAccepted: true})
			var paid, cancelled error
			var both sync.WaitGroup
			both.Go(func() { _, paid = w.Pay(context.Background(), order.ID) })
			both.Go(func() { _, cancelled = w.Cancel(context.Background(), store.Cancellation{OrderID: order.ID}) })
			both.Wait()
			want := store.StatusPaid
			if paid != nil {
				want = store.StatusCancelled
			}
			if now := w.order(t, order.ID); (paid == nil) == (cancelled == nil) || now.Status != want {
				t.Errorf("paid %v, cancelled %v, order %+v", paid, cancelled, now)
			}
		}
	})
}

func TestSomebodyWhoLeavesHasNoOpenOrder(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		placed := w.placed(t, "walter")
		open := must(t)(w.AddItem(t.Context(), "walter", click, 1))
		others := must(t)(w.AddItem(t.Context(), "jack", click, 1))
		for _, id := range []string{"walter", "nobody"} {
			if err := w.hear(t, w.ApplyUser, events.KindUser, id, events.UserState{IsDeleted: true}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.hear(t, w.ApplyUser, events.KindUser, "jack", events.UserState{}); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]store.Status{
			placed.ID: store.StatusPlaced, open.ID: store.StatusCancelled, others.ID: store.StatusOpen,
		} {
			if now := w.order(t, id); now.Status != want {
				t.Errorf("order %+v, want %s", now, want)
			}
		}
	})
}

func TestTheCopyOfTheCatalogue(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		price := events.MoneyState{Amount: 1499, Currency: "EUR"}
		for _, state := range []events.ProductState{
			{Name: "The Dare", Price: price}, {Name: "The Dare (cut)", Price: events.MoneyState{Amount: 999, Currency: "EUR"}, IsAvailable: true},
		} {
			if err := w.hear(t, w.ApplyProduct, events.KindProduct, "dare", state); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.hear(t, w.ApplyProduct, events.KindProduct, "gone", events.ProductState{IsDeleted: true}); err != nil {
			t.Fatal(err)
		}
		known, err := w.Catalogue(t.Context(), []string{"gone", "?", "dare", "unknown"})
		if err != nil || len(known) != 4 || known[1] != nil || known[3] != nil || !known[0].IsDeleted {
			t.Fatalf("%+v, %v", known, err)
		}
		want := store.Known{
			Offer:       store.Offer{ProductID: "dare", Name: "The Dare (cut)", Price: store.Money{Amount: 999, Currency: "EUR"}},
			IsAvailable: true,
		}
		if *known[2] != want {
			t.Errorf("%+v", known[2])
		}
		if err := w.hear(t, w.ApplyProduct, events.KindProduct, "dare", "no product"); err == nil {
			t.Error("a state that is none was taken in")
		}
		if err := w.hear(t, w.ApplyProduct, "parcel", "x", "whatever"); err != nil {
			t.Errorf("an unknown kind: %v", err)
		}
	})
}

// TestBackfill: orders from before there were events are told of once.
func TestBackfill(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		told := must(t)(w.AddItem(t.Context(), "a", dare, 1))
		err := w.db.Tx(t.Context(), func(tx database.Handle) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO orders (id, customer_id, status, version, created_at)
				SELECT 'old-' || c, c, status, version, created_at FROM orders, (SELECT 'b' AS c UNION SELECT 'c') customers`)
			if err == nil {
				_, err = tx.Exec(t.Context(), `INSERT INTO order_items (order_id, product_id, position, product_name, quantity, unit_amount,
					unit_currency) SELECT o.id, product_id, position, product_name, quantity, unit_amount, unit_currency
					FROM order_items, orders o WHERE order_id <> o.id`)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		orders, err := w.ByIDs(t.Context(), []string{told.ID, "old-b", "old-c"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Backfill(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, order := range orders {
				w.told(t, order)
			}
		}
	})
}
