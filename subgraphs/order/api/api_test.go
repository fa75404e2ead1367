package api_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/order/api"
	"github.com/weft-graph/weft/subgraphs/order/catalog/catalogtest"
	"github.com/weft-graph/weft/subgraphs/order/store"
	"github.com/weft-graph/weft/subgraphs/order/watch"
)

// service is the order subgraph with its demo orders, a product service beside it, and callers.
type service struct {
	catalog                             *catalogtest.Server
	hub                                 *watch.Hub
	orders                              *store.Store
	db                                  *database.DB
	public, walter, jack, leslie, clerk authtest.Client
	// stranger has no order; reader is staff that only reads.
	stranger, reader authtest.Client
}

func TestMain(m *testing.M) { databasetest.Main(m) }

func newService(t *testing.T) service {
	t.Helper()
	return newServiceOn(t, databasetest.SQLite(t, store.Migrations()))
}

func newServiceOn(t *testing.T, db *database.DB) service {
	t.Helper()
	issuer := authtest.NewIssuer(t)
	products := catalogtest.Start(t, map[string]catalogtest.Product{
		"movie-the-dare":   {Name: "The Dare", Amount: 1499},
		"movie-dont-click": {Name: "Don't Click", Amount: 1299},
		"goods-kettle":     {Name: "Kettle", Amount: 3499},
		"goods-travel-mug": {Name: "Travel mug", Amount: 2499, SoldOut: true},
	})
	orders := store.New(db)
	hub := watch.New(orders, nil)
	if err := orders.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	public := authtest.Client{Handler: api.Handler(orders, api.Config{
		RouterKey: authtest.RouterKey, Verifier: auth.NewVerifier(issuer.Trust), Product: products.Client(time.Second),
		Hub: hub,
	})}
	return service{
		catalog: products, hub: hub, orders: orders, db: db, public: public,
		walter: public.As(issuer.Token(t, "walter")), jack: public.As(issuer.Token(t, "jack")),
		leslie: public.As(issuer.Token(t, "leslie")), clerk: public.As(issuer.Token(t, "clerk", "order:read", "order:write")),
		stranger: public.As(issuer.Token(t, "stranger")), reader: public.As(issuer.Token(t, "reader", "order:read")),
	}
}

// wantAnswer compares data and error codes.
func wantAnswer(t *testing.T, answer authtest.Answer, data string, codes ...string) {
	t.Helper()
	if diff := cmp.Diff(data, string(answer.Data)); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(append([]string{}, codes...), answer.Codes()); diff != "" {
		t.Errorf("codes (-want +got):\n%s\n%+v", diff, answer.Errors)
	}
}

// failed is the data of an answer whose only mutation failed.
func failed(mutation string) string {
	name, _, _ := strings.Cut(mutation, "(")
	return `{"` + name + `":null}`
}

func TestTheOpenOrderOfAPerson(t *testing.T) {
	s := newService(t)
	const query = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { openOrder {
		id status customer { id } placedAt total { amount currency }
		items { productId productName quantity unitPrice { amount } lineTotal { amount currency } product { __typename id } }
	} } } }`
	answer := s.walter.Do(t, query, map[string]any{"representations": users("walter")}, nil)
	wantAnswer(t, answer, `{"_entities":[{"openOrder":{"id":"order-walter","status":"OPEN","customer":{"id":"walter"},"placedAt":null,`+
		`"total":{"amount":4097,"currency":"EUR"},"items":[`+
		`{"productId":"movie-the-dare","productName":"The Dare","quantity":1,"unitPrice":{"amount":1499},`+
		`"lineTotal":{"amount":1499,"currency":"EUR"},"product":{"__typename":"Product","id":"movie-the-dare"}},`+
		`{"productId":"movie-dont-click","productName":"Don't Click","quantity":2,"unitPrice":{"amount":1299},`+
		`"lineTotal":{"amount":2598,"currency":"EUR"},"product":{"__typename":"Product","id":"movie-dont-click"}}]}}]}`)
}

func users(ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, map[string]any{"__typename": "User", "id": id})
	}
	return list
}

func TestNobodyReadsAnothersOrders(t *testing.T) {
	s := newService(t)
	const order = `{ order(id: "order-walter") { id } }`
	wantAnswer(t, s.walter.Do(t, order, nil, nil), `{"order":{"id":"order-walter"}}`)
	wantAnswer(t, s.clerk.Do(t, order, nil, nil), `{"order":{"id":"order-walter"}}`)
	wantAnswer(t, s.jack.Do(t, order, nil, nil), `{"order":null}`)
	wantAnswer(t, s.public.Do(t, order, nil, nil), `{"order":null}`, "UNAUTHENTICATED")
	wantAnswer(t, s.walter.Do(t, `{ order(id: "nothing") { id } }`, nil, nil), `{"order":null}`)

	const list = `{ orders(status: OPEN) { totalCount edges { node { id } } } }`
	wantAnswer(t, s.clerk.Do(t, list, nil, nil),
		`{"orders":{"totalCount":3,"edges":[{"node":{"id":"order-leslie"}},{"node":{"id":"order-jack"}},{"node":{"id":"order-walter"}}]}}`)
	wantAnswer(t, s.walter.Do(t, list, nil, nil), `{"orders":null}`, "FORBIDDEN")
	wantAnswer(t, s.public.Do(t, list, nil, nil), `{"orders":null}`, "UNAUTHENTICATED")
}

func TestForgedRepresentationsReadNothing(t *testing.T) {
	s := newService(t)
	const orders = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Order { id total { amount } } } }`
	forged := map[string]any{"representations": []any{
		map[string]any{"__typename": "Order", "id": "order-walter", "customer": map[string]any{"id": "jack"}},
		map[string]any{"__typename": "Order", "id": "order-jack"},
		map[string]any{"__typename": "Order", "id": "nothing"},
	}}
	wantAnswer(t, s.jack.Do(t, orders, forged, nil), `{"_entities":[null,{"id":"order-jack","total":{"amount":1299}},null]}`)
	wantAnswer(t, s.public.Do(t, orders, forged, nil), `{"_entities":[null,null,null]}`)
	wantAnswer(t, s.clerk.Do(t, orders, forged, nil),
		`{"_entities":[{"id":"order-walter","total":{"amount":4097}},{"id":"order-jack","total":{"amount":1299}},null]}`)

	const open = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { openOrder { id } } } }`
	all := map[string]any{"representations": users("walter", "jack", "nobody", "jack")}
	answer := s.jack.Do(t, open, all, nil)
	wantAnswer(t, answer, `{"_entities":[{"openOrder":null},{"openOrder":{"id":"order-jack"}},{"openOrder":null},{"openOrder":{"id":"order-jack"}}]}`,
		"FORBIDDEN", "FORBIDDEN")
	for _, err := range answer.Errors {
		if len(err.Path) != 3 || err.Path[0] != "_entities" || err.Path[2] != "openOrder" {
			t.Errorf("path %v", err.Path)
		}
	}
	wantAnswer(t, s.clerk.Do(t, open, all, nil),
		`{"_entities":[{"openOrder":{"id":"order-walter"}},{"openOrder":{"id":"order-jack"}},{"openOrder":null},{"openOrder":{"id":"order-jack"}}]}`)
	wantAnswer(t, s.public.Do(t, open, map[string]any{"representations": users("walter")}, nil),
		`{"_entities":[{"openOrder":null}]}`, "UNAUTHENTICATED")

	const history = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { orders { totalCount } } } }`
	wantAnswer(t, s.jack.Do(t, history, map[string]any{"representations": users("jack", "walter")}, nil),
		`{"_entities":[{"orders":{"totalCount":1}},{"orders":null}]}`, "FORBIDDEN")
}

func TestAPersonChangesOnlyTheirOwnOrder(t *testing.T) {
	s := newService(t)
	const lines = `{ id items { productId quantity } }`
	wantAnswer(t, s.jack.Do(t, `mutation { addItem(productId: "goods-kettle") `+lines+` }`, nil, nil),
		`{"addItem":{"id":"order-jack","items":[{"productId":"movie-dont-click","quantity":1},{"productId":"goods-kettle","quantity":1}]}}`)
	wantAnswer(t, s.jack.Do(t, `mutation { setItemQuantity(productId: "goods-kettle", quantity: 3) `+lines+` }`, nil, nil),
		`{"setItemQuantity":{"id":"order-jack","items":[{"productId":"movie-dont-click","quantity":1},{"productId":"goods-kettle","quantity":3}]}}`)
	wantAnswer(t, s.jack.Do(t, `mutation { removeItem(productId: "movie-dont-click") `+lines+` }`, nil, nil),
		`{"removeItem":{"id":"order-jack","items":[{"productId":"goods-kettle","quantity":3}]}}`)
	wantAnswer(t, s.jack.Do(t, `mutation { cancelOrder(id: "order-walter") { id } }`, nil, nil), `{"cancelOrder":null}`, "NOT_FOUND")
	wantAnswer(t, s.jack.Do(t, `mutation { cancelOrder(id: "order-jack") { status } }`, nil, nil), `{"cancelOrder":{"status":"CANCELLED"}}`)
	for _, mutation := range []string{
		`addItem(productId: "goods-kettle") { id }`, `setItemQuantity(productId: "movie-the-dare", quantity: 1) { id }`,
		`removeItem(productId: "movie-the-dare") { id }`, `checkout(idempotencyKey: "k") { id }`, `cancelOrder(id: "order-walter") { id }`,
	} {
		wantAnswer(t, s.public.Do(t, "mutation { "+mutation+" }", nil, nil), failed(mutation), "UNAUTHENTICATED")
	}
}

func TestItemsThatAreRefused(t *testing.T) {
	s := newService(t)
	for _, test := range []struct{ mutation, code, field string }{
		{`addItem(productId: "nothing") { id }`, "NOT_FOUND", ""},
		{`addItem(productId: "../../healthz") { id }`, "NOT_FOUND", ""},
		{`addItem(productId: "goods-travel-mug") { id }`, "CONFLICT", ""},
		{`addItem(productId: "goods-kettle", quantity: 0) { id }`, "BAD_INPUT", "quantity"},
		{`addItem(productId: "goods-kettle", quantity: 1000) { id }`, "BAD_INPUT", "quantity"},
		{`setItemQuantity(productId: "movie-the-dare", quantity: -1) { id }`, "BAD_INPUT", "quantity"},
		{`setItemQuantity(productId: "goods-kettle", quantity: 1) { id }`, "NOT_FOUND", ""},
		{`removeItem(productId: "goods-kettle") { id }`, "NOT_FOUND", ""},
		{`checkout(idempotencyKey: " ") { id }`, "BAD_INPUT", "idempotencyKey"},
	} {
		answer := s.walter.Do(t, "mutation { "+test.mutation+" }", nil, nil)
		wantAnswer(t, answer, failed(test.mutation), test.code)
		if field, _ := answer.Errors[0].Extensions["field"].(string); field != test.field {
			t.Errorf("%s: field %q", test.mutation, field)
		}
	}
}

func TestWithoutProductOnlyItemsAndCheckoutFail(t *testing.T) {
	s := newService(t)
	s.catalog.Close()
	for _, mutation := range []string{`addItem(productId: "goods-kettle") { id }`, `checkout(idempotencyKey: "k") { id }`} {
		answer := s.walter.Do(t, "mutation { "+mutation+" }", nil, nil)
		wantAnswer(t, answer, failed(mutation), "UNAVAILABLE")
		if answer.Errors[0].Extensions["service"] != "product" || strings.Contains(answer.Errors[0].Message, "127.0.0.1") {
			t.Errorf("error %+v", answer.Errors[0])
		}
	}
	wantAnswer(t, s.walter.Do(t, `{ order(id: "order-walter") { status items { productName product { id } } total { amount } } }`, nil, nil),
		`{"order":{"status":"OPEN","items":[{"productName":"The Dare","product":{"id":"movie-the-dare"}},`+
			`{"productName":"Don't Click","product":{"id":"movie-dont-click"}}],"total":{"amount":4097}}}`)
	wantAnswer(t, s.walter.Do(t, `mutation {
		setItemQuantity(productId: "movie-the-dare", quantity: 2) { total { amount } }
		addItem(productId: "goods-kettle") { id }
		removeItem(productId: "movie-dont-click") { total { amount } }
		cancelOrder(id: "order-walter") { status }
	}`, nil, nil), `{"setItemQuantity":{"total":{"amount":5596}},"addItem":null,"removeItem":{"total":{"amount":2998}},"cancelOrder":{"status":"CANCELLED"}}`, "UNAVAILABLE")
}

func TestCheckoutThroughGraphQL(t *testing.T) {
	s := newService(t)
	const checkout = `mutation($accepted: [AcceptedPrice!]! = []) { checkout(idempotencyKey: "walter-1", acceptedPrices: $accepted) { id status total { amount } } }`
	s.catalog.Set("movie-the-dare", catalogtest.Product{Name: "The Dare", Amount: 1599})
	answer := s.walter.Do(t, checkout, nil, nil)
	wantAnswer(t, answer, `{"checkout":null}`, "PRICE_CHANGED")
	want := []any{map[string]any{
		"productId": "movie-the-dare", "productName": "The Dare",
		"oldPrice": map[string]any{"amount": 1499.0, "currency": "EUR"}, "newPrice": map[string]any{"amount": 1599.0, "currency": "EUR"},
	}}
	if diff := cmp.Diff(want, answer.Errors[0].Extensions["changes"]); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	accepted := map[string]any{"accepted": []any{map[string]any{"productId": "movie-the-dare", "amount": 1599, "currency": "EUR"}}}
	placed := `{"checkout":{"id":"order-walter","status":"PLACED","total":{"amount":4197}}}`
	wantAnswer(t, s.walter.Do(t, checkout, accepted, nil), placed)

	// The second time needs neither the product service nor the right prices: the order is placed.
	s.catalog.Close()
	wantAnswer(t, s.walter.Do(t, checkout, nil, nil), placed)
	const ordered = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { timesOrdered } } }`
	products := []any{
		map[string]any{"__typename": "Product", "id": "movie-dont-click"}, map[string]any{"__typename": "Product", "id": "nothing"},
		map[string]any{"__typename": "Product", "id": "movie-the-dare"},
	}
	wantAnswer(t, s.public.Do(t, ordered, map[string]any{"representations": products}, nil),
		`{"_entities":[{"timesOrdered":2},{"timesOrdered":0},{"timesOrdered":1}]}`)
	wantAnswer(t, s.walter.Do(t, `{ order(id: "order-walter") { items { product { timesOrdered } } } }`, nil, nil),
		`{"order":{"items":[{"product":{"timesOrdered":1}},{"product":{"timesOrdered":2}}]}}`)
}

func TestCheckoutOfWhatIsNoLongerSold(t *testing.T) {
	s := newService(t)
	s.catalog.Delete("movie-dont-click")
	wantAnswer(t, s.jack.Do(t, `mutation { checkout(idempotencyKey: "k") { id } }`, nil, nil), `{"checkout":null}`, "NOT_FOUND")
	s.catalog.Set("movie-dont-click", catalogtest.Product{Name: "Don't Click", Amount: 1299, SoldOut: true})
	wantAnswer(t, s.jack.Do(t, `mutation { checkout(idempotencyKey: "k") { id } }`, nil, nil), `{"checkout":null}`, "CONFLICT")
	wantAnswer(t, s.jack.Do(t, `{ order(id: "order-jack") { status placedAt } }`, nil, nil), `{"order":{"status":"OPEN","placedAt":null}}`)
}

func TestAnOrderThatChangesWhileProductAnswersIsAskedAboutAgain(t *testing.T) {
	s := newService(t)
	var once sync.Once
	s.catalog.Fault(func(w http.ResponseWriter, _ *http.Request) {
		// Another tab of the same person adds an item between the two halves of the checkout.
		once.Do(func() {
			s.catalog.Fault(nil)
			s.jack.Must(t, `mutation { addItem(productId: "goods-kettle") { id } }`, nil, nil)
		})
		_, _ = w.Write([]byte(`{"id":"movie-dont-click","name":"Don't Click","price":{"amount":1299,"currency":"EUR"},"available":true}`))
	})
	wantAnswer(t, s.jack.Do(t, `mutation { checkout(idempotencyKey: "k") { status items { productId } } }`, nil, nil),
		`{"checkout":{"status":"PLACED","items":[{"productId":"movie-dont-click"},{"productId":"goods-kettle"}]}}`)
}

func TestConcurrentItemsThroughGraphQLMakeOneOrder(t *testing.T) {
	s := newService(t)
	s.walter.Must(t, `mutation { cancelOrder(id: "order-walter") { id } }`, nil, nil)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if answer := s.walter.Do(t, `mutation { addItem(productId: "goods-kettle", quantity: 2) { id } }`, nil, nil); len(answer.Errors) > 0 {
				t.Errorf("%+v", answer.Errors)
			}
		})
	}
	group.Wait()
	wantAnswer(t, s.clerk.Do(t, `{ orders { totalCount edges { node { status customer { id } items { quantity } } } } }`, nil, nil),
		`{"orders":{"totalCount":4,"edges":[{"node":{"status":"OPEN","customer":{"id":"walter"},"items":[{"quantity":16}]}},`+
			`{"node":{"status":"OPEN","customer":{"id":"leslie"},"items":[{"quantity":2},{"quantity":1}]}},`+
			`{"node":{"status":"OPEN","customer":{"id":"jack"},"items":[{"quantity":1}]}},`+
			`{"node":{"status":"CANCELLED","customer":{"id":"walter"},"items":[{"quantity":1},{"quantity":2}]}}]}}`)
}

func TestOrdersArePaged(t *testing.T) {
	s := newService(t)
	type data struct {
		Orders struct {
			Edges    []struct{ Node struct{ ID string } }
			PageInfo struct {
				HasNextPage, HasPreviousPage bool
				EndCursor                    *string
			}
		}
	}
	const query = `query($after: String) { orders(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`
	var first, second data
	s.clerk.Must(t, query, nil, &first)
	s.clerk.Must(t, query, map[string]any{"after": first.Orders.PageInfo.EndCursor}, &second)
	if len(first.Orders.Edges) != 2 || !first.Orders.PageInfo.HasNextPage || first.Orders.PageInfo.HasPreviousPage ||
		len(second.Orders.Edges) != 1 || second.Orders.Edges[0].Node.ID != "order-walter" ||
		second.Orders.PageInfo.HasNextPage || !second.Orders.PageInfo.HasPreviousPage {
		t.Errorf("pages %+v and %+v", first, second)
	}
	wantAnswer(t, s.clerk.Do(t, `{ orders(first: 0) { totalCount } }`, nil, nil), `{"orders":null}`, "BAD_INPUT")
	wantAnswer(t, s.clerk.Do(t, `{ orders(after: "e30") { totalCount } }`, nil, nil), `{"orders":null}`, "BAD_INPUT")
}

func TestOnlyTheRouterIsAnswered(t *testing.T) {
	s := newService(t)
	answer := s.walter.Send(t, []byte(`{"query":"{ order(id: \"order-walter\") { id } }"}`), false)
	if answer.Status != http.StatusUnauthorized || !cmp.Equal(answer.Codes(), []string{"UNSIGNED_REQUEST"}) {
		t.Errorf("unsigned: %d %v", answer.Status, answer.Codes())
	}
	var got struct {
		Service struct{ SDL string } `json:"_service"`
	}
	s.public.Must(t, `{ _service { sdl } }`, nil, &got)
	if strings.Count(got.Service.SDL, "@link(") != 1 || !strings.Contains(got.Service.SDL, "type Product @interfaceObject @key(fields: \"id\")") {
		t.Errorf("sdl:\n%s", got.Service.SDL)
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	authtest.WantMethods(t, newService(t).public.Handler, map[string]string{"/graphql": "POST"})
}
