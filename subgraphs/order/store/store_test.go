package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var (
	dare   = store.Offer{ProductID: "dare", Name: "The Dare", Price: store.Money{Amount: 1499, Currency: "EUR"}}
	click  = store.Offer{ProductID: "click", Name: "Don't Click", Price: store.Money{Amount: 1299, Currency: "EUR"}}
	kettle = store.Offer{ProductID: "kettle", Name: "Kettle", Price: store.Money{Amount: 3499, Currency: "EUR"}}
)

// each runs a test on no orders in every kind of database.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) { test(t, store.New(db)) })
}

// print writes an order on one line: "walter OPEN 2 × dare 14.99 EUR = 29.98 EUR".
func print(order *store.Order) string {
	if order == nil {
		return "none"
	}
	lines := []string{}
	for _, item := range order.Items {
		lines = append(lines, fmt.Sprintf("%d × %s %s", item.Quantity, item.ProductID, item.UnitPrice()))
	}
	return fmt.Sprintf("%s %s %s = %s", order.CustomerID, order.Status, strings.Join(lines, ", "), order.Total())
}

// wantOrder checks what a change returned, and that the database says the same.
func wantOrder(t *testing.T, s *store.Store, order *store.Order, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got := print(order); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	stored, err := s.ByIDs(context.Background(), []string{order.ID})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(order, stored[0], cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("the database says something else (-returned +stored):\n%s", diff)
	}
}

func wantFailure(t *testing.T, err error, code fail.Code, field string) {
	t.Helper()
	var failure *fail.Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Field != field {
		t.Fatalf("got %v, want %s of field %q", err, code, field)
	}
}

// must returns a function that ends the test if a change failed: must(t)(s.AddItem(…)).
func must(t *testing.T) func(*store.Order, error) *store.Order {
	return func(order *store.Order, err error) *store.Order {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return order
	}
}

func TestAnOrderIsFilled(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		order, err := s.AddItem(ctx, "walter", dare, 1)
		wantOrder(t, s, order, err, "walter OPEN 1 × dare 14.99 EUR = 14.99 EUR")
		order, err = s.AddItem(ctx, "walter", click, 2)
		wantOrder(t, s, order, err, "walter OPEN 1 × dare 14.99 EUR, 2 × click 12.99 EUR = 40.97 EUR")

		dearer := dare
		dearer.Price.Amount = 9999
		order, err = s.AddItem(ctx, "walter", dearer, 2)
		wantOrder(t, s, order, err, "walter OPEN 3 × dare 14.99 EUR, 2 × click 12.99 EUR = 70.95 EUR")
		order, err = s.SetQuantity(ctx, "walter", "click", 1)
		wantOrder(t, s, order, err, "walter OPEN 3 × dare 14.99 EUR, 1 × click 12.99 EUR = 57.96 EUR")
		order, err = s.SetQuantity(ctx, "walter", "dare", 0)
		wantOrder(t, s, order, err, "walter OPEN 1 × click 12.99 EUR = 12.99 EUR")
		order, err = s.AddItem(ctx, "walter", dearer, 1)
		wantOrder(t, s, order, err, "walter OPEN 1 × click 12.99 EUR, 1 × dare 99.99 EUR = 112.98 EUR")
		if order.Version != 6 {
			t.Errorf("six changes made version %d", order.Version)
		}
		must(t)(s.SetQuantity(ctx, "walter", "click", 0))
		order, err = s.SetQuantity(ctx, "walter", "dare", 0)
		wantOrder(t, s, order, err, "walter OPEN  = 0.00 EUR")
	})
}

func TestLimitsOfAnOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		for _, quantity := range []int{0, -1, 1000, 1 << 62, -1 << 63} {
			_, err := s.AddItem(ctx, "walter", dare, quantity)
			wantFailure(t, err, fail.BadInput, "quantity")
		}
		if open, err := s.OpenOrders(ctx, []string{"walter"}); err != nil || open[0] != nil {
			t.Fatalf("a refused item began an order: %v, %v", open, err)
		}
		must(t)(s.AddItem(ctx, "walter", dare, 999))
		_, err := s.AddItem(ctx, "walter", dare, 1)
		wantFailure(t, err, fail.BadInput, "quantity")
		for _, quantity := range []int{-1, 1000} {
			_, err := s.SetQuantity(ctx, "walter", "dare", quantity)
			wantFailure(t, err, fail.BadInput, "quantity")
		}
		_, err = s.SetQuantity(ctx, "walter", "kettle", 0)
		wantFailure(t, err, fail.NotFound, "")
		_, err = s.SetQuantity(ctx, "jack", "dare", 1)
		wantFailure(t, err, fail.NotFound, "")
		foreign := store.Offer{ProductID: "tea", Name: "Tea", Price: store.Money{Amount: 1, Currency: "GBP"}}
		_, err = s.AddItem(ctx, "walter", foreign, 1)
		wantFailure(t, err, fail.Conflict, "")

		// The total is what must fit, to the last cent: 999 × 14.99 and the rest.
		rest := store.Offer{ProductID: "yacht", Name: "Yacht", Price: store.Money{Amount: store.MaxAmount - 999*1499, Currency: "EUR"}}
		order := must(t)(s.AddItem(ctx, "walter", rest, 1))
		if order.Total().Amount != store.MaxAmount {
			t.Errorf("total %s", order.Total())
		}
		_, err = s.AddItem(ctx, "walter", store.Offer{ProductID: "nail", Name: "Nail", Price: store.Money{Amount: 1, Currency: "EUR"}}, 1)
		wantFailure(t, err, fail.BadInput, "quantity")
		_, err = s.AddItem(ctx, "leslie", store.Offer{ProductID: "yacht", Name: "Yacht", Price: store.Money{Amount: store.MaxAmount, Currency: "EUR"}}, 999)
		wantFailure(t, err, fail.BadInput, "quantity")

		for i := range store.MaxLines {
			must(t)(s.AddItem(ctx, "jack", store.Offer{ProductID: fmt.Sprintf("p%d", i), Name: "P", Price: store.Money{Currency: "EUR"}}, 1))
		}
		_, err = s.AddItem(ctx, "jack", dare, 1)
		wantFailure(t, err, fail.BadInput, "productId")
	})
}

func TestConcurrentItemsMakeOneOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		offers := []store.Offer{dare, click, kettle}
		const callers = 12
		var group sync.WaitGroup
		for i := range callers {
			group.Go(func() {
				if _, err := s.AddItem(ctx, "walter", offers[i%len(offers)], i+1); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		page, err := s.List(ctx, store.Filter{}, 100, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Orders) != 1 {
			t.Fatalf("%d orders were made", len(page.Orders))
		}
		got := map[string]int{}
		for _, item := range page.Orders[0].Items {
			got[item.ProductID] = item.Quantity
		}
		// 1+4+7+10, 2+5+8+11 and 3+6+9+12.
		if diff := cmp.Diff(map[string]int{"dare": 22, "click": 26, "kettle": 30}, got); diff != "" {
			t.Errorf("quantities (-want +got):\n%s", diff)
		}
		if page.Orders[0].Version != callers {
			t.Errorf("%d changes made version %d", callers, page.Orders[0].Version)
		}
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		open := must(t)(s.AddItem(ctx, "walter", dare, 1))
		_, err := s.Cancel(ctx, store.Cancellation{CustomerID: "jack", OrderID: open.ID})
		wantFailure(t, err, fail.NotFound, "")
		_, err = s.Cancel(ctx, store.Cancellation{CustomerID: "walter", OrderID: "nothing"})
		wantFailure(t, err, fail.NotFound, "")
		order, err := s.Cancel(ctx, store.Cancellation{CustomerID: "walter", OrderID: open.ID})
		wantOrder(t, s, order, err, "walter CANCELLED 1 × dare 14.99 EUR = 14.99 EUR")
		again, err := s.Cancel(ctx, store.Cancellation{CustomerID: "walter", OrderID: open.ID})
		wantOrder(t, s, again, err, "walter CANCELLED 1 × dare 14.99 EUR = 14.99 EUR")
		if again.Version != order.Version {
			t.Errorf("cancelling again made version %d of %d", again.Version, order.Version)
		}
		next := must(t)(s.AddItem(ctx, "walter", click, 1))
		if next.ID == open.ID {
			t.Error("a cancelled order was filled")
		}
		placed := place(t, s, store.Checkout{CustomerID: "walter", Key: "k"})
		order, err = s.Cancel(ctx, store.Cancellation{CustomerID: "walter", OrderID: placed.ID})
		wantOrder(t, s, order, err, "walter CANCELLED 1 × click 12.99 EUR = 12.99 EUR")
	})
}

func TestListsAreByPersonAndStatusNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		for i := range 5 {
			must(t)(s.AddItem(ctx, "walter", dare, i+1))
			place(t, s, store.Checkout{CustomerID: "walter", Key: fmt.Sprint("k", i)})
		}
		must(t)(s.AddItem(ctx, "walter", click, 9))
		must(t)(s.AddItem(ctx, "jack", dare, 7))
		walter, placed, open := "walter", store.StatusPlaced, store.StatusOpen
		tests := []struct {
			filter store.Filter
			want   []int // the quantities of the orders
		}{
			{store.Filter{}, []int{7, 9, 5, 4, 3, 2, 1}},
			{store.Filter{CustomerID: &walter}, []int{9, 5, 4, 3, 2, 1}},
			{store.Filter{CustomerID: &walter, Status: &placed}, []int{5, 4, 3, 2, 1}},
			{store.Filter{Status: &open}, []int{7, 9}},
		}
		for _, test := range tests {
			var got []int
			var after *store.Position
			for isMore := true; isMore; {
				page, err := s.List(ctx, test.filter, 2, after)
				if err != nil {
					t.Fatal(err)
				}
				for _, order := range page.Orders {
					got = append(got, order.Items[0].Quantity)
				}
				last := store.PositionOf(page.Orders[len(page.Orders)-1])
				after, isMore = &last, page.HasNext
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", test.filter, diff)
			}
			if n, err := s.Count(ctx, test.filter); err != nil || n != len(test.want) {
				t.Errorf("counted %d, %v", n, err)
			}
		}
		for _, forged := range []store.Position{{}, {ID: "\x00"}, {Micros: -1, ID: "a"}} {
			_, err := s.List(ctx, store.Filter{}, 1, &forged)
			wantFailure(t, err, fail.BadInput, "after")
		}
		counts, err := s.TimesOrdered(ctx, []string{"dare", "click", "nothing", "\x00", "dare"})
		if diff := cmp.Diff([]int{15, 0, 0, 0, 15}, counts); err != nil || diff != "" {
			t.Errorf("times ordered: %v (-want +got):\n%s", err, diff)
		}
		found, err := s.OpenOrders(ctx, []string{"jack", "nobody", "walter", "jack", "\x00"})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, order := range found {
			got = append(got, print(order))
		}
		jack := "jack OPEN 7 × dare 14.99 EUR = 104.93 EUR"
		if diff := cmp.Diff([]string{jack, "none", "walter OPEN 9 × click 12.99 EUR = 116.91 EUR", jack, "none"}, got); diff != "" {
			t.Errorf("open orders (-want +got):\n%s", diff)
		}
	})
}

func TestSeedIsIdempotent(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		must(t)(s.AddItem(ctx, "jack", kettle, 1))
		for range 2 {
			if err := s.SeedDemo(ctx); err != nil {
				t.Fatal(err)
			}
			must(t)(s.AddItem(ctx, "walter", kettle, 1))
		}
		found, err := s.OpenOrders(ctx, []string{"walter", "jack", "leslie"})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, order := range found {
			got = append(got, print(order))
		}
		want := []string{
			"walter OPEN 1 × movie-the-dare 14.99 EUR, 2 × movie-dont-click 12.99 EUR, 2 × kettle 34.99 EUR = 110.95 EUR",
			"jack OPEN 1 × kettle 34.99 EUR = 34.99 EUR",
			"leslie OPEN 2 × movie-the-dare 14.99 EUR, 1 × goods-popcorn-maker 29.99 EUR = 59.97 EUR",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
