package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/credit/api"
	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

type world struct {
	authtest.Client
	issuer *authtest.Issuer
	db     *database.DB
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, databasetest.SQLite(t, store.Migrations()))
}

func newWorldOn(t *testing.T, db *database.DB) *world {
	t.Helper()
	w := &world{issuer: authtest.NewIssuer(t), db: db}
	credit := store.New(w.db, bureau.Embedded{})
	if err := credit.SeedDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Handler = api.Handler(api.Config{Store: credit, RouterKey: authtest.RouterKey, Verifier: auth.NewVerifier(w.issuer.Trust)})
	return w
}

// user returns a client with a token for a user.
func (w *world) user(t *testing.T, id string, permissions ...string) authtest.Client {
	return w.As(w.issuer.Token(t, id, permissions...))
}

func order(id, customer string, amount any, currency string) map[string]any {
	return map[string]any{
		"__typename": "Order", "id": id, "customer": map[string]any{"__typename": "User", "id": customer},
		"total": map[string]any{"amount": amount, "currency": currency},
	}
}

const askFinancing = `query($r: [_Any!]!, $term: Int = 24) { _entities(representations: $r) { ... on Order {
	id financing(termMonths: $term) { decision reason termMonths ratePerMille monthlyPayment { amount currency } } } } }`

type financed struct {
	Entities []*struct {
		ID        string
		Financing *struct {
			Decision, Reason         string
			TermMonths, RatePerMille int
			MonthlyPayment           *struct {
				Amount   int
				Currency string
			}
		}
	} `json:"_entities"`
}

func TestFinancingForEachStatus(t *testing.T) {
	w := newWorld(t)
	for customer, want := range map[string]string{
		"walter": "OFFER Offer Financing 24 49 180 EUR",
		"jack":   "DECLINE Decline Financing 24 49",
		"leslie": "MORE_INFORMATION_NEEDED More information needed 24 49",
		"new":    "MORE_INFORMATION_NEEDED More information needed 24 49",
	} {
		var data financed
		w.user(t, customer).Must(t, askFinancing, map[string]any{"r": []any{order("o", customer, 4097, "EUR")}}, &data)
		f := data.Entities[0].Financing
		got := fmt.Sprint(f.Decision, " ", f.Reason, " ", f.TermMonths, " ", f.RatePerMille)
		if f.MonthlyPayment != nil {
			got += fmt.Sprint(" ", f.MonthlyPayment.Amount, " ", f.MonthlyPayment.Currency)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", customer, got, want)
		}
	}
}

func TestFinancingIsForTheCustomerByTheToken(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		name, customer string
		client         authtest.Client
		code           string
	}{
		{"anonymous", "walter", w.Client, "UNAUTHENTICATED"},
		{"another customer", "walter", w.user(t, "jack"), "FORBIDDEN"},
		{"another permission", "walter", w.user(t, "jack", "order:read", "user:admin"), "FORBIDDEN"},
		{"a forged customer shows only one's own status", "jack", w.user(t, "jack"), ""},
		{"staff", "walter", w.user(t, "clerk", "credit:write"), ""},
	} {
		var data financed
		answer := c.client.Do(t, askFinancing, map[string]any{"r": []any{order("o", c.customer, 4097, "EUR")}}, &data)
		if c.code == "" && (len(answer.Errors) != 0 || data.Entities[0].Financing == nil) ||
			c.code != "" && (!slices.Equal(answer.Codes(), []string{c.code}) || data.Entities[0].Financing != nil) {
			t.Errorf("%s: %v, %s", c.name, answer.Errors, answer.Data)
		}
	}
}

func TestFinancingOfAListIsOneSQLQueryAndKeepsNeighbours(t *testing.T) {
	w := newWorld(t)
	representations := []any{}
	for i := range 40 {
		representations = append(representations, order(fmt.Sprint(i), []string{"walter", "jack", "leslie", "new"}[i%4], 100+i, "EUR"))
	}
	broken := order("no total", "walter", 1, "EUR")
	delete(broken, "total")
	representations = append(representations, broken, order("text", "walter", "12", "EUR"), order("fraction", "walter", 1.5, "EUR"),
		order("negative", "walter", -1, "EUR"), order("empty", "walter", 0, "EUR"), order("no customer", "", 1, "EUR"))
	var data financed
	before := w.db.Queries()
	answer := w.user(t, "clerk", "credit:write").Do(t, askFinancing, map[string]any{"r": representations}, &data)
	// The loader waits a moment, not for ever: a machine under load may cut a list in two.
	if queries := w.db.Queries() - before; queries < 1 || queries > 3 {
		t.Errorf("%d SQL queries", queries)
	}
	if !slices.Equal(answer.Codes(), []string{"BAD_INPUT", "BAD_INPUT", "BAD_INPUT", "BAD_INPUT", "BAD_INPUT"}) {
		t.Errorf("%+v", answer.Errors)
	}
	for i, e := range data.Entities {
		isFinanced := i < 40
		if e == nil || (e.Financing != nil) != isFinanced {
			t.Errorf("entity %d: %+v", i, e)
		}
	}
}

func TestTermsAreChecked(t *testing.T) {
	w := newWorld(t)
	walter := w.user(t, "walter")
	for term, ok := range map[any]bool{6: true, 84: true, 5: false, 85: false, -6: false, nil: true} {
		var data financed
		answer := walter.Do(t, askFinancing, map[string]any{"r": []any{order("o", "walter", 4097, "EUR")}, "term": term}, &data)
		if ok != (len(answer.Errors) == 0) || !ok && answer.Errors[0].Extensions["field"] != "termMonths" {
			t.Errorf("%v: %+v", term, answer.Errors)
		}
		if term == nil && data.Entities[0].Financing.TermMonths != 24 {
			t.Errorf("no term: %+v", data.Entities[0].Financing)
		}
	}
}

func TestCreditStatusIsForItsPersonAndStaff(t *testing.T) {
	w := newWorld(t)
	const ask = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id creditStatus } } }`
	people := map[string]any{"r": []any{
		map[string]any{"__typename": "User", "id": "walter"}, map[string]any{"__typename": "User", "id": "jack"},
	}}
	for _, c := range []struct {
		client authtest.Client
		want   string
		codes  []string
	}{
		{w.user(t, "walter"), "GOOD null", []string{"FORBIDDEN"}},
		{w.user(t, "clerk", "credit:write"), "GOOD BAD", []string{}},
		{w.Client, "null null", []string{"UNAUTHENTICATED", "UNAUTHENTICATED"}},
	} {
		var data struct {
			Entities []struct{ CreditStatus *string } `json:"_entities"`
		}
		answer := c.client.Do(t, ask, people, &data)
		var got []string
		for _, e := range data.Entities {
			text := "null"
			if e.CreditStatus != nil {
				text = *e.CreditStatus
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != c.want || !slices.Equal(answer.Codes(), c.codes) {
			t.Errorf("got %v, %v; want %s, %v", got, answer.Codes(), c.want, c.codes)
		}
	}
}

func TestMonthlyFromIsForEverybody(t *testing.T) {
	w := newWorld(t)
	price := func(id string, amount int, currency string) map[string]any {
		return map[string]any{"__typename": "Product", "id": id, "price": map[string]any{"amount": amount, "currency": currency}}
	}
	var data struct {
		Entities []struct {
			MonthlyFrom *struct {
				Amount   int
				Currency string
			}
		} `json:"_entities"`
	}
	w.Must(t, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { monthlyFrom(termMonths: 12) { amount currency } } } }`,
		map[string]any{"r": []any{price("a", 1499, "EUR"), price("b", 6_000_000, "EUR"), price("c", 1499, "USD"), price("d", 0, "EUR")}}, &data)
	got, _ := json.Marshal(data.Entities)
	if string(got) != `[{"MonthlyFrom":{"Amount":128,"Currency":"EUR"}},{"MonthlyFrom":null},{"MonthlyFrom":null},{"MonthlyFrom":null}]` {
		t.Errorf("%s", got)
	}
}

func TestOnlyStaffSetsAStatusAndTheLedgerSaysWho(t *testing.T) {
	w := newWorld(t)
	const set = `mutation($u: ID!, $r: String!) { setCreditStatus(userId: $u, status: GOOD, reason: $r) { id creditStatus } }`
	jack := map[string]any{"u": "jack", "r": "paid it all back"}
	for code, client := range map[string]authtest.Client{
		"UNAUTHENTICATED": w.Client, "FORBIDDEN": w.user(t, "jack", "user:read"),
	} {
		if codes := client.Do(t, set, jack, nil).Codes(); !slices.Equal(codes, []string{code}) {
			t.Errorf("got %v, want %s", codes, code)
		}
	}
	clerk := w.user(t, "clara", "credit:write")
	if codes := clerk.Do(t, set, map[string]any{"u": "jack", "r": " "}, nil).Codes(); !slices.Equal(codes, []string{"BAD_INPUT"}) {
		t.Errorf("no reason: %v", codes)
	}
	var data struct {
		SetCreditStatus struct{ ID, CreditStatus string }
	}
	clerk.Must(t, set, jack, &data)
	if data.SetCreditStatus.CreditStatus != "GOOD" {
		t.Errorf("%+v", data)
	}
	var by []string
	err := w.db.Read().Select(t.Context(), &by, `SELECT changed_by || ': ' || reason FROM credit_ledger WHERE user_id = ? ORDER BY changed_at`, "jack")
	if err != nil || !slices.Equal(by, []string{"demo: demo data", "clara: paid it all back"}) {
		t.Errorf("%v, %v", by, err)
	}
}

func TestChangingTwiceInOneOperationShowsBothStatuses(t *testing.T) {
	w := newWorld(t)
	var data struct{ A, B struct{ CreditStatus string } }
	w.user(t, "clerk", "credit:write").Must(t, `mutation {
		a: setCreditStatus(userId: "jack", status: GOOD, reason: "r") { creditStatus }
		b: setCreditStatus(userId: "jack", status: UNKNOWN, reason: "r") { creditStatus } }`, nil, &data)
	if data.A.CreditStatus != "GOOD" || data.B.CreditStatus != "UNKNOWN" {
		t.Errorf("%+v", data)
	}
}

func TestOtherPathsAndMethods(t *testing.T) {
	authtest.WantMethods(t, newWorld(t).Handler, map[string]string{"/graphql": "POST"})
}
