package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/credit/bureau"
	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
)

// hear brings an order into credit's copy, as its event does.
func (w *world) hear(t *testing.T, id, customer string, amount int) {
	t.Helper()
	event, err := events.New(events.KindOrder, id, 1, events.OrderState{
		CustomerID: customer, Status: "OPEN", Total: events.MoneyState{Amount: amount, Currency: "EUR"},
	})
	if err != nil {
		t.Fatal(err)
	}
	credit := store.New(w.db, bureau.Embedded{})
	err = w.db.Tx(t.Context(), func(tx database.Handle) error { return credit.ApplyOrder(t.Context(), tx, event) })
	if err != nil {
		t.Fatal(err)
	}
}

type application struct {
	ID, Status, Reason string
	Order, Customer    struct{ ID string }
	TermMonths         int
	MonthlyPayment     struct{ Amount int }
	Ledger             []struct{ Before, After, ChangedBy string }
}

func TestAnApplicationFromTheCustomerToTheClerk(t *testing.T) {
	w := newWorld(t)
	w.hear(t, "order-leslie", "leslie", 5997)
	leslie, clerk := w.user(t, "leslie"), w.user(t, "clara", "credit:write")
	var applied struct{ ApplyForFinancing application }
	leslie.Must(t, `mutation { applyForFinancing(orderId: "order-leslie", termMonths: 12) {
		id status reason order { id } customer { id } termMonths monthlyPayment { amount } } }`, nil, &applied)
	a := applied.ApplyForFinancing
	if a.Status != "PENDING" || a.Order.ID != "order-leslie" || a.Customer.ID != "leslie" || a.TermMonths != 12 || a.MonthlyPayment.Amount != 511 {
		t.Errorf("%+v", a)
	}
	var list struct {
		FinancingApplications struct {
			Edges []struct{ Node application }
		}
	}
	clerk.Must(t, `{ financingApplications(status: PENDING) { edges { node { id } } } }`, nil, &list)
	if len(list.FinancingApplications.Edges) != 1 || list.FinancingApplications.Edges[0].Node.ID != a.ID {
		t.Fatalf("%+v", list)
	}
	decide := fmt.Sprintf(`mutation { decideFinancing(id: %q, approve: true, reason: "showed an income") { status ledger { before after changedBy } } }`, a.ID)
	for code, client := range map[string]authtest.Client{"UNAUTHENTICATED": w.Client, "FORBIDDEN": leslie} {
		if codes := client.Do(t, decide, nil, nil).Codes(); !slices.Equal(codes, []string{code}) {
			t.Errorf("decided with %v, want %s", codes, code)
		}
	}
	var decided struct{ DecideFinancing application }
	clerk.Must(t, decide, nil, &decided)
	if got := fmt.Sprint(decided.DecideFinancing.Status, decided.DecideFinancing.Ledger); got != "APPROVED[{PENDING APPROVED clara} { PENDING leslie}]" {
		t.Errorf("%s", got)
	}
	if codes := clerk.Do(t, decide, nil, nil).Codes(); !slices.Equal(codes, []string{"CONFLICT"}) {
		t.Errorf("decided again: %v", codes)
	}
}

// TestWhoSeesAnApplication asks as everybody, by id, by a representation that says it is one's own, and by its order.
func TestWhoSeesAnApplication(t *testing.T) {
	w := newWorld(t)
	w.hear(t, "order-walter", "walter", 4097)
	var applied struct{ ApplyForFinancing application }
	w.user(t, "walter").Must(t, `mutation { applyForFinancing(orderId: "order-walter") { id } }`, nil, &applied)
	id := applied.ApplyForFinancing.ID
	representations := map[string]any{"r": []any{
		map[string]any{"__typename": "FinancingApplication", "id": id, "customer": map[string]any{"id": "jack"}},
		order("order-walter", "jack", 1, "EUR"),
	}}
	const ask = `query($r: [_Any!]!) { _entities(representations: $r) {
		... on FinancingApplication { status } ... on Order { financingApplication { status } } } }`
	for name, c := range map[string]struct {
		client   authtest.Client
		entities string
		codes    []string
	}{
		"the customer": {w.user(t, "walter"), `[{"status":"APPROVED"},{"financingApplication":{"status":"APPROVED"}}]`, []string{}},
		"staff":        {w.user(t, "clerk", "credit:write"), `[{"status":"APPROVED"},{"financingApplication":{"status":"APPROVED"}}]`, []string{}},
		"another":      {w.user(t, "jack", "order:read"), `[null,{"financingApplication":null}]`, []string{}},
		"anonymous":    {w.Client, `[null,{"financingApplication":null}]`, []string{"UNAUTHENTICATED"}},
	} {
		answer := c.client.Do(t, ask, representations, nil)
		if got := string(answer.Data); got != `{"_entities":`+c.entities+`}` || !slices.Equal(answer.Codes(), c.codes) {
			t.Errorf("%s: %s, %v", name, got, answer.Codes())
		}
		byID := c.client.Do(t, `{ financingApplication(id: "`+id+`") { id } }`, nil, nil)
		if isSeen := strings.Contains(string(byID.Data), id); isSeen != strings.HasPrefix(c.entities, `[{`) {
			t.Errorf("%s, by id: %s", name, byID.Data)
		}
	}
	for _, field := range []string{`creditLedger { reason }`, `creditReport { source }`} {
		answer := w.user(t, "jack").Do(t, `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { `+field+` } } }`,
			map[string]any{"r": []any{map[string]any{"__typename": "User", "id": "walter"}}}, nil)
		if !slices.Equal(answer.Codes(), []string{"FORBIDDEN"}) {
			t.Errorf("%s: %v", field, answer.Codes())
		}
	}
	answer := w.user(t, "walter").Do(t, `{ financingApplication(id: "`+id+`") { ledger { changedBy } } }`, nil, nil)
	if !slices.Equal(answer.Codes(), []string{"FORBIDDEN"}) {
		t.Errorf("one's own ledger: %v", answer.Codes())
	}
}
