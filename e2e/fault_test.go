package e2e

import (
	"net/http"
	"testing"
)

const (
	logoutMutation   = `mutation { logout }`
	meQuery          = `{ me { username } }`
	ordersQuery      = `{ me { orders(first: 10) { edges { node { id items { productId productName product { name } } } } } } }`
	productsQuery    = `{ products(first: 20) { totalCount edges { node { id name price { amount currency } } } } }`
	addItemMutation  = `mutation ($id: ID!, $n: Int!) { addItem(productId: $id, quantity: $n) { id items { productId quantity } } }`
	checkoutMutation = `mutation ($key: String!) { checkout(idempotencyKey: $key) { id status } }`
)

// TestProductDown is rule 1 of the shop: without product a person can register, log in and out, and see their orders. What
// order knows of the catalogue can be ordered, too.
func TestProductDown(t *testing.T) {
	s := startShop(t)
	s.awaitCatalogue(t)
	s.stop(t, "product")

	guest, username := s.register(t)
	if got := guest.must(t, meQuery, nil).at("me", "username"); got != username {
		t.Errorf("me is %v, want %s", got, username)
	}
	s.loginWith(t, username, "correct horse battery").must(t, logoutMutation, nil)

	walter := s.login(t, "walter")
	res := walter.send(t, ordersQuery, nil)
	items, _ := res.at("me", "orders", "edges", 0, "node", "items").([]any)
	if len(items) == 0 {
		t.Fatalf("no order shows while product is down: %s", res.Body)
	}
	for i := range items {
		item, _ := items[i].(map[string]any)
		if item["productName"] == nil || item["productId"] == nil || item["product"] != nil {
			t.Errorf("line %d is %v, want its own name and id, and no product", i, item)
		}
	}
	for _, e := range res.Errors {
		if e.Extensions["subgraph"] != "product" {
			t.Errorf("error %q does not name product: %v", e.Message, e.Extensions)
		}
	}
	walter.must(t, addItemMutation, map[string]any{"id": "movie-the-dare", "n": 1})
	if res := walter.send(t, addItemMutation, map[string]any{"id": "movie-unheard-of", "n": 1}); res.code() != "UNAVAILABLE" {
		t.Errorf("addItem of a product that only product may know answered %s, want the code UNAVAILABLE", res.Body)
	}
}

// TestOrderDown is rule 2: without order all products still show.
func TestOrderDown(t *testing.T) {
	s := startShop(t)
	healthy := s.anonymous().must(t, productsQuery, nil)
	s.stop(t, "order")
	res := s.anonymous().must(t, productsQuery, nil)
	if res.Body != healthy.Body {
		t.Errorf("the products changed when order stopped:\n%s\n%s", healthy.Body, res.Body)
	}
}

// TestOnlyUserUp is rule 3: logging in works with order, product and credit down.
func TestOnlyUserUp(t *testing.T) {
	s := startShop(t)
	for _, name := range []string{"product", "order", "credit"} {
		s.stop(t, name)
	}
	if got := s.login(t, "walter").must(t, meQuery, nil).at("me", "username"); got != "walter" {
		t.Errorf("me is %v, want walter", got)
	}
}

// TestRedisDown is rule 5: Redis is a cache, the user service's database is the truth.
func TestRedisDown(t *testing.T) {
	s := startShop(t)
	before := s.login(t, "walter")
	must(t, s.StopRedis())
	if got := before.must(t, meQuery, nil).at("me", "username"); got != "walter" {
		t.Errorf("with Redis down an old session is %v, want walter", got)
	}
	during := s.login(t, "jack")
	if got := during.must(t, meQuery, nil).at("me", "username"); got != "jack" {
		t.Errorf("a session that began with Redis down is %v, want jack", got)
	}
	during.must(t, logoutMutation, nil)
	wantRefused(t, during, "logged out while Redis was down")
	must(t, s.StartRedis())
	wantRefused(t, during, "logged out while Redis was down, and Redis is back, empty")
	before.must(t, meQuery, nil)
}

// TestLogout: the very next request with the token is refused, and stays refused when Redis forgets everything.
func TestLogout(t *testing.T) {
	s := startShop(t)
	walter, other := s.login(t, "walter"), s.login(t, "walter")
	walter.must(t, meQuery, nil)
	walter.must(t, logoutMutation, nil)
	wantRefused(t, walter, "logged out")
	other.must(t, meQuery, nil) // the other session lives
	s.forgetRedis(t)
	wantRefused(t, walter, "logged out, and Redis lost everything")
	other.must(t, `mutation { logoutEverywhere }`, nil)
	wantRefused(t, other, "logged out everywhere")
}

func wantRefused(t *testing.T, c client, why string) {
	t.Helper()
	res := c.send(t, meQuery, nil)
	if res.Status != http.StatusUnauthorized || res.code() != "UNAUTHENTICATED" {
		t.Errorf("%s: the token gives %d %s, want 401 UNAUTHENTICATED", why, res.Status, res.Body)
	}
}

// TestKill is rule 7: what was answered as done survives a kill -9 of the process that answered.
func TestKill(t *testing.T) {
	s := startShop(t)
	guest, username := s.register(t)
	guest.must(t, addItemMutation, map[string]any{"id": "movie-the-dare", "n": 2})
	order := guest.must(t, checkoutMutation, map[string]any{"key": "first"}).at("checkout", "id")
	s.kill(t, "order")
	s.start(t, "order")
	res := guest.must(t, ordersQuery, nil)
	if got := res.at("me", "orders", "edges", 0, "node", "id"); got != order {
		t.Errorf("after order was killed the newest order is %v, want %v: %s", got, order, res.Body)
	}
	if again := guest.must(t, checkoutMutation, map[string]any{"key": "first"}).at("checkout", "id"); again != order {
		t.Errorf("the same checkout gives the order %v, want %v again", again, order)
	}

	leaving := s.loginWith(t, username, "correct horse battery")
	leaving.must(t, logoutMutation, nil)
	s.kill(t, "user")
	s.forgetRedis(t)
	s.start(t, "user")
	wantRefused(t, leaving, "logged out before user was killed and Redis lost everything")
	guest.must(t, meQuery, nil)

	s.kill(t, "router")
	s.start(t, "router")
	guest.must(t, meQuery, nil)
}
