package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/product/api"
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// maxFile is the size of the largest file.
const maxFile = 300_000

var peerKey = []byte("a key between order and product, for tests")

// service is the product subgraph with its demo data, and callers of two kinds.
type service struct {
	db      *database.DB
	store   *store.Store
	handler http.Handler
	public  authtest.Client
	clerk   authtest.Client
	person  authtest.Client
}

func TestMain(m *testing.M) { databasetest.Main(m) }

func newService(t *testing.T) service {
	t.Helper()
	return newServiceOn(t, newDisk(t))
}

func newDisk(t *testing.T) *files.Disk {
	t.Helper()
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	return disk
}

// newServiceOn is newService with its files in a storage.
func newServiceOn(t *testing.T, storage files.Storage) service {
	t.Helper()
	return newServiceFrom(t, databasetest.SQLite(t, store.Migrations()), storage)
}

func newServiceFrom(t *testing.T, db *database.DB, storage files.Storage) service {
	t.Helper()
	issuer := authtest.NewIssuer(t)
	products := store.New(db)
	if err := products.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	handler := api.Handler(products, api.Config{
		RouterKey: authtest.RouterKey, PeerKey: peerKey, Verifier: auth.NewVerifier(issuer.Trust),
		Files: &files.Files{Store: products, Storage: storage, MaxBytes: maxFile, Room: 10 * maxFile},
	})
	public := authtest.Client{Handler: handler}
	return service{
		db: db, store: products, handler: handler, public: public,
		clerk: public.As(issuer.Token(t, "clerk", "product:write", "order:read")), person: public.As(issuer.Token(t, "walter")),
	}
}

// wantData compares the data of an answer without errors with JSON.
func wantData(t *testing.T, answer authtest.Answer, want string) {
	t.Helper()
	if len(answer.Errors) > 0 {
		t.Fatalf("errors %+v", answer.Errors)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(want)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(compact.String(), string(answer.Data)); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}

func TestAnybodyBrowses(t *testing.T) {
	s := newService(t)
	answer := s.public.Do(t, `{
		product(id: "movie-the-dare") { __typename id sku name price { amount currency } stock ... on Movie { title year cast } }
		gone: product(id: "nothing") { id }
		movies(first: 1) { title year }
	}`, nil, nil)
	wantData(t, answer, `{
		"product": {"__typename": "Movie", "id": "movie-the-dare", "sku": "DEMO-movie-the-dare", "name": "The Dare",
			"price": {"amount": 1499, "currency": "EUR"}, "stock": 40, "title": "The Dare", "year": 2020,
			"cast": ["Bart Edwards", "Richard Short", "Alexandra Evans", "Daniel Schutzmann"]},
		"gone": null,
		"movies": [{"title": "Night of the Living Dead", "year": 1968}]
	}`)
}

func TestProductsIsAConnection(t *testing.T) {
	s := newService(t)
	const query = `query($after: String, $first: Int) {
		products(first: $first, after: $after, sort: PRICE_DESC, filter: {kind: VEHICLE, maxPrice: 1200000}) {
			totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } }
		}
	}`
	type data struct {
		Products struct {
			TotalCount int
			PageInfo   struct {
				HasNextPage, HasPreviousPage bool
				StartCursor, EndCursor       *string
			}
			Edges []struct {
				Cursor string
				Node   struct{ Name string }
			}
		}
	}
	var names []string
	var after *string
	for range 3 {
		var got data
		s.public.Must(t, query, map[string]any{"first": 2, "after": after}, &got)
		page := got.Products
		for _, edge := range page.Edges {
			names = append(names, edge.Node.Name)
		}
		isLast := len(names) == 5
		if page.TotalCount != 5 || page.PageInfo.HasNextPage == isLast || page.PageInfo.HasPreviousPage != (after != nil) ||
			*page.PageInfo.EndCursor != page.Edges[len(page.Edges)-1].Cursor || *page.PageInfo.StartCursor != page.Edges[0].Cursor {
			t.Errorf("after %d products: %+v", len(names), page)
		}
		after = page.PageInfo.EndCursor
	}
	want := []string{"Volkswagen Golf", "Škoda Octavia", "Citroën Berlingo", "Mazda MX-5", "Fiat Panda"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	wantData(t, s.public.Do(t, query, map[string]any{"first": 2, "after": after}, nil), `{"products": {"totalCount": 5,
		"pageInfo": {"hasNextPage": false, "hasPreviousPage": true, "startCursor": null, "endCursor": null}, "edges": []}}`)
	for _, test := range []struct {
		variables map[string]any
		field     string
	}{
		{map[string]any{"first": 0}, "first"}, {map[string]any{"first": 101}, "first"}, {map[string]any{"first": -3}, "first"},
		{map[string]any{"after": "no cursor"}, "after"}, {map[string]any{"after": ""}, "after"},
	} {
		answer := s.public.Do(t, query, test.variables, nil)
		if len(answer.Errors) != 1 || answer.Errors[0].Extensions["code"] != "BAD_INPUT" || answer.Errors[0].Extensions["field"] != test.field {
			t.Errorf("%v: %+v", test.variables, answer.Errors)
		}
		if string(answer.Data) != `{"products":null}` {
			t.Errorf("%v: data %s", test.variables, answer.Data)
		}
	}
	other := `{ products(first: 1, sort: NAME, after: "` + *after + `") { totalCount } }`
	if codes := s.public.Do(t, other, nil, nil).Codes(); !cmp.Equal(codes, []string{"BAD_INPUT"}) {
		t.Errorf("a cursor of another sort: %v", codes)
	}
}

func TestOnlyStaffWrites(t *testing.T) {
	s := newService(t)
	mutations := []string{
		`createMovie(input: {title: "A", year: 2000, price: 1}) { id }`,
		`updateMovie(id: "movie-m", input: {price: 1}) { id }`,
		`createVehicle(input: {make: "A", model: "B", year: 2000, mileage: 1, price: 1}) { id }`,
		`updateVehicle(id: "vehicle-mx5-1998", input: {price: 1}) { id }`,
		`createGoods(input: {name: "A", price: 1}) { id }`,
		`updateGoods(id: "goods-kettle", input: {price: 1}) { id }`,
		`deleteProduct(id: "goods-kettle")`,
	}
	for _, mutation := range mutations {
		query := "mutation { " + mutation + " }"
		if codes := s.public.Do(t, query, nil, nil).Codes(); !cmp.Equal(codes, []string{"UNAUTHENTICATED"}) {
			t.Errorf("anonymous %s: %v", mutation, codes)
		}
		if codes := s.person.Do(t, query, nil, nil).Codes(); !cmp.Equal(codes, []string{"FORBIDDEN"}) {
			t.Errorf("customer %s: %v", mutation, codes)
		}
	}
	kettle, err := s.store.ByIDs(t.Context(), []string{"goods-kettle"})
	if err != nil || kettle[0] == nil || kettle[0].Facts().Price.Amount != 3499 {
		t.Fatalf("somebody wrote: %v, %v", kettle, err)
	}
	for _, mutation := range mutations {
		s.clerk.Must(t, "mutation { "+mutation+" }", nil, nil)
	}
}

func TestBadInputNamesTheField(t *testing.T) {
	s := newService(t)
	tests := []struct{ mutation, code, field string }{
		{`createMovie(input: {year: 2000, price: 1}) { id }`, "BAD_INPUT", "title"},
		{`createMovie(input: {title: " ", year: 2000, price: 1}) { id }`, "BAD_INPUT", "title"},
		{`createMovie(input: {title: "A", price: 1}) { id }`, "BAD_INPUT", "year"},
		{`createMovie(input: {title: null, year: null, price: 1}) { id }`, "BAD_INPUT", "title"},
		{`createVehicle(input: {make: "A", model: "B", year: 2000, price: 1}) { id }`, "BAD_INPUT", "mileage"},
		{`createGoods(input: {name: "A", price: -1}) { id }`, "BAD_INPUT", "price"},
		{`createMovie(input: {title: "the dare", year: 2020, price: 1}) { id }`, "CONFLICT", ""},
		{`updateMovie(id: "goods-kettle", input: {price: 1}) { id }`, "NOT_FOUND", ""},
		{`deleteProduct(id: "nothing")`, "NOT_FOUND", ""},
	}
	for _, test := range tests {
		answer := s.clerk.Do(t, "mutation { "+test.mutation+" }", nil, nil)
		if len(answer.Errors) != 1 {
			t.Errorf("%s: %+v", test.mutation, answer)
			continue
		}
		field, _ := answer.Errors[0].Extensions["field"].(string)
		if answer.Errors[0].Extensions["code"] != test.code || field != test.field {
			t.Errorf("%s: %+v", test.mutation, answer.Errors[0])
		}
	}
	answer := s.clerk.Do(t, `mutation { createMovie(input: {title: "A", year: 2000, price: 1, director: "B"}) { id } }`, nil, nil)
	if len(answer.Errors) == 0 || !strings.Contains(answer.Errors[0].Message, "director") {
		t.Errorf("an unknown field: %+v", answer)
	}
}

func TestEntitiesComeInTheOrderOfTheirRepresentations(t *testing.T) {
	s := newService(t)
	const query = `query($representations: [_Any!]!) { _entities(representations: $representations) {
		__typename ... on Product { id } ... on Movie { title } ... on Vehicle { make } } }`
	answer := s.public.Do(t, query, map[string]any{"representations": []any{
		map[string]any{"__typename": "Product", "id": "goods-kettle"},
		map[string]any{"__typename": "Movie", "id": "movie-m"},
		map[string]any{"__typename": "Product", "id": "nothing"},
		map[string]any{"__typename": "Product", "id": "movie-m"},
		map[string]any{"__typename": "Vehicle", "id": "movie-m"},
		map[string]any{"__typename": "Product", "id": "goods-kettle"},
		map[string]any{"__typename": "Product", "id": "vehicle-mx5-1998"},
		map[string]any{"__typename": "Goods", "id": "goods-kettle"},
	}}, nil)
	kettle, m := `{"__typename": "Goods", "id": "goods-kettle"}`, `{"__typename": "Movie", "id": "movie-m", "title": "M"}`
	wantData(t, answer, `{"_entities": [`+kettle+`, `+m+`, null, `+m+`, null, `+kettle+`,
		{"__typename": "Vehicle", "id": "vehicle-mx5-1998", "make": "Mazda"}, `+kettle+`]}`)
}

func TestOnlyTheRouterIsAnswered(t *testing.T) {
	s := newService(t)
	answer := s.public.Send(t, []byte(`{"query":"{ _service { sdl } }"}`), false)
	if answer.Status != http.StatusUnauthorized || !cmp.Equal(answer.Codes(), []string{"UNSIGNED_REQUEST"}) {
		t.Errorf("unsigned: %d %v", answer.Status, answer.Codes())
	}
	var got struct {
		Service struct{ SDL string } `json:"_service"`
	}
	s.public.Must(t, `{ _service { sdl } }`, nil, &got)
	if strings.Count(got.Service.SDL, "@link(") != 1 || !strings.Contains(got.Service.SDL, "interface Product @key(fields: \"id\")") {
		t.Errorf("sdl:\n%s", got.Service.SDL)
	}
}

func TestPeerAnswersOnlyItsPeer(t *testing.T) {
	s := newService(t)
	ask := func(method, path string, key []byte) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, path, nil)
		if key != nil {
			auth.Sign(request, nil, key)
		}
		recorder := httptest.NewRecorder()
		s.handler.ServeHTTP(recorder, request)
		return recorder
	}
	tests := []struct {
		name, method, path string
		key                []byte
		status             int
		body               string
	}{
		{"known", "GET", "/peer/products/movie-the-dare", peerKey, 200,
			`{"id":"movie-the-dare","name":"The Dare","price":{"amount":1499,"currency":"EUR"},"available":true}`},
		{"sold out", "GET", "/peer/products/movie-the-kid", peerKey, 200,
			`{"id":"movie-the-kid","name":"The Kid","price":{"amount":799,"currency":"EUR"},"available":false}`},
		{"unknown", "GET", "/peer/products/nothing", peerKey, 404, `"NOT_FOUND"`},
		{"no id of ours", "GET", "/peer/products/..%2f", peerKey, 404, `"NOT_FOUND"`},
		{"unsigned", "GET", "/peer/products/movie-the-dare", nil, 401, `"UNSIGNED_REQUEST"`},
		{"signed by the router", "GET", "/peer/products/movie-the-dare", authtest.RouterKey, 401, `"UNSIGNED_REQUEST"`},
		{"another method", "POST", "/peer/products/movie-the-dare", peerKey, 405, `does not take POST`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ask(test.method, test.path, test.key)
			if got.Code != test.status || !strings.Contains(got.Body.String(), test.body) {
				t.Errorf("%d %s", got.Code, got.Body)
			}
			if test.status == http.StatusMethodNotAllowed && got.Header().Get("Allow") != "GET" {
				t.Errorf("Allow is %q", got.Header().Get("Allow"))
			}
		})
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	authtest.WantMethods(t, newService(t).handler, map[string]string{
		"/graphql": "POST", "/files/abc": "GET, HEAD", "/peer/products/abc": "GET",
	})
}
