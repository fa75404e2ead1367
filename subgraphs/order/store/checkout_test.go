package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// offers says that every product of an order costs what its line says.
func offers(order *store.Order) []store.Offer {
	list := []store.Offer{}
	for _, item := range order.Items {
		list = append(list, store.Offer{ProductID: item.ProductID, Name: item.ProductName, Price: item.UnitPrice()})
	}
	return list
}

// checkOut does both halves of a checkout at unchanged prices, again if the order moved.
func checkOut(s *store.Store, checkout store.Checkout) (*store.Order, error) {
	for {
		order, err := s.BeginCheckout(context.Background(), checkout)
		if err != nil || order.Status != store.StatusOpen {
			return order, err
		}
		placed, err := s.Place(context.Background(), checkout, order, offers(order))
		if !errors.Is(err, store.ErrOrderMoved) {
			return placed, err
		}
	}
}

func place(t *testing.T, s *store.Store, checkout store.Checkout) *store.Order {
	t.Helper()
	return must(t)(checkOut(s, checkout))
}

func TestTheSameKeyIsTheSameOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		wish := store.Checkout{CustomerID: "walter", Key: "k1"}
		first := must(t)(s.AddItem(ctx, "walter", dare, 1))
		placed, err := checkOut(s, wish)
		wantOrder(t, s, placed, err, "walter PLACED 1 × dare 14.99 EUR = 14.99 EUR")
		if placed.ID != first.ID || placed.PlacedAt == nil || placed.Version != 2 {
			t.Errorf("placed %+v", placed)
		}
		again := place(t, s, wish)
		if diff := cmp.Diff(placed, again); diff != "" {
			t.Errorf("the same key again (-first +second):\n%s", diff)
		}

		// With another open order the key still means the first one; it never places the second.
		second := must(t)(s.AddItem(ctx, "walter", click, 1))
		if again := place(t, s, wish); again.ID != first.ID {
			t.Errorf("the key moved to order %s", again.ID)
		}
		wish.OrderID = &second.ID
		_, err = checkOut(s, wish)
		wantFailure(t, err, fail.Conflict, "")
		_, err = checkOut(s, store.Checkout{CustomerID: "walter", Key: "k2", OrderID: &first.ID})
		wantFailure(t, err, fail.Conflict, "")
		wish.Key = "k2"
		if placed := place(t, s, wish); placed.ID != second.ID {
			t.Errorf("placed %s", placed.ID)
		}

		// Keys of two persons have nothing to do with each other.
		jacks := must(t)(s.AddItem(ctx, "jack", dare, 1))
		if placed := place(t, s, store.Checkout{CustomerID: "jack", Key: "k1"}); placed.ID != jacks.ID {
			t.Errorf("jack's key placed %s", placed.ID)
		}
	})
}

func TestCheckoutsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		for _, key := range []string{"", "  ", "a\x00b", strings.Repeat("k", 256)} {
			_, err := checkOut(s, store.Checkout{CustomerID: "walter", Key: key})
			wantFailure(t, err, fail.BadInput, "idempotencyKey")
		}
		_, err := checkOut(s, store.Checkout{CustomerID: "walter", Key: "k"})
		wantFailure(t, err, fail.NotFound, "")
		must(t)(s.AddItem(ctx, "walter", dare, 1))
		must(t)(s.SetQuantity(ctx, "walter", "dare", 0))
		_, err = checkOut(s, store.Checkout{CustomerID: "walter", Key: "k"})
		wantFailure(t, err, fail.Conflict, "")
	})
}

func TestChangedPricesAreAcceptedOrRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		must(t)(s.AddItem(ctx, "walter", dare, 2))
		order := must(t)(s.AddItem(ctx, "walter", click, 1))
		wish := store.Checkout{CustomerID: "walter", Key: "k"}
		current := offers(order)
		current[0].Price.Amount = 1599

		_, err := s.Place(ctx, wish, order, current)
		wantFailure(t, err, fail.PriceChanged, "")
		var failure *fail.Error
		errors.As(err, &failure)
		price := func(amount int) map[string]any { return map[string]any{"amount": amount, "currency": "EUR"} }
		want := map[string]any{"changes": []map[string]any{
			{"productId": "dare", "productName": "The Dare", "oldPrice": price(1499), "newPrice": price(1599)},
		}}
		if diff := cmp.Diff(want, failure.Details); diff != "" {
			t.Errorf("details (-want +got):\n%s", diff)
		}
		for _, accepted := range []store.AcceptedPrice{
			{ProductID: "dare", Amount: 1498, Currency: "EUR"}, {ProductID: "dare", Amount: 1599, Currency: "USD"},
			{ProductID: "click", Amount: 1599, Currency: "EUR"},
		} {
			wish.Accepted = []*store.AcceptedPrice{&accepted}
			_, err := s.Place(ctx, wish, order, current)
			wantFailure(t, err, fail.PriceChanged, "")
		}
		open, err := s.OpenOrders(ctx, []string{"walter"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(order, open[0]); diff != "" {
			t.Errorf("a refused checkout wrote (-before +after):\n%s", diff)
		}
		wish.Accepted = []*store.AcceptedPrice{{ProductID: "dare", Amount: 1599, Currency: "EUR"}}
		placed, err := s.Place(ctx, wish, order, current)
		wantOrder(t, s, placed, err, "walter PLACED 2 × dare 15.99 EUR, 1 × click 12.99 EUR = 44.97 EUR")
	})
}

func TestPlaceNoticesThatTheOrderMoved(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		seen := must(t)(s.AddItem(ctx, "walter", dare, 1))
		must(t)(s.AddItem(ctx, "walter", click, 1))
		if _, err := s.Place(ctx, store.Checkout{CustomerID: "walter", Key: "k"}, seen, offers(seen)); !errors.Is(err, store.ErrOrderMoved) {
			t.Errorf("got %v", err)
		}
		open, err := s.OpenOrders(ctx, []string{"walter"})
		if err != nil || open[0] == nil || len(open[0].Items) != 2 {
			t.Errorf("the order is %v, %v", print(open[0]), err)
		}
	})
}

func TestConcurrentCheckoutsPlaceOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		order := must(t)(s.AddItem(ctx, "walter", dare, 1))
		const callers = 8
		placed := make([]*store.Order, callers)
		var group sync.WaitGroup
		for i := range callers {
			group.Go(func() {
				var err error
				if placed[i], err = checkOut(s, store.Checkout{CustomerID: "walter", Key: "same"}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, got := range placed {
			if got == nil || got.ID != order.ID || got.Status != store.StatusPlaced || got.Version != 2 {
				t.Errorf("placed %+v", got)
			}
		}
		if n, err := s.Count(ctx, store.Filter{}); err != nil || n != 1 {
			t.Errorf("%d orders, %v", n, err)
		}
	})
}

func TestConcurrentItemsAndCheckoutLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		const callers = 8
		must(t)(s.AddItem(ctx, "walter", dare, 1))
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				if _, err := s.AddItem(ctx, "walter", dare, 1); err != nil {
					t.Error(err)
				}
			})
		}
		group.Go(func() {
			if _, err := checkOut(s, store.Checkout{CustomerID: "walter", Key: "k"}); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
		page, err := s.List(ctx, store.Filter{}, 100, nil)
		if err != nil {
			t.Fatal(err)
		}
		pieces := 0
		for _, order := range page.Orders {
			pieces += order.Items[0].Quantity
		}
		// Whatever came after the checkout is in a new order, and nothing is in both or in none.
		if pieces != callers+1 || len(page.Orders) > 2 {
			t.Errorf("%d pieces in %d orders", pieces, len(page.Orders))
		}
	})
}
