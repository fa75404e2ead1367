package api_test

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/badinput"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// hear takes a product into the copy of the catalogue, as its event does.
func (s service) hear(t *testing.T, id string, state events.ProductState) {
	t.Helper()
	event, err := events.New(events.KindProduct, id, 1, state)
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.Tx(t.Context(), func(tx database.Handle) error { return s.orders.ApplyProduct(t.Context(), tx, event) })
	if err != nil {
		t.Fatal(err)
	}
}

// TestBadInputs: each gives its code, nothing is written, and nothing internal leaks.
func TestBadInputs(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		newServiceOn(t, db).wantBadInputsRefused(t)
	})
}

func (s service) wantBadInputsRefused(t *testing.T) {
	t.Helper()
	euros := func(amount int) events.MoneyState { return events.MoneyState{Amount: amount, Currency: "EUR"} }
	s.hear(t, "goods-gone", events.ProductState{IsDeleted: true})
	s.hear(t, "goods-sold-out", events.ProductState{Name: "Sold out", Price: euros(1)})
	s.hear(t, "goods-dollar", events.ProductState{Name: "Imported", Price: events.MoneyState{Amount: 1, Currency: "USD"}, IsAvailable: true})
	s.hear(t, "goods-yacht", events.ProductState{Name: "Yacht", Price: euros(2_000_000_000), IsAvailable: true})
	s.hear(t, "goods-popcorn-maker", events.ProductState{Name: "Popcorn maker", Price: euros(3999), IsAvailable: true})
	badinput.Table{
		File: "testdata/bad_input.txt", Schema: "../schema.graphqls", AtLeast: 120, DB: s.db,
		Callers: map[string]authtest.Client{
			"nobody": s.public, "walter": s.walter, "jack": s.jack, "leslie": s.leslie, "clerk": s.clerk,
			"stranger": s.stranger, "reader": s.reader,
		},
		Mutations: map[string]string{
			"addItem":         `mutation($id: ID!, $q: Int! = 1) { addItem(productId: $id, quantity: $q) { id } }`,
			"setItemQuantity": `mutation($id: ID!, $q: Int!) { setItemQuantity(productId: $id, quantity: $q) { id } }`,
			"removeItem":      `mutation($id: ID!) { removeItem(productId: $id) { id } }`,
			"checkout": `mutation($key: String!, $order: ID, $prices: [AcceptedPrice!]! = []) {
				checkout(idempotencyKey: $key, orderId: $order, acceptedPrices: $prices) { id } }`,
			"cancelOrder": `mutation($id: ID!, $reason: String) { cancelOrder(id: $id, reason: $reason) { id } }`,
			"markPaid":    `mutation($id: ID!) { markPaid(id: $id) { id } }`,
			"markShipped": `mutation($id: ID!) { markShipped(id: $id) { id } }`,
		},
		Texts: []string{
			"{64}", strings.Repeat("x", 64), "{255}", strings.Repeat("x", 255), "{500}", strings.Repeat("x", 500),
			"{100000}", strings.Repeat("x", 100_000),
		},
	}.Run(t)
}

// TestThePriceOfTheCopyCounts: with the product service down, what events have told of can be ordered at its price.
func TestThePriceOfTheCopyCounts(t *testing.T) {
	s := newService(t)
	for id, name := range map[string]string{"movie-the-dare": "The Dare", "movie-dont-click": "Don't Click"} {
		s.hear(t, id, events.ProductState{Name: name, Price: events.MoneyState{Amount: 1499, Currency: "EUR"}, IsAvailable: true})
	}
	s.catalog.Close()
	answer := s.walter.Do(t, `mutation { checkout(idempotencyKey: "k") { id } }`, nil, nil)
	wantAnswer(t, answer, `{"checkout":null}`, "PRICE_CHANGED")
	wantAnswer(t, s.walter.Do(t, `mutation {
		checkout(idempotencyKey: "k", acceptedPrices: [{productId: "movie-dont-click", amount: 1499, currency: "EUR"}]) { status total { amount } }
		addItem(productId: "movie-the-dare") { total { amount } }
	}`, nil, nil), `{"checkout":{"status":"PLACED","total":{"amount":4497}},"addItem":{"total":{"amount":1499}}}`)
	if s.catalog.Calls.Load() != 0 {
		t.Errorf("the product service was asked %d times", s.catalog.Calls.Load())
	}
}
