package traffic

import (
	"context"
	"math/rand/v2"
	"strings"
)

// call makes a call of a customer; nil is a passer-by.
func (l *Load) call(c *customer, document string, variables map[string]any) call {
	out := call{document: document, variables: variables}
	if c != nil {
		out.token, out.address = c.token, c.address
	}
	return out
}

var sorts = []string{"NEWEST", "PRICE_ASC", "PRICE_DESC", "NAME"}

// browse asks for a page of the catalogue: one time of three the next one of the last, else the first by some order.
func (l *Load) browse(ctx context.Context, c *customer, random *rand.Rand) Outcome {
	variables := map[string]any{"first": 20, "sort": sorts[random.IntN(len(sorts))]}
	if c != nil && c.cursor != "" && random.IntN(3) == 0 {
		variables["after"], variables["sort"] = c.cursor, c.sort
	}
	var data struct {
		Products *struct {
			PageInfo struct {
				HasNextPage bool
				EndCursor   string
			}
		}
	}
	out := l.client.send(ctx, l.call(c, productsQuery, variables), &data).outcome(data.Products != nil)
	if c != nil && data.Products != nil {
		c.cursor, c.sort = "", variables["sort"].(string)
		if data.Products.PageInfo.HasNextPage {
			c.cursor = data.Products.PageInfo.EndCursor
		}
	}
	return out
}

// search looks for a word of the products' names, or two.
func (l *Load) search(ctx context.Context, c *customer, random *rand.Rand) Outcome {
	var words []string
	for _, list := range productWords[:1+random.IntN(2)] {
		words = append(words, list[random.IntN(len(list))])
	}
	variables := map[string]any{"first": 20, "sort": "NEWEST", "filter": map[string]any{"text": strings.Join(words, " ")}}
	var data struct{ Products *struct{} }
	return l.client.send(ctx, l.call(c, productsQuery, variables), &data).outcome(data.Products != nil)
}

func (l *Load) detail(ctx context.Context, c *customer, random *rand.Rand) Outcome {
	var data struct{ Product *struct{} }
	call := l.call(c, productQuery, map[string]any{"id": l.product(random)})
	return l.client.send(ctx, call, &data).outcome(data.Product != nil)
}

// openOrder reads the open order, and so tells what is in it.
func (l *Load) openOrder(ctx context.Context, c *customer) Outcome {
	var data struct{ Me *struct{ OpenOrder *order } }
	out := l.client.send(ctx, l.call(c, openOrderQuery, nil), &data).outcome(data.Me != nil)
	if out.Class == OK {
		c.lines = data.Me.OpenOrder.products()
	}
	return out
}

func (l *Load) pastOrders(ctx context.Context, c *customer) Outcome {
	var data struct {
		Me *struct{ Orders *struct{} }
	}
	reply := l.client.send(ctx, l.call(c, pastOrdersQuery, nil), &data)
	return reply.outcome(data.Me != nil && data.Me.Orders != nil)
}

// product draws the id of one of the load's products.
func (l *Load) product(random *rand.Rand) string {
	l.journal.mu.Lock()
	defer l.journal.mu.Unlock()
	return l.journal.Products[favourite(random, len(l.journal.Products))].ID
}
