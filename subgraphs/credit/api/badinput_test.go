package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/credit/store"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/badinput"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
)

// TestBadInputs: each gives its code, nothing is written, and nothing internal leaks.
func TestBadInputs(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		newWorldOn(t, db).wantBadInputsRefused(t)
	})
}

func (w *world) wantBadInputsRefused(t *testing.T) {
	t.Helper()
	callers := map[string]authtest.Client{
		"nobody": w.Client, "clerk": w.user(t, "clerk", "credit:write"), "reader": w.user(t, "reader", "order:read", "user:read"),
	}
	ids := map[string]string{}
	for customer, amount := range map[string]int{"walter": 4097, "jack": 1299, "leslie": 5997} {
		callers[customer] = w.user(t, customer)
		w.hear(t, "order-"+customer, customer, amount)
		var applied struct{ ApplyForFinancing application }
		callers[customer].Must(t, fmt.Sprintf(`mutation { applyForFinancing(orderId: "order-%s", termMonths: 48) { id } }`, customer), nil, &applied)
		ids[customer] = applied.ApplyForFinancing.ID
	}
	w.hear(t, "order-empty", "walter", 0)
	badinput.Table{
		File: "testdata/bad_input.txt", Schema: "../schema.graphqls", AtLeast: 65, DB: w.db, Callers: callers,
		Mutations: map[string]string{
			"setCreditStatus":   `mutation($u: ID!, $s: CreditStatus!, $r: String!) { setCreditStatus(userId: $u, status: $s, reason: $r) { id } }`,
			"applyForFinancing": `mutation($o: ID!, $t: Int = 24) { applyForFinancing(orderId: $o, termMonths: $t) { id } }`,
			"decideFinancing":   `mutation($id: ID!, $a: Boolean!, $r: String!) { decideFinancing(id: $id, approve: $a, reason: $r) { id } }`,
		},
		Texts: []string{
			"{64}", strings.Repeat("x", 64), "{500}", strings.Repeat("x", 500), "{100000}", strings.Repeat("x", 100_000),
			"{pending}", ids["leslie"], "{approved}", ids["walter"],
		},
	}.Run(t)
}
