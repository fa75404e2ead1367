package e2e

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/internal/shop"
)

// TestOnlyTheRouter: a service refuses a request that did not come through the router, whatever it asks and whoever
// asks it.
func TestOnlyTheRouter(t *testing.T) {
	s := startShop(t)
	token := s.login(t, "admin").token
	forgeries := map[string]http.Header{
		"no signature":      {},
		"a wrong signature": {"Weft-Signature-Time": {"1700000000"}, "Weft-Signature": {"v1=" + strings.Repeat("0", 64)}},
		"a good token":      {"Authorization": {"Bearer " + token}},
	}
	for _, name := range shop.Services {
		url := "http://" + s.Addresses[name] + "/graphql"
		for what, header := range forgeries {
			for _, query := range []string{"{ __typename }", "{ _service { sdl } }"} {
				res, err := post(url, query, nil, header)
				if err != nil {
					t.Errorf("%s with %s: %v", name, what, err)
					continue
				}
				if res.Status != http.StatusUnauthorized || res.code() != "UNSIGNED_REQUEST" {
					t.Errorf("%s with %s answered %d %s, want 401 UNSIGNED_REQUEST", name, what, res.Status, res.Body)
				}
			}
		}
	}
}

// TestOthersOrders: a person cannot read another's order by its id; staff may.
func TestOthersOrders(t *testing.T) {
	s := startShop(t)
	walter := s.login(t, "walter")
	id := walter.must(t, `{ me { openOrder { id } } }`, nil).at("me", "openOrder", "id")
	const query = `query ($id: ID!) { order(id: $id) { id total { amount } items { productName } } }`
	variables := map[string]any{"id": id}
	if got := walter.must(t, query, variables).at("order", "id"); got != id {
		t.Errorf("Walter sees %v as his own order, want %v", got, id)
	}
	for name, c := range map[string]client{"jack": s.login(t, "jack"), "nobody": s.anonymous()} {
		if res := c.send(t, query, variables); res.at("order") != nil || strings.Contains(res.Body, "productName") {
			t.Errorf("%s sees Walter's order: %s", name, res.Body)
		}
	}
	if got := s.login(t, "clerk").must(t, query, variables).at("order", "id"); got != id {
		t.Errorf("the clerk sees %v, want %v: staff may read every order", got, id)
	}
}

// TestScopes: what needs a scope is refused before any subgraph is asked.
func TestScopes(t *testing.T) {
	s := startShop(t)
	const create = `mutation { createMovie(input: {title: "A Test", year: 2024, price: 100}) { id } }`
	res := s.login(t, "walter").send(t, create, nil)
	if len(res.Errors) == 0 || res.at("createMovie") != nil {
		t.Errorf("Walter made a film: %s", res.Body)
	}
	if id := s.login(t, "clerk").must(t, create, nil).at("createMovie", "id"); id == nil {
		t.Error("the clerk made no film")
	}
}

// TestConcurrentAddItem: two calls at the same time make one order, with the quantity of both.
func TestConcurrentAddItem(t *testing.T) {
	s := startShop(t)
	guest, _ := s.register(t)
	products := []string{"movie-the-dare", "movie-dont-click"}
	const calls = 8
	ids := make([]any, calls)
	var wait sync.WaitGroup
	for i := range calls {
		wait.Go(func() {
			res, err := guest.try(addItemMutation, map[string]any{"id": products[i%2], "n": 1})
			if err != nil || len(res.Errors) > 0 {
				t.Errorf("call %d: %v %s", i, err, res.Body)
				return
			}
			ids[i] = res.at("addItem", "id")
		})
	}
	wait.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("the calls made the orders %v, want one", ids)
		}
	}
	res := guest.must(t, `{ me { orders(first: 10) { totalCount edges { node { items { productId quantity } } } } } }`, nil)
	if got := res.at("me", "orders", "totalCount"); got != 1.0 {
		t.Errorf("there are %v orders, want 1", got)
	}
	items, _ := res.at("me", "orders", "edges", 0, "node", "items").([]any)
	if len(items) != len(products) {
		t.Fatalf("the order has %d lines, want %d: %s", len(items), len(products), res.Body)
	}
	for i := range items {
		if item, _ := items[i].(map[string]any); item["quantity"] != float64(calls/2) {
			t.Errorf("a line is %v, want the quantity %d", item, calls/2)
		}
	}
}
