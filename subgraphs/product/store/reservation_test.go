package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/product/store"
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

// goods adds an article and returns its id.
func (w world) goods(t *testing.T, name string, stock int) string {
	t.Helper()
	goods, err := w.CreateGoods(t.Context(), store.GoodsInput{Name: &name, Price: ptr(100), Stock: stock})
	if err != nil {
		t.Fatal(err)
	}
	return goods.ID
}

// hear applies an event of the order service.
func (w world) hear(t *testing.T, id, status string, lines ...events.OrderLine) error {
	t.Helper()
	event, err := events.New(events.KindOrder, id, 1, events.OrderState{CustomerID: "walter", Status: status, Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return w.db.Tx(t.Context(), func(tx database.Handle) error { return w.ApplyOrder(t.Context(), tx, event) })
}

func (w world) mustHear(t *testing.T, id, status string, lines ...events.OrderLine) {
	t.Helper()
	if err := w.hear(t, id, status, lines...); err != nil {
		t.Fatal(err)
	}
}

func (w world) stock(t *testing.T, id string) int {
	t.Helper()
	found, err := w.ByIDs(t.Context(), []string{id})
	if err != nil || found[0] == nil {
		t.Fatalf("product %s: %v, %v", id, found, err)
	}
	return found[0].Facts().Stock
}

// told returns every state that was told of an aggregate, by version, which must be 1, 2, 3 and so on.
func told[S any](t *testing.T, w world, kind, id string) []S {
	t.Helper()
	var rows []struct {
		Version int    `db:"version"`
		State   string `db:"state"`
	}
	err := w.db.Read().Select(context.Background(), &rows,
		`SELECT version, state FROM events_outbox WHERE kind = ? AND aggregate = ? ORDER BY version`, kind, id)
	if err != nil {
		t.Fatal(err)
	}
	states := make([]S, len(rows))
	for i, row := range rows {
		if row.Version != i+1 {
			t.Fatalf("event %d of %s %s has version %d", i+1, kind, id, row.Version)
		}
		if err := json.Unmarshal([]byte(row.State), &states[i]); err != nil {
			t.Fatal(err)
		}
	}
	return states
}

func TestEveryChangeOfAProductIsTold(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		id := w.goods(t, "Kettle", 0)
		if _, err := w.UpdateGoods(t.Context(), id, store.GoodsPatch{Price: ptr(250), Stock: ptr(2)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.UpdateGoods(t.Context(), id, store.GoodsPatch{Price: ptr(-1)}); err == nil {
			t.Fatal("a price below zero was taken")
		}
		if _, err := w.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		eur := func(amount int) events.MoneyState { return events.MoneyState{Amount: amount, Currency: "EUR"} }
		want := []events.ProductState{
			{Name: "Kettle", Price: eur(100)},
			{Name: "Kettle", Price: eur(250), IsAvailable: true},
			{Name: "Kettle", Price: eur(250), IsDeleted: true},
		}
		if diff := cmp.Diff(want, told[events.ProductState](t, w, events.KindProduct, id)); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestStockIsTakenOnceAndGivenBackOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		kettle, mug := w.goods(t, "Kettle", 5), w.goods(t, "Mug", 2)
		lines := []events.OrderLine{{ProductID: kettle, Quantity: 2}, {ProductID: mug, Quantity: 2}, {ProductID: kettle, Quantity: 1}}
		w.mustHear(t, "o1", "OPEN", lines...)
		if w.stock(t, kettle) != 5 {
			t.Error("an open order holds stock")
		}
		for range 2 {
			w.mustHear(t, "o1", "PLACED", lines...)
			w.mustHear(t, "o1", "PAID", lines...)
		}
		if kettles, mugs := w.stock(t, kettle), w.stock(t, mug); kettles != 2 || mugs != 0 {
			t.Errorf("after the order there are %d kettles and %d mugs, want 2 and 0", kettles, mugs)
		}
		if _, err := w.Delete(t.Context(), mug); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.mustHear(t, "o1", "CANCELLED", lines...)
		}
		if kettles := w.stock(t, kettle); kettles != 5 {
			t.Errorf("after cancelling there are %d kettles, want 5", kettles)
		}
		want := []events.ReservationState{{IsAccepted: true}, {IsAccepted: true, IsReleased: true}}
		if diff := cmp.Diff(want, told[events.ReservationState](t, w, events.KindReservation, "o1")); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		products := told[events.ProductState](t, w, events.KindProduct, mug)
		if len(products) != 3 || products[1].IsAvailable || !products[2].IsDeleted {
			t.Errorf("told of the mug: %+v, want that it was sold out and then deleted", products)
		}
	})
}

// TestStockIsToldWhereOthersSeeADifference: orders change the stock all the time, and others know only whether there is any.
func TestStockIsToldWhereOthersSeeADifference(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		kettle := w.goods(t, "Kettle", 5)
		few, rest := events.OrderLine{ProductID: kettle, Quantity: 2}, events.OrderLine{ProductID: kettle, Quantity: 3}
		steps := []struct {
			order, status string
			line          events.OrderLine
			stock, events int
		}{
			{"o1", "PLACED", few, 3, 1},
			{"o2", "PLACED", rest, 0, 2},
			{"o1", "CANCELLED", few, 2, 3},
			{"o2", "CANCELLED", rest, 5, 3},
		}
		for _, step := range steps {
			w.mustHear(t, step.order, step.status, step.line)
			states := told[events.ProductState](t, w, events.KindProduct, kettle)
			if len(states) != step.events || states[len(states)-1].IsAvailable != (step.stock > 0) || w.stock(t, kettle) != step.stock {
				t.Errorf("after %s is %s there are %d kettles, want %d, and was told %+v, want %d states",
					step.order, step.status, w.stock(t, kettle), step.stock, states, step.events)
			}
		}
		// The next change of the product is newer than all that was told.
		if _, err := w.UpdateGoods(t.Context(), kettle, store.GoodsPatch{Price: ptr(250)}); err != nil {
			t.Fatal(err)
		}
		if states := told[events.ProductState](t, w, events.KindProduct, kettle); len(states) != 4 || states[3].Price.Amount != 250 {
			t.Errorf("after a new price was told %+v", states)
		}
	})
}

func TestWithTooLittleOfOneProductNothingIsTaken(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		kettle, mug, spoon := w.goods(t, "Kettle", 5), w.goods(t, "Mug", 2), w.goods(t, "Spoon", 0)
		w.mustHear(t, "o1", "PLACED", events.OrderLine{ProductID: kettle, Quantity: 5}, events.OrderLine{ProductID: mug, Quantity: 3})
		w.mustHear(t, "o2", "PLACED", events.OrderLine{ProductID: spoon, Quantity: 1})
		w.mustHear(t, "o3", "PLACED", events.OrderLine{ProductID: "gone", Quantity: 1}, events.OrderLine{ProductID: "also-gone", Quantity: 1})
		// One that was cancelled before it was known to be placed has no stock to give back.
		w.mustHear(t, "o1", "CANCELLED", events.OrderLine{ProductID: kettle, Quantity: 5})
		w.mustHear(t, "o4", "CANCELLED", events.OrderLine{ProductID: kettle, Quantity: 5})
		if kettles, mugs := w.stock(t, kettle), w.stock(t, mug); kettles != 5 || mugs != 2 {
			t.Errorf("there are %d kettles and %d mugs, want 5 and 2", kettles, mugs)
		}
		want := map[string][]events.ReservationState{
			"o1": {{Reason: "There are only 2 pieces left of Mug."}},
			"o2": {{Reason: "Spoon is sold out."}},
			"o3": {{Reason: "One of the products is not sold any more."}},
			"o4": {},
		}
		for id, states := range want {
			if diff := cmp.Diff(states, told[events.ReservationState](t, w, events.KindReservation, id)); diff != "" {
				t.Errorf("told of %s (-want +got):\n%s", id, diff)
			}
		}
		if err := w.hear(t, "o5", "PLACED", events.OrderLine{ProductID: kettle, Quantity: -1}); !errors.Is(err, events.ErrPoison) {
			t.Errorf("fewer than no pieces: %v, want an event that nobody can apply", err)
		}
	})
}

// TestWhatWasReservedIsKept: the database itself keeps what was taken for orders.
func TestWhatWasReservedIsKept(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		line := events.OrderLine{ProductID: w.goods(t, "Kettle", 3), Quantity: 2}
		for _, order := range []string{"a", "b"} { // the second one finds too little
			w.mustHear(t, order, "PLACED", line)
			w.mustHear(t, order, "CANCELLED")
		}
		databasetest.WantKept(t, w.db, "reserved", "product_id")
	})
}

// TestStockUnderConcurrentOrders: staff change a product while orders for it come in; no piece is sold twice.
func TestStockUnderConcurrentOrders(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		const orders, stock = 12, 7
		kettle, mug := w.goods(t, "Kettle", stock), w.goods(t, "Mug", orders)
		var group sync.WaitGroup
		for i := range orders {
			group.Go(func() {
				// In both orders of the lines: two transactions must not wait for each other.
				lines := []events.OrderLine{{ProductID: kettle, Quantity: 1}, {ProductID: mug, Quantity: 1}}
				if i%2 == 0 {
					lines[0], lines[1] = lines[1], lines[0]
				}
				if err := w.hear(t, fmt.Sprint("o", i), "PLACED", lines...); err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				if _, err := w.UpdateGoods(t.Context(), kettle, store.GoodsPatch{Price: ptr(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		accepted := 0
		for i := range orders {
			if told[events.ReservationState](t, w, events.KindReservation, fmt.Sprint("o", i))[0].IsAccepted {
				accepted++
			}
		}
		if kettles, mugs := w.stock(t, kettle), w.stock(t, mug); accepted != stock || kettles != 0 || mugs != orders-stock {
			t.Errorf("%d orders were accepted, %d kettles and %d mugs are left, want %d, 0 and %d", accepted, kettles, mugs, stock, orders-stock)
		}
	})
}

func TestDemoProductsThatWereDeletedStayAway(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		for range 2 {
			if err := w.SeedDemo(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := w.Backfill(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if states := told[events.ProductState](t, w, events.KindProduct, "movie-the-dare"); len(states) != 1 || states[0].Name != "The Dare" {
			t.Errorf("told of the film %+v, want it once", states)
		}
		if _, err := w.Delete(t.Context(), "movie-the-dare"); err != nil {
			t.Fatal(err)
		}
		if err := w.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found, err := w.ByIDs(t.Context(), []string{"movie-the-dare"}); err != nil || found[0] != nil {
			t.Errorf("after seeding anew the deleted film is %v, %v", found[0], err)
		}
	})
}

// TestBackfill: products of before events are told of, once.
func TestBackfill(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		id := w.goods(t, "Kettle", 1)
		err := w.db.Tx(t.Context(), func(tx database.Handle) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO products (id, sku, kind, name, price_amount, price_currency, stock, created_at,
				name_key, search_text) SELECT 'old', 'old', kind, name, 1, 'EUR', 1, created_at, name_key, search_text FROM products`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Backfill(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{id, "old"} {
			if states := told[events.ProductState](t, w, events.KindProduct, id); len(states) != 1 || !states[0].IsAvailable {
				t.Errorf("told %+v of %s, want the kettle once", states, id)
			}
		}
	})
}
