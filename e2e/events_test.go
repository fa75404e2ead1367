package e2e

import (
	"fmt"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// count asks a service's store for a number.
func (s system) count(t *testing.T, service, query string) (number int) {
	t.Helper()
	db, err := openStore(s.Databases[service])
	must(t, err)
	defer func() { _ = db.Close() }()
	must(t, db.Get(&number, query))
	return number
}

// openStore opens the database of a service, as its DATABASE_URL names it, for reading and for tests to spoil.
func openStore(url string) (*sqlx.DB, error) {
	file, isSQLite := strings.CutPrefix(url, "sqlite:")
	if isSQLite {
		return sqlx.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	}
	return sqlx.Open("pgx", url)
}

// awaitCatalogue waits until order knows the whole catalogue by its events.
func (s system) awaitCatalogue(t *testing.T) {
	t.Helper()
	eventually(t, "order does not know the catalogue", func() error {
		there, known := s.count(t, "product", `SELECT count(*) FROM products`), s.count(t, "order", `SELECT count(*) FROM catalogue`)
		if there == 0 || known != there {
			return fmt.Errorf("%d of %d products are known", known, there)
		}
		return nil
	})
}

// awaitField waits until a field of an order has the value, or any value for nil.
func (c client) awaitField(t *testing.T, order any, field string, want any) response {
	t.Helper()
	var res response
	eventually(t, fmt.Sprintf("%s of the order is not %v", field, want), func() error {
		res = c.must(t, `query ($id: ID!) { order(id: $id) { status confirmedAt cancelReason } }`, map[string]any{"id": order})
		got := res.at("order", field)
		if got != nil && (want == nil || got == want) {
			return nil
		}
		return fmt.Errorf("it is %v: %s", got, res.Body)
	})
	return res
}

// buy puts some of a product into the open order and checks out.
func (c client) buy(t *testing.T, product any, quantity int) (order any) {
	t.Helper()
	c.must(t, addItemMutation, map[string]any{"id": product, "n": quantity})
	return c.must(t, checkoutMutation, map[string]any{"key": unique()}).at("checkout", "id")
}

func (c client) awaitStock(t *testing.T, product any, want int) {
	t.Helper()
	eventually(t, "the stock is wrong", func() error {
		res := c.must(t, `query ($id: ID!) { product(id: $id) { ... on Goods { stock } } }`, map[string]any{"id": product})
		if got := res.at("product", "stock"); got != float64(want) {
			return fmt.Errorf("it is %v, want %d", got, want)
		}
		return nil
	})
}

// TestStockFollowsOrders: an order that is placed takes its stock, one that finds too little is cancelled with a reason,
// and a cancelled one gives its stock back; also if Redis is gone meanwhile, and comes back without anything.
func TestStockFollowsOrders(t *testing.T) {
	s := startShop(t)
	clerk := s.login(t, "clerk")
	goods := clerk.must(t, `mutation { createGoods(input: {name: "Lamp", price: 1000, stock: 5}) { id } }`, nil).at("createGoods", "id")
	first, _ := s.register(t)
	order := first.buy(t, goods, 2)
	first.awaitField(t, order, "confirmedAt", nil)
	clerk.awaitStock(t, goods, 3)

	second, _ := s.register(t)
	tooMuch := second.buy(t, goods, 4)
	res := second.awaitField(t, tooMuch, "status", "CANCELLED")
	if reason, _ := res.at("order", "cancelReason").(string); reason == "" {
		t.Errorf("the customer sees no reason: %s", res.Body)
	}
	clerk.awaitStock(t, goods, 3)

	must(t, s.StopRedis())
	during := second.buy(t, goods, 3)
	first.must(t, `mutation ($id: ID!) { cancelOrder(id: $id, reason: "too late") { status } }`, map[string]any{"id": order})
	must(t, s.StartRedis())
	second.awaitField(t, during, "confirmedAt", nil)
	clerk.awaitStock(t, goods, 2)

	for _, step := range []string{"markPaid", "markShipped"} {
		clerk.must(t, `mutation ($id: ID!) { `+step+`(id: $id) { status } }`, map[string]any{"id": during})
	}
	second.awaitField(t, during, "status", "SHIPPED")
}

// TestPriceChangeReachesOrder: a price that staff changes is confirmed at checkout, as soon as its event is there.
func TestPriceChangeReachesOrder(t *testing.T) {
	s := startShop(t)
	s.awaitCatalogue(t)
	clerk, walter := s.login(t, "clerk"), s.login(t, "walter")
	clerk.must(t, `mutation { updateMovie(id: "movie-the-dare", input: {price: 1999}) { id } }`, nil)
	eventually(t, "order does not hear of the price", func() error {
		if amount := s.count(t, "order", `SELECT amount FROM catalogue WHERE product_id = 'movie-the-dare'`); amount != 1999 {
			return fmt.Errorf("it is %d", amount)
		}
		return nil
	})
	s.stop(t, "product")
	res := walter.send(t, checkoutMutation, map[string]any{"key": "k"})
	if res.code() != "PRICE_CHANGED" {
		t.Errorf("checkout answered %s, want PRICE_CHANGED", res.Body)
	}
}

// TestApplyingForFinancing: credit knows an order by its events, and needs order no more.
func TestApplyingForFinancing(t *testing.T) {
	s := startShop(t)
	eventually(t, "credit does not hear of the orders", func() error {
		if known := s.count(t, "credit", `SELECT count(*) FROM orders`); known < 3 {
			return fmt.Errorf("%d orders are known", known)
		}
		return nil
	})
	s.stop(t, "order")
	const apply = `mutation { applyForFinancing(orderId: "order-leslie") { id status } }`
	if res := s.login(t, "jack").send(t, apply, nil); res.code() != "FORBIDDEN" {
		t.Errorf("another's order: %s", res.Body)
	}
	application := s.login(t, "leslie").must(t, apply, nil)
	if got := application.at("applyForFinancing", "status"); got != "PENDING" {
		t.Errorf("the application is %v", got)
	}
	decided := s.login(t, "clerk").must(t, `mutation ($id: ID!) { decideFinancing(id: $id, approve: true, reason: "known to us") {
		status ledger { after changedBy } } }`, map[string]any{"id": application.at("applyForFinancing", "id")})
	if got := decided.at("decideFinancing", "status"); got != "APPROVED" {
		t.Errorf("the application became %v", got)
	}
}
