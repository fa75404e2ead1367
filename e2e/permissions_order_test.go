package e2e

import (
	"errors"
	"fmt"
	"testing"
)

const (
	forgedOrder   = `query ($order: [_Any!]!) { _entities(representations: $order) { ... on Order { x: %s } } }`
	forgedProduct = `query ($product: [_Any!]!) { _entities(representations: $product) { ... on Product { x: %s } } }`
)

// orderProbes are those of the order service, creditProbes those of the credit service.
var (
	orderProbes = map[string]probe{
		"User.openOrder": ofUser(`openOrder { id total { amount } }`),
		"User.orders":    ofUser(`orders(first: 5) { totalCount }`),
		"Product.timesOrdered": {
			router: `{ product(id: "movie-the-dare") { x: timesOrdered } }`, direct: fmt.Sprintf(forgedProduct, `timesOrdered`),
		},
		"Order.status": {owner: `{ me { openOrder { x: status } } }`, direct: fmt.Sprintf(forgedOrder, `status`)},
		"Query.order":  {router: `query ($open: ID!) { x: order(id: $open) { id } }`},
		"Mutation.setItemQuantity": {
			router: `mutation { addItem(productId: "movie-m") { id } x: setItemQuantity(productId: "movie-m", quantity: 2) { id } }`,
		},
		"Mutation.removeItem": {
			router: `mutation { addItem(productId: "movie-m") { id } x: removeItem(productId: "movie-m") { id } }`,
		},
		"Mutation.checkout": {
			router: `mutation ($new: String!) {
				addItem(productId: "goods-ice-scraper") { id }
				x: checkout(idempotencyKey: $new) { id }
			}`,
			spoils: things,
		},
		"Query.orders":         {router: `{ x: orders(status: OPEN, first: 5) { totalCount edges { node { id } } } }`},
		"Mutation.addItem":     {router: `mutation { x: addItem(productId: "movie-dont-click") { id } }`},
		"Mutation.cancelOrder": {router: `mutation ($open: ID!) { x: cancelOrder(id: $open) { id } }`, spoils: things},
		"Mutation.markPaid":    {router: `mutation ($placed: ID!) { x: markPaid(id: $placed) { id } }`, spoils: things},
		"Mutation.markShipped": {router: `mutation ($paid: ID!) { x: markShipped(id: $paid) { id } }`, spoils: things},
	}
	creditProbes = map[string]probe{
		"User.creditStatus": ofUser(`creditStatus`),
		"User.creditReport": ofUser(`creditReport { status source }`),
		"User.creditLedger": ofUser(`creditLedger { reason changedBy }`),
		"Order.financing": {
			owner: `{ me { openOrder { x: financing { decision } } } }`, direct: fmt.Sprintf(forgedOrder, `financing { decision reason }`),
		},
		"Product.monthlyFrom": {
			router: `{ product(id: "movie-the-dare") { x: monthlyFrom { amount } } }`,
			direct: fmt.Sprintf(forgedProduct, `monthlyFrom { amount }`),
		},
		"Order.financingApplication": {
			owner: `{ me { openOrder { x: financingApplication { id } } } }`, direct: fmt.Sprintf(forgedOrder, `financingApplication { id }`),
		},
		"Query.financingApplication": {router: `query ($application: ID!) { x: financingApplication(id: $application) { id } }`},
		"FinancingApplication.ledger": {
			router: `query ($application: ID!) { financingApplication(id: $application) { id x: ledger { reason } } }`,
		},
		"Query.financingApplications": {router: `{ x: financingApplications(first: 5) { edges { node { id } } } }`},
		"Mutation.setCreditStatus": {
			router: `mutation ($id: ID!) { x: setCreditStatus(userId: $id, status: UNKNOWN, reason: "looked again") { id } }`,
		},
		"Mutation.applyForFinancing": {router: `mutation ($open: ID!) { x: applyForFinancing(orderId: $open) { id } }`},
		"Mutation.decideFinancing": {
			router: `mutation ($application: ID!) { x: decideFinancing(id: $application, approve: true, reason: "known to us") { id } }`,
			spoils: things,
		},
	}
)

// order gives the owner an order that is paid, one that is placed and confirmed, and an open one with an application for
// its financing, which credit leaves to staff.
func (c company) order(t *testing.T, owner, staff client) {
	t.Helper()
	goods := staff.must(t, `mutation { createGoods(input: {name: "Lamp", price: 1000, stock: 9}) { id } }`, nil).at("createGoods", "id")
	for _, name := range []string{"paid", "placed"} {
		c.variables[name] = owner.buy(t, goods, 1)
	}
	for _, name := range []string{"paid", "placed"} {
		owner.awaitField(t, c.variables[name], "confirmedAt", nil)
	}
	staff.must(t, `mutation ($paid: ID!) { markPaid(id: $paid) { id } }`, map[string]any{"paid": c.variables["paid"]})
	c.variables["open"] = owner.must(t, addItemMutation, map[string]any{"id": goods, "n": 1}).at("addItem", "id")
	eventually(t, "credit does not hear of the order", func() error {
		res := owner.send(t, `mutation ($open: ID!) { applyForFinancing(orderId: $open) { id } }`, map[string]any{"open": c.variables["open"]})
		if c.variables["application"] = res.at("applyForFinancing", "id"); c.variables["application"] == nil {
			return errors.New(res.Body)
		}
		return nil
	})
	c.variables["order"] = []any{map[string]any{
		"__typename": "Order", "id": c.variables["open"], "customer": map[string]any{"__typename": "User", "id": c.variables["id"]},
		"total": map[string]any{"amount": 1000, "currency": "EUR"},
	}}
	c.variables["product"] = []any{map[string]any{
		"__typename": "Product", "id": "movie-the-dare", "price": map[string]any{"amount": 1499, "currency": "EUR"},
	}}
}
